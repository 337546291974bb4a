"""What the browser does with answers: refusals are shown, failures are not swapped in, nothing is sent twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import ADA, DESK, LINE_CUT, PHONE, Watched, sign_in
from playwright.sync_api import Page, Route, expect
from serving import Served

VIEW = re.compile(r"\?view=")
POLICY = "Content Security Policy"
HOSTILE = {
    "right to left": "شركة النور للتجارة والمقاولات العامة",
    "emoji": "Bäckerei 🥐👩‍🍳 & Töchter",
    "SQL": "Robert'; DROP TABLE contact; --",
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script>{{ 7 * 7 }}",
    "one long word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    "many words": "Société coopérative des producteurs réunis de la vallée " * 3,
}


def open_file(page: Page) -> None:
    """A customer's file, whose view switch swaps a part of it."""
    page.goto("/customers")
    page.locator("#list tbody th a").first.click()
    page.wait_for_url(VIEW)


def answer_views(page: Page, status: int, body: str) -> None:
    """The next views are answered as said, without the server."""
    page.route(VIEW, lambda route: route.fulfill(status=status, body=body, content_type="text/html"))


@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_is_swapped_in_and_has_the_focus(enter: Callable[..., Watched], status: int) -> None:
    watched = enter()
    watched.allowed.add(status)
    page = watched.page()
    open_file(page)
    answer_views(page, status, '<h2 tabindex="-1">Not so</h2>')
    page.get_by_role("link", name="Customer view").click()
    expect(page.locator("#view")).to_have_text("Not so")
    expect(page.get_by_role("heading", name="Not so")).to_be_focused()


