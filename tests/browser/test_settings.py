"""A day in Settings: the company, a value, a user who comes and one who leaves; with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, PHONE, Watched, sign_in
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served

PASSWORD = "nine small red boats"
NINA = "nina@firm.example"


@pytest.fixture(params=["sqlite", "postgresql"])
def firm(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A Carnet of its own: what is set here is set for all."""
    with served(request.param, contacts=20, users=((ADA, "administrator"),)) as at:
        yield at


def enter(browser: Watched, email: str = ADA, **options: str) -> Page:
    page = browser.page()
    page.goto("/login")
    sign_in(page, email, **options)
    page.wait_for_url("**/contacts")
    return page


def clean(page: Page) -> None:
    """Nothing is wrong with the page as it stands; the size of its window stays."""
    size = page.viewport_size
    assert not (found := examine(page)), "\n".join(found)
    if size:
        page.set_viewport_size(size)


def set_company(page: Page, check: Callable[[Page], None]) -> None:
    page.goto("/settings")
    check(page)
    page.locator("#main").get_by_role("link", name=re.compile("^Company")).click()
    page.get_by_label("Company name").fill("Ateliers Morvan")
    page.get_by_label("VAT id").fill("FR00000000000")
    page.get_by_label("Time zone").select_option(label="Brussels (Belgium)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The company's settings are saved.").first).to_be_visible()
    expect(page.get_by_label("Company name")).to_have_value("Ateliers Morvan")
    expect(page.get_by_text("compare it with your registration")).to_be_visible()
    expect(page.get_by_role("region", name="Last changes")).to_contain_text("Brussels (Belgium)")
    check(page)


def add_value(page: Page, check: Callable[[Page], None]) -> None:
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Value lists").click()
    check(page)
    page.get_by_role("link", name="Sources").click()
    form = page.get_by_role("form", name="Add a value")
    form.get_by_label("English").fill("Word of mouth")
    form.get_by_role("button", name="Add").click()
    row = page.get_by_role("row", name=re.compile("word_of_mouth"))
    expect(row).to_be_visible()
    page.get_by_role("link", name="Rename: Word of mouth").click()
    page.get_by_label("Français of word_of_mouth").fill("Bouche à oreille")
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(row).to_contain_text("Bouche à oreille")
    page.get_by_role("button", name="Move up: Word of mouth").click()
    expect(page.locator("#values tbody tr").nth(-2)).to_contain_text("word_of_mouth")
    page.get_by_role("button", name="Withdraw: Word of mouth").click()
    expect(row).to_contain_text("withdrawn")
    page.get_by_role("button", name="Delete: Word of mouth").click()
    expect(row).to_have_count(0)
    check(page)


def invite(page: Page, check: Callable[[Page], None]) -> str:
    page.goto("/settings/users")
    check(page)
    page.get_by_role("link", name="Invite a user").click()
    page.get_by_label("Name", exact=True).fill("Nina Quillien")
    page.get_by_label("E-mail address").fill(NINA)
    page.get_by_label("Role").select_option(label="Manager")
    check(page)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", name="Link to choose a password")).to_be_visible()
    link = page.get_by_label("Link", exact=True).input_value()
    check(page)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("region", name="Last changes")).to_contain_text("User added")
    return link


def choose_password(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_load_state()
    if "/login" in page.url:
        sign_in(page, NINA, PASSWORD)
    page.wait_for_url("**/contacts")


def take_a_contact(page: Page) -> None:
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Handed & Over")
    page.get_by_text("Website, language, tags, bank, consents, more").click()
    page.get_by_label("Responsible user").select_option(label="Nina Quillien")
    page.get_by_role("button", name="Save the contact").last.click()
    expect(page.get_by_role("heading", level=1, name="Handed & Over")).to_be_visible()


def switch_off(page: Page, check: Callable[[Page], None]) -> None:
    page.goto("/settings/users?q=nina")
    page.get_by_role("link", name="Nina Quillien").click()
    check(page)
    page.get_by_role("link", name="Switch off…").click()
    expect(page.get_by_text("responsible for 1 contact:")).to_be_visible()
    page.get_by_role("button", name="Switch off, hand over 1 contact").click()
    expect(page.locator("#errors")).to_contain_text("Choose who takes over the contacts.")
    check(page)
    page.get_by_label("Who takes over the contacts").select_option(label="Ada")
    page.get_by_role("button", name="Switch off, hand over 1 contact").click()
    expect(page.get_by_text("1 contact is handed over").first).to_be_visible()
    expect(page.get_by_role("button", name="Switch on again")).to_be_visible()
    check(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_J1_J4_A8_a_day_in_settings(visit: Callable[..., Watched], firm: Served, javascript: bool) -> None:
    browser = visit(firm, java_script_enabled=javascript)
    browser.allowed |= {422}
    # axe is a script: what it says of the pages holds for both.
    check = clean if javascript else lambda _page: None
    page = enter(browser)
    set_company(page, check)
    add_value(page, check)
    link = invite(page, check)
    guest = visit(firm, java_script_enabled=javascript)
    guest.allowed |= {422}
    guests_page = guest.page()
    choose_password(guests_page, link)
    take_a_contact(guests_page)
    switch_off(page, check)
    guests_page.goto("/contacts")
    expect(guests_page).to_have_url(re.compile("/login"))
    sign_in(guests_page, NINA, PASSWORD)
    expect(guests_page).to_have_url(re.compile("/login"))


def test_J1_settings_on_a_phone(visit: Callable[..., Watched], carnet: Served, signed_in) -> None:
    page = visit(carnet, PHONE, storage_state=signed_in(ADA), has_touch=True).page()
    page.goto("/settings/value-lists/sources")
    page.get_by_role("link", name=re.compile("^Rename")).first.click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
