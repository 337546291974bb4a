"""Two people edit one contact: the second to save gets both versions, and nothing is lost (spec A5)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import ADA, GRACE, Watched
from examination import examine
from playwright.sync_api import Page, expect


def create(page: Page, name: str) -> str:
    """A company; returns the address of its file."""
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill(name)
    page.get_by_role("button", name="Save the contact").last.click()
    # Without script the likely doubles come back with the form, once (spec A6).
    expect(page.locator("#errors, #filehead")).to_be_visible()
    if (again := page.get_by_role("button", name="Create all the same")).count():
        again.click()
    expect(page).to_have_url(re.compile(r"/contacts/\d+$"))
    return page.url


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).last.click()


@pytest.mark.parametrize(
    ("keep", "javascript"),
    [("theirs", True), ("mine", False)],
    ids=["keeping theirs", "keeping mine, without JavaScript"],
)
def test_A5_both_versions_side_by_side_and_nothing_lost(
    enter: Callable[..., Watched], keep: str, javascript: bool
) -> None:
    second = enter(ADA, java_script_enabled=javascript)
    second.allowed.add(409)
    grace, ada = enter(GRACE).page(), second.page()
    address = create(ada, "Brauhaus Lindner")
    for page in (grace, ada):
        page.goto(f"{address}/edit")
    grace.get_by_label("Company name").fill("Brauhaus Lindner GmbH")
    grace.get_by_label("Tax number").fill("DE-4711")
    save(grace)
    expect(grace).to_have_url(address)

    ada.get_by_label("Company name").fill("Brauerei Lindner")
    ada.get_by_label("Website").fill("https://lindner.example")
    save(ada)
    expect(ada.get_by_role("heading", level=1)).to_have_text("Brauhaus Lindner GmbH has changed while you were writing")
    expect(ada.locator("#main")).to_contain_text("Grace saved at")
    row = ada.get_by_role("row").filter(has_text="Company name")
    for text in ("Brauhaus Lindner", "Brauhaus Lindner GmbH", "Brauerei Lindner"):
        expect(row.get_by_text(text, exact=True)).to_be_visible()
    expect(ada.get_by_text("Yours, kept without asking: Website.")).to_be_visible()
    expect(ada.get_by_text("Theirs, kept without asking: Tax number.")).to_be_visible()
    expect(row.get_by_role("radio", name="Brauerei Lindner")).to_be_checked()
    if keep == "theirs":
        row.get_by_role("radio", name="Brauhaus Lindner GmbH").check()
    ada.get_by_role("button", name="Save this choice").click()

    expect(ada).to_have_url(address)
    kept = "Brauhaus Lindner GmbH" if keep == "theirs" else "Brauerei Lindner"
    expect(ada.get_by_role("heading", level=1)).to_have_text(kept)
    for text in ("DE-4711", "https://lindner.example"):
        expect(ada.locator("#main")).to_contain_text(text)
    ada.goto(f"{address}/history")
    for text in ("Brauhaus Lindner GmbH", "Brauerei Lindner"):
        expect(ada.get_by_role("region", name="History")).to_contain_text(text)


def test_A5_a_third_change_while_choosing_is_asked_about_again(enter: Callable[..., Watched]) -> None:
    second = enter(ADA)
    second.allowed.add(409)
    grace, ada = enter(GRACE).page(), second.page()
    address = create(ada, "Gasthof Adler")
    for page in (grace, ada):
        page.goto(f"{address}/edit")
    for name in ("Hotel Adler", "Pension Adler"):
        grace.get_by_label("Company name").fill(name)
        save(grace)
        expect(grace).to_have_url(address)
        grace.goto(f"{address}/edit")
        if name == "Hotel Adler":
            ada.get_by_label("Company name").fill("Adler am Markt")
            save(ada)
        else:
            ada.get_by_role("button", name="Save this choice").click()
        expect(ada.get_by_role("heading", level=1)).to_have_text(f"{name} has changed while you were writing")
        expect(ada.get_by_role("radio", name="Adler am Markt")).to_be_checked()
    ada.get_by_role("button", name="Save this choice").click()
    expect(ada).to_have_url(address)
    expect(ada.get_by_role("heading", level=1)).to_have_text("Adler am Markt")


def test_A5_two_tabs_of_one_user_are_two_editors(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.add(409)
    first, second = watched.page(), watched.page()
    address = create(first, "Spedition Kühn")
    for page in (first, second):
        page.goto(f"{address}/edit")
    first.get_by_label("VAT id").fill("DE 1")
    save(first)
    expect(first).to_have_url(address)
    second.get_by_label("VAT id").fill("DE 2")
    save(second)
    expect(second.get_by_role("radio", name="DE 2")).to_be_checked()
    assert not (found := examine(second)), "\n".join(found)
    expect(second.get_by_role("radio", name="DE 1")).to_be_visible()
