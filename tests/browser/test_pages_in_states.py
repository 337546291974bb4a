"""What opens on a page, and what it becomes as one works on it: as clean for axe as the page itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import Watched
from examination import examine
from playwright.sync_api import Page, expect

Open = Callable[[Page], None]


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
