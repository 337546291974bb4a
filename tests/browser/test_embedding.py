"""Three sites on origins of their own, without third-party cookies: a portal, Carnet, a stranger (spec I3)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from driving import ADA, ARGUMENTS, DESK, browser_program, sign_in
from playwright.sync_api import BrowserContext, Frame, FrameLocator, Page, Playwright, expect
from serving import Served, served
from sites import Gate, Site, certificate, open_to_all

from webapp.config import STATIC

HEARS = "window.heard = []; addEventListener('message', (e) => heard.push({...e.data, from: e.origin}));"

THIRD_PARTY_COOKIES_BLOCKED = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}


@dataclass
class World:
    """The three sites, and a portal that Carnet knows."""

    carnet: Served
    gate: Gate
    portal: Site
    stranger: Site
    browser: BrowserContext
    place: str = ""
    key: str = ""
    secret: str = ""

    def call(self, name: str, **body: Any) -> Any:
        """What the portal's server asks of Carnet."""
        shown = b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {shown}", "Content-Type": "application/json"}
        asked = Request(f"{self.carnet.url}/api/v1/embed/{name}", json.dumps(body).encode(), headers)
        with urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    def url(self, view: str, **body: Any) -> str:
        """Where a frame begins."""
        return str(self.call("launch", view=view, **body)["url"])

    def framed(self, site: Site, url: str) -> tuple[Page, FrameLocator]:
        """A page of a site with a frame in it."""
        frame = f'<iframe name="shown" src="{escape(url)}" width="1000" height="900"></iframe>'
        site.pages["/"] = f"<!DOCTYPE html><title>A page</title><script>{HEARS}</script>{frame}"
        page = self.browser.new_page()
        page.goto(site.origin)
        return page, page.frame_locator("iframe")


def frame_of(page: Page) -> Frame:
    found = page.frame(name="shown")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def world(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Carnet behind its gate with Ada's portal, added by its page."""
    program = browser_program()
    folder = tmp_path_factory.mktemp("sites")
    tls = certificate(folder)
    gate, portal, stranger = Gate("carnet", tls), Site("portal", tls), Site("stranger", tls)
    variables = {"CARNET_BASE_URL": gate.origin, "CARNET_EMBED_ORIGINS": portal.origin}
    with (
        open_to_all(gate, portal, stranger),
        served("sqlite", contacts=120, users=((ADA, "administrator"),), **variables) as carnet,
    ):
        gate.target = carnet.url
        with _browser(playwright, program, folder / "profile") as browser:
            made = World(carnet=carnet, gate=gate, portal=portal, stranger=stranger, browser=browser)
            _add_portal(made)
            yield made


def _browser(playwright: Any, program: str, profile: Path) -> Any:
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(THIRD_PARTY_COOKIES_BLOCKED))
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=program,
        args=[*ARGUMENTS, "--host-resolver-rules=MAP *.test 127.0.0.1", "--ignore-certificate-errors"],
        viewport={"width": DESK[0], "height": DESK[1]},
        locale="en-GB",
        ignore_https_errors=True,
    )


def _add_portal(world: World) -> None:
    page = world.browser.new_page()
    page.goto(f"{world.gate.origin}/login")
    sign_in(page, ADA)
    page.wait_for_url("**/contacts")
    page.goto(f"{world.gate.origin}/settings/embedding/new")
    page.get_by_label("Name").fill("Intranet")
    for view in ("File of a contact", "List of all contacts", "List of customers"):
        page.get_by_label(view).check()
    page.get_by_label("Reads as").select_option(label="Ada")
    page.get_by_label("It may also fetch fragments").check()
    page.get_by_role("button", name="Add the portal").click()
    world.key = page.locator("#portal-key").input_value()
    world.secret = page.locator("#portal-secret").input_value()
    page.get_by_role("link", name="Choose what to show").click()
    world.place = page.url.partition("?")[0]
    page.close()


def heard(page: Page, kind: str) -> list[dict[str, Any]]:
    """What the page was told by its frame."""
    page.wait_for_function("kind => heard.some((one) => one.type === kind)", arg=f"carnet:{kind}")
    found: list[dict[str, Any]] = page.evaluate("kind => heard.filter((one) => one.type === kind)", f"carnet:{kind}")
    return found


