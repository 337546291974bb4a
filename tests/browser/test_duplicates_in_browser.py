"""Possible doubles in a browser: ten pairs reviewed by keys, merging at once, in bulk, without script (E8, J3)."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import ADA, GRACE, PATIENCE_MS, PHONE, Watched
from examination import examine
from playwright.sync_api import Locator, Page, Route, expect
from serving import Served, command, served

NAMES = (
    "Oak Kiln", "Zumstein Apotheke", "Fjord Yachting", "Lagune Voyages", "Quince Meubles", "Harvest Drones",
    "Nimbus Pflege", "Briqueterie Ostara", "Velvet Anchor", "Kupfer Mill", "Tundra Lux", "Paprika Hafen",
)  # fmt: skip
CHOSEN = "#pairs a[aria-current]"


@pytest.fixture(scope="module")
def carnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A base of twelve companies that are there twice."""
    file = tmp_path_factory.mktemp("doubles") / "twice.csv"
    write(file)
    with served("sqlite", users=((ADA, "administrator"), (GRACE, "editor"))) as at:
        command(at.environment, "import", str(file), "--match", "number")
        yield at


def write(file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(["Type", "Company", "E-mail", "Phone", "Street", "City", "Country"])
        for at, name in enumerate(NAMES):
            key = name.replace(" ", "").lower()
            phone = f"+33 2 {at * 1373 % 100:02} {at * 7919 % 100:02} 11 {at:02}"
            row = [name, f"info@{key}.example", phone, f"{at * 3 + 1} rue {name.split()[1]}", key[::-1].title(), "FR"]
            rows.writerow(["company", *row])
            # Written otherwise: a row that a file has twice is one contact.
            rows.writerow(["company", f"{name.upper()} SARL", *row[1:]])


@pytest.fixture
def found(enter: Callable[..., Watched]) -> Callable[..., Page]:
    """The page of a user, once the base is searched."""

    def open_(email: str = ADA, **options: object) -> Page:
        page = enter(email, **options).page()
        page.goto("/duplicates")
        return page

    page = enter(ADA).page()
    page.goto("/duplicates")
    if page.get_by_role("heading", name="Find contacts that are there twice").count():
        page.get_by_role("button", name="Find doubles").last.click()
        # Its progress says of itself that it has ended, whenever that is.
        page.get_by_role("link", name="Show what it found").click(timeout=4 * PATIENCE_MS)
        expect(page.locator("#pairs li[data-row]")).to_have_count(len(NAMES))
    page.context.close()
    return open_


def rows(page: Page) -> Locator:
    return page.locator("#pairs [data-row]")


def number(page: Page, state: str) -> Locator:
    return page.locator(f"#tab-{state} .c-n")


def test_E8_ten_pairs_are_reviewed_by_keys_alone(found: Callable[..., Page]) -> None:
    page = found()
    total = len(NAMES)
    expect(rows(page)).to_have_count(total)
    page.keyboard.press("j")
    expect(page.locator(CHOSEN)).to_be_focused()
    expect(page).to_have_url(re.compile(r"/duplicates\?pair=\d+$"))
    expect(rows(page).nth(1).locator("a")).to_be_focused()
    page.keyboard.press("k")
    expect(rows(page).nth(0).locator("a")).to_be_focused()
    expect(page.locator("#review[aria-busy]")).to_have_count(0)
    for at, key in enumerate("aslasl"):
        name = page.locator(f"{CHOSEN} bdi").first.inner_text()
        page.keyboard.press(key)
        expect(rows(page)).to_have_count(total - at - 1)
        # The next pair has the focus and is shown; what was done is said.
        expect(page.locator(CHOSEN)).to_be_focused()
        expect(page.locator("#live")).to_have_text(re.compile(name))
    expect(number(page, "later")).to_have_text("2")
    expect(number(page, "apart")).to_have_text("4")
    for at in range(4):
        page.keyboard.press("m")
        at_once = page.get_by_role("button", name="Merge at once")
        expect(at_once).to_be_focused()
        page.keyboard.press("m")
        expect(rows(page)).to_have_count(total - 6 - at - 1)
        expect(page.locator(CHOSEN)).to_be_focused()
    expect(page.locator("#live")).to_have_text("Merged: two contacts are one.")
    # The last merge, then what came before it is history.
    page.keyboard.press("z")
    expect(rows(page)).to_have_count(total - 9)
    expect(page.locator(CHOSEN)).to_be_focused()
    expect(page.locator("#live")).to_have_text("The merge is taken back.")
    # All of it is in the address.
    page.reload()
    expect(rows(page)).to_have_count(total - 9)


def test_J3_arrows_move_and_show_the_pair_and_escape_leaves_the_merge(found: Callable[..., Page]) -> None:
    page = found()
    page.keyboard.press("j")
    expect(rows(page).nth(1).locator("a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows(page).nth(0).locator("a")).to_be_focused()
    expect(rows(page).nth(0).locator("a")).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowDown")
    second = rows(page).nth(1).locator("a")
    expect(second).to_have_attribute("aria-current", "true")
    expect(page.locator("#live")).to_have_text(re.compile("of 100: almost certainly the same"))
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Merge at once")).to_be_focused()
    page.keyboard.press("Escape")
    expect(second).to_be_focused()
    expect(page.get_by_role("button", name="Merge at once")).to_have_count(0)


def test_E8_a_key_pressed_while_the_next_pair_is_on_its_way_decides_about_that_one(found: Callable[..., Page]) -> None:
    page = found()
    before = rows(page).count()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/duplicates\?pair="), hold)
    name = rows(page).nth(1).locator("bdi").first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(rows(page).nth(1).locator("a")).to_be_focused()
    expect(page.locator("#review")).to_have_attribute("aria-busy", "true")
    for one in held:
        one.continue_()
    page.unroute_all()
    expect(rows(page)).to_have_count(before - 1)
    expect(page.locator("#live")).to_have_text(re.compile(name))
    page.keyboard.press("z")
    expect(rows(page)).to_have_count(before)


def test_J3_o_opens_both_files(found: Callable[..., Page]) -> None:
    page = found()
    wanted = {one.get_attribute("href") for one in page.locator("#pair [data-each]").all()}
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows(page).nth(0).locator("a")).to_have_attribute("aria-current", "true")
    page.keyboard.press("o")
    origin, opened = page.url.partition("/duplicates")[0], set[str]()
    for _again in range(100):
        # Until a new tab has begun to load, it is nowhere.
        opened = {one.url.removeprefix(origin) for one in page.context.pages if one != page}
        if opened == wanted:
            break
        page.wait_for_timeout(100)
    assert opened == wanted


def test_E8_an_editor_undoes_by_the_message_and_merges_nothing(found: Callable[..., Page]) -> None:
    page = found(GRACE)
    expect(page.get_by_text("Managers merge contacts.")).to_be_visible()
    page.keyboard.press("m")
    before = rows(page).count()
    page.get_by_role("button", name="Later").click()
    expect(rows(page)).to_have_count(before - 1)
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back:")
    expect(rows(page)).to_have_count(before)


def test_E8_the_review_works_without_javascript(found: Callable[..., Page]) -> None:
    page = found(java_script_enabled=False)
    before = rows(page).count()
    rows(page).nth(1).locator("a").click()
    expect(rows(page).nth(1).locator("a")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Keep apart").click()
    expect(rows(page)).to_have_count(before - 1)
    page.get_by_role("button", name="Take back the last decision").click()
    expect(rows(page)).to_have_count(before)
    page.get_by_role("link", name="Merge…").click()
    page.get_by_role("button", name="Merge at once").click()
    expect(rows(page)).to_have_count(before - 1)
    page.get_by_role("button", name="Take back the last decision").click()
    expect(rows(page)).to_have_count(before)


def test_E8_the_page_is_clean_in_each_of_its_states(found: Callable[..., Page]) -> None:
    page = found()
    assert not examine(page)
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Merge at once")).to_be_visible()
    assert not examine(page)
    page.goto("/duplicates?state=apart")
    assert not examine(page)
    page.goto("/duplicates/bulk?score=60")
    assert not examine(page)
    page.goto("/settings/duplicates")
    assert not examine(page)


def test_E8_on_a_phone_a_pair_is_decided_by_touch(found: Callable[..., Page]) -> None:
    page = found(GRACE, size=PHONE, has_touch=True)
    before = rows(page).count()
    page.get_by_role("button", name="Later").tap()
    expect(rows(page)).to_have_count(before - 1)
    page.get_by_role("button", name="Take back the last decision").tap()
    expect(rows(page)).to_have_count(before)


def test_E8_the_most_certain_are_merged_by_a_job_and_taken_back_there(found: Callable[..., Page]) -> None:
    page = found()
    before = rows(page).count()
    page.get_by_role("link", name="Merge the most certain ones…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge all from 99 on")
    page.get_by_role("button", name=f"Merge {before} groups").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job-t")).to_have_text(re.compile("Finished"))
    job = page.url
    page.goto("/duplicates")
    expect(page.get_by_role("heading", name="No pair is left to review")).to_be_visible()
    page.goto(job)
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.locator("#job-t")).to_have_text(re.compile("Finished"))
    page.goto("/duplicates")
    expect(rows(page)).to_have_count(before)
