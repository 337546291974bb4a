"""Mass actions in a browser: choose, preview, confirm, see the result, take it back; nothing is chosen then (G2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import ADA
from conftest import sign_in as fill_in
from examination import examine
from playwright.sync_api import Browser, Locator, Page, expect
from serving import Served, served


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=60, users=((ADA, "administrator"),)) as at:
        yield at


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, carnet: Served) -> Callable[[str], object]:
    context = chromium.new_context(base_url=carnet.url, locale="en-GB")
    page = context.new_page()
    page.goto("/login")
    fill_in(page, ADA)
    page.wait_for_url("**/contacts")
    state = context.storage_state()
    context.close()
    return lambda _email=ADA: state


def boxes(page: Page) -> Locator:
    return page.locator("#list tbody input[name=ids]")


def act(page: Page, label: str) -> None:
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass").get_by_role("button", name=label).click()


def test_G2_tags_are_added_to_the_chosen_and_taken_back(page: Page) -> None:
    page.goto("/contacts?cols=tags")
    boxes(page).nth(0).check()
    boxes(page).nth(1).check()
    act(page, "Add tags…")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add tags…")
    examine(page)
    page.get_by_label("Tags").fill("Fair 2026")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tag 2 contacts “Fair 2026”")
    examine(page)
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
    examine(page)
    button = page.get_by_role("button", name="to customer")
    label = button.inner_text()
    button.click()
    page.wait_for_url("**/jobs/*")
    number = "".join(filter(str.isdigit, label))
    expect(page.locator("nav.c-stats")).to_contain_text(number)


def test_H4_a_small_export_is_downloaded_at_once(page: Page) -> None:
    page.goto("/contacts")
    boxes(page).first.check()
    act(page, "Export as CSV…")
    page.get_by_label("Columns").select_option("all")
    page.get_by_role("button", name="Continue").click()
    with page.expect_download() as loading:
        page.get_by_role("button", name="Export 1 contact").click()
    assert loading.value.suggested_filename.endswith(".csv")
