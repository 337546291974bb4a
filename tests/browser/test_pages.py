"""Every page and what opens on it: clean for axe (WCAG 2.2 AA) in both themes, and never wider than the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driving import ADA, GRACE, Watched
from every_page import PAGES
from examination import examine
from playwright.sync_api import Browser, Page, expect
from serving import Served, served

from webapp import testing

Open = Callable[[Page], None]


def tag_two(page: Page) -> None:
    """Tag two contacts by a mass action; its job is at hand then."""
    page.goto("/contacts")
    for row in (0, 1):
        page.locator("input[name=ids]").nth(row).check()
    page.get_by_role("button", name="Mass actions").click()
    page.get_by_role("button", name="Add tags…").click()
    page.get_by_label("Tags").fill("Fair")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Tag 2 contacts").click()
    page.wait_for_url("**/jobs/*")


def merge_two(page: Page) -> str:
    """Merge two new contacts; the address of the merge."""
    files = []
    for name in ("Vorher AG", "Nachher AG"):
        page.goto("/contacts/new")
        page.get_by_label("Company name").fill(name)
        page.get_by_role("button", name="Save the contact").last.click()
        page.wait_for_url(re.compile(r"/contacts/\d+"))
        files.append(page.url.rpartition("/")[2])
    page.goto(f"/merge?ids={files[0]}&ids={files[1]}")
    page.get_by_role("button", name="Merge 2 contacts into one").click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    undo = page.locator("#toasts form").get_attribute("action")
    return str(undo).removesuffix("/undo")


def define_list(page: Page) -> str:
    """Define a list of one's own, for suppliers; the address of its page."""
    page.goto("/settings/custom-fields/new")
    page.get_by_label("English").fill("Way in")
    page.get_by_label("Kind of field").select_option("choices")
    page.get_by_label("Field of").select_option("supplier")
    page.get_by_label("Values of a list").fill("Fair\nLetter")
    page.get_by_role("button", name="Add the field").click()
    page.wait_for_url(re.compile(r"/custom-fields/\d+"))
    return page.url[page.url.index("/settings") :]


def add_portal(page: Page) -> str:
    """Add a portal; the address of its page."""
    page.goto("/settings/embedding/new")
    page.get_by_label("Name").fill("Intranet")
    page.get_by_label("List of all contacts").check()
    page.get_by_role("button", name="Add the portal").click()
    return str(page.get_by_role("link", name="Choose what to show").get_attribute("href"))


def send_file(page: Page) -> str:
    """Rehearse the import of a file with a likely double and an error; the address of the import."""
    page.goto("/import")
    content = b"Nachname;E-Mail;Geburtsdatum\nAdler;a@w.example;1980-01-31\n;;1980-01-32\nBerg;a@w.example;x\n"
    page.get_by_label("File").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("button", name="Rehearse 3 rows").click()
    page.wait_for_url(re.compile(r"/import/\d+$"))
    return page.url[page.url.index("/import") :]


