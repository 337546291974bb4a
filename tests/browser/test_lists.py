"""Lists in the browser: filters, Back to the very place, rows edited in place, from file to file (spec G1, G4, J3)."""

from __future__ import annotations

import re
from collections.abc import Callable

from driving import PHONE, Watched
from examination import examine
from playwright.sync_api import Locator, Page, expect

BOX = ".c-listbody > .c-tablebox"


def rows(page: Page) -> Locator:
    return page.locator("#list tbody tr")


def name_of(row: Locator) -> Locator:
    return row.locator("th a")


def open_filters(page: Page, opener: str = "#filter-add") -> Locator:
    page.locator(opener).click()
    form = page.locator("#filters form")
    expect(form).to_be_visible()
    return form


def make_company(page: Page, name: str) -> None:
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill(name)
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))


def test_G1_a_filter_is_added_changed_and_removed_by_clicks(page: Page) -> None:
    page.goto("/contacts")
    form = open_filters(page)
    form.get_by_label("Kind").select_option("person")
    form.get_by_role("button", name="Apply the filters").click()
    expect(page).to_have_url(re.compile(r"/contacts\?kind=person$"))
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#filter-add")).to_be_focused()
    chip = page.locator("#chip-kind")
    expect(chip).to_contain_text("Kind: Person")
    expect(page.locator("#live")).to_have_text(re.compile(r"\d+ contacts"))
    # What is typed next searches among them.
    page.get_by_role("searchbox", name="Search in this list").fill("an")
    expect(page).to_have_url(re.compile(r"/contacts\?q=an&kind=person$"))
    form = open_filters(page, "#chip-kind a:first-child")
    expect(page.locator("#f-kind")).to_be_focused()
    expect(form.get_by_label("Kind")).to_have_value("person")
    form.get_by_label("Country").select_option("FR")
    form.get_by_role("button", name="Apply the filters").click()
    expect(page).to_have_url(re.compile(r"\?q=an&kind=person&country=FR$"))
    form = open_filters(page, "#chip-country a:first-child")
    form.get_by_label("Or another one").first.select_option("DE")
    form.get_by_role("button", name="Apply the filters").click()
    expect(page.locator("#chip-country")).to_contain_text("Country: France, Germany")
    page.get_by_role("link", name="Remove the filter “Kind”").click()
    expect(page).to_have_url(re.compile(r"\?q=an&country=FR&country=DE$"))
    expect(page.locator("#chip-kind")).to_have_count(0)
    expect(page.locator("#filter-add")).to_be_focused()
    page.get_by_role("link", name="Remove all filters").first.click()
    expect(page).to_have_url(re.compile(r"/contacts\?q=an$"))


def test_G1_a_filter_is_added_by_keys(page: Page) -> None:
    page.goto("/prospects")
    page.locator("#filter-add").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#filters-title")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Kind")).to_be_focused()
    page.keyboard.type("Com")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/prospects\?kind=company&prospect_status=new$"))
    expect(page.locator("#filters")).to_be_hidden()
    open_filters(page)
    page.keyboard.press("Escape")
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#filter-add")).to_be_focused()


def test_G1_nothing_found_leads_out_and_the_menu_is_accessible(page: Page) -> None:
    page.goto("/contacts?city=Nowhere&kind=person")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    open_filters(page)
    assert not examine(page)
    page.keyboard.press("Escape")
    page.locator(".c-empty").get_by_role("link", name="Remove the filter “City”").click()
    expect(rows(page).first).to_be_visible()


def test_G1_back_from_a_file_finds_the_very_place(page: Page) -> None:
    page.goto("/contacts?sort=-changed")
    page.get_by_role("searchbox", name="Search in this list").fill("example")
    page.wait_for_url("**q=example&sort=-changed")
    form = open_filters(page)
    form.get_by_label("Kind").select_option("company")
    form.get_by_role("button", name="Apply the filters").click()
    page.wait_for_url("**kind=company**")
    address = page.url
    expect(page.locator("#chip-kind")).to_be_visible()
    row = rows(page).nth(25)
    row.get_by_role("checkbox").check()
    row.scroll_into_view_if_needed()
    name = name_of(row).inner_text()
    top = page.locator(BOX).evaluate("box => box.scrollTop")
    assert top > 0
    name_of(row).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.go_back()
    expect(page).to_have_url(address)
    expect(page.get_by_role("searchbox", name="Search in this list")).to_have_value("example")
    expect(page.locator("#chip-kind")).to_contain_text("Company")
    expect(page.locator(BOX)).to_have_js_property("scrollTop", top)
    # And from there through what htmx has put into the history.
    page.go_back()
    page.wait_for_url("**q=example&sort=-changed")
    expect(page.locator("#chip-kind")).to_have_count(0)
    expect(page.get_by_role("searchbox", name="Search in this list")).to_have_value("example")
    page.go_back()
    page.wait_for_url("**/contacts?sort=-changed")
    expect(page.get_by_role("searchbox", name="Search in this list")).to_have_value("")
    page.go_forward()
    page.go_forward()
    expect(page).to_have_url(address)
    expect(page.locator(BOX)).to_have_js_property("scrollTop", top)
    page.reload()
    expect(page.locator("#chip-kind")).to_contain_text("Company")
    expect(page.locator(BOX)).to_have_js_property("scrollTop", top)


