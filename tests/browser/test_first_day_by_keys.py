"""The first day by keyboard alone: the focus is always somewhere, and always seen (spec J3, WCAG 2.1.1, 2.4.7)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import Watched
from playwright.sync_api import Locator, Page, expect
from serving import served

PASSWORD = "a long sentence, never used elsewhere"
FIRM, PERSON = "Seidel Möbelbau", "Müller"
MOST = 150
"""Presses of Tab within which everything on a page is reached."""
WATCH = """
window.lost = [];
let had = false;
document.addEventListener("htmx:before:request", () => { had = document.activeElement !== document.body; });
const twice = work => requestAnimationFrame(() => requestAnimationFrame(work));
document.addEventListener("htmx:finally:request", ({detail}) => twice(() => {
    if (had && document.activeElement === document.body) window.lost.push(detail.ctx.request.action);
}));
"""
VISIBLE = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const inside = one.closest("label, .c-search, .c-check, .c-choice");
    const outer = inside ? getComputedStyle(inside) : null;
    const around = outer && (outer.outlineStyle !== "none" || outer.boxShadow !== "none");
    const seen = ring || style.boxShadow !== "none" || around;
    return seen && box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def has_focus(place: Locator) -> bool:
    return bool(place.count()) and bool(place.first.evaluate("element => element === document.activeElement"))


def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until `place` has the focus; it is seen there."""
    expect(place.first).to_be_visible()
    for _press in range(MOST):
        if has_focus(place):
            break
        page.keyboard.press("Tab")
    expect(place.first).to_be_focused()
    assert page.evaluate(VISIBLE), f"nobody sees that {place} has the focus"


def press(page: Page, place: Locator) -> None:
    tab_to(page, place)
    page.keyboard.press("Enter")


def fill(page: Page, place: Locator, text: str) -> None:
    tab_to(page, place)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(text))


def first_run(page: Page, code: str) -> None:
    heading(page, "Welcome")
    fill(page, page.get_by_label("One-time code"), code)
    fill(page, page.get_by_label("Your name"), "Ada Berger")
    fill(page, page.get_by_label("E-mail address"), "ada@carnet.example")
    fill(page, page.get_by_label("Password"), PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "Contacts")


def shortcut(page: Page, key: str, place: Locator, javascript: bool) -> None:
    """By its key, which needs script, or by what the key stands for."""
    if javascript:
        # The page is new: its scripts hear keys once they are loaded.
        page.wait_for_load_state("load")
        page.keyboard.press(key)
    else:
        press(page, place)


def create(page: Page, javascript: bool) -> None:
    """A company that is a prospect; then its name is mended."""
    shortcut(page, "n", page.get_by_role("link", name="New contact").first, javascript)
    heading(page, "New contact")
    fill(page, page.get_by_label("Company name"), "Seidel Mobelbau")
    tab_to(page, page.locator("input[name=function][value=prospect]"))
    page.keyboard.press("Space")
    fill(page, page.get_by_role("textbox", name="E-mail 1"), "info@seidel.example")
    press(page, page.get_by_role("button", name="Save the contact").last)
    heading(page, "Seidel Mobelbau")
    shortcut(page, "e", page.get_by_role("link", name="Edit", exact=True).first, javascript)
    fill(page, page.get_by_label("Company name"), FIRM)
    page.keyboard.press("Enter")
    heading(page, FIRM)


def add_function(page: Page) -> None:
    press(page, page.get_by_role("button", name="Contact functions"))
    press(page, page.get_by_role("link", name="Add “Supplier”…"))
    fill(page, page.get_by_label("Minimum order amount"), "250")
    press(page, page.get_by_role("button", name="Add “Supplier”"))
    page.wait_for_url(re.compile(r"\?view=supplier$"))
    press(page, page.get_by_role("navigation", name="View of the file").get_by_role("link", name="Show all"))
    page.wait_for_url(re.compile(r"\?view=all$"))


def link(page: Page) -> None:
    press(page, page.get_by_role("link", name="Link a person").first)
    fill(page, page.get_by_label("Last name"), PERSON)
    fill(page, page.get_by_label("Role"), "Buyer")
    tab_to(page, page.get_by_label("Primary contact"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Create and link"))
    page.wait_for_url(re.compile(r"/persons$"))
    expect(page.get_by_role("link", name=PERSON, exact=True)).to_be_visible()


def convert(page: Page) -> None:
    press(page, page.get_by_role("button", name="Contact functions"))
    press(page, page.get_by_role("link", name="Convert to customer"))
    expect(page.get_by_text("There is no way back.")).to_be_visible()
    press(page, page.get_by_role("button", name="Convert to customer"))
    page.wait_for_url(re.compile(r"\?view=customer$"))


def delete(page: Page, javascript: bool) -> None:
    """The person is held back as primary contact: untick, remove the link in its place, then delete."""
    press(page, page.get_by_role("link", name=PERSON, exact=True).first)
    heading(page, PERSON)
    press(page, page.get_by_role("button", name="More actions"))
    press(page, page.get_by_role("link", name="Delete…"))
    expect(page.get_by_role("heading", name="can't be deleted yet")).to_be_visible()
    press(page, page.get_by_role("link", name="Open the link"))
    tab_to(page, page.get_by_label("Primary contact"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Save").first)
    page.wait_for_url(re.compile(r"/delete\?at=1#fix$"))
    press(page, page.get_by_role("button", name="Remove the link"))
    expect(page.get_by_role("heading", name=f"Delete {PERSON}?")).to_be_visible()
    press(page, page.get_by_role("link", name="Back to the file"))
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    if javascript:
        page.keyboard.press("/")
    else:
        tab_to(page, page.locator("#q"))
    page.keyboard.type(PERSON)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q="))
    if javascript:
        page.keyboard.press("j")
    else:
        tab_to(page, page.get_by_role("link", name=PERSON, exact=True))
    page.keyboard.press("Enter")
    heading(page, PERSON)
    press(page, page.get_by_role("button", name="More actions"))
    press(page, page.get_by_role("link", name="Delete…"))
    press(page, page.get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_text("is in the bin for 30 days").first).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_J3_the_first_day_by_keyboard_alone(visit: Callable[..., Watched], javascript: bool) -> None:
    with served("sqlite") as carnet:
        watched = visit(carnet, java_script_enabled=javascript)
        watched.allowed.add(409)
        page = watched.page()
        if javascript:
            page.add_init_script(WATCH)
        page.goto("/")
        first_run(page, carnet.code)
        create(page, javascript)
        add_function(page)
        link(page)
        convert(page)
        delete(page, javascript)
        if javascript:
            assert page.evaluate("window.lost") == []
        watched.context.close()
