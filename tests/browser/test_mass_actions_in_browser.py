"""Mass actions in a browser: choose, preview, confirm, see the result, take it back; nothing is chosen then (G2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, Watched, boxes
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=60, users=((ADA, "administrator"),)) as at:
        yield at


def act(page: Page, label: str) -> None:
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass").get_by_role("button", name=label).click()


def test_G2_tags_are_added_to_the_chosen_and_taken_back(page: Page) -> None:
    page.goto("/contacts?cols=tags")
    boxes(page).nth(0).check()
    boxes(page).nth(1).check()
    act(page, "Add tags…")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add tags")
    assert not examine(page)
    page.get_by_label("Tags").fill("Fair 2026")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tag 2 contacts “Fair 2026”")
    assert not examine(page)
    page.get_by_role("button", name="Tag 2 contacts “Fair 2026”").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tag 2 contacts “Fair 2026”")
    page.get_by_role("link", name="Back to the list").click()
    page.wait_for_url("**/contacts?cols=tags")
    expect(page.locator("#list tbody").get_by_text("Fair 2026")).to_have_count(2)
    expect(page.locator("#list tbody input:checked")).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    page.go_back()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Undo: Tag 2 contacts")
    page.goto("/contacts?cols=tags")
    expect(page.locator("#list tbody").get_by_text("Fair 2026")).to_have_count(0)


def test_G2_all_that_match_are_converted_with_the_preview_saying_who_is_not(page: Page) -> None:
    page.goto("/contacts")
    boxes(page).first.check()
    page.get_by_role("button", name="Choose all that match").click()
    act(page, "Convert to customer")
    expect(page.get_by_text("There is no way back")).to_be_visible()
    expect(page.get_by_text("It has no function to convert")).to_be_visible()
    assert not examine(page)
    button = page.get_by_role("button", name="to customer")
    label = button.inner_text()
    button.click()
    page.wait_for_url("**/jobs/*")
    number = "".join(filter(str.isdigit, label))
    expect(page.locator("nav.c-stats")).to_contain_text(number)


def test_H4_a_small_export_is_downloaded_at_once(page: Page) -> None:
    page.goto("/contacts")
    boxes(page).first.check()
    act(page, "Export…")
    page.get_by_label("Kind of file").select_option("csv")
    page.get_by_label("Columns").select_option("all")
    page.get_by_role("button", name="Continue").click()
    with page.expect_download() as loading:
        page.get_by_role("button", name="Export 1 contact").click()
    assert loading.value.suggested_filename.endswith(".csv")


def test_H4_the_list_that_is_shown_is_exported_from_its_head(page: Page) -> None:
    page.goto("/contacts")
    page.get_by_role("searchbox", name="Search in this list").fill("a")
    page.wait_for_url("**q=a*")
    page.locator(".c-head__actions").get_by_role("button", name="Export").click()
    page.wait_for_url("**/contacts/export?in=**q%3Da*")
    page.get_by_label("Kind of file").select_option("vcf")
    with page.expect_download() as loading:
        page.get_by_role("button", name="Download").click()
    assert loading.value.suggested_filename.endswith(".vcf")
    assert loading.value.path().read_text().startswith("BEGIN:VCARD")


def at_list(page: Page) -> None:
    """The list is there, fresh, with nothing chosen, under its own address and title."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    expect(page).to_have_title("Contacts · Carnet")
    expect(page).to_have_url(re.compile(r"/contacts\?cols=tags$"))
    expect(page.locator("#list tbody tr").first).to_be_visible()
    expect(page.locator("#list tbody input:checked")).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page.locator("main")).to_have_class(re.compile("c-main--list"))


def test_G2_back_reload_and_forward_lead_to_the_list_at_each_step(page: Page) -> None:
    def question() -> None:
        # Forward shows the same list twice: as it was, then as it is. A box ticked in between is ticked once more.
        for _time in range(10):
            boxes(page).nth(0).check()
            page.wait_for_timeout(100)
            if page.get_by_role("button", name="Mass actions").is_visible():
                break
        act(page, "Add tags…")
        expect(heading).to_have_text("Add tags")
        expect(heading).to_be_focused()
        expect(page).to_have_title("Add tags · Carnet")
        expect(page.locator("main")).not_to_have_class(re.compile("c-main--list"))

    def preview() -> None:
        question()
        page.get_by_label("Tags").fill("Round trip")
        page.get_by_role("button", name="Continue").click()
        expect(heading).to_have_text("Tag 1 contact “Round trip”")
        expect(heading).to_be_focused()
        expect(page).to_have_title("Tag 1 contact “Round trip” · Carnet")

    heading = page.get_by_role("heading", level=1)
    page.goto("/contacts?cols=tags")
    for step in (question, preview):
        step()
        page.go_back()
        at_list(page)
        page.go_forward()
        at_list(page)
        step()
        page.reload()
        at_list(page)
    preview()
    page.get_by_role("button", name="Change the answers").click()
    expect(page.get_by_label("Tags")).to_have_value("Round trip")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Tag 1 contact “Round trip”").click()
    page.wait_for_url("**/jobs/*")
    page.reload()
    expect(heading).to_have_text("Tag 1 contact “Round trip”")
    page.go_back()
    at_list(page)
    expect(page.locator("#list tbody").get_by_text("Round trip")).to_have_count(1)
    page.go_forward()
    page.wait_for_url("**/jobs/*")
    expect(heading).to_have_text("Tag 1 contact “Round trip”")


def test_G2_an_answer_that_is_refused_stands_in_the_pages_place(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.add(422)
    page = watched.page()
    page.goto("/contacts?cols=tags")
    boxes(page).nth(0).check()
    act(page, "Add tags…")
    page.get_by_label("Tags").fill(" , ")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("Tags")).to_have_value(" , ")
    page.go_back()
    at_list(page)
