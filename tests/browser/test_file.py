"""A file in the browser: views, contact persons, parts and links edited in place, doubles (spec A3-A6, B3, B4)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from driving import ADA, GRACE, PHONE, Watched
from examination import examine
from playwright.sync_api import Page, expect


def create(page: Page, name: str, *functions: str) -> str:
    """A company with functions; returns the address of its file."""
    page.goto("/contacts/new?" + "&".join(f"function={one}" for one in functions))
    page.get_by_label("Company name").fill(name)
    page.get_by_role("button", name=re.compile("Save the contact|Create all the same")).last.click()
    expect(page).to_have_url(re.compile(r"/contacts/\d+$"))
    return page.url


def link_new(page: Page, address: str, name: str, *ticked: str) -> None:
    """A new person, created on the way and linked at once."""
    page.goto(f"{address}/persons/new")
    page.get_by_label("Last name").fill(name)
    page.get_by_label("Role").fill(f"Role of {name}")
    for label in ticked:
        page.get_by_label(label).check()
    page.get_by_role("button", name="Create and link").click()
    expect(page).to_have_url(re.compile(r"/persons$"))


def edit(page: Page, part: str) -> None:
    page.locator(f"#part-{part}-edit").click()
    expect(page.locator(f"#part-{part} form").first).to_be_visible()


def at_ease(page: Page) -> None:
    # What stands half under the bar on top is no target of its own size.
    page.evaluate("scrollTo(0, 0)")
    assert not (found := examine(page)), "\n".join(found)


def test_A3_the_button_that_copies_a_number_stands_beside_it(page: Page) -> None:
    create(page, "Nebenan GmbH", "customer")
    copies = page.locator(".c-head__meta [data-copy-text]")
    expect(copies).to_be_visible()
    number = page.locator(".c-head__meta .c-num b").bounding_box()
    button = copies.bounding_box()
    assert number
    assert button
    assert button["x"] >= number["x"] + number["width"]
    assert button["y"] < number["y"] + number["height"] / 2 < button["y"] + button["height"]


def test_B4_six_persons_show_five_and_the_tab_shows_all(page: Page) -> None:
    address = create(page, "Hofer Präzisionstechnik", "customer")
    for name in ("Amsel", "Brand", "Czerny", "Dietz", "Ebner"):
        link_new(page, address, name)
    link_new(page, address, "Wiesinger", "Primary contact")
    page.goto(address)
    rows = page.locator("#people-panel li")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("Wiesinger")
    expect(rows.first).to_contain_text("Primary contact")
    page.get_by_role("link", name="Show more contact persons… (1)").click()
    expect(page).to_have_url(f"{address}/persons")
    expect(page.locator("tbody tr")).to_have_count(6)
    expect(page.locator("#people")).to_be_focused()
    expect(page.get_by_role("link", name="Contact persons 6")).to_have_attribute("aria-current", "page")
    at_ease(page)
    page.go_back()
    expect(page.locator("#people-panel li")).to_have_count(5)


def test_B4_six_persons_without_javascript(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    address = create(page, "Weberei Sommer", "supplier")
    for number in range(6):
        link_new(page, address, f"Weber {number}")
    page.goto(address)
    expect(page.locator("#people-panel li")).to_have_count(5)
    page.get_by_role("link", name="Show more contact persons… (1)").click()
    expect(page.locator("tbody tr")).to_have_count(6)
    page.get_by_role("link", name="Edit the link of Weber 3").click()
    page.get_by_label("Role").fill("Master")
    page.get_by_label("Primary contact").check()
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("tbody tr").first).to_contain_text("Master")


def test_B4_a_link_is_edited_in_place_and_a_second_primary_asks(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.update({409, 422})
    page = watched.page()
    address = create(page, "Donauer Spedition", "customer")
    link_new(page, address, "Erste", "Primary contact")
    link_new(page, address, "Zweite")
    row = page.locator("tbody tr").filter(has_text="Zweite")
    row.get_by_role("link", name="Edit the link of Zweite").click()
    form = page.get_by_role("form", name="Edit the link of Zweite")
    expect(form.get_by_label("Role")).to_be_focused()
    at_ease(page)
    form.get_by_label("Department").fill("Purchases")
    form.get_by_label("Active from").fill("2026-02-01")
    form.get_by_label("Active to").fill("2026-01-01")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(form.get_by_label("Department")).to_have_value("Purchases")
    at_ease(page)
    form.get_by_label("Active to").fill("")
    form.get_by_label("Primary contact").check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("Erste is the primary contact of Donauer Spedition: confirm that the mark moves.")
    at_ease(page)
    form.get_by_role("button", name="Save, and move the mark here").click()
    expect(page.locator("tbody tr").first).to_contain_text("Zweite")
    expect(page.locator("tbody tr").first).to_contain_text("Primary contact")
    expect(page.locator("tbody tr").nth(1)).not_to_contain_text("Primary contact")
    expect(page.get_by_text("Zweite is the primary contact.")).to_be_visible()


def test_D2_a_link_is_removed_in_place_but_not_the_primary_ones(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.add(409)
    page = watched.page()
    address = create(page, "Roussel Amblard", "supplier")
    link_new(page, address, "Blanc", "Primary contact")
    link_new(page, address, "Noir")
    page.goto(address)
    page.get_by_role("link", name="Edit the link of Blanc").click()
    page.get_by_role("button", name="Remove the link").click()
    expect(page.locator("#people-panel")).to_contain_text("untick “Primary contact” and save, then remove the link")
    at_ease(page)
    page.get_by_role("link", name="Edit the link of Noir").click()
    page.get_by_role("form", name="Edit the link of Noir").locator("input[name='role']").press("Escape")
    expect(page.get_by_role("link", name="Edit the link of Noir")).to_be_focused()
    page.get_by_role("link", name="Edit the link of Noir").click()
    page.get_by_role("form", name="Edit the link of Noir").get_by_role("button", name="Remove the link").click()
    expect(page.locator("#people-panel li")).to_have_count(1)
    expect(page.locator("#people")).to_be_focused()


def test_B3_three_views_and_all_with_its_legend(page: Page) -> None:
    address = create(page, "Kaltwasser Medizintechnik", "customer", "supplier")
    page.goto(address)
    legend = page.get_by_role("list", name="Legend of the fields").get_by_role("listitem")
    expect(legend).to_have_text([re.compile("C\\s+Customer field"), re.compile("S\\s+Supplier field")])
    styles = {
        key: page.locator(f"#part-{key} .c-fn--{key}").first.evaluate(
            """one => [null, "::before"].map(part => getComputedStyle(one, part).borderInlineStartStyle).join()"""
        )
        for key in ("customer", "supplier")
    }
    assert len(set(styles.values())) == 2, styles
    title = page.title()
    for view, shown, hidden in (("customer", "customer", "supplier"), ("supplier", "supplier", "customer")):
        page.get_by_role("link", name=f"{view.capitalize()} view").click()
        expect(page).to_have_url(f"{address}?view={view}")
        expect(page.locator(f"#part-{shown}")).to_be_visible()
        expect(page.locator(f"#part-{hidden}")).to_have_count(0)
        expect(page.locator("#master")).to_be_focused()
        assert page.title() == title
        at_ease(page)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#part-customer")).to_be_visible()
    expect(page.locator("#part-supplier")).to_be_visible()
    page.go_back()
    expect(page.locator("#part-customer")).to_have_count(0)


def test_A4_parts_are_edited_in_place(enter: Callable[..., Watched]) -> None:
    watched = enter()
    watched.allowed.add(422)
    page = watched.page()
    address = create(page, "Brauhaus Adler", "customer")
    edit(page, "identity")
    expect(page.get_by_label("Company name")).to_be_focused()
    at_ease(page)
    page.get_by_label("Company name").fill("Brauhaus zum Adler")
    page.get_by_label("Company name").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Brauhaus zum Adler")
    expect(page.locator("#part-identity-edit")).to_be_focused()
    expect(page.locator("#recent-changes")).to_contain_text("Brauhaus zum Adler")
    expect(page).to_have_title("Brauhaus zum Adler · Carnet")

    edit(page, "consents")
    expect(page.locator("#part-consents button[name=add]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#part-consents form")).to_have_count(0)

    edit(page, "customer")
    page.get_by_label("Discount").fill("a lot")
    page.locator("#part-customer").get_by_role("button", name="Save").last.click()
    expect(page.locator("#errors")).to_be_focused()
    at_ease(page)
    page.get_by_label("Discount").fill("3")
    page.locator("#part-customer").get_by_role("button", name="Save").last.click()
    expect(page.locator("#part-customer")).to_contain_text("3")
    expect(page.locator("#part-customer form")).to_have_count(0)

    edit(page, "reach")
    page.get_by_role("textbox", name="E-mail 1").or_(page.get_by_label("Website")).first.focus()
    page.locator("#part-reach").get_by_role("button", name="E-mail").first.click()
    page.get_by_role("textbox", name="E-mail 1").fill("info@adler.example")
    page.get_by_role("textbox", name="E-mail 1").press("Enter")
    expect(page.get_by_role("link", name="info@adler.example")).to_be_visible()
    edit(page, "description")
    page.get_by_role("textbox", name="Description").fill("given up")
    page.get_by_role("textbox", name="Description").press("Escape")
    expect(page.locator("#part-description")).to_contain_text("Nothing is noted.")
    expect(page.locator("#part-description-edit")).to_be_focused()
    at_ease(page)
    expect(page).to_have_url(address)


def test_A4_parts_are_edited_on_a_page_without_javascript(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    create(page, "Gasthof Lamm")
    page.locator("#part-description-edit").click()
    page.get_by_role("textbox", name="Description").fill("Closed on Mondays")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#part-description")).to_contain_text("Closed on Mondays")


def test_A5_two_browsers_in_one_part_see_both_versions_and_lose_nothing(enter: Callable[..., Watched]) -> None:
    second = enter(ADA)
    second.allowed.add(409)
    grace, ada = enter(GRACE).page(), second.page()
    address = create(ada, "Ziegelei Klinker")
    for page in (grace, ada):
        page.goto(address)
        edit(page, "description")
        page.get_by_role("textbox", name="Description").fill(f"Typed by {'Grace' if page is grace else 'Ada'}")
    grace.locator("#part-description").get_by_role("button", name="Save").last.click()
    expect(grace.locator("#part-description form")).to_have_count(0)
    ada.locator("#part-description").get_by_role("button", name="Save").last.click()
    part = ada.locator("#part-description")
    expect(part).to_contain_text("has changed while you were writing")
    expect(ada.locator("#part-description-t")).to_be_focused()
    for text in ("Typed by Grace", "Typed by Ada"):
        expect(part.get_by_text(text, exact=True)).to_be_visible()
    at_ease(ada)
    part.get_by_role("radio", name="Typed by Grace").check()
    part.get_by_role("button", name="Save this choice").click()
    expect(ada.locator("#part-description form")).to_have_count(0)
    expect(part).to_contain_text("Typed by Grace")
    ada.goto(f"{address}/history")
    expect(ada.locator("#changes")).to_contain_text("Typed by Ada")


def test_A6_doubles_while_typing_and_the_function_is_added_there(page: Page) -> None:
    address = create(page, "Menuiserie Kerbrat & Fils", "customer")
    page.goto("/contacts/new")
    page.get_by_label("Description").evaluate("one => one.closest('details').open = true")
    page.get_by_role("textbox", name="Description").fill("typed before")
    page.get_by_label("Company name").press_sequentially("Menuiserie Kerbrad Fils")
    panel = page.get_by_role("complementary", name="Likely doubles")
    expect(panel.get_by_role("listitem")).to_have_count(1)
    page.get_by_label("Company name").fill("")
    expect(panel.get_by_role("listitem")).to_have_count(0)
    page.get_by_label("Company name").fill("Menuiserie Kerbrad Fils")
    expect(panel.get_by_role("listitem")).to_have_count(1)
    expect(panel).to_contain_text("Similar name")
    expect(panel).to_have_attribute("aria-live", "polite")
    expect(page.get_by_label("Description")).to_have_value("typed before")
    at_ease(page)
    with page.context.expect_page() as opened:
        panel.get_by_role("link", name=re.compile("^Open")).click()
    expect(opened.value).to_have_url(address)
    opened.value.close()
    prospect, customer, supplier = (
        page.get_by_role("checkbox", name=name) for name in ("P Prospect", "C Customer", "S Supplier")
    )
    prospect.check()
    expect(customer).to_be_disabled()
    expect(panel).to_contain_text("A customer never becomes a prospect again")
    prospect.uncheck()
    supplier.check()
    panel.get_by_role("button", name=re.compile("^Add “Supplier” here")).click()
    expect(page).to_have_url(address)
    expect(page.locator("#filehead .c-badges")).to_contain_text("Supplier")
    expect(page.locator("#filehead .c-badges")).to_contain_text("Customer")


def test_A6_doubles_without_javascript_ask_once_and_never_block(enter: Callable[..., Watched]) -> None:
    page = enter(java_script_enabled=False).page()
    create(page, "Tischlerei Holzmann")
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill("Tischlerei Holzman")
    page.get_by_role("button", name="Save the contact").last.click()
    expect(page.get_by_role("alert").first).to_contain_text("1 contact looks like this one")
    expect(page.get_by_label("Company name")).to_have_value("Tischlerei Holzman")
    page.get_by_role("button", name="Create all the same").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tischlerei Holzman")


def test_A6_a_person_is_found_or_created_while_linking(page: Page) -> None:
    address = create(page, "Imprimerie Sorel")
    page.goto(f"{address}/persons/new")
    page.get_by_role("searchbox", name="Find a person").press_sequentially("nobody of this name")
    expect(page.locator("#found")).to_contain_text("create the person below")
    at_ease(page)
    page.get_by_label("First name").fill("Céline")
    page.get_by_label("Last name").fill("Sorel")
    page.get_by_role("button", name="Create and link").click()
    expect(page.locator("tbody tr")).to_contain_text("Céline Sorel")
    other = create(page, "Papeterie Sorel")
    page.goto(f"{other}/persons/new")
    page.get_by_role("searchbox", name="Find a person").press_sequentially("sorel")
    page.get_by_role("link", name="Choose Céline Sorel").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.locator("tbody tr")).to_contain_text("Céline Sorel")
    page.goto(f"{other}/persons/new")
    page.get_by_label("Last name").press_sequentially("Sorel")
    page.get_by_label("First name").press_sequentially("Celine")
    expect(page.get_by_role("complementary", name="Likely doubles")).to_contain_text("Same name")


def test_A3_the_kind_is_changed_from_the_files_menu(page: Page) -> None:
    address = create(page, "Jean Dupont", "customer")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Change into a person…").click()
    expect(page.get_by_label("First name")).to_have_value("Jean")
    at_ease(page)
    page.get_by_role("button", name="Change into a person").click()
    expect(page).to_have_url(address)
    expect(page.locator("#part-identity")).to_contain_text("Last name")
    expect(page.locator("#recent-changes")).to_contain_text("Kind changed")


def test_A4_the_history_is_narrowed_in_the_address_and_back_works(page: Page) -> None:
    address = create(page, "Fonderie Rouge", "supplier")
    page.goto(f"{address}/history")
    expect(page.locator("#changes li")).to_have_count(2)
    page.get_by_label("What").select_option("activated")
    expect(page.locator("#changes li")).to_have_count(1)
    expect(page).to_have_url(re.compile("action=activated"))
    at_ease(page)
    page.go_back()
    expect(page.locator("#changes li")).to_have_count(2)


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
def test_the_new_contacts_bar_is_one_row_on_a_phone(enter: Callable[..., Watched], size: tuple[int, int]) -> None:
    page = enter(size=size).page()
    page.goto("/contacts/new")
    tops = page.locator(".c-actionbar > .c-btn").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1, tops


def test_what_was_typed_in_place_is_not_swapped_away_unasked(page: Page) -> None:
    create(page, "Färberei Blau", "customer")
    edit(page, "description")
    page.get_by_role("textbox", name="Description").fill("half a sentence")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Customer view").click()
    assert asked.value.message == "What you typed here is not saved. Leave it all the same?"
    expect(page.get_by_role("textbox", name="Description")).to_have_value("half a sentence")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Customer view").click()
    expect(page.locator("#part-description form")).to_have_count(0)


def test_the_present_tab_is_seen_on_a_phone(enter: Callable[..., Watched]) -> None:
    page = enter(size=PHONE).page()
    address = create(page, "Tabbed AG")
    page.goto(f"{address}/history")
    expect(page.get_by_role("link", name="History", exact=True)).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("scrollY") == 0
