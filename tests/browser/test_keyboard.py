"""Everything is reached by keys: single keys, rows, the skip link, dialogs (spec J3, WCAG 2.1.1 and 2.1.4)."""

from __future__ import annotations

import re
from collections.abc import Callable

from driving import GRACE, PHONE, Watched
from playwright.sync_api import Locator, Page, expect


def name_of_row(page: Page, number: int) -> Locator:
    return page.locator("#list tbody tr").nth(number).locator("th a")


def test_slash_searches_the_list_at_hand_and_letters_are_typed_there(page: Page) -> None:
    page.goto("/contacts")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Search in this list")
    expect(box).to_be_focused()
    page.keyboard.type("nx/")
    expect(box).to_have_value("nx/")
    expect(page).to_have_url(re.compile(r"/contacts\?q=nx%2F$"))
    expect(box).to_be_focused()


def test_slash_searches_everywhere_where_there_is_no_list(page: Page) -> None:
    page.goto("/contacts/new")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search everywhere")).to_be_focused()
    page.keyboard.type("lindner")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/contacts\?q=lindner$"))


def test_n_makes_a_new_contact_and_e_edits(page: Page) -> None:
    page.goto("/prospects")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/contacts/new\?function=prospect$"))
    expect(page.get_by_role("checkbox", name="Prospect")).to_be_checked()
    page.goto("/contacts")
    name_of_row(page, 0).click()
    page.wait_for_url(re.compile(r"/contacts/\d+\?in=all$"))
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/contacts/\d+/edit\?in=all$"))


def test_j_k_x_and_enter_go_through_the_rows(page: Page) -> None:
    page.goto("/prospects")
    page.keyboard.press("j")
    expect(name_of_row(page, 0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(name_of_row(page, 2)).to_be_focused()
    page.keyboard.press("k")
    expect(name_of_row(page, 1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#list tbody tr").nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text(re.compile(r"^1 of \d+ chosen$"))
    expect(page.locator("#live")).to_have_text(re.compile(r"^1 of \d+ chosen$"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("#list tbody input:checked")).to_have_count(3)
    expect(page.locator("#bulk-count")).to_have_text(re.compile(r"^3 of \d+ chosen$"))
    page.keyboard.press("k")
    page.keyboard.press("k")
    name = name_of_row(page, 1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_skip_link_is_the_first_stop(page: Page) -> None:
    page.goto("/contacts")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_help_opens_by_its_key_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/contacts")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading", level=2)).to_be_focused()
    # Keys of the page behind do nothing meanwhile.
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/contacts$"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_single_keys_can_be_switched_off(enter: Callable[..., Watched]) -> None:
    page = enter(GRACE).page()
    page.goto("/contacts")
    page.keyboard.press("?")
    page.get_by_role("button", name="Switch single keys off").click()
    expect(page.locator("body")).to_have_attribute("data-shortcuts", "off")
    page.wait_for_load_state("load")
    for key in ("n", "j", "/"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"/contacts$"))
    expect(page.locator("input:focus, th a:focus")).to_have_count(0)
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("button", name="Switch single keys on").click()
    expect(page.locator("body:not([data-shortcuts])")).to_have_count(1)
    # The page is new: its scripts hear keys once they are loaded.
    page.wait_for_load_state("load")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/contacts/new"))


def test_the_menu_of_functions_is_used_by_keys(page: Page) -> None:
    page.goto("/suppliers")
    name_of_row(page, 0).click()
    opener = page.get_by_role("button", name="Contact functions")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#functions")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#functions")).to_be_hidden()
    expect(opener).to_be_focused()


def test_on_a_phone_the_navigation_is_a_drawer(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE, has_touch=True).page()
    page.goto("/contacts")
    navigation = page.get_by_role("navigation", name="Main navigation")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    expect(navigation).to_be_in_viewport()
    navigation.get_by_role("link", name="Suppliers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suppliers")


def press_by_altgr(page: Page, key: str) -> None:
    """Type a sign as French and German keyboards do, which report it with Control and Alt."""
    page.evaluate(
        """key => document.body.dispatchEvent(new KeyboardEvent("keydown", {
            key, ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true, cancelable: true}))""",
        key,
    )


def test_J3_brackets_lead_to_the_files_beside_also_where_they_lie_behind_altgr(page: Page) -> None:
    page.goto("/prospects")
    names = [name_of_row(page, number).inner_text() for number in range(2)]
    name_of_row(page, 0).click()
    page.wait_for_load_state("load")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[0])
    page.keyboard.press("]")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[1])
    page.wait_for_load_state("load")
    press_by_altgr(page, "[")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[0])


def test_J3_the_help_names_every_key_that_there_is(page: Page) -> None:
    page.goto("/contacts")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    told = set(" ".join(dialog.locator("kbd").all_inner_texts()).split())
    assert {"Ctrl/⌘", "K", "/", "n", "e", "j", "k", "x", "Shift", "Enter", "[", "]", "?"} <= told
    own = page.evaluate("[...document.querySelectorAll('[data-key]')].map(one => one.dataset.key)")
    assert {one.removeprefix("Control+") for one in own} <= told
