"""Proposals in a browser, with scripts and without: written, sent, accepted by who was sent the link (spec C1, G2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from driving import ADA, Watched, make_company, sign_in
from examination import examine
from playwright.sync_api import Page, expect
from post_office import post_office
from serving import Served, served

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture(scope="module")
def carnet() -> Iterator[Served]:
    with served("sqlite", contacts=0, users=((ADA, "administrator"),)) as at:
        yield at


def fill_line(page: Page, at: int, description: str, quantity: str, price: str) -> None:
    page.locator(f"#f-lines-{at}-description").fill(description)
    page.locator(f"#f-lines-{at}-quantity").fill(quantity)
    page.locator(f"#f-lines-{at}-unit_price").fill(price)
    page.locator(f"#f-lines-{at}-vat_rate").fill("20")


def draft(page: Page, contact: str, title: str) -> str:
    """A draft with one line; the address of the proposal."""
    page.goto(f"{contact}/proposals")
    page.get_by_role("link", name="New proposal").first.click()
    page.get_by_label("Title").fill(title)
    fill_line(page, 0, "Oak worktop", "6", "214.00")
    page.get_by_role("button", name="Save the draft").last.click()
    page.wait_for_url(re.compile(r"/proposals/\d+$"))
    return page.url


@SCRIPTS
def test_C1_a_prospect_accepts_by_the_link_and_stands_among_the_customers(
    tab: Callable[[bool], Page], visit: Callable[..., Watched], carnet: Served, scripts: bool
) -> None:
    page = tab(scripts)
    name = "Kerbrat" if scripts else "Locronan"
    contact = make_company(page, f"Menuiserie {name}", ["prospect"])
    proposal = draft(page, contact, f"Worktop for {name}")
    assert not scripts or not examine(page)
    page.get_by_role("link", name="Send…").click()
    expect(page.get_by_text("There is no mail server")).to_be_visible()
    page.get_by_role("button", name="Make a link to copy").click()
    link = page.get_by_label("Address for the recipient").input_value()
    assert not scripts or not examine(page)

    # Somebody else's browser, where nobody has signed in.
    elsewhere = visit(carnet, java_script_enabled=scripts)
    elsewhere.allowed.add(422)
    recipient = elsewhere.page()
    recipient.goto(link)
    expect(recipient.get_by_role("heading", level=1)).to_have_text(f"Worktop for {name}")
    assert not scripts or not examine(recipient)
    recipient.get_by_role("textbox", name="Your name").fill("Yann Kerbrat")
    if scripts:
        # The browser asks for the tick itself; without its help the server does.
        recipient.evaluate("document.querySelector('#f-agreed').required = false")
        recipient.get_by_role("button", name="Accept for €1,540.80").click()
        expect(recipient.get_by_role("alert")).to_contain_text("Please tick that you accept this proposal")
        expect(recipient.get_by_role("textbox", name="Your name")).to_have_value("Yann Kerbrat")
        assert not examine(recipient)
    recipient.get_by_label(f"I accept this proposal for Menuiserie {name}").check()
    recipient.get_by_role("button", name="Accept for €1,540.80").click()
    expect(recipient.get_by_text("This proposal is accepted.")).to_be_visible()
    expect(recipient.get_by_text("Yann Kerbrat accepted it on")).to_be_visible()
    assert not scripts or not examine(recipient)
    if scripts:
        # Back would lead to the form that was refused: a browser sends no form again by itself.
        recipient.goto(link)
    else:
        recipient.go_back()
    expect(recipient.get_by_text("This proposal is accepted.")).to_be_visible()
    expect(recipient.get_by_role("button", name=re.compile("Accept"))).to_have_count(0)
    assert elsewhere.context.cookies() == []

    page.goto(f"/customers?q={name}")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.goto(f"/prospects?q={name}")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.goto(proposal)
    expect(page.get_by_text("Acceptance, as proof")).to_be_visible()
    expect(page.locator("aside")).to_contain_text("Yann Kerbrat")
    page.goto(f"{contact}/history")
    page.get_by_role("link", name=re.compile(r"^Proposal \d+")).first.click()
    expect(page).to_have_url(proposal)


def test_C1_the_editor_reckons_while_one_types_and_keeps_two_editors_apart(tab: Callable[[bool], Page]) -> None:
    page = tab(True)
    contact = make_company(page, "Ateliers Morvan", ["prospect"])
    page.goto("/proposals/new")
    page.get_by_role("searchbox", name="Find a contact").fill("morvan")
    page.get_by_role("link", name="Choose Ateliers Morvan").click()
    page.get_by_label("Title").fill("Bookcase")
    fill_line(page, 0, "Shelves", "2.5", "100")
    expect(page.locator("#amount-0")).to_have_text("€250.00")
    expect(page.locator("#sums")).to_contain_text("€300.00")
    page.get_by_role("button", name="Add a line").click()
    expect(page.locator("#f-lines-1-vat_rate")).to_have_value("20")
    fill_line(page, 1, "Delivery", "none", "12")
    page.get_by_role("button", name="Move line 2 up").click()
    expect(page.locator("#f-lines-0-description")).to_have_value("Delivery")
    page.get_by_role("button", name="Save the draft").last.click()
    alert = page.get_by_role("alert").filter(has_text="1 thing to correct")
    expect(alert).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert not examine(page)
    alert.get_by_role("link").click()
    expect(page.locator("#f-lines-0-quantity")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/proposals/\d+$"))
    address = page.url
    expect(page.locator("tfoot")).to_contain_text("€314.40")

    page.goto(f"{address}/edit")
    other = page.context.new_page()
    other.goto(f"{address}/edit")
    for one, title in ((other, "Theirs"), (page, "Mine")):
        one.get_by_label("Title").fill(title)
    other.get_by_role("button", name="Save the draft").last.click()
    other.wait_for_url(address)
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This proposal has changed while you were writing")
    assert not examine(page)
    page.get_by_role("radio", name="Theirs").check()
    page.get_by_role("button", name="Save this choice").click()
    page.wait_for_url(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Theirs")
    page.goto(f"{contact}/proposals")
    expect(page.locator("tbody tr")).to_have_count(1)


@SCRIPTS
def test_G2_those_chosen_or_all_that_match_are_withdrawn_each_with_its_outcome(
    tab: Callable[[bool], Page], scripts: bool
) -> None:
    page = tab(scripts)
    name = "Quimper" if scripts else "Concarneau"
    contact = make_company(page, f"Mairie {name}", ["prospect"])
    for title in ("Roof", "Stairs"):
        draft(page, contact, f"{title} {name}")
    page.goto(f"/proposals?q={name}")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    if scripts:
        page.locator("#list tbody input[name=ids]").first.check()
    else:
        page.get_by_role("button", name="Choose all that match").click()
        expect(page.get_by_text("All 2 proposals of the list are chosen")).to_be_visible()
    assert not scripts or not examine(page)
    page.get_by_role("button", name="Mass actions").click()
    page.locator("#mass").get_by_role("button", name="Withdraw").click()
    number = 1 if scripts else 2
    words = "Withdraw 1 proposal" if scripts else "Withdraw 2 proposals"
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    assert not scripts or not examine(page)
    page.get_by_role("button", name=words).click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("heading", level=2, name=re.compile(f"{number} of {number}"))).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(number)
    expect(page.locator("tbody")).to_contain_text("P-1000")
    page.goto(f"/proposals?q={name}&state=withdrawn")
    expect(page.locator("#list tbody tr")).to_have_count(number)


def test_J4_a_letter_that_the_mail_server_refuses_is_told_at_its_link(visit: Callable[..., Watched]) -> None:
    users = ((ADA, "administrator"),)
    with (
        post_office(refuses=True) as office,
        served("sqlite", users=users, CARNET_MAIL_URL=f"{office.url}&security=none") as at,
    ):
        page = visit(at).page()
        page.goto("/login")
        sign_in(page, ADA)
        page.wait_for_url("**/contacts")
        contact = make_company(page, "Menuiserie Le Goff", ["prospect"], "le-goff@menuiserie.example")
        proposal = draft(page, contact, "Worktop")
        page.get_by_role("link", name="Send…").click()
        page.get_by_role("button", name="Send").click()
        told = page.get_by_text("The mail server did not take the letter")
        for _wait in range(150):
            page.goto(proposal)
            if told.count():
                break
            page.wait_for_timeout(100)
        expect(told).to_be_visible()
        expect(page.get_by_text("to le-goff@menuiserie.example")).to_be_visible()
        assert not examine(page)
