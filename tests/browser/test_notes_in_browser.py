"""Notes in the browser: written, changed in place, ticked off; by keys, and without script (spec A7, J3)."""

from __future__ import annotations

import re
from collections.abc import Callable

from driving import PHONE, Watched
from examination import examine
from playwright.sync_api import Page, expect


def notes_of(page: Page, name: str) -> str:
    """The notes of a contact of its own."""
    page.goto("/contacts/new?kind=company")
    page.get_by_label("Company name").first.fill(name)
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    page.get_by_role("link", name=re.compile("^Notes")).click()
    page.wait_for_url("**/notes")
    return page.url


def test_A7_notes_are_written_changed_and_ticked_off_in_place_by_keys(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.add(422)
    page = watched.page()
    address = notes_of(page, "Quaxel Noting")
    field = page.locator("#f-text")
    page.evaluate("window.stays = true")
    field.focus()
    page.get_by_role("button", name="Add the note").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors")).to_contain_text("“Note” is needed")
    field.focus()
    page.keyboard.type("First call")
    page.keyboard.press("Tab")
    page.get_by_label("Follow up on").fill("2026-01-05")
    page.keyboard.press("Enter")
    notes = page.locator("#notes-list > li")
    expect(notes).to_have_count(1)
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(notes.first).to_contain_text("Overdue since Jan 5, 2026")
    page.keyboard.type("Second, see https://example.com/offer")
    page.get_by_role("button", name="Add the note").press("Enter")
    expect(notes).to_have_count(2)
    expect(notes.first.get_by_role("link", name="https://example.com/offer", exact=True)).to_be_visible()
    notes.nth(1).get_by_role("button", name="Keep on top").press("Enter")
    expect(notes.first).to_contain_text("First call")
    expect(notes.first).to_be_focused()
    notes.first.get_by_role("link", name="Change…").press("Enter")
    expect(notes.first.locator("textarea")).to_be_focused()
    notes.first.locator("textarea").fill("First call, changed")
    notes.first.get_by_role("button", name="Save").press("Enter")
    expect(notes.first).to_contain_text("First call, changed")
    expect(notes.first).to_be_focused()
    notes.first.get_by_role("button", name="Tick off").press("Enter")
    expect(notes.first).to_contain_text("Followed up")
    assert page.evaluate("window.stays") is True
    assert examine(page) == []
    page.goto(address)
    expect(notes).to_have_count(2)


def test_A7_what_is_to_be_followed_up_is_done_from_the_list(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE).page()
    notes_of(page, "Quaxel Following")
    for at in range(3):
        page.locator("#f-text").fill(f"Call {at}")
        page.get_by_label("Follow up on").fill("2026-01-05")
        page.get_by_role("button", name="Add the note").click()
        expect(page.locator("#notes-list > li")).to_have_count(at + 1)
    page.goto("/follow-ups?when=overdue")
    rows = page.locator("#list tbody tr").filter(has_text="Quaxel Following")
    expect(rows).to_have_count(3)
    expect(page.locator("#bulk")).to_be_hidden()
    rows.first.get_by_role("button", name="Tick off").click()
    expect(rows).to_have_count(2)
    for row in rows.all():
        row.get_by_role("checkbox").check()
    expect(page.locator("#bulk-count")).to_have_text("2 lines chosen")
    page.get_by_label("New day").fill("2027-12-31")
    page.locator("#bulk").get_by_role("button", name="Postpone").click()
    expect(rows).to_have_count(0)
    page.get_by_role("link", name="Later", exact=True).click()
    expect(rows).to_have_count(2)
    assert examine(page) == []


def test_A7_notes_work_without_script(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    address = notes_of(page, "Quaxel Plain")
    page.locator("#f-text").fill("Written plainly")
    page.get_by_label("Follow up on").fill("2026-01-05")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes-list > li")).to_contain_text(["Written plainly"])
    page.get_by_role("link", name="Change…").click()
    page.locator("textarea").fill("Changed plainly")
    page.get_by_role("button", name="Save").click()
    assert page.url == address
    page.get_by_role("button", name="Keep on top").click()
    page.goto("/follow-ups")
    row = page.locator("#list tbody tr").filter(has_text="Quaxel Plain")
    row.get_by_role("checkbox").check()
    page.locator("#bulk").get_by_role("button", name="Tick off").click()
    expect(row).to_have_count(0)
    page.goto(address)
    expect(page.locator("#notes-list > li")).to_contain_text(["Followed up"])
    page.get_by_role("link", name="Remove “Changed plainly”…").click()
    page.get_by_role("button", name="Remove the note").click()
    expect(page.get_by_role("heading", name="No notes yet")).to_be_visible()
