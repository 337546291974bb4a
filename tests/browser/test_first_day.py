"""A first day at a small firm, on a served Carnet, with JavaScript and without (spec A1, B3, C2-C5, D1, D2, D9, J1)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from driving import Watched, sign_in
from playwright.sync_api import Locator, Page, expect
from serving import served

EMAIL, PASSWORD = "ada@carnet.example", "a long sentence, never used elsewhere"
PROSPECTS = tuple(f"Atelier {name}" for name in ("Nord", "Sud", "Ouest"))
FIRM = "Seidel Möbelbau"


def table() -> bytes:
    """300 rows of a German list: persons, companies, three prospects among them."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["Vorname", "Nachname", "Firma", "E-Mail", "Telefon", "Ort", "Land", "Funktionen"])
    rows.writerow(["Jürgen", "Müller", "", "j.mueller@example.de", "0211 1234567", "Düsseldorf", "DE", ""])
    for number, name in enumerate(PROSPECTS):
        rows.writerow(["", "", name, f"info@atelier{number}.example", "", "Nantes", "FR", "Interessent"])
    for number in range(296):
        if number % 2:
            rows.writerow(["", "", f"Lager {number:03}", f"info@lager{number}.example", "", "Bremen", "DE", ""])
        else:
            rows.writerow([f"Ina {number:03}", "Brandt", "", f"ina{number}@example.de", "", "Kiel", "DE", ""])
    return out.getvalue().encode("utf-8-sig")


def first_run(page: Page, code: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1, name="Welcome")).to_be_visible()
    page.get_by_label("One-time code").fill(code)
    page.get_by_label("Your name").fill("Ada Berger")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", level=1, name="Contacts")).to_be_visible()


def sign_out_and_in(page: Page) -> None:
    page.get_by_role("button", name="Account of Ada Berger").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/login$"))
    page.goto("/customers")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    sign_in(page, EMAIL, PASSWORD)
    expect(page.get_by_role("heading", level=1, name="Customers")).to_be_visible()


def bring_in(page: Page, javascript: bool) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Import").click()
    page.get_by_label("File").set_input_files({"name": "Liste.csv", "mimeType": "text/csv", "buffer": table()})
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("button", name="Rehearse 300 rows").click()
    come(page, page.get_by_role("button", name="Import 300 rows"), javascript)
    page.get_by_role("button", name="Import 300 rows").click()
    counts = page.locator("#import-counts")
    come(page, counts.locator("[data-count=created]"), javascript)
    expect(counts.locator("[data-count=created] .c-stat__v")).to_have_text("300")
    expect(counts.locator("[data-count=refused] .c-stat__v")).to_have_text("0")


def come(page: Page, what: Locator, javascript: bool) -> None:
    """Wait for what a job brings; without scripts, whoever waits asks again."""
    for _time in range(150):
        if javascript or what.is_visible():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(what).to_be_visible()