@pytest.mark.parametrize("status", [500, 503, 404])
def test_a_failure_is_told_and_leaves_the_page_as_it_was(enter: Callable[..., Watched], status: int) -> None:
    watched = enter()
    watched.allowed.add(status)
    page = watched.page()
    open_file(page)
    answer_views(page, status, "<h2>Traceback</h2>")
    page.get_by_role("link", name="Customer view").click()
    expect(page.locator("#toasts")).to_contain_text("That did not work")
    expect(page.get_by_role("heading", name="Master data")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_lost_connection_is_told(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.provoked = LINE_CUT
    page = watched.page()
    open_file(page)
    page.route(VIEW, lambda route: route.abort())
    page.get_by_role("link", name="Customer view").click()
    expect(page.locator("#toasts")).to_contain_text("No connection to the server")
    expect(page.locator("#alert")).to_contain_text("No connection to the server")


@pytest.mark.parametrize("size", [DESK, PHONE, (320, 640)], ids=["desk", "phone", "small phone"])
@pytest.mark.parametrize("bar", [".c-actionbar", "#bulk"])
def test_no_message_lies_on_the_buttons_at_the_foot(
    enter: Callable[..., Watched], size: tuple[int, int], bar: str
) -> None:
    page = enter(size=size).page()
    page.goto("/prospects" if bar == "#bulk" else "/contacts/new")
    if bar == "#bulk":
        page.locator("input[name=ids]").first.check()
    page.evaluate("""() => document.dispatchEvent(new CustomEvent("carnet-toast", {
        detail: {message: "“Société coopérative” is archived.", level: "ok", undo_url: "/"},
    }))""")
    message, buttons = page.locator("#toasts").bounding_box(), page.locator(bar).bounding_box()
    assert message
    assert buttons
    assert message["y"] + message["height"] <= buttons["y"]


def test_scripts_in_an_answer_do_not_run(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.provoked = (POLICY,)
    page = watched.page()
    open_file(page)
    answer_views(
        page,
        200,
        '<h2 id="here">Swapped</h2><script>window.ran = 1</script><img src="data:," onerror="window.ran = 2">'
        '<a hx-on:click="window.ran = 3" href="#here">press</a>',
    )
    # The policy says so in the console: that is how every test of this folder would notice a breach.
    with page.expect_console_message(lambda message: POLICY in message.text):
        page.get_by_role("link", name="Customer view").click()
        expect(page.get_by_role("heading", name="Swapped")).to_be_visible()
        page.get_by_role("link", name="press").click()
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None


def test_another_origin_is_never_asked(enter: Callable[..., Watched], carnet: Served) -> None:
    watched = enter()
    watched.provoked = (*LINE_CUT, POLICY)
    page = watched.page()
    open_file(page)
    asked: list[str] = []

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, body="stolen")

    page.route("http://evil.example/**", note)
    page.get_by_role("link", name="Customer view").evaluate(
        "element => element.setAttribute('hx-get', 'http://evil.example/view')"
    )
    page.get_by_role("link", name="Customer view").click()
    page.wait_for_timeout(300)
    assert asked == []
    expect(page.get_by_text("stolen")).to_have_count(0)


def test_nothing_of_a_page_stays_after_sign_out(visit: Callable[..., Watched], carnet: Served) -> None:
    page = visit(carnet).page()
    page.goto("/login")
    sign_in(page, ADA)
    open_file(page)
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url(re.compile(r"\?view=all(&|$)"))
    page.get_by_role("button", name="Account of Ada").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_form_sent_twice_saves_one_contact(enter: Callable[..., Watched], javascript: bool) -> None:
    page = enter(java_script_enabled=javascript).page()
    name = f"Zwilling {'mit' if javascript else 'ohne'}"
    answered: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method == "POST" and not answered:
            answered.append(route.fetch(max_redirects=0).status)
            route.abort("aborted")
        else:
            route.continue_()

    page.route("**/contacts/new", lose_the_first_answer)
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill(name)
    save = page.get_by_role("button", name="Save the contact").last
    save.click()
    expect(save).to_be_visible()
    save.dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert answered == [303]
    # Back and forth again sends nothing.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("New contact")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.reload()
    page.goto(f"/contacts?q={name}")
    expect(page.locator("#count")).to_have_text("1 contact")


def test_two_tabs_make_two_contacts(enter: Callable[..., Watched]) -> None:
    watched = enter()
    tabs = [watched.page(), watched.page()]
    for tab in tabs:
        tab.goto("/contacts/new")
        tab.get_by_label("Company name").fill("Doppelhaus")
    for tab in tabs:
        tab.get_by_role("button", name="Save the contact").last.click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Doppelhaus")
    assert tabs[0].url != tabs[1].url


def test_another_line_comes_where_it_was_asked_for_and_nothing_typed_is_lost(page: Page) -> None:
    page.goto("/contacts/new?function=prospect")
    page.get_by_label("Company name").fill("Half")
    page.get_by_role("textbox", name="Phone 1").fill("0211 1")
    page.get_by_role("button", name="Phone", exact=True).click()
    second = page.get_by_role("textbox", name="Phone 2")
    expect(second).to_be_in_viewport()
    second.fill("0211 2")
    page.get_by_role("button", name="Take out: Phone 1").click()
    expect(second).to_have_count(0)
    expect(page.get_by_role("textbox", name="Phone 1")).to_have_value("0211 2")
    expect(page.get_by_label("Company name")).to_have_value("Half")
    expect(page.get_by_role("checkbox", name="Prospect")).to_be_checked()


def test_leaving_a_form_with_something_typed_is_asked_about(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Half")
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Suppliers").click()
    assert asked.value.type == "beforeunload"
    expect(page.get_by_label("Company name")).to_have_value("Half")


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_any_name_is_shown_as_it_is_and_breaks_no_layout(enter: Callable[..., Watched], name: str) -> None:
    shown = " ".join(name.split())
    page = enter().page()
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill(name)
    page.get_by_label("City").fill(name[:100])
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    address = page.url
    for path in ("", "/edit", "/persons", "/history", "/delete", "/functions/customer"):
        page.goto(address + path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(shown)
        fits(page)
    page.goto("/contacts?sort=-changed")
    expect(page.locator("#list tbody th a").first).to_have_text(shown)
    fits(page)


def fits(page: Page) -> None:
    """Nothing sticks out, at a desk and on a phone."""
    for width, height in (PHONE, (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{page.url} at {width} px: {wider} px too wide"
