"""Columns, saved views and cells of a list, by mouse, keys and finger, with scripts and without (spec G1, G4, J3)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import GRACE, PHONE, Watched
from examination import examine
from playwright.sync_api import Locator, Page, expect


def heads_begin(page: Page, *names: str) -> None:
    """The table's heads from the name on are these, or begin so."""
    found = page.locator("#list thead th:not(.c-cell-check, .c-cell-act)")
    for place, name in enumerate(names):
        expect(found.nth(place)).to_have_text(name, use_inner_text=True)


def heads_are(page: Page, *names: str) -> None:
    """The table's heads from the name on are these, and no others."""
    expect(page.locator("#list thead th:not(.c-cell-check, .c-cell-act)")).to_have_text(names, use_inner_text=True)


def chooser(page: Page) -> Locator:
    """The form of the columns, opened."""
    page.locator("#columns-open").click()
    form = page.locator("#columns form")
    expect(form).to_be_visible()
    return form


def order(form: Locator) -> list[str]:
    """The columns in the form, in their order."""
    return [text.strip() for text in form.locator("[data-sortable] label").all_inner_texts()]


def keep(page: Page, name: str, *, opens: bool = False, shared: bool = False) -> None:
    """Save the list at hand as a view."""
    page.locator("#view-add").click()
    expect(page.locator("#view-title")).to_be_focused()
    page.get_by_label("Name of the view").fill(name)
    if opens:
        page.get_by_label("Open the list with this view").check()
    if shared:
        page.get_by_label("For everyone").check()
    page.get_by_role("button", name="Save the view").click()
    expect(tab(page, name)).to_have_attribute("aria-current", "page")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Saved views").get_by_role("link", name=name, exact=True)


@pytest.fixture
def grace(enter: Callable[..., Watched]) -> Page:
    """A tab of the editor, whose settings no other test changes."""
    return enter(GRACE).page()


def test_G1_columns_are_chosen_and_ordered_by_keys(grace: Page) -> None:
    page = grace
    page.goto("/contacts?kind=company")
    page.locator("#columns-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#columns-title")).to_be_focused()
    form = page.locator("#columns form")
    assert not examine(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(form.get_by_label("Functions", exact=True)).not_to_be_checked()
    up = form.get_by_role("button", name="Move E-mail up")
    form.get_by_label("E-mail", exact=True).focus()
    page.keyboard.press("Space")
    up.focus()
    while order(form)[0] != "E-mail":
        page.keyboard.press("Enter")
        expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#live")).to_have_text(re.compile(r"^E-mail: place 1 of \d+$"))
    page.keyboard.press("Enter")
    assert order(form)[0] == "E-mail"
    form.get_by_role("button", name="Show these columns").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sort-email")).to_be_visible()
    heads_begin(page, "Name", "E-mail", "Pers.")
    expect(page).to_have_url(re.compile(r"/contacts\?kind=company$"))
    page.reload()
    heads_begin(page, "Name", "E-mail")
    page.locator("#sort-email").click()
    expect(page.locator("#list th[aria-sort]")).to_have_text("E-mail")
    page.locator("#columns-open").click()
    expect(page.locator("#columns-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#columns")).to_be_hidden()
    expect(page.locator("#columns-open")).to_be_focused()
    chooser(page).get_by_role("button", name="By default").click()
    expect(page.locator("#sort-functions")).to_be_visible()


def test_G1_columns_are_ordered_by_dragging(grace: Page) -> None:
    page = grace
    page.goto("/suppliers")
    form = chooser(page)
    names = order(form)
    rows = form.locator("[data-sortable]")
    grip, aim = rows.nth(3).locator(".c-grip"), rows.nth(0)
    start, end = grip.bounding_box(), aim.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(start["x"] + 5, start["y"] + 5 + (end["y"] + 2 - start["y"] - 5) * step / 10)
    page.mouse.up()
    assert order(form) == [names[3], *names[:3], *names[4:]]
    expect(page.locator("#live")).to_have_text(re.compile(rf"^{names[3]}: place 1 of"))
    form.get_by_role("button", name="Show these columns").click()
    expect(page.locator("#columns")).to_be_hidden()
    heads_begin(page, "Name", names[3])
    chooser(page).get_by_role("button", name="By default").click()
    expect(page.locator("#columns")).to_be_hidden()


def test_G1_a_view_is_made_used_changed_and_deleted(page: Page) -> None:
    page.goto("/suppliers?kind=company&cols=city,email&sort=-city")
    keep(page, "Nearby")
    expect(page).to_have_url(re.compile(r"/suppliers\?kind=company&saved=\d+&sort=-city$"))
    heads_are(page, "Name", "City", "E-mail")
    assert not examine(page)
    address = page.url
    tab(page, "All").click()
    expect(page).to_have_url(re.compile(r"/suppliers$"))
    heads_begin(page, "Name", "Functions")
    page.go_back()
    expect(page).to_have_url(address)
    heads_are(page, "Name", "City", "E-mail")
    page.reload()
    expect(tab(page, "Nearby")).to_have_attribute("aria-current", "page")
    # What is searched in it is a change, saved or taken back.
    page.get_by_role("searchbox", name="Search in this list").fill("a")
    save = page.get_by_role("button", name="Save the changes")
    expect(save).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=a&kind=company&saved=\d+&sort=-city$"))
    assert not examine(page)
    page.get_by_role("link", name="Reset").click()
    expect(page).to_have_url(address)
    expect(page.get_by_role("searchbox", name="Search in this list")).to_have_value("")
    expect(save).to_have_count(0)
    page.locator("#sort-name").click()
    expect(page.locator("#list th[aria-sort]")).to_have_text("Name")
    save.click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(save).to_have_count(0)
    expect(page.locator("#list th[aria-sort]")).to_have_text("Name")
    # Renamed in its drawer, where what is wrong is said.
    page.locator("#view-open").click()
    expect(page.locator("#view-title")).to_be_focused()
    assert not examine(page)
    page.get_by_label("Name of the view").fill("Around")
    page.get_by_label("For everyone").check()
    page.get_by_role("button", name="Save the view").click()
    expect(tab(page, "Around")).to_have_attribute("title", re.compile("^Shared by "))
    page.locator("#view-open").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page).to_have_url(re.compile(r"/suppliers$"))
    expect(tab(page, "Around")).to_have_count(0)


