"""Erasure in a browser, with scripts and without: a case up to its certificate, and anonymising from the file (D5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, Watched
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served, served

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=0, users=((ADA, "administrator"),)) as at:
        yield at


def person(page: Page, first: str, last: str) -> str:
    """Create a customer; the address of its file."""
    page.goto("/contacts/new?kind=person&function=customer")
    page.get_by_label("First name").fill(first)
    page.get_by_label("Last name").fill(last)
    page.get_by_role("textbox", name="E-mail 1").fill(f"{last.lower()}@rosen.example")
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    return page.url.partition("?")[0]


@SCRIPTS
def test_D5_a_case_from_the_request_to_the_certificate(enter: Callable[..., Watched], scripts: bool) -> None:
    watched = enter(java_script_enabled=scripts)
    watched.allowed |= {422}
    page = watched.page()
    name = "Wiesinger" if scripts else "Adelhof"
    file = person(page, "Annegret", name)
    page.goto("/privacy")
    page.get_by_role("link", name="New case").click()
    page.get_by_role("searchbox", name="Find a contact").last.fill(name)
    page.get_by_role("searchbox", name="Find a contact").last.press("Enter")
    page.get_by_role("link", name=f"Choose Annegret {name}").click()
    page.get_by_label("Note").fill("Passport seen")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url(re.compile(r"/privacy/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Erasure requested by Annegret {name}")
    expect(page.get_by_text("in 30 days").or_(page.get_by_text(re.compile(r"in (28|29|31) days")))).to_be_visible()
    page.get_by_role("button", name="The person is who they say").click()
    expect(page.locator(".c-steps [aria-current]")).to_have_text("Decision")
    assert not scripts or examine(page) == []

    number = page.locator("#f-confirm-h").inner_text()
    typed = re.sub(r"\D+", " ", number).split()[0]
    page.get_by_label("Reason, without personal data").fill("Asked by letter, art. 17")
    page.get_by_label("Write the contact's number").fill("1")
    page.get_by_role("button", name="Carry out the decision").click()
    expect(page.get_by_role("alert").filter(has_text="1 thing to correct")).to_be_visible()
    expect(page.get_by_label("Reason, without personal data")).to_have_value("Asked by letter, art. 17")
    page.get_by_label("Write the contact's number").fill(typed)
    page.get_by_role("button", name="Carry out the decision").click()
    expect(page.get_by_role("heading", name="Certificate")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(name)
    assert not scripts or examine(page) == []
    page.goto(file)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Anonymised contact {typed}")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)


def test_D5_from_the_file_by_its_menu(enter: Callable[..., Watched]) -> None:
    page = enter().page()
    file = person(page, "Rosa", "Blum")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Anonymise…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anonymise Rosa Blum?")
    typed = re.sub(r"\D+", " ", page.locator("#f-confirm-h").inner_text()).split()[0]
    page.get_by_label("Reason, without personal data").fill("Retention ended")
    page.get_by_label("Write the contact's number").fill(typed)
    page.get_by_role("button", name="Anonymise the contact").click()
    page.wait_for_url(re.compile(r"/privacy/\d+$"))
    # Only its number finds it.
    page.goto("/contacts?q=blum")
    expect(page.get_by_role("link", name=f"Anonymised contact {typed}")).to_have_count(0)
    page.goto(f"/contacts?q={typed}")
    page.get_by_role("link", name=f"Anonymised contact {typed}").click()
    expect(page).to_have_url(re.compile(re.escape(file)))
