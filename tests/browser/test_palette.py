"""The command palette by keyboard: contacts, commands, the focus, and what it never leaves behind (spec J3)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from driving import GRACE, LINE_CUT, PHONE, Watched
from examination import examine
from playwright.sync_api import Error, Locator, Page, Route, expect


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Contact or command")


def active(page: Page) -> Locator:
    return page.locator("#palette-list [role=option][aria-selected=true]")


def open_by_key(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    expect(active(page)).to_have_count(1)


def make(page: Page, name: str, phone: str) -> None:
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill(name)
    page.locator("[name='phones-0-value']").fill(phone)
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+$"))


def test_J3_a_contact_is_found_by_a_phone_number_and_opened(page: Page) -> None:
    make(page, "Kerbrat & Filles", "+33 6 98 76 54 32")
    page.goto("/suppliers")
    open_by_key(page)
    page.keyboard.type("06 98 76 54 32")
    expect(active(page)).to_contain_text("Kerbrat & Filles")
    expect(active(page)).to_contain_text("+33698765432")
    expect(page.locator("#palette-said")).to_have_text(re.compile(r"^\d+ results$"))
    # What is typed is in no address.
    expect(page).to_have_url(re.compile(r"/suppliers$"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kerbrat & Filles")
    page.go_back()
    page.wait_for_url("**/suppliers")
    expect(page.locator("#palette")).to_be_hidden()
    # It is the one opened last.
    open_by_key(page)
    expect(active(page)).to_contain_text("Kerbrat & Filles")


def hold(page: Page, typed: str) -> list[Route]:
    """Keep the questions about this text from reaching the server."""
    held: list[Route] = []

    def catch(route: Route) -> None:
        if parse_qs(route.request.post_data or "").get("q") == [typed]:
            held.append(route)
        else:
            route.continue_()

    page.route("**/palette", catch)
    return held


def until(page: Page, held: list[Route]) -> None:
    """Wait for the first one that is held."""
    while not held:
        page.wait_for_timeout(20)


def test_J3_enter_before_the_answer_opens_what_it_brings(page: Page) -> None:
    page.goto("/contacts")
    open_by_key(page)
    held = hold(page, "> value li")
    page.keyboard.type("> value li")
    until(page, held)
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile(r"/contacts$"))
    held[0].continue_()
    page.wait_for_url("**/settings/value-lists")


def test_J3_a_late_answer_to_fewer_letters_shows_nothing(page: Page) -> None:
    page.goto("/contacts")
    open_by_key(page)
    held = hold(page, "> set")
    page.keyboard.type("> set")
    until(page, held)
    page.keyboard.type(" val")
    expect(active(page)).to_contain_text("Value lists")
    for route in held:
        # The browser has given the question up.
        with contextlib.suppress(Error):
            route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator("#palette-list [role=option]")).to_have_count(1)


def test_J3_a_command_is_run_by_keys(page: Page) -> None:
    page.goto("/contacts")
    open_by_key(page)
    page.keyboard.type("> users")
    expect(active(page)).to_contain_text("Users and roles")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/users")
    open_by_key(page)
    page.keyboard.type("> dark appearance")
    expect(active(page)).to_contain_text("Dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile(r"/settings/users$"))
    page.wait_for_load_state("load")
    open_by_key(page)
    page.keyboard.type("> system")
    expect(active(page)).to_contain_text("System")
    page.keyboard.press("Enter")
    expect(page.locator("html:not([data-theme])")).to_have_count(1)
    page.wait_for_load_state("load")
    open_by_key(page)
    page.keyboard.type("> shortcuts")
    expect(active(page)).to_contain_text("Shortcuts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()


def test_J3_arrows_home_and_end_walk_and_the_field_keeps_the_focus(page: Page) -> None:
    page.goto("/contacts")
    open_by_key(page)
    page.keyboard.type("> new")
    options = page.locator("#palette-list [role=option]")
    expect(options).to_have_count(4)

    def at(number: int) -> None:
        expect(options.nth(number)).to_have_attribute("aria-selected", "true")
        expect(active(page)).to_have_count(1)
        expect(field(page)).to_have_attribute("aria-activedescendant", options.nth(number).get_attribute("id") or "")
        expect(field(page)).to_be_focused()

    at(0)
    for key, number in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 3), ("ArrowDown", 0), ("End", 3), ("Home", 0)):
        page.keyboard.press(key)
        at(number)
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.type(" nothing of that name")
    expect(page.locator("#palette-list")).to_contain_text("Nothing found")
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    assert field(page).get_attribute("aria-activedescendant") is None
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()


def test_J3_escape_gives_the_focus_back_and_what_was_typed_is_gone(page: Page) -> None:
    page.goto("/contacts/new")
    name = page.get_by_label("Company name")
    name.fill("Kerbrat")
    # From a field as well.
    open_by_key(page)
    page.keyboard.type("abc")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(name).to_be_focused()
    expect(name).to_have_value("Kerbrat")
    open_by_key(page)
    expect(field(page)).to_have_value("")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    expect(name).to_be_focused()
    # Nothing of it stays in the browser.
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_J3_control_and_enter_opens_a_tab_of_its_own(page: Page) -> None:
    page.goto("/contacts")
    open_by_key(page)
    page.keyboard.type("> suppliers")
    expect(active(page)).to_contain_text("Suppliers")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    opened.value.wait_for_url("**/suppliers")
    expect(page).to_have_url(re.compile(r"/contacts$"))
    expect(page.locator("#palette")).to_be_visible()


def test_J3_it_works_where_single_keys_are_off_and_over_another_dialog(enter: Callable[..., Watched]) -> None:
    page = enter(GRACE).page()
    page.goto("/contacts")
    page.keyboard.press("?")
    open_by_key(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    page.get_by_role("button", name="Switch single keys off").click()
    expect(page.locator("body")).to_have_attribute("data-shortcuts", "off")
    page.wait_for_load_state("load")
    open_by_key(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("button", name="Switch single keys on").click()
    expect(page.locator("body:not([data-shortcuts])")).to_have_count(1)


def test_J3_what_was_typed_becomes_a_contact(page: Page) -> None:
    page.goto("/contacts")
    open_by_key(page)
    page.keyboard.type("Zwickauer Kerzen")
    expect(page.locator("#palette-list")).to_contain_text("New contact “Zwickauer Kerzen”")
    page.get_by_role("option", name="New contact “Zwickauer Kerzen”").click()
    page.wait_for_url("**/contacts/new")
    expect(page.get_by_label("Company name")).to_have_value("Zwickauer Kerzen")


@pytest.mark.parametrize("typed", ["", "an", "> zzz"])
def test_J3_it_is_accessible(page: Page, typed: str) -> None:
    page.goto("/contacts")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Commands").click()
    expect(active(page)).to_have_count(1)
    page.keyboard.type(typed)
    if typed:
        expect(page.locator("#palette-list")).to_contain_text("“an”" if typed == "an" else "Nothing found")
    assert not examine(page)


def test_J3_its_page_is_accessible(page: Page) -> None:
    page.goto("/palette")
    assert not examine(page)


def test_J3_signed_out_meanwhile_it_leads_to_the_sign_in_and_back(enter: Callable[..., Watched]) -> None:
    browser = enter(GRACE)
    browser.allowed.add(401)
    page = browser.page()
    page.goto("/contacts")
    browser.context.clear_cookies()
    page.keyboard.press("Control+k")
    page.wait_for_url("**/login?next=/palette")


@pytest.mark.parametrize("status", [503, 0])
def test_J3_without_an_answer_it_makes_room_for_what_the_page_says(enter: Callable[..., Watched], status: int) -> None:
    browser = enter()
    browser.allowed.add(503)
    browser.provoked = LINE_CUT
    page = browser.page()
    page.goto("/contacts")
    open_by_key(page)
    page.route("**/palette", lambda route: route.fulfill(status=status) if status else route.abort())
    page.keyboard.type("an")
    expect(page.locator("#palette")).to_be_hidden()
    said = "That did not work" if status else "No connection to the server"
    expect(page.locator("#toasts")).to_contain_text(said)


def test_J3_on_a_phone_it_is_opened_by_its_button_and_used_by_touch(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE, has_touch=True).page()
    page.goto("/contacts")
    page.get_by_role("link", name="Commands").tap()
    expect(field(page)).to_be_focused()
    page.keyboard.type("suppl")
    page.get_by_role("option", name="Suppliers CRM").tap()
    page.wait_for_url("**/suppliers")


def test_J3_without_script_it_is_a_page(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    page.goto("/contacts")
    page.get_by_role("link", name="Commands").click()
    page.wait_for_url("**/palette")
    page.get_by_role("searchbox", name="Contact or command").fill("suppl")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/palette$"))
    page.locator("#main").get_by_role("link", name=re.compile("^Suppliers CRM")).click()
    page.wait_for_url("**/suppliers")