def test_G1_what_is_wrong_with_a_view_is_said_in_its_drawer(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.add(422)
    page = watched.page()
    page.goto("/prospects")
    page.locator("#view-add").click()
    page.get_by_role("button", name="Save the view").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#view-edit")).to_contain_text("Give the view a name.")
    assert not examine(page)
    page.keyboard.press("Escape")
    expect(page.locator("#view-edit")).to_be_hidden()
    expect(page.locator("#view-add")).to_be_focused()


def test_G1_the_default_view_opens_by_itself_and_back_is_exact(grace: Page) -> None:
    page = grace
    page.goto("/customers?kind=person&cols=email")
    keep(page, "People", opens=True)
    address = page.url
    page.goto("/")
    page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Customers").click()
    expect(page).to_have_url(address)
    heads_are(page, "Name", "E-mail")
    page.get_by_role("link", name="Remove all filters").click()
    expect(page).to_have_url(re.compile(r"/customers\?saved=\d+$"))
    expect(page.locator("#chip-kind")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(address)
    expect(page.locator("#chip-kind")).to_be_visible()
    tab(page, "All").click()
    expect(page).to_have_url(re.compile(r"/customers\?saved=all$"))
    page.reload()
    expect(tab(page, "All")).to_have_attribute("aria-current", "page")
    tab(page, "People").click()
    page.locator("#view-open").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.locator("#toasts")).to_contain_text("is deleted")
    expect(page).to_have_url(re.compile(r"/customers$"))


def test_G4_a_double_click_opens_the_row_at_that_cell(page: Page) -> None:
    page.goto("/contacts?kind=company&cols=city,number,website")
    row = page.locator("#list tbody tr").nth(2)
    row.locator("td[data-label='City']").dblclick()
    expect(row.get_by_label("City")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).not_to_have_attribute("data-state", "edit")
    expect(row.locator("th a")).to_be_focused()
    row.locator("td[data-label='Website']").dblclick(position={"x": 3, "y": 3})
    expect(row.get_by_label("Website")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).not_to_have_attribute("data-state", "edit")
    # A cell that can't be edited opens the row at its name.
    row.locator("td[data-label='Number']").dblclick()
    expect(row.get_by_label("Company name")).to_be_focused()
    assert not examine(page)


def test_G1_the_head_stays_and_the_rows_are_airy_or_close(page: Page) -> None:
    page.goto("/contacts")
    box, head = page.locator(".c-listbody > .c-tablebox"), page.locator("#list thead th").nth(1)
    before = head.bounding_box()
    box.evaluate("box => box.scrollTo(0, 600)")
    assert head.bounding_box() == before
    row = page.locator("#list tbody tr").first
    close = row.evaluate("row => row.offsetHeight")
    page.get_by_role("button", name="Show the rows further apart").click()
    expect(page.locator("html")).to_have_attribute("data-density", "comfortable")
    assert row.evaluate("row => row.offsetHeight") > close
    page.get_by_role("button", name="Show the rows closer together").click()
    expect(page.locator("html")).not_to_have_attribute("data-density", "comfortable")


def test_G4_columns_and_views_work_without_scripts(enter: Callable[..., Watched]) -> None:
    page = enter(GRACE, java_script_enabled=False).page()
    page.goto("/prospects?kind=company")
    page.locator("#columns-open").click()
    expect(page.get_by_role("heading", name="Columns")).to_be_visible()
    page.get_by_role("button", name="Move City up").click()
    expect(page.locator("[data-sortable] label").nth(1)).to_have_text("City")
    page.get_by_label("Functions", exact=True).uncheck()
    page.get_by_role("button", name="Show these columns").click()
    heads_begin(page, "Name", "City")
    page.locator("#view-add").click()
    page.get_by_label("Name of the view").fill("Plain")
    page.get_by_role("button", name="Save the view").click()
    expect(tab(page, "Plain")).to_have_attribute("aria-current", "page")
    page.goto(page.url + "&country=FR")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.locator("#chip-country")).to_be_visible()
    page.locator("#view-open").click()
    page.get_by_role("button", name="Delete the view").click()
    page.locator("#columns-open").click()
    page.get_by_role("button", name="By default").click()
    heads_begin(page, "Name", "Functions")


def test_J3_on_a_phone_columns_and_views_are_sheets(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE, has_touch=True).page()
    page.goto("/contacts?cols=email,phone,tags,city,parent,website,functions,number,created,former")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    assert not examine(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    form = chooser(page)
    expect(form.get_by_role("button", name="Show these columns")).to_be_in_viewport()
    form.get_by_role("button", name="Move E-mail down").tap()
    assert order(form)[:2] == ["Phone", "E-mail"]
    page.keyboard.press("Escape")
    page.locator("#view-add").tap()
    expect(page.get_by_role("button", name="Save the view")).to_be_in_viewport()
    assert not examine(page)
