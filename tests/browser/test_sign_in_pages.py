"""Signing in with a second factor, with a recovery code, and the sessions one has elsewhere (spec J1)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from driving import PHONE, Watched, sign_in
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served

from webapp.accounts import totp
from webapp.testing import PASSWORD

LIN, MAY, ROSA = "lin@carnet.example", "may@carnet.example", "rosa@carnet.example"
HASHING = 60_000
"""Milliseconds: passwords and recovery codes are hashed as dearly as in production, on a machine that may be busy."""
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1 Version/18.4 Mobile/15E Safari/604.1"


@pytest.fixture(scope="module")
def office() -> Iterator[Served]:
    """A Carnet with three users of whom each test takes one."""
    with served("sqlite", users=((LIN, "administrator"), (MAY, "editor"), (ROSA, "reader"))) as at:
        yield at


def enter(page: Page, email: str) -> None:
    """Give address and password."""
    page.goto("/login")
    sign_in(page, email)


def code(secret: str, steps: int = 0) -> str:
    """What the authenticator app shows now, or some steps from now."""
    return totp.code_at(secret, int(time.time()) // totp.STEP + steps)


def set_up(page: Page) -> tuple[str, list[str]]:
    """Switch the second factor on; the key that one could type, and the recovery codes."""
    page.goto("/account")
    page.get_by_role("link", name="Set up…").click()
    page.get_by_text("You can't scan it?").click()
    secret = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("The six figures in your app").fill(code(secret))
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator("pre").inner_text().split()
    return secret, codes


def sign_out(page: Page) -> None:
    """Leave by the menu of the person."""
    page.goto("/account")
    page.get_by_role("button", name=re.compile("Account of")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/login$"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_J1_a_code_of_the_app_then_a_recovery_code_sign_in(visit: Callable[..., Watched], scripts: bool) -> None:
    with served("sqlite", users=((LIN, "administrator"),)) as at:
        browser = visit(at, java_script_enabled=scripts)
        browser.context.set_default_timeout(HASHING)
        browser.allowed.add(422)
        page = browser.page()
        enter(page, LIN)
        expect(page).to_have_url(re.compile("/contacts$"))
        page.goto("/account")
        if scripts:
            secret, codes = set_up(page)
            page.get_by_role("link", name="I have kept them").click()
            sign_out(page)
        else:
            page.goto("/account/second-factor")
            secret = (page.locator("#key").text_content() or "").replace(" ", "")
            page.get_by_label("The six figures in your app").fill(code(secret))
            page.get_by_label("Your password").fill(PASSWORD)
            page.get_by_role("button", name="Switch on").click()
            codes = page.locator("pre").inner_text().split()
            browser.context.clear_cookies()
        assert len(codes) == 10
        enter(page, LIN)
        expect(page.get_by_role("heading", name="Security code")).to_be_visible()
        page.get_by_label("The six figures in your app").fill("000000")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("This code is not valid, or no longer.")).to_be_visible()
        page.get_by_label("The six figures in your app").fill(code(secret, 1))
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/contacts$"))
        browser.context.clear_cookies()
        enter(page, LIN)
        page.get_by_role("link", name="Use a recovery code").click()
        page.get_by_label("One of your recovery codes").fill(codes[0])
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/contacts$"))
        page.goto("/account")
        expect(page.get_by_text("Recovery codes left: 9.").first).to_be_visible()


def test_J1_the_session_of_another_browser_is_ended_from_the_list(
    visit: Callable[..., Watched], office: Served
) -> None:
    here, there = visit(office), visit(office, PHONE, user_agent=IPHONE)
    mine, phone = here.page(), there.page()
    enter(mine, MAY)
    enter(phone, MAY)
    expect(phone).to_have_url(re.compile("/contacts$"))
    mine.goto("/account")
    expect(mine.get_by_text("This session")).to_be_visible()
    mine.get_by_role("button", name="End the session of Safari on iPhone").click()
    expect(mine.get_by_text("This session has ended.").first).to_be_visible()
    expect(mine.get_by_text("Safari on iPhone")).to_have_count(0)
    phone.goto("/contacts")
    expect(phone).to_have_url(re.compile("/login"))
    mine.reload()
    expect(mine.get_by_role("heading", name="My account")).to_be_visible()


def test_J1_every_screen_of_signing_in_and_of_the_account_is_accessible(
    visit: Callable[..., Watched], office: Served
) -> None:
    browser = visit(office)
    browser.context.set_default_timeout(HASHING)
    browser.allowed |= {409, 422}
    page = browser.page()
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = examine(page)

    page.goto("/forgot")
    look("forgot")
    page.goto("/reset/nonsense")
    look("dead link")
    page.goto("/login")
    sign_in(page, ROSA, "not the password")
    look("wrong password")
    enter(page, ROSA)
    page.goto("/account")
    look("account")
    page.get_by_label("Present password").fill("wrong")
    page.get_by_label("New password").fill("whatever it may be")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_label("Present password")).to_be_focused()
    look("account, wrong password")
    page.goto("/account/second-factor")
    page.get_by_text("You can't scan it?").click()
    look("second factor")
    set_up(page)
    look("recovery codes")
    page.goto("/account/second-factor")
    look("second factor, on")
    sign_out(page)
    enter(page, ROSA)
    look("code")
    page.get_by_role("link", name="Use a recovery code").click()
    look("recovery")
    page.get_by_label("One of your recovery codes").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    look("recovery, wrong")
    assert not {name: findings for name, findings in found.items() if findings}
