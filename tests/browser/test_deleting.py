"""The dialog before a contact is deleted, with scripts and without: every blocker and its click (spec D1-D4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, make_company
from examination import examine
from playwright.sync_api import Locator, Page, expect
from serving import Served, served

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
KEPT = "Documents that must be kept exist for this customer: it can't be deleted, only anonymised."


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=0, users=((ADA, "administrator"),)) as at:
        yield at


def link_new(page: Page, party: str, name: str) -> str:
    """Create a person as the party's primary contact; the address of its file."""
    page.goto(f"{party}/persons/new")
    page.get_by_label("Last name").fill(name)
    page.get_by_label("Primary contact").check()
    page.get_by_role("button", name="Create and link").click()
    page.wait_for_url(re.compile("/persons$"))
    href = page.get_by_role("link", name=name, exact=True).first.get_attribute("href")
    assert href
    return href


def ask(page: Page, file: str, scripts: bool) -> Locator:
    """Choose Delete… in the file: a dialog above it, or a page where there is no script."""
    page.goto(file)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Delete…").click()
    if not scripts:
        page.wait_for_url(re.compile(r"/delete$"))
        return page.locator("main")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_be_focused()
    return dialog


@SCRIPTS
def test_D2_its_three_steps_are_three_clicks_in_the_dialog(tab: Callable[[bool], Page], scripts: bool) -> None:
    page = tab(scripts)
    firm = make_company(page, f"Hofer {scripts}", ["customer"])
    person = link_new(page, firm, f"Wiesinger {scripts}")
    where = ask(page, person, scripts)
    # Playwright takes a button for disabled that says so to screen readers alone.
    expect(where.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    assert not scripts or not examine(page)
    expect(where.get_by_role("heading", level=3)).to_have_text(f"Primary contact of Hofer {scripts}")
    where.get_by_role("button", name="Untick “Primary contact”").click()
    reason = where.get_by_role("heading", level=3)
    expect(reason).to_have_text(f"Contact person of Hofer {scripts}")
    expect(reason).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="no longer the primary contact").or_(
        page.locator(".c-toast")).first).to_be_visible()  # fmt: skip
    where.get_by_role("button", name="Remove the link").click()
    delete = where.get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_enabled()
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/contacts$"))
    expect(page.locator("#toasts").get_by_text("is in the bin for 30 days")).to_be_visible()


def test_D3_closed_the_dialog_leaves_the_file_as_it_is_now(tab: Callable[[bool], Page]) -> None:
    page = tab(True)
    person = link_new(page, make_company(page, "Donauer", ["supplier"]), "Roussel")
    dialog = ask(page, person, True)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="More actions")).to_be_focused()
    dialog = ask(page, person, True)
    dialog.get_by_role("button", name="Untick “Primary contact”").click()
    expect(dialog.get_by_text("no longer the primary contact")).to_be_visible()
    dialog.get_by_role("button", name="Close").first.click()
    expect(page.get_by_text("Primary contact", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="More actions")).to_be_focused()


@SCRIPTS
def test_D4_documents_that_must_be_kept_are_said_first(tab: Callable[[bool], Page], scripts: bool) -> None:
    page = tab(scripts)
    firm = make_company(page, f"Kerbrat {scripts}", ["customer"])
    page.goto(f"{firm}/documents/new")
    page.get_by_label("Type").select_option("invoice")
    page.get_by_label("Date", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="File the document").click()
    page.wait_for_url(re.compile(r"/documents$"))
    where = ask(page, firm, scripts)
    expect(where.get_by_text(KEPT)).to_be_visible()
    expect(where.get_by_text("To be kept until December 31, 2036")).to_be_visible()
    expect(where.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    expect(where.get_by_role("button", name="Delete all the same")).to_have_count(0)
    assert not scripts or not examine(page)
    where.get_by_role("link", name="Anonymise…").click()
    page.get_by_label("Reason").fill("Asked for by letter")
    hint = page.get_by_text(re.compile(r"^It is \S+\.")).inner_text()
    page.get_by_label("Write the contact's number").fill(hint.removeprefix("It is ").removesuffix("."))
    page.get_by_role("button", name="Anonymise the contact").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("?")
    page.goto(firm)
    expect(page.locator("#main")).not_to_contain_text("Kerbrat")


@SCRIPTS
def test_D4_an_administrator_deletes_in_spite_of_links(tab: Callable[[bool], Page], scripts: bool) -> None:
    page = tab(scripts)
    firm = make_company(page, f"Nordwind {scripts}", ["customer"])
    link_new(page, firm, f"Seidel {scripts}")
    where = ask(page, firm, scripts)
    where.get_by_label("I know what is lost").check()
    where.get_by_role("button", name="Delete all the same").click()
    page.wait_for_url(re.compile("/contacts$"))
    expect(page.locator("#toasts").get_by_text("Its links are removed.")).to_be_visible()
    page.goto(f"{firm}/history")
    expect(page.get_by_text("is its primary contact").first).to_be_visible()


@SCRIPTS
def test_D9_the_bin_is_searched_and_one_goes_for_good(tab: Callable[[bool], Page], scripts: bool) -> None:
    page = tab(scripts)
    for name in ("Blanc", "Noir"):
        where = ask(page, make_company(page, f"Été {name} {scripts}", ["supplier"]), scripts)
        where.get_by_role("button", name="Delete", exact=True).click()
        page.wait_for_url(re.compile("/contacts$"))
    page.get_by_role("link", name="Bin", exact=True).click()
    box = page.get_by_role("searchbox", name="Search the bin")
    box.fill(f"ete blanc {scripts}")
    if not scripts:
        box.press("Enter")
    rows = page.locator("#bin tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("in 30 days")
    rows.get_by_role("link", name="Delete for good").click()
    page.get_by_label("I know that it can't be had back").check()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#toasts").get_by_text(f"Été Blanc {scripts} is deleted for good.")).to_be_visible()
    expect(page.get_by_role("link", name=f"Été Blanc {scripts}", exact=True)).to_have_count(0)
    page.get_by_role("button", name=f"Restore Été Noir {scripts}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Été Noir {scripts}")
