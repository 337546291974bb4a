"""Number ranges in Settings, with their live preview; with script and without (spec F1, F2, F4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from driving import ADA, PHONE, Watched, sign_in
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served


@pytest.fixture(params=["sqlite", "postgresql"])
def firm(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A Carnet of its own: what is set here is set for all."""
    with served(request.param, contacts=20, users=((ADA, "administrator"),)) as at:
        yield at


def enter(browser: Watched) -> Page:
    browser.allowed |= {422}
    page = browser.page()
    page.goto("/login")
    sign_in(page, ADA)
    page.wait_for_url("**/contacts")
    return page


def clean(page: Page) -> None:
    """Nothing is wrong with the page as it stands; the size of its window stays."""
    size = page.viewport_size
    assert not (found := examine(page)), "\n".join(found)
    if size:
        page.set_viewport_size(size)


def save(page: Page, form: str) -> None:
    page.get_by_role("form", name=form).get_by_role("button", name="Save", exact=True).click()


def new_customer(page: Page, name: str) -> None:
    page.goto("/contacts/new?function=customer")
    page.get_by_label("Company name", exact=True).fill(name)
    page.get_by_role("button", name="Save the contact").click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))


def test_F4_the_next_number_is_shown_while_a_range_is_typed(visit, firm) -> None:
    page = enter(visit(firm))
    page.goto("/settings")
    page.locator("#main").get_by_role("link", name=re.compile("^Number ranges")).click()
    page.wait_for_url("**/settings/number-ranges")
    preview = page.locator("#preview")
    page.get_by_label("Prefix").fill("K{yy}-")
    expect(preview.locator("b")).to_have_text(re.compile(r"^K\d\d-\d{5}$"))
    expect(preview).to_contain_text(re.compile(r"From 1 January|From January 1"))
    page.get_by_label("Prefix").fill("K{yyy}-")
    expect(preview).to_contain_text("is not known")
    page.get_by_label("Prefix").fill("K-")
    page.get_by_label("Next number").fill("50001")
    expect(preview.locator("b")).to_have_text("K-50001")
    clean(page)
    save(page, "Common range")
    expect(page.get_by_text("The number range is saved.").first).to_be_visible()
    new_customer(page, "Ateliers Morvan")
    expect(page.locator("#main")).to_contain_text("K-50001")
    page.goto("/settings/number-ranges")
    page.get_by_label("Next number").fill("50001")
    save(page, "Common range")
    expect(page.locator("#f-next-e")).to_contain_text("The smallest possible is 50002")
    expect(page.get_by_label("Next number")).to_have_value("50001")
    clean(page)


def test_F2_the_switch_of_suppliers_shows_what_it_does(visit, firm) -> None:
    page = enter(visit(firm))
    page.goto("/settings/number-ranges/supplier")
    shown = page.locator("#switched b")
    common = shown.inner_text()
    page.get_by_label("A number range of its own").check()
    expect(shown).to_have_text(re.compile(r"^S1\d{4}$"))
    page.get_by_label("A number range of its own").uncheck()
    expect(shown).to_have_text(common)
    page.get_by_label("A number range of its own").check()
    save(page, "Where the numbers come from")
    expect(page.get_by_role("form", name="Number range: Suppliers")).to_be_visible()
    clean(page)
    page.goto("/settings/accounts")
    page.get_by_label("Debtor accounts: given in turn").check()
    save(page, "Where the accounts come from")
    expect(page.get_by_text("Next: 10000.")).to_be_visible()
    clean(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.get_by_role("link", name="Set the number range: Debtor accounts").click()
    clean(page)


def test_F1_ranges_are_set_without_script(visit, firm) -> None:
    page = enter(visit(firm, java_script_enabled=False))
    page.goto("/settings/number-ranges")
    page.get_by_label("Prefix").fill("K{yyy}")
    save(page, "Common range")
    expect(page.locator("#f-prefix-e")).to_contain_text("is not known")
    page.get_by_label("Prefix").fill("N-")
    page.get_by_label("Next number").fill("70001")
    save(page, "Common range")
    expect(page.locator("#preview b")).to_have_text("N-70001")
    page.goto("/settings/number-ranges/supplier")
    page.get_by_label("A number range of its own").check()
    save(page, "Where the numbers come from")
    expect(page.locator("#switched b")).to_have_text(re.compile(r"^S1\d{4}$"))
