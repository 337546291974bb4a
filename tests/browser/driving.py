"""What tests in the browser share: its users and sizes, a context under watch, signing in, a list's boxes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from webapp.testing import PASSWORD

STATUS = re.compile(r"the server responded with a status of (\d+)")
PATIENCE_MS = 30_000
"""Long enough for a machine that does other work too; a test that passes never waits for it to end."""
DESK, PHONE = (1280, 900), (390, 844)
FEATURES_OFF = (
    # What Chromium shows below its address bar is a page in a process of its own, for each context: half of its time.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    # Those that Playwright turns off: of two lists the browser takes the last one.
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "TcpPortRandomizationWin", "ThirdPartyStoragePartitioning",
)  # fmt: skip
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    f"--disable-features={','.join(FEATURES_OFF)}",
]
PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
ADA, GRACE = "ada@carnet.example", "grace@carnet.example"


def browser_program() -> str:
    """Where the browser lies; the test is skipped where there is none, and fails with `CI=true`."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = f"no browser: install one of {', '.join(PROGRAMS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return program


LINE_CUT = ("ERR_FAILED", "Failed to fetch")
"""What the browser complains of where a request gets no answer."""

AT_REST = """
    // Nothing is to be clicked before the scripts are there: it would lead to the page that does the same without them.
    new MutationObserver((_changes, observer) => {
        const root = document.documentElement;
        if (!root) return;
        observer.disconnect();
        if (document.readyState !== "loading") return;
        root.style.pointerEvents = "none";
        window.addEventListener("DOMContentLoaded", () => root.removeAttribute("style"));
    }).observe(document, { childList: true });
"""
"""Lets clicks of the tests wait for the scripts of a page; those of test_typed_early.py don't."""


@dataclass
class Watched:
    """A browser's context under watch: `allowed` are statuses of refusals that the test provokes.

    `provoked` are words of the complaints that it brings about, which may come after it has ended.
    """

    context: BrowserContext
    url: str
    allowed: set[int] = field(default_factory=set)
    provoked: tuple[str, ...] = ()
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(AT_REST)
        self.context.on("page", self._watch)

    @property
    def unexpected(self) -> list[str]:
        """The complaints that no test has brought about."""
        return [one for one in self.complaints if not any(words in one for words in self.provoked)]

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


def boxes(page: Page) -> Locator:
    """The boxes of a list's rows."""
    return page.locator("#list tbody input[name=ids]")


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page at hand."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Continue").click()


def make_company(page: Page, name: str, functions: Sequence[str] = (), email: str = "") -> str:
    """Create a company by its form; the address of its file."""
    page.goto("/contacts/new?" + "&".join(f"function={one}" for one in functions))
    page.get_by_label("Company name").fill(name)
    if email:
        page.get_by_role("textbox", name="E-mail 1").fill(email)
    page.get_by_role("button", name="Save the contact").last.click()
    # Without scripts the form comes back once where there are likely doubles.
    again = page.get_by_role("button", name="Create all the same")
    expect(page.locator("#filehead").or_(again).first).to_be_visible()
    if again.is_visible():
        again.click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    return page.url.partition("?")[0]