@pytest.fixture(scope="module")
def places(chromium: Browser, carnet: Served, signed_in: Callable[[str], Any]) -> dict[str, str]:
    """Addresses of contacts among the made-up ones: with two functions and persons, a prospect, one in the bin."""
    context = chromium.new_context(base_url=carnet.url, storage_state=signed_in(ADA))
    page = context.new_page()

    def read(path: str) -> str:
        return str(context.request.get(path).text())

    def listed(path: str) -> list[str]:
        return re.findall(r'href="(/contacts/\d+)\?view=', read(path))

    # Which of the made-up ones are both is chance: one with contact persons becomes a supplier too.
    both = next(
        one for one in listed("/customers") if 'id="l-' in (text := read(one)) and "c-avatar--firm c-avatar--lg" in text
    )
    if "view=supplier" not in read(both):
        page.goto(f"{both}/functions/supplier")
        page.get_by_role("button", name="Add “Supplier”").click()
        page.wait_for_url(re.compile(r"view=supplier"))
    page.goto(f"{both}/persons")
    link = page.get_by_role("link", name=re.compile("Edit the link")).first.get_attribute("href")
    person = page.locator("tbody th a").first.get_attribute("href")
    prospects = [one for one in listed("/prospects") if 'id="l-' not in read(one)]
    page.goto(f"{prospects[-1]}/delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/contacts")
    page.goto("/contacts/views/new")
    page.get_by_label("Name of the view").fill("Mine")
    page.get_by_role("button", name="Save the view").click()
    page.wait_for_url(re.compile(r"saved=\d"))
    view = re.search(r"saved=(\d+)", page.url)
    document = file_document(page, both)
    note = write_note(page, both)
    tag_two(page)
    job = page.url
    merged = merge_two(page)
    proposals = {state: re.findall(r'href="(/proposals/\d+)"', read(f"/proposals?state={state}"))[-1]
                 for state in ("draft", "sent", "accepted")}  # fmt: skip
    public = public_link(page, proposals["sent"])
    ids = [one.rpartition("/")[2] for one in (both, prospects[0], *listed("/suppliers"), *listed("/prospects"))]
    ids = [one for one in dict.fromkeys(ids) if f"/contacts/{one}" != prospects[-1]]
    case, certificate = erase_two(page, ids[-1])
    custom_field = define_list(page)
    portal = add_portal(page)
    sent = send_file(page)
    context.close()
    assert view
    return {
        "portal": portal,
        "custom_field": custom_field,
        "import": sent,
        "note": note,
        "view": f"/contacts/views/{view[1]}",
        "job": job,
        "merging": "/merge?" + "&".join(f"ids={one}" for one in ids[:3]),
        "merging_many": "/merge?ids=" + ",".join(ids[:20]),
        "merge_with": f"/merge/with/{ids[0]}",
        "merged": merged,
        "documents": f"{both}/documents",
        "document": document,
        "case": case,
        "certificate": certificate,
        "draft": proposals["draft"],
        "proposal": proposals["sent"],
        "accepted": proposals["accepted"],
        "public": public,
        "both": both,
        "person": str(person),
        "link": str(link).partition("?")[0],
        "prospect": prospects[0],
        "binned": prospects[-1],
    }


def public_link(page: Page, proposal: str) -> str:
    """Where a proposal that was sent is read without signing in: a link is made for that."""
    page.goto(proposal)
    page.get_by_role("button", name="Make a link to copy").click()
    return re.sub("^https?://[^/]+", "", page.get_by_label("Address for the recipient").input_value())


def file_document(page: Page, contact: str) -> str:
    """An invoice that must be kept, at a contact's file."""
    page.goto(f"{contact}/documents/new")
    page.get_by_label("Number").fill("RE-2026-1377")
    page.get_by_role("button", name="File the document").click()
    page.wait_for_url("**/documents")
    return str(page.get_by_role("link", name="RE-2026-1377").get_attribute("href"))


def write_note(page: Page, contact: str) -> str:
    """A note with a follow-up that is overdue, at a contact's file."""
    page.goto(f"{contact}/notes")
    page.get_by_label("Note", exact=True).fill("Call again, see https://example.com/offers")
    page.get_by_label("Follow up on").fill("2026-01-05")
    page.get_by_role("button", name="Add the note").click()
    address = page.get_by_role("link", name="Change…").first.get_attribute("href")
    return str(address)


def erase_two(page: Page, contact_id: str) -> tuple[str, str]:
    """A case that is open, and the certificate of a new contact that was anonymised."""
    page.goto(f"/privacy/new?contact={contact_id}")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url(re.compile(r"/privacy/\d+"))
    case = page.url
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Vergessen AG")
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    page.goto(f"{page.url}/anonymise")
    page.get_by_label("Reason").fill("Nobody needs it any more")
    page.get_by_label("Write the contact's number").fill(page.url.split("/")[-2])
    page.get_by_role("button", name="Anonymise the contact").click()
    page.wait_for_url(re.compile(r"/privacy/\d+"))
    return case, page.url


EXAMPLES = dict.fromkeys(("both", "prospect", "person", "binned"), "/contacts/1") | {
    "link": "/links/1",
    "note": "/notes/1",
    "custom_field": "/settings/custom-fields/1",
    "portal": "/settings/embedding/1",
    "view": "/contacts/views/1",
    "job": "/jobs/1",
    "merging": "/merge",
    "merging_many": "/merge",
    "merge_with": "/merge/with/1",
    "merged": "/merges/1",
    "documents": "/contacts/1/documents",
    "document": "/documents/1",
    "case": "/privacy/1",
    "import": "/import/1",
    "certificate": "/privacy/1",
    **dict.fromkeys(("draft", "proposal", "accepted"), "/proposals/1"),
    "public": "/p/1",
}
NO_PAGES = re.compile(
    r"/api/v1/|/<embedded:embed>/|.*\.(img|css|csv|txt)$|/contacts/export/file$|/(jobs|documents)/<int:id>/file$|/settings/plugins/<name>/export$|/(healthz|readyz)$|/$"
)
ELSEWHERE = {
    "/login", "/login/code", "/login/recovery", "/forgot", "/reset/<token>", "/first-run",
    "/embed/start", "/embed/open/<path:address>", "/embed/check/<key>", "/oembed",
}  # fmt: skip
"""Pages of those who are not signed in: below, in test_sign_in.py, and where portals are tested."""