def test_J3_brackets_go_from_file_to_file_and_the_crumb_back(page: Page) -> None:
    page.goto("/customers?sort=-name")
    names = [one.inner_text() for one in name_of(rows(page)).all()[:3]]
    name_of(rows(page).nth(1)).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(names[1])
    expect(page.get_by_role("navigation", name="Files of the list")).to_contain_text(re.compile(r"^\s*2 of \d+"))
    for key, at in (("[", 0), ("]", 1), ("]", 2), ("[", 1), ("[", 0)):
        # The page is new each time: its scripts hear keys once they are loaded.
        page.wait_for_load_state("load")
        page.keyboard.press(key)
        expect(heading).to_have_text(names[at])
    expect(page.get_by_role("link", name="Previous file")).to_have_attribute("aria-disabled", "true")
    # The list stays at hand on the file's other pages.
    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_role("link", name="Previous file")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Customers").click()
    expect(page).to_have_url(re.compile(r"/customers\?sort=-name$"))


def test_G4_a_row_is_edited_in_place_by_keys(page: Page) -> None:
    make_company(page, "Zeile Muster")
    page.goto("/contacts?q=zeile+muster")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("e")
    row = rows(page).first
    expect(row).to_have_attribute("data-state", "edit")
    field = row.get_by_label("Company name")
    expect(field).to_be_focused()
    expect(row.get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 of 1 chosen")
    assert not examine(page)
    field.fill("Thrown away")
    page.keyboard.press("Escape")
    expect(name_of(row)).to_have_text("Zeile Muster")
    expect(name_of(row)).to_be_focused()
    page.keyboard.press("e")
    expect(field).to_be_focused()
    field.fill("Zeile Meister")
    row.get_by_label("City").fill("Ulm")
    row.get_by_label("Tags").fill("neu, groß")
    page.keyboard.press("Enter")
    expect(name_of(row)).to_have_text("Zeile Meister")
    expect(name_of(row)).to_be_focused()
    expect(row).to_contain_text("Ulm")
    expect(row.get_by_role("checkbox")).to_be_checked()
    # The keys still work on what was swapped.
    page.keyboard.press("x")
    expect(row.get_by_role("checkbox")).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zeile Meister")
    page.get_by_role("link", name="History").first.click()
    expect(page.locator("#main")).to_contain_text("list")


def test_G4_what_is_wrong_or_stale_is_said_in_the_row(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.update({409, 422})
    page, other = watched.page(), watched.page()
    make_company(page, "Reihe Eins")
    for each in (page, other):
        each.goto("/contacts?q=reihe+eins")
        each.locator("[data-row-edit]").first.click()
    row = rows(page).first
    row.get_by_label("Company name").fill("")
    row.get_by_label("City").fill("Bonn")
    row.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(row.get_by_label("Company name")).to_have_attribute("aria-invalid", "true")
    expect(row.get_by_label("City")).to_have_value("Bonn")
    assert not examine(page)
    rows(other).first.get_by_label("Company name").fill("Theirs")
    rows(other).first.get_by_role("button", name="Save").click()
    expect(name_of(rows(other).first)).to_have_text("Theirs")
    row.get_by_label("Company name").fill("Mine")
    row.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(row).to_contain_text("Saved meanwhile: Theirs")
    expect(row.get_by_label("Company name")).to_have_value("Mine")
    expect(row.get_by_label("City")).to_have_value("Bonn")
    assert not examine(page)
    row.get_by_role("button", name="Save").click()
    expect(name_of(row)).to_have_text("Mine")


def test_G4_the_choice_and_its_count_outlive_swaps(page: Page) -> None:
    page.goto("/prospects")
    boxes = page.locator("#list tbody input[name=ids]")
    boxes.nth(0).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("#bulk-count")).to_have_text(re.compile(r"^4 of \d+ chosen$"))
    page.get_by_role("link", name=re.compile("^City")).click()
    page.wait_for_url("**sort=city")
    shown = page.locator("#list tbody input[name=ids]:checked").count()
    expect(page.locator("#bulk-count")).to_have_text(re.compile(rf"^{shown} of \d+ chosen$"))
    page.keyboard.press("j")
    expect(name_of(rows(page).first)).to_be_focused()


def test_G1_undo_stands_in_the_message(page: Page) -> None:
    make_company(page, "Kurz Weg")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive").click()
    message = page.locator("#toasts")
    expect(message).to_contain_text("is archived")
    message.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("is back in the lists")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name=re.compile("Delete|bin", re.I)).last.click()
    expect(message).to_contain_text("in the bin for 30 days")
    message.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("is back")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kurz Weg")