def test_I3_a_portal_shows_a_card_by_a_code_that_serves_once(world: World) -> None:
    url = world.url("card", parameters={"id": 1}, theme="dark")
    page, frame = world.framed(world.portal, url)
    expect(frame.get_by_text("Read only")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    told = heard(page, "height")[-1]
    assert told["from"] == world.gate.origin
    assert told["height"] > 100
    # It is the frame's own kind of cookie that lets it work: the browser sends no other one there.
    assert not world.gate.plain
    page.evaluate("url => document.querySelector('iframe').src = url", url)
    expect(frame.get_by_text("This view has ended", exact=True)).to_be_visible()
    page.close()


def test_I3_a_list_is_searched_paged_and_leads_to_a_file_whose_views_swap_inside(world: World) -> None:
    page, frame = world.framed(world.portal, world.url("contacts"))
    rows = frame.locator("#list tbody th a")
    expect(rows.first).to_be_visible()
    first = rows.first.inner_text()
    frame.get_by_role("link", name=re.compile("^Next")).click()
    expect(rows.first).not_to_have_text(first)
    frame.get_by_role("searchbox").first.fill(first)
    expect(rows.first).to_have_text(first)
    page.close()
    page, frame = world.framed(world.portal, world.url("customers", opens=["file"]))
    rows = frame.locator("#list tbody th a")
    first = rows.first.inner_text()
    rows.first.click()
    expect(frame.locator("#filehead")).to_contain_text(first)
    began = frame_of(page).evaluate("performance.timeOrigin")
    frame.get_by_role("link", name="Show all", exact=True).click()
    page.wait_for_function("() => heard.some((one) => one.address?.includes('view=all'))")
    # Swapped, not loaded again.
    assert frame_of(page).evaluate("performance.timeOrigin") == began
    page.close()


def is_refused(page: Page) -> bool:
    """Whether the browser shows its own page of an error in the frame, and nothing came out of it."""
    page.wait_for_function("() => performance.getEntriesByType('resource').length > 0")
    return frame_of(page).evaluate("location.href") == "chrome-error://chromewebdata/" and not page.evaluate("heard")


def test_I3_a_stranger_shows_nothing_and_a_frame_opens_nothing_of_the_application(world: World) -> None:
    page, _frame = world.framed(world.stranger, world.url("card", parameters={"id": 1}))
    assert is_refused(page)
    page.close()
    # Ada is signed in to the application in this very browser: no page of hers is framed by anybody.
    for site in (world.portal, world.stranger):
        page, _frame = world.framed(site, f"{world.gate.origin}/contacts")
        assert is_refused(page)
        page.close()
    page, frame = world.framed(world.portal, world.url("card", parameters={"id": 1}))
    expect(frame.get_by_text("Read only")).to_be_visible()
    shown = frame_of(page)
    at = re.sub(r"(/embed/\d+)/.*", r"\1", shown.url)
    ends = shown.evaluate("async () => { const a = await fetch('/contacts'); return [a.url, a.status]; }")
    assert ends == [f"{world.gate.origin}/login?next=/contacts", 200]
    for address, status in ((f"{at}/contacts/2/card", 403), (f"{at}/contacts/1/edit", 403), ("/api/v1/contacts", 401)):
        assert shown.evaluate("async (one) => (await fetch(one)).status", address) == status, address
    page.close()


def test_I3_settings_show_a_preview_and_tell_what_a_proxy_takes_away(world: World) -> None:
    page = world.browser.new_page()
    page.goto(f"{world.place}?view=card&p-id=1")
    page.get_by_role("button", name="See it live").click()
    expect(page.frame_locator("iframe[name=preview]").get_by_text("Read only")).to_be_visible()
    lines = page.locator("[data-line]")
    expect(lines.first).to_be_visible()
    assert [one.strip() for one in lines.locator("[data-yes]:visible").all_inner_texts()] == ["Yes", "None", "Yes"]
    world.gate.changes = lambda headers: [
        ("Content-Security-Policy", "frame-ancestors 'self'"),
        ("X-Frame-Options", "SAMEORIGIN"),
        *((name, value.replace("; Secure", "")) for name, value in headers if name != "Content-Security-Policy"),
    ]
    try:
        page.reload()
        expect(lines.first).to_be_visible()
        assert lines.locator("[data-yes]:visible").count() == 0
        expect(lines.first).to_contain_text("'self'")
        expect(lines.nth(1)).to_contain_text("SAMEORIGIN")
    finally:
        world.gate.changes = list
    page.close()
    page, frame = world.framed(world.portal, f"{world.gate.origin}/embed/check/{world.key}")
    expect(frame.locator(".c-status--ok")).to_have_count(2)
    page.close()


def test_I3_a_fragment_lives_in_the_portals_page_and_no_stranger_reads_it(world: World) -> None:
    page = world.browser.new_page()
    page.goto(f"{world.gate.origin}/customers")
    customer = page.locator("#list tbody th a").first
    name, found = customer.inner_text(), re.search(r"/contacts/(\d+)", str(customer.get_attribute("href")))
    assert found
    made = world.call("token", view="file", parameters={"id": int(found[1])}, uid="a1")
    shown = {"Authorization": f"Bearer {made['token']}"}
    world.portal.pages["/fragment"] = (
        f"""<!DOCTYPE html><title>A page</title><meta name="htmx-config" content='{{"mode": "cors"}}'>"""
        f"<script>{(STATIC / 'vendor' / 'htmx.min.js').read_text()}</script>"
        f"""<div hx-get="{made["url"]}" hx-trigger="load" hx-headers:inherited='{json.dumps(shown)}'></div>"""
    )
    page.goto(f"{world.portal.origin}/fragment")
    expect(page.get_by_text(name).first).to_be_visible()
    began = page.evaluate("performance.timeOrigin")
    page.get_by_role("link", name="Customer view").click()
    expect(page.get_by_role("link", name="Customer view")).to_have_attribute("aria-current", "page")
    assert page.evaluate("[performance.timeOrigin, location.href]") == [began, f"{world.portal.origin}/fragment"]
    assert page.evaluate("[...document.querySelectorAll('[id]')].every((one) => one.id.startsWith('c-a1-'))")
    asked = "async ([url, headers]) => { try { return (await fetch(url, {headers})).status; } catch { return 0; } }"
    tampered = {"Authorization": shown["Authorization"][:-4] + "AAAA"}
    assert page.evaluate(asked, [made["url"], shown]) == 200
    assert page.evaluate(asked, [made["url"], tampered]) == 401
    world.stranger.pages["/"] = "<!DOCTYPE html><title>Another page</title>"
    page.goto(world.stranger.origin)
    assert page.evaluate(asked, [made["url"], shown]) == 0
    page.close()