def test_no_page_is_forgotten(tmp_path: Path) -> None:
    """A route that shows a page has a line above."""
    app = testing.create(f"sqlite:///{tmp_path}/unused.db", testing.PluginSet(found=testing.shipped()), tmp_path)
    shown = {address.partition("?")[0].format(**EXAMPLES) for address in PAGES.values()}
    forgotten = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not NO_PAGES.match(rule.rule) and rule.rule not in ELSEWHERE
        and not any(re.fullmatch(re.sub("<[^>]+>", "[^/]+", rule.rule), one) for one in shown)
    ]  # fmt: skip
    assert not forgotten, "give these a line in PAGES"


@pytest.mark.parametrize("name", PAGES)
def test_page(page: Page, places: dict[str, str], name: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    answer = page.goto(PAGES[name].format(**places))
    assert answer is not None
    assert answer.ok
    expect(page.locator("h1")).to_have_count(1)
    assert not (found := examine(page)), "\n".join(found)


def open_functions(page: Page) -> None:
    page.get_by_role("button", name="Contact functions").click()


def open_account(page: Page) -> None:
    page.get_by_role("button", name="Account of Ada").click()


def open_shortcuts(page: Page) -> None:
    page.get_by_role("button", name="Shortcuts").click()


def choose_rows(page: Page) -> None:
    for row in (0, 1):
        page.locator("input[name=ids]").nth(row).check()


def open_actions(page: Page) -> None:
    choose_rows(page)
    page.get_by_role("button", name="Mass actions").click()


def ask_mass_action(page: Page) -> None:
    open_actions(page)
    page.get_by_role("button", name="Convert to customer").click()
    expect(page.get_by_role("heading", level=1, name="Convert 2 prospects to customers")).to_be_visible()


def leave_name_out(page: Page) -> None:
    page.get_by_label("Company name").fill("")
    page.get_by_role("textbox", name="E-mail 1").fill("not an address")
    page.get_by_label("Credit limit").fill("much")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert").filter(has_text="to correct")).to_be_visible()


def find_nobody_to_import(page: Page) -> None:
    page.get_by_label("File").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"\x00\x01"})
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("heading", name="This file was not imported")).to_be_visible()


def keep_the_primary(page: Page) -> None:
    page.get_by_role("button", name="Remove the link").click()


def open_more(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()


def search(page: Page) -> None:
    page.get_by_role("searchbox", name="Search in this list").fill("an")
    expect(page).to_have_url(re.compile("q=an"))
    expect(page.locator("#live")).to_have_text(re.compile("contacts"))


def find_nothing(page: Page) -> None:
    page.get_by_role("searchbox", name="Search in this list").fill("zzzz")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def sort(page: Page) -> None:
    page.get_by_role("columnheader", name="City").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="City")).to_have_attribute("aria-sort", "ascending")


def turn_the_page(page: Page) -> None:
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("link", name="Previous", exact=True)).to_have_attribute("href", re.compile("/contacts"))


def open_filters(page: Page) -> None:
    page.locator("#filter-add").click()
    expect(page.get_by_role("button", name="Apply the filters")).to_be_visible()


def filter_(page: Page) -> None:
    open_filters(page)
    page.get_by_label("Kind").select_option("company")
    page.get_by_role("button", name="Apply the filters").click()
    expect(page.locator("#chip-kind")).to_be_visible()


def edit_row(page: Page) -> None:
    page.locator("[data-row-edit]").first.click()
    expect(page.locator("tr[data-state=edit]")).to_be_visible()


def switch_view(page: Page) -> None:
    page.get_by_role("link", name="Customer view").click()
    expect(page.locator("#master")).to_be_focused()


def at_the_top(page: Page) -> None:
    # What stands half under the bar on top is no target of its own size.
    page.evaluate("scrollTo(0, 0)")


def edit_part(page: Page) -> None:
    page.locator("#part-identity-edit").click()
    expect(page.locator("#part-identity form").first).to_be_visible()


def set_a_part_wrong(page: Page) -> None:
    page.locator("#part-customer-edit").click()
    page.get_by_label("Discount").fill("a lot")
    page.locator("#part-customer").get_by_role("button", name="Save").last.click()
    expect(page.locator("#errors")).to_be_focused()
    at_the_top(page)


