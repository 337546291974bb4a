"""Chromium, driven by Playwright, in front of a served Carnet; no page may complain unnoticed.

A context that a test opens fails it on any error in the console (a breach of the content security policy shows
there), on an uncaught exception, and on an answer of 400 and up that the test did not expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import ADA, ARGUMENTS, DESK, GRACE, PATIENCE_MS, Watched, browser_program, sign_in
from every_page import find_places
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from serving import Served, served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder drive a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Who drives browsers: there can be but one in a process."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser; the test is skipped where there is none, and fails with `CI=true`."""
    browser = playwright.chromium.launch(executable_path=browser_program(), args=ARGUMENTS)
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
    complaints = [one for watched in opened for one in watched.unexpected]
    for watched in opened:
        watched.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def carnet() -> Iterator[Served]:
    """One served Carnet for the tests that don't mind each other's contacts: two users and 200 made-up contacts."""
    users = ((ADA, "administrator"), (GRACE, "editor"))
    with served("sqlite", contacts=200, users=users, CARNET_EMBED_ORIGINS="https://portal.example") as at:
        yield at


def enter_carnet(chromium: Browser, carnet: Served, email: str) -> Page:
    """A tab, in a context of its own, in which a user has signed in."""
    page = chromium.new_context(base_url=carnet.url).new_page()
    page.goto("/login")
    sign_in(page, email)
    page.wait_for_url("**/contacts")
    return page


@pytest.fixture(scope="session")
def places(chromium: Browser, carnet: Served) -> dict[str, str]:
    """Addresses of contacts among the made-up ones, and of what is made of them, as `every_page.PAGES` names them."""
    page = enter_carnet(chromium, carnet, ADA)
    found = find_places(page)
    page.context.close()
    return found


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, carnet: Served) -> Callable[[str], Any]:
    """The cookies of a user of `carnet`, from one sign-in a module: one may serve a Carnet of its own."""
    known: dict[str, Any] = {}

    def cookies(email: str = ADA) -> Any:
        if email not in known:
            page = enter_carnet(chromium, carnet, email)
            known[email] = page.context.storage_state()
            page.context.close()
        return known[email]

    return cookies


@pytest.fixture
def enter(visit: Callable[..., Watched], carnet: Served, signed_in: Callable[[str], Any]) -> Callable[..., Watched]:
    """Opens a signed-in browser on `carnet`."""

    def open_(email: str = ADA, **options: Any) -> Watched:
        return visit(carnet, storage_state=signed_in(email), **options)

    return open_


@pytest.fixture
def tab(enter: Callable[..., Watched]) -> Callable[[bool], Page]:
    """Opens a tab with scripts, or without; forms that come back and refusals are no complaints there."""

    def open_(scripts: bool = True) -> Page:
        watched = enter(java_script_enabled=scripts)
        watched.allowed |= {409, 422}
        return watched.page()

    return open_


@pytest.fixture
def page(enter: Callable[..., Watched]) -> Page:
    """A tab of the administrator at a desk."""
    return enter().page()
