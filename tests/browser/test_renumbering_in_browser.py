"""New numbers for the chosen: the preview names them, the old ones stay found, and all is taken back (F3, G2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, Watched, boxes
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served

CUSTOMERS = "/customers?cols=number"
HEADING = re.compile(r"^Give 2 contacts new numbers: (\d{5}) to (\d{5})$")
WARNING = "Numbers on letters and invoices sent so far keep leading to the contact: former numbers stay found."


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=60, users=((ADA, "administrator"),)) as at:
        yield at


def numbers(page: Page) -> list[str]:
    """The numbers of the first two lines."""
    cells = page.locator("#list tbody td[data-label=Number]")
    expect(cells.nth(1)).to_be_visible()
    return [cells.nth(at).inner_text().strip() for at in range(2)]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain forms"])
def test_F3_new_numbers_are_foretold_given_found_by_the_old_ones_and_taken_back(
    enter: Callable[..., Watched], javascript: bool
) -> None:
    page = enter(java_script_enabled=javascript).page()
    heading = page.get_by_role("heading", level=1)
    page.goto(CUSTOMERS)
    before = numbers(page)
    boxes(page).nth(0).check()
    boxes(page).nth(1).check()
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass").get_by_role("button", name="Give new numbers…").click()
    expect(heading).to_have_text("Give new numbers")
    assert not javascript or not examine(page)
    page.get_by_label("Function").select_option(label="Customer")
    page.get_by_label("Which contacts").select_option(label="All that have the function")
    page.get_by_role("button", name="Continue").click()
    expect(heading).to_have_text(HEADING)
    expect(page.get_by_text(WARNING)).to_be_visible()
    assert not javascript or not examine(page)
    foretold = list(HEADING.findall(heading.inner_text())[0])
    page.get_by_role("button", name="Give 2 contacts new numbers").click()
    page.wait_for_url("**/jobs/*")
    expect(heading).to_have_text("Give 2 contacts new numbers")
    expect(page.get_by_text(f"{foretold[0]} instead of {before[0]}")).to_be_visible()
    job = page.url
    page.get_by_role("link", name="Back to the list").click()
    page.wait_for_url("**/customers?*")
    assert numbers(page) == foretold
    page.goto(f"/contacts?q={before[0]}&cols=number")
    expect(page.locator("#list tbody")).to_contain_text(foretold[0])
    page.goto(job)
    page.get_by_role("button", name="Undo").click()
    expect(heading).to_contain_text("Undo: Give 2 contacts new numbers")
    page.goto(CUSTOMERS)
    assert numbers(page) == before