def edit_link(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Edit the link of")).first.click()
    expect(page.get_by_role("form", name=re.compile("Edit the link of"))).to_be_visible()
    at_the_top(page)


def be_told(page: Page) -> None:
    page.evaluate("""() => {
        for (const detail of [
            {message: "It is archived.", level: "ok", undo_url: "/"},
            {message: "Not all of it.", level: "warn"},
            {message: "That did not work.", level: "danger"},
        ]) document.dispatchEvent(new CustomEvent("carnet-toast", {detail}));
    }""")
    expect(page.locator("#toasts > *")).to_have_count(3)


STATES: dict[str, tuple[str, Open]] = {
    "list searched": ("/contacts", search),
    "nothing found by a search": ("/contacts", find_nothing),
    "list sorted": ("/contacts", sort),
    "page of a list turned": ("/contacts", turn_the_page),
    "filters open": ("/customers", open_filters),
    "list filtered": ("/contacts", filter_),
    "row edited": ("/contacts", edit_row),
    "view switched": ("{both}", switch_view),
    "part edited": ("{both}", edit_part),
    "part with errors": ("{both}", set_a_part_wrong),
    "link edited in a file": ("{both}", edit_link),
    "link edited in the list of persons": ("{both}/persons", edit_link),
    "messages": ("/contacts", be_told),
    "messages over a form": ("{both}/edit", be_told),
    "menu of a file": ("{both}", open_more),
    "menu of functions": ("{both}", open_functions),
    "menu of the account": ("/contacts", open_account),
    "shortcuts": ("/contacts", open_shortcuts),
    "rows chosen": ("/prospects", choose_rows),
    "menu of mass actions": ("/prospects", open_actions),
    "mass action asked": ("/prospects", ask_mass_action),
    "edit with errors": ("{both}/edit", leave_name_out),
    "import refused": ("/import", find_nobody_to_import),
    "primary link kept": ("{link}", keep_the_primary),
}


@pytest.mark.parametrize("name", STATES)
def test_state(enter: Callable[..., Watched], places: dict[str, str], name: str) -> None:
    watched = enter()
    watched.allowed |= {409, 422}
    page = watched.page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    address, act = STATES[name]
    page.goto(address.format(**places))
    act(page)
    assert not (found := examine(page)), "\n".join(found)


REFUSALS = {
    404: ("/nothing", "There is nothing here"),
    403: ("/contacts/bin", "This is not yours to do"),
    405: ("/mass-actions", "That is not how this address works"),
    409: ("{binned}/edit", "That can't be done now"),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_refusal(enter: Callable[..., Watched], places: dict[str, str], status: int) -> None:
    watched = enter(GRACE)
    watched.allowed.add(status)
    page = watched.page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    address, title = REFUSALS[status]
    answer = page.goto(address.format(**places))
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert not (found := examine(page)), "\n".join(found)


def test_before_sign_in(visit: Callable[..., Watched]) -> None:
    with served("sqlite") as empty:
        watched = visit(empty)
        watched.allowed.add(422)
        page = watched.page()
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto("/")
        assert not (found := examine(page)), "\n".join(found)
        for label in ("One-time code", "Your name", "Password"):
            page.get_by_label(label).fill("short")
        page.get_by_label("E-mail address").fill("ada@x.example")
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_text("This is not the code")).to_be_visible()
        expect(page.get_by_label("One-time code")).to_be_focused()
        assert not (found := examine(page)), "\n".join(found)
        page.get_by_label("One-time code").fill(empty.code)
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_label("Password")).to_be_focused()
        # The error says what the hint said: once is enough.
        expect(page.get_by_text("Twelve characters at least")).to_have_count(1)
        assert not (found := examine(page)), "\n".join(found)
        watched.context.close()


def test_sign_in_page(visit: Callable[..., Watched], carnet: Served) -> None:
    watched = visit(carnet)
    watched.allowed.add(422)
    page = watched.page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto("/login")
    assert not (found := examine(page)), "\n".join(found)
    page.get_by_label("E-mail address").fill(ADA)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="don't match")).to_be_visible()
    assert not (found := examine(page)), "\n".join(found)


def test_the_examination_finds_what_is_wrong(page: Page) -> None:
    """An examination that finds nothing is worth nothing."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto("/contacts")
    page.evaluate("""() => {
        const wrong = document.createElement("input");
        wrong.size = 300;
        document.body.prepend(wrong);
    }""")
    findings = "\n".join(examine(page))
    assert "label: " in findings
    assert "wider than the screen" in findings
