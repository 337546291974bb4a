"""Parts of a file and links edited in their place, by htmx and by page; the bin (spec A4, A5, B3, B4, D2, D9)."""

from __future__ import annotations

import html
import re

import pytest

from webapp.contacts import links, services
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.services import save_fields
from webapp.history.services import of_contact


def place(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target}


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of a form, as a browser sends them back."""
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', page):
        one = {key: html.unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        found[one["name"]] = one["value"]
    return found


@pytest.fixture
def firm(make, system) -> Contact:
    return make("Hofer", functions=["customer", "supplier"], description="First", website="hofer.example")


PARTS = {
    "identity": "company_name",
    "reach": "website",
    "description": "description",
    "consents": "",
    "customer": "customer.discount",
    "supplier": "supplier.creditor_account",
}


@pytest.mark.parametrize("part", PARTS)
def test_B3_each_part_is_a_form_in_its_place_and_on_a_page(sign_in, firm, part) -> None:
    client = sign_in("editor")
    address = f"/contacts/{firm.id}/edit?part={part}&view=all"
    inside = client.get(address, headers=place(f"section#part-{part}")).text
    page = client.get(address).text
    assert "<html" in page
    assert "<html" not in inside
    assert f'id="part-{part}"' in inside
    names = {
        name
        for name in re.findall(r'name="([\w.-]+)"', inside)
        if name not in ("csrf_token", "whose", "version", "view", "part", "base", "add", "remove")
    }
    assert PARTS[part] in names or not PARTS[part]
    for other, name in PARTS.items():
        assert other == part or not name or name not in names, other


def test_A4_a_part_saves_its_own_fields_alone_and_brings_the_part_and_the_head(sign_in, firm) -> None:
    client = sign_in("editor")
    form = client.get(f"/contacts/{firm.id}/edit?part=identity").text
    sent = {**hidden(form), "company_name": "Hofer Präzision", "description": "not this part's"}
    answer = client.post(f"/contacts/{firm.id}/edit", data=sent, headers=place("section#part-identity"))
    assert answer.status_code == 200
    assert answer.text.count("Hofer Präzision") >= 3
    assert 'hx-target="#filehead"' in answer.text
    assert "Your changes are saved" in answer.headers["HX-Trigger"]
    db.session.expire_all()
    assert (firm.company_name, firm.description, firm.website) == ("Hofer Präzision", "First", "hofer.example")
    assert list(of_contact(firm.id, limit=1)[0].changes) == ["company_name"]
    # Without JavaScript the same form leads back to the file.
    form = client.get(f"/contacts/{firm.id}/edit?part=description").text
    answer = client.post(f"/contacts/{firm.id}/edit", data={**hidden(form), "description": "Second"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert (firm.company_name, firm.description) == ("Hofer Präzision", "Second")


def test_A5_two_people_in_two_parts_are_not_in_each_others_way(sign_in, firm, system) -> None:
    client = sign_in("editor")
    form = hidden(client.get(f"/contacts/{firm.id}/edit?part=description").text)
    services.update(firm.id, {"company_name": "Hofer AG"})
    save_fields(firm.id, "customer", {"discount": "3"})
    answer = client.post(
        f"/contacts/{firm.id}/edit", data={**form, "description": "Mine"}, headers=place("section#part-description")
    )
    assert answer.status_code == 200
    db.session.expire_all()
    assert (firm.company_name, firm.description) == ("Hofer AG", "Mine")


def test_A5_two_people_in_one_part_get_both_versions_in_its_place(sign_in, firm, system) -> None:
    client = sign_in("editor")
    form = hidden(client.get(f"/contacts/{firm.id}/edit?part=description").text)
    services.update(firm.id, {"description": "Theirs"})
    answer = client.post(
        f"/contacts/{firm.id}/edit", data={**form, "description": "Mine"}, headers=place("section#part-description")
    )
    assert answer.status_code == 409
    assert "<html" not in answer.text
    for text in ("First", "Theirs", "Mine", 'name="choice-description"'):
        assert text in answer.text
    again = {**hidden(answer.text), "choice-description": "theirs"}
    assert client.post(f"/contacts/{firm.id}/edit", data=again).status_code == 303
    db.session.expire_all()
    assert firm.description == "Theirs"
    assert of_contact(firm.id, limit=1)[0].changes == {"description": ["Mine", None]}


def test_A4_a_wrong_value_brings_the_part_back_filled(sign_in, firm) -> None:
    client = sign_in("editor")
    form = hidden(client.get(f"/contacts/{firm.id}/edit?part=customer").text)
    sent = {**form, "customer.discount": "many", "customer.debtor_account": "Kept 7"}
    answer = client.post(f"/contacts/{firm.id}/edit", data=sent, headers=place("section#part-customer"))
    assert answer.status_code == 422
    assert "<html" not in answer.text
    for text in ('id="errors"', "#f-customer-discount", 'aria-invalid="true"', "many", "Kept 7"):
        assert text in answer.text


def test_B3_a_part_that_is_none_or_not_this_contacts_is_not_found(sign_in, firm) -> None:
    client = sign_in("editor")
    for part in ("nonsense", "prospect", "<x>"):
        assert client.get(f"/contacts/{firm.id}/edit", query_string={"part": part}).status_code == 404, part


def test_J1_a_reader_sees_no_way_to_edit(sign_in, firm, make) -> None:
    links.create(firm.id, make("Person", kind="person").id, {})
    client = sign_in("reader")
    for address in (f"/contacts/{firm.id}", f"/contacts/{firm.id}/persons", f"/contacts/{firm.id}?view=customer"):
        page = client.get(address).text
        for sign in ("-edit", "/edit", "persons/new", "/kind"):
            assert sign not in page, (address, sign)
    assert client.get(f"/contacts/{firm.id}/edit?part=identity").status_code == 403


def test_B3_a_functions_view_says_what_it_allows(sign_in, firm, system) -> None:
    save_fields(firm.id, "customer", {"delivery_block": "1", "blocked": "1", "blocked_notice": "Unpaid since May"})
    page = sign_in("reader").get(f"/contacts/{firm.id}?view=customer").text
    for text in ("What this customer may do", "2 points to watch", "Unpaid since May", "No insolvency known"):
        assert text in page
    assert "What this customer may do" not in sign_in("reader").get(f"/contacts/{firm.id}").text


# --- Contact persons -----------------------------------------------------------------------------------------


@pytest.fixture
def six(firm, make) -> list[int]:
    found = []
    for number in range(6):
        person = make(f"Person {number}", kind="person")
        found.append(links.create(firm.id, person.id, {"role": f"Role {number}", "is_primary": number == 5}).id)
    return found


def test_B4_five_persons_the_primary_first_then_the_way_to_all(sign_in, firm, six) -> None:
    client = sign_in("reader")
    page = client.get(f"/contacts/{firm.id}").text
    assert re.findall(r'<li id="l-(\d+)"', page) == [str(six[5]), *map(str, six[:4])]
    assert "Show more contact persons… (1)" in re.sub(r"</a>", "", page)
    tab = client.get(f"/contacts/{firm.id}/persons").text
    assert re.findall(r'<tr id="lr-(\d+)"', tab) == [str(six[5]), *map(str, six[:5])]
    swapped = client.get(f"/contacts/{firm.id}/persons", headers=place("div#view")).text
    assert "<html" not in swapped
    assert swapped.count('<tr id="lr-') == 6


@pytest.mark.parametrize("row", ["l", "lr"])
def test_B4_a_link_is_edited_in_the_place_of_its_row(sign_in, firm, six, row) -> None:
    client = sign_in("editor")
    target = f"{row}-{six[0]}"
    form = client.get(f"/links/{six[0]}?side=party", headers=place(f"x#{target}")).text
    assert "<html" not in form
    assert f'id="{target}"' in form
    sent = {**hidden(form), "role": "Director", "department": "Board", "is_invoice_recipient": "1",
            "active_from": "2026-01-01"}  # fmt: skip
    answer = client.post(f"/links/{six[0]}", data=sent, headers=place(f"x#{target}"))
    assert answer.status_code == 200
    assert f'id="{target}"' in answer.text
    for text in ("Director", "Receives the invoices"):
        assert text in answer.text
    wrong = {**sent, "version": "2", "active_to": "2025-01-01"}
    answer = client.post(f"/links/{six[0]}", data=wrong, headers=place(f"x#{target}"))
    assert answer.status_code == 422
    assert "lies before" in answer.text
    assert 'value="2025-01-01"' in answer.text


def test_B4_a_second_primary_is_asked_about_in_place_and_then_moves(sign_in, firm, six) -> None:
    client = sign_in("editor")
    target = place(f"tr#lr-{six[0]}")
    sent = {**hidden(client.get(f"/links/{six[0]}", headers=target).text), "role": "Typed", "is_primary": "1"}
    answer = client.post(f"/links/{six[0]}", data=sent, headers=target)
    assert answer.status_code == 409
    for text in ("confirm that the mark moves", 'name="move_primary"', "Typed"):
        assert text in answer.text
    answer = client.post(f"/links/{six[0]}", data={**sent, "move_primary": "1"}, headers=target)
    assert answer.status_code == 200
    assert "carnet-links" in answer.headers["HX-Trigger"]
    db.session.expire_all()
    assert links.primary_of(firm.id).last_name == "Person 0"


def test_D2_the_primary_contacts_link_stays_in_place_with_what_to_do(sign_in, firm, six) -> None:
    client = sign_in("editor")
    target = place(f"li#l-{six[5]}")
    answer = client.submit(f"/links/{six[5]}/remove", headers=target)
    assert answer.status_code == 409
    assert "untick" in answer.text
    assert f'id="l-{six[5]}"' in answer.text
    answer = client.submit(f"/links/{six[0]}/remove", headers=place(f"li#l-{six[0]}"))
    assert answer.status_code == 204
    assert "carnet-links" in answer.headers["HX-Trigger"]
    assert links.counts_of(firm.id)["all"] == 5


def test_B4_the_tab_shows_500_persons_page_by_page(sign_in, firm, make, system) -> None:
    for number in range(120):
        ended = "2020-01-01" if number % 3 == 0 else ""
        person = make(f"P {number:03}", kind="person")
        links.create(firm.id, person.id, {"active_to": ended, "is_primary": number == 100})
    client = sign_in("reader")
    for which, expected in (("open", 80), ("ended", 40), ("all", 120)):
        address, seen = f"/contacts/{firm.id}/persons?which={which}", []
        while address:
            page = client.get(address).text
            ids = re.findall(r'<tr id="lr-(\d+)"', page)
            assert len(ids) <= links.PAGE
            seen += ids
            following = re.search(r'href="([^"]*after=[^"]*)" rel="next"', page)
            address = html.unescape(following[1]) if following else ""
        assert len(seen) == len(set(seen)) == expected, which
    for nonsense in ("x", "-1", "9" * 30, "0"):
        assert client.get(f"/contacts/{firm.id}/persons", query_string={"after": nonsense}).status_code == 200


def test_A6_B4_a_person_is_created_on_the_way_and_linked_at_once(sign_in, firm, make) -> None:
    known = make("Amsel", kind="person", first_name="Dorothea", functions=["supplier"])
    client = sign_in("editor")
    address = f"/contacts/{firm.id}/persons/new"
    assert 'value="Dorothea"' in client.get(f"{address}?q=Dorothea Amsel").text
    typed = {"create": "1", "first_name": "Dorothea", "last_name": "Amsel", "role": "Quality"}
    doubles = client.submit(f"/contacts/{firm.id}/persons/doubles", typed).text
    assert f"person_id={known.id}" in doubles
    wrong = client.submit(address, {**typed, "active_from": "never"})
    assert wrong.status_code == 422
    for text in ("Dorothea", "Quality", "never"):
        assert text in wrong.text
    assert client.submit(address, {**typed, "email": "d@hofer.example"}).status_code == 303
    link = links.persons_of(firm.id)[0]
    assert (link.person.name, link.role, link.person.emails[0].value) == (
        "Dorothea Amsel", "Quality", "d@hofer.example"
    )  # fmt: skip
    assert link.person_id != known.id


def test_B4_a_form_sent_twice_links_one_new_person(sign_in, firm) -> None:
    client = sign_in("editor")
    typed = {"create": "1", "last_name": "Twice", "form_key": "k" * 22}
    places = {client.submit(f"/contacts/{firm.id}/persons/new", typed).location for _time in range(2)}
    assert len(places) == 1
    assert links.counts_of(firm.id)["all"] == 1


def test_A6_companies_are_offered_while_their_name_is_typed(sign_in, make) -> None:
    parent = make("Hofer Holding", functions=["supplier"])
    make("Hofer", kind="person")
    answer = sign_in("editor").submit("/contacts/companies", {"parent_id": "hof"})
    assert re.findall(r'value="([^"]*)"', answer.text) == [f"Hofer Holding #{parent.id}"]


# --- The bin -------------------------------------------------------------------------------------------------


def test_D9_only_managers_see_the_file_of_a_contact_in_the_bin(sign_in, make, system) -> None:
    contact = make("Gone")
    services.to_bin(contact.id)
    for tab in ("", "/persons", "/history"):
        for role, status in (("reader", 410), ("editor", 410), ("manager", 200)):
            answer = sign_in(role).get(f"/contacts/{contact.id}{tab}")
            assert answer.status_code == status, (tab, role)
            assert "in the bin" in answer.text


def test_E4_every_tab_of_a_merged_contact_leads_to_the_main_one(sign_in, make) -> None:
    main, absorbed = make("Main"), make("Absorbed")
    absorbed.merged_into_id = main.id
    client = sign_in("reader")
    for tab in ("", "/persons", "/history"):
        assert client.get(f"/contacts/{absorbed.id}{tab}").location == f"/contacts/{main.id}{tab}"
