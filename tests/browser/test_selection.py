"""What is chosen in a list: what one sees and no more; all that match with their number; nothing after that (G2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, Watched, boxes
from examination import examine
from playwright.sync_api import Page, Route, expect
from serving import Served, served

ALL = 120
"""More contacts than two pages hold."""


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=ALL, users=((ADA, "administrator"),)) as at:
        yield at


def said(page: Page, words: str) -> None:
    """The bar says it, and so does the live region."""
    expect(page.locator("#bulk-count")).to_have_text(words)
    expect(page.locator("#live")).to_have_text(words)


def nothing_is_chosen(page: Page) -> None:
    expect(page.locator("#list tbody input:checked")).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page.locator("#bulk input[name=all]")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Choose the whole page")).not_to_be_checked()


def choose_all(page: Page, number: int = ALL) -> None:
    boxes(page).first.check()
    page.get_by_role("button", name="Choose all that match").click()
    said(page, f"All {number} contacts of the list are chosen")


def sent(page: Page) -> dict[str, list[str]]:
    """What the form of mass actions would say."""
    found: dict[str, list[str]] = page.evaluate(
        """() => { const data = new FormData(document.getElementById("bulk"));
            return Object.fromEntries([...new Set(data.keys())].map(key => [key, data.getAll(key)])); }"""
    )
    return found


def test_G2_the_bar_says_how_many_of_how_many(page: Page) -> None:
    page.goto("/contacts")
    nothing_is_chosen(page)
    boxes(page).nth(1).check()
    said(page, f"1 of {ALL} chosen")
    boxes(page).nth(4).click(modifiers=["Shift"])
    said(page, f"4 of {ALL} chosen")
    boxes(page).nth(2).click(modifiers=["Shift"])
    said(page, f"1 of {ALL} chosen")
    whole = page.get_by_role("checkbox", name="Choose the whole page")
    assert whole.evaluate("box => box.indeterminate")
    whole.check()
    said(page, f"50 of {ALL} chosen")
    assert not examine(page)
    page.get_by_role("link", name="Clear the selection").click()
    nothing_is_chosen(page)
    expect(whole).to_be_focused()


def test_G2_all_that_match_carry_the_number_that_was_told(page: Page) -> None:
    page.goto("/contacts")
    choose_all(page)
    expect(page.locator("#list tbody input:checked")).to_have_count(50)
    expect(page.get_by_role("button", name="Choose all that match")).to_be_hidden()
    form = sent(page)
    assert form["all"] == ["1"]
    assert form["expected"] == [str(ALL)]
    assert form["in"] == ["all"]
    assert not examine(page)


def test_G2_all_that_match_are_those_of_the_list_as_it_is_narrowed(page: Page) -> None:
    page.goto("/contacts?kind=company")
    number = int(page.locator("#count [data-exact]").get_attribute("data-exact") or 0)
    assert 50 < number < ALL
    choose_all(page, number)
    assert sent(page)["in"] == ["all?kind=company"]


def test_G2_a_box_ends_all_that_match_and_what_is_seen_stays(page: Page) -> None:
    page.goto("/contacts")
    choose_all(page)
    boxes(page).nth(3).uncheck()
    said(page, f"49 of {ALL} chosen")
    form = sent(page)
    assert "all" not in form
    assert "expected" not in form
    assert len(form["ids"]) == 49
    page.get_by_role("button", name="Choose all that match").click()
    said(page, f"All {ALL} contacts of the list are chosen")
    page.get_by_role("checkbox", name="Choose the whole page").uncheck()
    nothing_is_chosen(page)


@pytest.mark.parametrize("choice", ["rows", "all"])
@pytest.mark.parametrize("what", ["sort", "search", "filter", "page", "Back"])
def test_G2_nothing_stays_chosen_when_the_list_changes(page: Page, choice: str, what: str) -> None:
    page.goto("/contacts?sort=-name")
    page.goto("/contacts")
    if what == "Back":
        page.get_by_role("columnheader", name="Name").get_by_role("link").click()
        page.wait_for_url("**/contacts?sort=-name")
    if choice == "all":
        choose_all(page)
    else:
        boxes(page).nth(0).check()
        boxes(page).nth(9).click(modifiers=["Shift"])
        said(page, f"10 of {ALL} chosen")
    before = page.locator("#list tbody").inner_text()
    if what == "sort":
        page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    elif what == "search":
        page.get_by_role("searchbox", name="Search in this list").fill("an")
    elif what == "filter":
        page.locator("#filter-add").click()
        page.locator("#filters form").get_by_label("Kind").select_option("person")
        page.locator("#filters form").get_by_role("button", name="Apply the filters").click()
    elif what == "page":
        page.get_by_role("link", name="Next").click()
    else:
        page.go_back()
    expect(page.locator("#list tbody")).not_to_have_text(before)
    nothing_is_chosen(page)
    boxes(page).first.check()
    expect(page.locator("#bulk-count")).to_have_text(re.compile(r"^1 of \d+ chosen$"))


def test_G2_nothing_is_chosen_after_an_action_or_a_file_and_back(page: Page) -> None:
    page.goto("/prospects")
    boxes(page).nth(0).check()
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass button").first.click()
    expect(page.get_by_text("Will be done")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/prospects")
    nothing_is_chosen(page)
    boxes(page).nth(2).check()
    page.locator("#list tbody tr").nth(5).locator("th a").click()
    page.wait_for_url("**/contacts/*")
    page.go_back()
    page.wait_for_url("**/prospects")
    nothing_is_chosen(page)
    boxes(page).nth(2).check()
    page.reload()
    nothing_is_chosen(page)


def test_G4_a_row_edited_in_place_stays_chosen(page: Page) -> None:
    page.goto("/contacts")
    for number in (0, 1):
        boxes(page).nth(number).check()
    row = page.locator("#list tbody tr").nth(1)
    row.hover()
    row.locator("[data-row-edit]").click()
    expect(page.locator("tr[data-state=edit]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("tr[data-state=edit]")).to_have_count(0)
    expect(boxes(page).nth(1)).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text(f"2 of {ALL} chosen")


def test_G2_an_action_pressed_before_the_count_is_there_is_meant_for_all(page: Page) -> None:
    page.goto("/contacts")
    held: list[Route] = []
    page.route("**/contacts/count?**", lambda route: held.append(route))
    boxes(page).first.check()
    with page.expect_request("**/contacts/count?**"):
        page.get_by_role("button", name="Choose all that match").click()
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass").get_by_role("button", name="Archive").click()
    for one in held:
        one.continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Archive {ALL} contacts")


def test_G2_a_count_that_cannot_be_had_is_asked_for_by_the_page_itself(enter: Callable[..., Watched]) -> None:
    browser = enter()
    browser.allowed.add(503)
    page = browser.page()
    page.goto("/contacts")
    page.route("**/contacts/count?**", lambda route: route.fulfill(status=503))
    boxes(page).first.check()
    page.get_by_role("button", name="Choose all that match").click()
    page.wait_for_url("**/contacts?select=all")
    expect(page.locator("#bulk-count")).to_have_text(f"All {ALL} contacts of the list are chosen")
    assert sent(page)["expected"] == [str(ALL)]
    page.get_by_role("link", name="Choose one by one").click()
    nothing_is_chosen(page)


def test_G2_without_script_all_that_match_are_chosen_by_the_page(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    page.goto("/contacts")
    page.get_by_role("button", name="Choose all that match").click()
    expect(page.locator("#bulk-count")).to_have_text(f"All {ALL} contacts of the list are chosen")
    assert page.locator("#bulk input[name=expected]").get_attribute("value") == str(ALL)
