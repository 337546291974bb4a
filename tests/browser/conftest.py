"""Chromium, driven by Playwright, in front of a served Carnet; no page may complain unnoticed.

A context that a test opens fails it on any error in the console (a breach of the content security policy shows
there), on an uncaught exception, and on an answer of 400 and up that the test did not expect.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright
from serving import Served, served

from webapp.testing import PASSWORD

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
STATUS = re.compile(r"the server responded with a status of (\d+)")
PATIENCE_MS = 30_000
"""Long enough for a machine that does other work too; a test that passes never waits for it to end."""
DESK, PHONE = (1280, 900), (390, 844)
ADA, GRACE = "ada@carnet.example", "grace@carnet.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder drive a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Watched:
    """A browser's context under watch: `allowed` are statuses of refusals that the test provokes."""

    context: BrowserContext
    url: str
    allowed: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("page", self._watch)

    def page(self) -> Page:
        """A new tab."""
        return self.context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = STATUS.search(message.text)
        if status is None or int(status[1]) not in self.allowed:
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; the test is skipped where there is none, and fails with `CI=true`."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = f"no browser: install one of {', '.join(PROGRAMS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a browser's context on a served Carnet; whatever its pages complained of fails the test in the end."""
    opened: list[Watched] = []

    def open_(at: Served, size: tuple[int, int] = DESK, **options: Any) -> Watched:
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(base_url=at.url, viewport=viewport, locale="en-GB", **options)  # type: ignore[arg-type]
        watched = Watched(context=context, url=at.url)
        opened.append(watched)
        return watched

    yield open_
    complaints = [one for watched in opened for one in watched.complaints]
    for watched in opened:
        watched.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def carnet() -> Iterator[Served]:
    """One served Carnet for the tests that don't mind each other's contacts: two users and 200 made-up contacts."""
    with served("sqlite", contacts=200, users=((ADA, "administrator"), (GRACE, "editor"))) as at:
        yield at


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, carnet: Served) -> Callable[[str], Any]:
    """The cookies of a user of `carnet`, from one sign-in a module: one may serve a Carnet of its own."""
    known: dict[str, Any] = {}

    def cookies(email: str = ADA) -> Any:
        if email not in known:
            context = chromium.new_context(base_url=carnet.url)
            page = context.new_page()
            page.goto("/login")
            sign_in(page, email)
            page.wait_for_url("**/contacts")
            known[email] = context.storage_state()
            context.close()
        return known[email]

    return cookies


@pytest.fixture
def enter(visit: Callable[..., Watched], carnet: Served, signed_in: Callable[[str], Any]) -> Callable[..., Watched]:
    """Opens a signed-in browser on `carnet`."""

    def open_(email: str = ADA, **options: Any) -> Watched:
        return visit(carnet, storage_state=signed_in(email), **options)

    return open_


@pytest.fixture
def page(enter: Callable[..., Watched]) -> Page:
    """A tab of the administrator at a desk."""
    return enter().page()


def boxes(page: Page) -> Locator:
    """The boxes of a list's rows."""
    return page.locator("#list tbody input[name=ids]")


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page at hand."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Continue").click()
