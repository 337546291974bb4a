"""A session that ends while somebody types: after signing in, what was typed stands there again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import ADA, GRACE, Watched, sign_in
from playwright.sync_api import Page, expect
from serving import Served

FIRM = "Spät & Söhne"


@pytest.fixture
def tab(visit: Callable[..., Watched], carnet: Served) -> Callable[..., Page]:
    """A tab of a browser that has just signed in, in a session of its own."""

    def open_(email: str = ADA, **options: bool) -> Page:
        watched = visit(carnet, **options)
        watched.allowed |= {400, 401, 409, 422}
        page = watched.page()
        page.goto("/login")
        sign_in(page, email)
        page.wait_for_url("**/contacts")
        return page

    return open_


def sign_out_elsewhere(page: Page) -> Page:
    """Sign out in a second tab of the same browser, and stay there."""
    other = page.context.new_page()
    other.goto("/contacts")
    other.get_by_role("button", name="Account of").click()
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/login")
    return other


def type_contact(page: Page) -> None:
    page.goto("/contacts/new?function=prospect")
    page.get_by_label("Company name").fill(FIRM)
    page.get_by_role("textbox", name="Phone 1").fill("0211 1")
    page.get_by_label("City").fill('<Kassel> & "Umgebung"')


def expect_typed(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("New contact")
    expect(page.get_by_label("Company name")).to_have_value(FIRM)
    expect(page.get_by_role("textbox", name="Phone 1")).to_have_value("0211 1")
    expect(page.get_by_label("City")).to_have_value('<Kassel> & "Umgebung"')
    expect(page.locator("input[name=function][value=prospect]")).to_be_checked()
    expect(page.locator("#main").get_by_role("status")).to_have_text(
        "What you typed is here again. It is not saved yet."
    )


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_the_form_is_back_after_signing_in(tab: Callable[..., Page], javascript: bool) -> None:
    page = tab(java_script_enabled=javascript)
    type_contact(page)
    sign_out_elsewhere(page)
    page.get_by_role("button", name="Save the contact").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    sign_in(page, ADA, "wrong at first")
    expect(page.get_by_role("alert").filter(has_text="don't match")).to_be_visible()
    sign_in(page, ADA)
    if not javascript:
        expect(page.get_by_role("heading", level=1)).to_have_text("Signed in again")
        page.get_by_role("button", name="Go on with the form").click()
    expect_typed(page)
    page.get_by_role("button", name="Save the contact").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRM)


def test_a_part_that_is_edited_in_its_place_is_not_lost_either(tab: Callable[..., Page]) -> None:
    page = tab()
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Anders GmbH")
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    page.locator("a[hx-get*='part=']").first.click()
    page.get_by_label("Company name").fill(FIRM)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.headers.get('hx-request', '')}"))
    sign_out_elsewhere(page)
    page.get_by_label("Company name").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert "POST true" in asked
    sign_in(page, ADA)
    expect(page.get_by_label("Company name")).to_have_value(FIRM)


def test_another_user_does_not_get_it(tab: Callable[..., Page]) -> None:
    page = tab()
    type_contact(page)
    sign_out_elsewhere(page)
    page.get_by_role("button", name="Save the contact").last.click()
    sign_in(page, GRACE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    expect(page.get_by_text(FIRM)).to_have_count(0)


@pytest.mark.parametrize(
    ("email", "title"), [(ADA, "This form has waited too long"), (GRACE, "This form was filled in by someone else")]
)
def test_a_form_older_than_the_session_is_confirmed(tab: Callable[..., Page], email: str, title: str) -> None:
    page = tab()
    type_contact(page)
    other = sign_out_elsewhere(page)
    sign_in(other, email)
    other.wait_for_url("**/contacts")
    page.get_by_role("button", name="Save the contact").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_text(FIRM, exact=True)).to_be_visible()
    page.get_by_role("button", name="Go on with the form").click()
    expect_typed(page)


def test_a_search_goes_to_the_sign_in_page_whole(tab: Callable[..., Page]) -> None:
    page = tab()
    page.goto("/contacts")
    sign_out_elsewhere(page)
    page.get_by_role("searchbox", name="Search in this list").press_sequentially("mull", delay=20)
    page.wait_for_url(re.compile(r"/login\?next="))
    sign_in(page, ADA)
    expect(page).to_have_url(re.compile(r"/contacts\?.*q=mul"))
