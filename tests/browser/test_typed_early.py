"""What is typed or pressed before the scripts are there is not lost (spec A6, G1)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import make_company
from playwright.sync_api import Page, Route, expect

SCRIPTS = ("vendor/htmx.min.js", "js/app.js")


def open_slowly(page: Page, address: str, late: str) -> Callable[[], None]:
    """Open a page one of whose scripts is still on its way; what is returned lets it arrive."""
    waiting: list[Route] = []
    page.route(f"**/{late}*", lambda route: waiting.append(route))
    with page.expect_request(f"**/{late}*"):
        page.goto(address, wait_until="commit")

    def arrive() -> None:
        for route in waiting:
            route.continue_()

    return arrive


@pytest.mark.parametrize("late", SCRIPTS)
def test_G1_a_search_typed_before_the_scripts_is_made_once_they_are_there(page: Page, late: str) -> None:
    make_company(page, f"Zeitig {late}")
    arrive = open_slowly(page, "/contacts", late)
    box = page.get_by_role("searchbox", name="Search in this list")
    box.fill(f"zeitig {late}")
    arrive()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("[?]q=zeitig"))
    expect(box).to_have_value(f"zeitig {late}")


@pytest.mark.parametrize("late", SCRIPTS)
def test_A6_doubles_of_a_name_typed_before_the_scripts_are_shown(page: Page, late: str) -> None:
    make_company(page, f"Früh & Söhne {late}")
    arrive = open_slowly(page, "/contacts/new", late)
    page.get_by_label("Company name").fill(f"Früh & Söhne {late}")
    arrive()
    expect(page.locator("#doubles")).to_contain_text(f"Früh & Söhne {late}")


@pytest.mark.parametrize("late", SCRIPTS)
def test_G1_a_list_whose_search_nobody_touched_asks_for_nothing(page: Page, late: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.headers.get("hx-request", "")))
    arrive = open_slowly(page, "/contacts?q=a", late)
    expect(page.get_by_role("searchbox", name="Search in this list")).to_have_value("a")
    arrive()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert "true" not in asked


@pytest.mark.parametrize("late", SCRIPTS)
def test_G1_a_menu_asked_for_before_the_scripts_is_shown(page: Page, late: str) -> None:
    arrive = open_slowly(page, "/contacts", late)
    page.locator("#columns-open").dispatch_event("click")
    arrive()
    expect(page.get_by_role("button", name="Show these columns")).to_be_visible()


@pytest.mark.parametrize("late", SCRIPTS)
def test_G2_rows_ticked_before_the_scripts_are_chosen(page: Page, late: str) -> None:
    arrive = open_slowly(page, "/contacts", late)
    box = page.locator("#list tbody input[name='ids']").first
    expect(page.locator("#list tbody tr")).to_have_count(50)
    box.dispatch_event("click")
    arrive()
    page.unroute_all()
    expect(page.locator("#bulk-count")).to_contain_text("1")
    expect(box).to_be_checked()
    # Ticked again by browsers, while everything else is fresh.
    page.reload()
    expect(box).not_to_be_checked()
    expect(page.locator("#bulk")).to_be_hidden()


@pytest.mark.parametrize("late", SCRIPTS)
def test_G1_the_palette_is_there_as_soon_as_the_page_is(page: Page, late: str) -> None:
    arrive = open_slowly(page, "/contacts", late)
    expect(page.locator("#list-title")).to_be_visible()
    arrive()
    page.wait_for_load_state("load")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-list [role='option']").first).to_be_visible()