def test_G4_everything_works_without_scripts(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    make_company(page, "Ohne Skript")
    page.goto("/contacts?q=ohne+skript")
    page.locator("#filter-add").click()
    page.get_by_label("Kind").select_option("company")
    page.get_by_role("button", name="Apply the filters").click()
    expect(page.locator("#chip-kind")).to_contain_text("Company")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("searchbox", name="Search in this list").fill("skript ohne")
    page.get_by_role("button", name="Search in this list").click()
    expect(page.locator("#chip-kind")).to_contain_text("Company")
    address = page.url
    page.get_by_role("link", name="Edit Ohne Skript in the list").click()
    page.get_by_label("City").fill("Trier")
    page.get_by_role("button", name="Save Ohne Skript").click()
    expect(rows(page)).to_contain_text(["Trier"])
    assert sorted(page.url.partition("?")[2].split("&")) == sorted(
        one for one in address.partition("?")[2].split("&") if not one.endswith("=")
    )
    name_of(rows(page).first).click()
    expect(page.get_by_role("navigation", name="Files of the list")).to_contain_text("1 of 1")


def test_G1_on_a_phone_chips_scroll_and_a_row_is_a_card(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE, has_touch=True).page()
    page.goto("/contacts?kind=company&country=FR&country=DE&responsible=nobody&sort=-name")
    bar = page.locator(".c-listbar > .c-toolbar")
    assert bar.evaluate("bar => bar.scrollWidth > bar.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    add = page.get_by_role("link", name="New contact")
    expect(add).to_have_css("position", "fixed")
    rows(page).first.get_by_role("checkbox").check()
    expect(page.locator("#bulk")).to_be_in_viewport()
    expect(add).not_to_have_css("position", "fixed")
    rows(page).first.get_by_role("checkbox").uncheck()
    rows(page).nth(1).locator("[data-row-edit]").click()
    expect(rows(page).nth(1).get_by_label("Company name")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    assert not examine(page)
    open_filters(page)
    expect(page.get_by_role("button", name="Apply the filters")).to_be_in_viewport()
    assert not examine(page)


def test_G1_on_a_phone_a_list_is_sorted_and_a_page_chosen(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE, has_touch=True).page()
    page.goto("/contacts")
    assert page.locator("#list thead a").evaluate_all("all => all.every(one => !one.checkVisibility())")
    page.get_by_role("button", name="Sort by").click()
    menu = page.get_by_role("navigation", name="Sort by")
    assert menu.get_by_role("link").all_inner_texts() == page.locator("#list thead a").evaluate_all(
        "all => all.map(one => one.querySelector('abbr')?.title ?? one.textContent.trim())"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    menu.get_by_role("link", name="City").click()
    expect(page).to_have_url(re.compile(r"[?]sort=city$"))
    expect(menu).to_be_hidden()
    expect(page.locator("#order-open")).to_be_focused()
    page.get_by_role("checkbox", name="Choose the whole page").check()
    expect(rows(page).get_by_role("checkbox", checked=True)).to_have_count(rows(page).count())
    rows(page).first.get_by_role("checkbox").uncheck()
    expect(page.get_by_role("checkbox", name="Choose the whole page")).not_to_be_checked()
    assert not examine(page)


def test_G1_without_scripts_a_phone_sorts_by_links(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE, java_script_enabled=False).page()
    page.goto("/contacts")
    page.get_by_role("button", name="Sort by").click()
    page.get_by_role("navigation", name="Sort by").get_by_role("link", name="Name").click()
    expect(page).to_have_url(re.compile(r"[?]sort=-name$"))


def test_G1_the_usual_columns_fit_a_desk(page: Page) -> None:
    for address in ("/contacts", "/prospects", "/customers", "/suppliers"):
        page.goto(address)
        assert page.locator(BOX).evaluate("box => box.scrollWidth - box.clientWidth") == 0, address
        heights = rows(page).evaluate_all("all => all.map(one => one.offsetHeight)")
        assert set(heights) <= {38}, address


def test_G4_the_fields_of_a_row_are_named(page: Page) -> None:
    page.goto("/contacts?kind=company")
    rows(page).first.hover()
    rows(page).first.locator("[data-row-edit]").click()
    expect(rows(page).first.locator("[data-cell='functions']").get_by_text("Tags", exact=True)).to_be_visible()
    assert rows(page).first.get_by_label("Country").locator("option").first.inner_text() == "Country…"


def test_J3_paper_shows_the_list_and_what_it_is_narrowed_to(enter: Callable[..., Watched]) -> None:
    page = enter(color_scheme="dark").page()
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/contacts?kind=company")
    expect(page.locator("#chip-kind")).to_be_visible()
    expect(page.locator("#chip-kind a[aria-label]")).to_be_hidden()
    expect(rows(page).first).to_be_visible()
    for address in ("/contacts?kind=company", "/settings/users", name_of(rows(page).first).get_attribute("href")):
        page.goto(str(address))
        for left_out in ("#nav", ".c-top", ".c-btn", "input[type=checkbox]", ".c-cols--settings > nav"):
            assert not page.locator(f"{left_out}:visible").count(), (address, left_out)
        colours = page.evaluate(
            "() => { const seen = getComputedStyle(document.body); return [seen.backgroundColor, seen.colorScheme] }"
        )
        assert colours == ["rgb(255, 255, 255)", "light"], address
