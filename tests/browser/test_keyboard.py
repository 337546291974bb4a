"""Everything is reached by keys: single keys, rows, the skip link, dialogs (spec J3, WCAG 2.1.1 and 2.1.4)."""

from __future__ import annotations

import re
from collections.abc import Callable

from conftest import GRACE, PHONE, Watched
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
    expect(page.locator("#bulk-count")).to_have_text("1 contact chosen")
    expect(page.locator("#live")).to_have_text("1 contact chosen")
    name = name_of_row(page, 1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_shift_chooses_a_range_and_the_head_a_page(page: Page) -> None:
    page.goto("/prospects")
    boxes = page.locator("#list tbody input[name=ids]")
    boxes.nth(1).check()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("#bulk-count")).to_have_text("4 contacts chosen")
    page.get_by_role("checkbox", name="Choose the whole page").check()
    expect(page.locator("#bulk-count")).to_have_text(f"{boxes.count()} contacts chosen")
    page.get_by_role("link", name="Clear the selection").click()
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page.locator("#list tbody input:checked")).to_have_count(0)


def test_the_choice_stays_when_the_list_is_sorted(page: Page) -> None:
    page.goto("/prospects?q=sarl")
    name = name_of_row(page, 0).inner_text()
    page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"sort=-name"))
    expect(name_of_row(page, 0)).not_to_have_text(name)
    expect(page.get_by_role("checkbox", name=f"Choose {name}")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 contact chosen")
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")


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
    expect(dialog.get_by_role("heading")).to_be_focused()
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
