"""Merging in a browser, with scripts and without: from list and file, choices, and the way back (spec E1-E6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from driving import ADA, make_company
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=0, users=((ADA, "administrator"),)) as at:
        yield at


def link(page: Page, file: str, first: str, last: str, *marks: str) -> None:
    page.goto(f"{file}/persons/new")
    page.get_by_label("First name").fill(first)
    page.get_by_label("Last name").fill(last)
    for mark in marks:
        page.get_by_label(mark).check()
    page.get_by_role("button", name="Create and link").click()
    page.wait_for_url(re.compile("/persons$"))


def choose(page: Page, where: str, names: Sequence[str]) -> None:
    """Tick the rows of these names in a list, and take the mass action."""
    page.goto(where)
    for name in names:
        row = page.locator("#list tbody tr").filter(has=page.get_by_role("link", name=name, exact=True))
        row.locator("input[name=ids]").check()
    # A popover opens by itself: without scripts too.
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass").get_by_role("button", name="Merge contacts…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Merge {len(names)} contacts")
    page.wait_for_load_state()


def badges(page: Page) -> list[str]:
    return page.locator("#filehead .c-badge").all_inner_texts()


@SCRIPTS
def test_E1_customer_and_supplier_of_the_list_become_one_with_all_marks(
    tab: Callable[[bool], Page], scripts: bool
) -> None:
    page = tab(scripts)
    name = "Kerbrat" if scripts else "Locronan"
    customer = make_company(page, f"{name} & Fils", ["customer"], f"info@{name.lower()}.example")
    supplier = make_company(page, f"{name} SARL", ["supplier"], f"achat@{name.lower()}.example")
    link(page, supplier, "Élodie", f"Riou {name}", "Primary contact", "Receives the invoices")
    choose(page, f"/contacts?q={name}", [f"{name} & Fils", f"{name} SARL"])
    assert not scripts or not examine(page)
    expect(page.get_by_role("radio", name=re.compile(f"{name} & Fils")).first).to_be_checked()
    page.get_by_role("button", name="Merge 2 contacts into one").click()
    page.wait_for_url(customer)
    assert badges(page) == ["Customer", "Supplier"]
    expect(page.locator("#toasts").get_by_text("2 contacts are merged into one")).to_be_visible()
    expect(page.locator("#filehead").get_by_text("Merged into it")).to_be_visible()
    page.goto(f"{customer}/persons")
    row = page.locator("tbody tr").filter(has_text=f"Riou {name}")
    expect(row).to_contain_text("Primary contact")
    expect(row).to_contain_text("Receives the invoices")
    page.goto(supplier)
    expect(page).to_have_url(customer)


@SCRIPTS
def test_E4_a_prospect_that_absorbs_a_customer_is_one_and_the_undo_parts_them(
    tab: Callable[[bool], Page], scripts: bool
) -> None:
    page = tab(scripts)
    name = "Nordwind" if scripts else "Südwind"
    prospect = make_company(page, f"{name} Prospect", ["prospect"])
    customer = make_company(page, f"{name} Customer", ["customer"])
    choose(page, f"/contacts?q={name}", [f"{name} Prospect", f"{name} Customer"])
    page.get_by_role("radio", name=re.compile(f"^{name} Prospect")).first.check()
    if not scripts:
        # The values that are shown are still those of the other main contact.
        page.get_by_role("button", name="Show again").click()
    expect(page.get_by_role("radio", name=f"{name} Prospect", exact=True)).to_be_checked()
    expect(page.get_by_text("“Customer” wins over “Prospect”, for good")).to_be_visible()
    page.get_by_role("button", name="Merge 2 contacts into one").click()
    page.wait_for_url(prospect)
    assert badges(page) == ["Customer"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts").get_by_text("The merge is taken back")).to_be_visible()
    assert badges(page) == ["Prospect"]
    page.goto(customer)
    assert badges(page) == ["Customer"]


def test_E2_each_choice_is_shown_at_once_and_the_focus_stays(tab: Callable[[bool], Page]) -> None:
    page = tab(True)
    one = make_company(page, "Alpha Choice", ["customer"], "alpha@choice.example")
    make_company(page, "Beta Choice", ["customer"], "beta@choice.example")
    choose(page, "/contacts?q=choice", ["Alpha Choice", "Beta Choice"])
    main = page.get_by_role("radio", name=re.compile("^Beta Choice")).first
    main.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="beta@choice.example")).to_be_checked()
    expect(main).to_be_focused()
    expect(page.locator("#live")).to_contain_text("Main contact: Beta Choice.")
    page.get_by_role("radio", name="alpha@choice.example").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="alpha@choice.example")).to_be_focused()
    expect(page.get_by_role("row", name=re.compile("E-mail addresses"))).to_contain_text(
        "alpha@choice.example (primary)"
    )
    main = page.get_by_role("radio", name=re.compile("^Alpha Choice")).first
    main.check()
    # What was chosen stays; what followed from the main contact follows it.
    expect(page.get_by_role("radio", name="Alpha Choice", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="alpha@choice.example")).to_be_checked()
    page.get_by_role("radio", name="Beta Choice", exact=True).check()
    page.get_by_role("radio", name="beta@choice.example").check()
    expect(page.get_by_role("row", name=re.compile("E-mail addresses"))).to_contain_text(
        "beta@choice.example (primary)"
    )
    assert not examine(page)
    page.get_by_role("button", name="Merge 2 contacts into one").click()
    page.wait_for_url(one)
    expect(page.get_by_role("heading", level=1)).to_have_text("Beta Choice")


@SCRIPTS
def test_E6_the_history_leads_to_the_undo_which_asks_about_what_was_changed(
    tab: Callable[[bool], Page], scripts: bool
) -> None:
    page = tab(scripts)
    name = "Gamma" if scripts else "Delta"
    first = make_company(page, f"{name} One", ["supplier"])
    second = make_company(page, f"{name} Two")
    choose(page, f"/contacts?q={name}", [f"{name} One", f"{name} Two"])
    page.get_by_role("radio", name=f"{name} Two", exact=True).check()
    page.get_by_role("button", name="Merge 2 contacts into one").click()
    page.wait_for_url(first)
    page.goto(f"{first}/edit")
    page.get_by_label("Company name").fill(f"{name} Three")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_url(re.compile(rf"{first}(\?|$)"))
    page.goto(f"{first}/history")
    page.get_by_role("link", name="Take the merge back…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Merge of 2 contacts into {name} Three")
    expect(page.get_by_text("1 field was changed since: which value holds?")).to_be_visible()
    assert not scripts or not examine(page)
    page.get_by_role("radio", name=f"{name} Three").check()
    page.get_by_role("button", name="Take the merge back").click()
    page.wait_for_url(first)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} Three")
    page.goto(second)
    expect(page).to_have_url(second)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} Two")
    page.goto(f"{first}/history")
    expect(page.get_by_role("link", name="Take the merge back…")).to_have_count(0)


def test_E1_the_files_menu_finds_the_other_one_by_keys_alone(tab: Callable[[bool], Page]) -> None:
    page = tab(True)
    make_company(page, "Epsilon GmbH", ["customer"])
    here = make_company(page, "Epsilon Handel")
    page.get_by_role("button", name="More actions").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Merge with…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge Epsilon Handel with…")
    expect(page.get_by_role("searchbox", name="Find a contact")).to_be_focused()
    page.keyboard.type("epsilon")
    expect(page.locator("#found li")).to_have_count(1)
    expect(page.locator("#live")).to_have_text("1 contact found")
    assert not examine(page)
    page.locator("#found").get_by_role("link", name="Choose Epsilon GmbH").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge 2 contacts")
    page.get_by_role("link", name="Cancel").click()
    page.goto(here)
    expect(page.get_by_role("heading", level=1)).to_have_text("Epsilon Handel")


def test_A6_the_form_of_a_new_contact_offers_to_merge_with_its_double(tab: Callable[[bool], Page]) -> None:
    page = tab(True)
    make_company(page, "Zeta Werkzeug", email="info@zeta.example")
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Zeta Werkzeuge")
    page.get_by_role("textbox", name="E-mail 1").fill("info@zeta.example")
    page.get_by_role("button", name=re.compile("^Create and merge")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge 2 contacts")
    expect(page.get_by_role("radio", name=re.compile("^Zeta Werkzeug(No|With|$)")).first).to_be_checked()
    expect(page.get_by_role("radio", name="Zeta Werkzeuge", exact=True)).to_be_visible()


def test_E5_what_is_in_the_way_is_resolved_by_its_button(tab: Callable[[bool], Page]) -> None:
    page = tab(True)
    party = make_company(page, "Theta Party")
    link(page, party, "Ida", "Theta")
    choose(page, "/contacts?q=theta", ["Theta Party", "Ida Theta"])
    expect(page.get_by_role("heading", name="These contacts can't be merged yet")).to_be_visible()
    assert not examine(page)
    page.get_by_role("button", name=re.compile("Remove the link")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge 2 contacts")
    expect(page.get_by_role("heading", name="These contacts can't be merged yet")).to_have_count(0)
    expect(page.get_by_role("button", name="Merge 2 contacts into one")).to_be_enabled()