def search(page: Page, javascript: bool) -> None:
    """Without accents, and as one types where there is JavaScript."""
    page.goto("/contacts")
    box = page.get_by_role("searchbox", name="Search in this list")
    box.press_sequentially("muller", delay=20)
    if not javascript:
        box.press("Enter")
    expect(page.locator("#count")).to_have_text("1 contact")
    expect(page.get_by_role("link", name="Jürgen Müller", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/contacts\?q=muller$"))
    if javascript:
        expect(box).to_be_focused()
        page.go_back()
        expect(page.locator("#count")).to_have_text("300 contacts")


def create_prospect(page: Page) -> str:
    """A company as prospect, then edited; returns its address."""
    page.goto("/prospects")
    page.get_by_role("link", name="New prospect").click()
    page.get_by_label("Company name").fill("Seidel Mobelbau")
    page.get_by_role("textbox", name="E-mail 1").fill("info@seidel.example")
    page.get_by_label("City").fill("Kassel")
    expect(page.get_by_role("checkbox", name="Prospect")).to_be_checked()
    page.get_by_role("button", name="Save the contact").last.click()
    expect(page).to_have_url(re.compile(r"/contacts/\d+$"))
    address = page.url
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Company name").fill(FIRM)
    page.get_by_label("Probability").fill("60")
    page.get_by_label("Expected revenue").fill("12000")
    page.get_by_role("button", name="Save").last.click()
    expect(page).to_have_url(address)
    expect(page.get_by_role("heading", level=1, name=FIRM)).to_be_visible()
    return address


def link_primary(page: Page) -> None:
    page.get_by_role("link", name="Link a person").click()
    box = page.get_by_role("searchbox", name="Find a person")
    box.fill("muller")
    box.press("Enter")
    page.get_by_role("link", name="Choose Jürgen Müller").click()
    page.get_by_label("Role").fill("Buyer")
    page.get_by_label("Primary contact").check()
    page.get_by_role("button", name="Link", exact=True).click()
    person = page.get_by_role("row").filter(has_text="Jürgen Müller")
    expect(person).to_contain_text("Primary contact")
    expect(person).to_contain_text("Buyer")


def convert_from_file(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Contact functions").click()
    page.get_by_role("link", name="Convert to customer").click()
    expect(page.get_by_text("There is no way back.")).to_be_visible()
    page.get_by_role("button", name="Convert to customer").click()
    expect(page).to_have_url(re.compile(r"\?view=customer$"))


def convert_from_list(page: Page, javascript: bool) -> None:
    page.goto("/prospects")
    rows = page.locator("#list tbody tr")
    expect(rows).to_have_count(3)
    if javascript:
        expect(page.locator("#bulk")).to_be_hidden()
    for name in PROSPECTS[:2]:
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    if javascript:
        expect(page.locator("#bulk-count")).to_have_text(re.compile(r"^2 of \d+ chosen$"))
    page.get_by_role("button", name="Mass actions").click()
    page.get_by_role("button", name="Convert to customer").click()
    title = "Convert 2 prospects to customers"
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    page.get_by_role("button", name=title).click()
    expect(page.get_by_role("heading", level=2, name="Finished: 2 of 2")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(re.compile(r"/prospects$"))
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(PROSPECTS[2])


def stands_in_customers(page: Page, address: str) -> None:
    """Out of the one list, in the other; its data kept, its time as a prospect readable (spec C5)."""
    page.goto("/customers")
    for name in (FIRM, *PROSPECTS[:2]):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.goto(address)
    for text in ("info@seidel.example", "Kassel", "Jürgen Müller"):
        expect(page.locator("#main")).to_contain_text(text)
    past = page.get_by_role("region", name="As a prospect")
    expect(past).to_contain_text(re.compile(r"12,000\.00"))
    expect(past).to_contain_text("60")
    page.get_by_role("button", name="Contact functions").click()
    expect(page.locator("#functions")).to_contain_text("A customer never becomes a prospect again")
    page.keyboard.press("Escape")


def add_supplier_and_switch(page: Page, address: str, javascript: bool) -> None:
    page.goto(address)
    page.get_by_role("button", name="Contact functions").click()
    page.get_by_role("link", name="Add “Supplier”…").click()
    page.get_by_label("Minimum order amount").fill("250")
    page.get_by_role("button", name="Add “Supplier”").click()
    expect(page).to_have_url(re.compile(r"\?view=supplier$"))
    views = page.get_by_role("navigation", name="View of the file")
    legend = page.get_by_role("list", name="Legend of the fields")
    expect(views.get_by_role("link")).to_have_count(3)
    page.locator("h1").evaluate("element => { element.dataset.kept = 'yes' }")
    for key, label, shown, hidden in (
        ("customer", "Customer view", "Customer field", "Supplier field"),
        ("supplier", "Supplier view", "Supplier field", "Customer field"),
    ):
        views.get_by_role("link", name=label).click()
        expect(page).to_have_url(re.compile(rf"\?view={key}$"))
        expect(legend).to_contain_text(shown)
        expect(legend).not_to_contain_text(hidden)
        expect(views.locator("[aria-current=page]")).to_have_text(re.compile(label))
    views.get_by_role("link", name="Show all").click()
    expect(page).to_have_url(re.compile(r"\?view=all$"))
    expect(legend.get_by_role("listitem")).to_have_count(2)
    # Swapped inline: the head of the file is the one that was there. Without script each view is a page.
    kept = page.locator("h1").get_attribute("data-kept")
    assert kept == ("yes" if javascript else None)
    if javascript:
        expect(page.get_by_role("heading", name="Master data")).to_be_focused()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?view=supplier$"))
    expect(legend).not_to_contain_text("Customer field")
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?view=customer$"))
    expect(legend).to_contain_text("Customer field")
    expect(page.get_by_role("navigation", name="Main navigation")).to_have_count(1)


def delete_the_person(page: Page, address: str) -> None:
    """Refused with the reason; after D2's steps it goes to the bin, and comes back from there."""
    page.goto(f"{address}/persons")
    page.get_by_role("link", name="Jürgen Müller", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Jürgen Müller")).to_be_visible()
    person = page.url
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Delete…").click()
    # A dialog above the file, or its page where there is no script.
    dialog = page.locator("#dialog[open], .c-panel--asks")
    expect(dialog.locator("#delete-t")).to_have_text("Jürgen Müller can't be deleted yet")
    expect(dialog.get_by_role("heading", level=3)).to_have_text(f"Primary contact of {FIRM}")
    expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    page.get_by_role("link", name="Open the link").click()
    page.get_by_role("button", name="Remove the link").click()
    expect(page.get_by_role("alert").filter(has_text="untick")).to_be_visible()
    page.get_by_label("Primary contact").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/delete\?at=1#fix$"))
    expect(page.get_by_role("heading", level=3)).to_have_text(f"Contact person of {FIRM}")
    page.get_by_role("link", name="Open the link").click()
    page.get_by_role("button", name="Remove the link").click()
    expect(page).to_have_url(re.compile(r"/delete\?at=1#fix$"))
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("is in the bin for 30 days")
    page.goto("/contacts?q=muller")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Bin").click()
    page.get_by_role("button", name="Restore Jürgen Müller").click()
    expect(page).to_have_url(person)
    page.goto("/contacts?q=muller")
    expect(page.get_by_role("link", name="Jürgen Müller", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("database", "javascript"),
    [("sqlite", True), ("postgresql", True), ("sqlite", False)],
    ids=["SQLite", "PostgreSQL", "without JavaScript"],
)
def test_first_day(visit: Callable[..., Watched], database: str, javascript: bool) -> None:
    with served(database) as carnet:
        watched = visit(carnet, java_script_enabled=javascript)
        watched.allowed.add(409)
        page = watched.page()
        first_run(page, carnet.code)
        sign_out_and_in(page)
        bring_in(page, javascript)
        search(page, javascript)
        address = create_prospect(page)
        link_primary(page)
        convert_from_file(page, address)
        convert_from_list(page, javascript)
        stands_in_customers(page, address)
        add_supplier_and_switch(page, address, javascript)
        delete_the_person(page, address)
        watched.context.close()
