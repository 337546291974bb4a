"""Every page: clean for axe (WCAG 2.2 AA) in both themes, and never wider than the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import ADA, GRACE, Watched
from every_page import PAGES
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served

from webapp import testing

EXAMPLES = dict.fromkeys(("both", "prospect", "person", "binned"), "/contacts/1") | {
    "link": "/links/1",
    "note": "/notes/1",
    "custom_field": "/settings/custom-fields/1",
    "portal": "/settings/embedding/1",
    "view": "/contacts/views/1",
    "job": "/jobs/1",
    "merging": "/merge",
    "merging_many": "/merge",
    "merge_with": "/merge/with/1",
    "merged": "/merges/1",
    "documents": "/contacts/1/documents",
    "document": "/documents/1",
    "case": "/privacy/1",
    "import": "/import/1",
    "certificate": "/privacy/1",
    **dict.fromkeys(("draft", "proposal", "accepted"), "/proposals/1"),
    "public": "/p/1",
}
NO_PAGES = re.compile(
    r"/api/v1/|/<embedded:embed>/|.*\.(img|css|csv|txt)$|/contacts/export/file$|/(jobs|documents)/<int:id>/file$|/settings/plugins/<name>/export$|/(healthz|readyz)$|/$"
)
ELSEWHERE = {
    "/login", "/login/code", "/login/recovery", "/forgot", "/reset/<token>", "/first-run",
    "/embed/start", "/embed/open/<path:address>", "/embed/check/<key>", "/oembed",
}  # fmt: skip
"""Pages of those who are not signed in: below, in test_sign_in.py, and where portals are tested."""


def test_no_page_is_forgotten(tmp_path: Path) -> None:
    """A route that shows a page has a line above."""
    app = testing.create(f"sqlite:///{tmp_path}/unused.db", testing.PluginSet(found=testing.shipped()), tmp_path)
    shown = {address.partition("?")[0].format(**EXAMPLES) for address in PAGES.values()}
    forgotten = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not NO_PAGES.match(rule.rule) and rule.rule not in ELSEWHERE
        and not any(re.fullmatch(re.sub("<[^>]+>", "[^/]+", rule.rule), one) for one in shown)
    ]  # fmt: skip
    assert not forgotten, "give these a line in PAGES"


@pytest.mark.parametrize("name", PAGES)
def test_page(page: Page, places: dict[str, str], name: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    answer = page.goto(PAGES[name].format(**places))
    assert answer is not None
    assert answer.ok
    expect(page.locator("h1")).to_have_count(1)
    assert not (found := examine(page)), "\n".join(found)


REFUSALS = {
    404: ("/nothing", "There is nothing here"),
    403: ("/contacts/bin", "This is not yours to do"),
    405: ("/mass-actions", "That is not how this address works"),
    409: ("{binned}/edit", "That can't be done now"),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_refusal(enter: Callable[..., Watched], places: dict[str, str], status: int) -> None:
    watched = enter(GRACE)
    watched.allowed.add(status)
    page = watched.page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    address, title = REFUSALS[status]
    answer = page.goto(address.format(**places))
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert not (found := examine(page)), "\n".join(found)


def test_before_sign_in(visit: Callable[..., Watched]) -> None:
    with served("sqlite") as empty:
        watched = visit(empty)
        watched.allowed.add(422)
        page = watched.page()
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto("/")
        assert not (found := examine(page)), "\n".join(found)
        for label in ("One-time code", "Your name", "Password"):
            page.get_by_label(label).fill("short")
        page.get_by_label("E-mail address").fill("ada@x.example")
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_text("This is not the code")).to_be_visible()
        expect(page.get_by_label("One-time code")).to_be_focused()
        assert not (found := examine(page)), "\n".join(found)
        page.get_by_label("One-time code").fill(empty.code)
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_label("Password")).to_be_focused()
        # The error says what the hint said: once is enough.
        expect(page.get_by_text("Twelve characters at least")).to_have_count(1)
        assert not (found := examine(page)), "\n".join(found)
        watched.context.close()


def test_sign_in_page(visit: Callable[..., Watched], carnet: Served) -> None:
    watched = visit(carnet)
    watched.allowed.add(422)
    page = watched.page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto("/login")
    assert not (found := examine(page)), "\n".join(found)
    page.get_by_label("E-mail address").fill(ADA)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="don't match")).to_be_visible()
    assert not (found := examine(page)), "\n".join(found)


def test_the_examination_finds_what_is_wrong(page: Page) -> None:
    """An examination that finds nothing is worth nothing."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto("/contacts")
    page.evaluate("""() => {
        const wrong = document.createElement("input");
        wrong.size = 300;
        document.body.prepend(wrong);
    }""")
    findings = "\n".join(examine(page))
    assert "label: " in findings
    assert "wider than the screen" in findings
