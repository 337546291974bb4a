"""Rows are edited in their list and swapped alone; without scripts the same address is a page (spec G4, A4, A5)."""

from __future__ import annotations

import re

import pytest

from webapp.contacts import services
from webapp.contacts.queries import load
from webapp.db import db
from webapp.history.services import of_contact


def htmx(contact) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": f"tr#c-{contact.id}"}


def form_of(page: str) -> dict[str, str]:
    """What the row's form sends when nothing is changed."""
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    sent |= dict(re.findall(r'name="(\w+)" id="[^"]+"[^>]*? value="([^"]*)"', page))
    for name, inside in re.findall(r'<select [^>]*name="(\w+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        sent[name] = chosen[1] if chosen else ""
    return sent


@pytest.fixture
def firm(make):
    return make(
        "Kerbrat",
        functions=["customer"],
        tags=["VIP"],
        addresses=[
            {"purpose": "invoice", "street": "2 quai", "city": "Brest", "country": "FR"},
            {"purpose": "main", "street": "1 rue", "postal_code": "29000", "city": "Quimper", "country": "FR"},
        ],
    )


def test_G4_a_row_becomes_a_form_and_is_saved_alone(sign_in, firm, user) -> None:
    ida = user("editor")
    client = sign_in("editor")
    address = f"/contacts/{firm.id}/row?in=customer"
    page = client.get(address, headers=htmx(firm)).text
    assert page.strip().startswith(f'<tr id="c-{firm.id}" data-state="edit">')
    sent = form_of(page)
    assert (sent["company_name"], sent["city"], sent["country"], sent["tags"]) == ("Kerbrat", "Quimper", "FR", "VIP")
    changed = {
        "company_name": "Kerbrat & Fils",
        "city": "Concarneau",
        "tags": "Bois, VIP",
        "responsible_id": str(ida.id),
    }
    saved = client.post(address, data={**sent, **changed, "csrf_token": client.token()}, headers=htmx(firm))
    assert saved.status_code == 200
    assert saved.text.strip().startswith(f'<tr id="c-{firm.id}">')
    assert "<html" not in saved.text
    for shown in ("Kerbrat &amp; Fils", "Concarneau", f"/contacts/{firm.id}?view=customer&amp;in=customer"):
        assert shown in saved.text
    db.session.expire_all()
    assert (firm.company_name, firm.tags, firm.responsible_id) == ("Kerbrat & Fils", ["Bois", "VIP"], ida.id)
    # The other address and the rest of the main one are as they were.
    assert {(one.purpose, one.street, one.city) for one in firm.addresses} == {
        ("invoice", "2 quai", "Brest"), ("main", "1 rue", "Concarneau")
    }  # fmt: skip


def test_A4_the_history_says_that_it_was_done_in_the_list(sign_in, firm, system) -> None:
    client = sign_in("editor")
    sent = form_of(client.get(f"/contacts/{firm.id}/row", headers=htmx(firm)).text)
    client.submit(f"/contacts/{firm.id}/row", {**sent, "city": "Douarnenez"}, headers=htmx(firm))
    entry = of_contact(firm.id, limit=1)[0]
    assert (entry.way, list(entry.changes)) == ("list", ["addresses"])


def test_G4_nothing_changed_changes_nothing(sign_in, firm) -> None:
    client = sign_in("editor")
    sent = form_of(client.get(f"/contacts/{firm.id}/row", headers=htmx(firm)).text)
    assert client.submit(f"/contacts/{firm.id}/row", sent, headers=htmx(firm)).status_code == 200
    db.session.expire_all()
    assert firm.version == int(sent["version"])


def test_G4_a_person_has_both_names_and_a_first_address_is_its_main_one(sign_in, make) -> None:
    person = make("Ruiz", kind="person", first_name="Ana")
    client = sign_in("editor")
    sent = form_of(client.get(f"/contacts/{person.id}/row", headers=htmx(person)).text)
    assert (sent["first_name"], sent["last_name"]) == ("Ana", "Ruiz")
    assert client.submit(f"/contacts/{person.id}/row", {**sent, "city": "Madrid", "country": "ES"}).status_code == 303
    db.session.expire_all()
    assert [(one.purpose, one.city, one.country) for one in person.addresses] == [("main", "Madrid", "ES")]


def test_G4_without_scripts_it_is_a_page_and_leads_back_to_the_list(sign_in, firm) -> None:
    client = sign_in("editor")
    address = f"/contacts/{firm.id}/row?in=customer%3Fsort%3D-name"
    page = client.get(address).text
    assert "<html" in page
    assert 'hx-post="/contacts' not in page
    answer = client.submit(address, {**form_of(page), "company_name": "Kerbrat Frères"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/customers?sort=-name")
    assert client.get(f"{address}&read=1").headers["Location"] == "/customers?sort=-name"


def test_G4_what_is_wrong_is_said_in_the_row_and_nothing_is_lost(sign_in, firm) -> None:
    client = sign_in("editor")
    sent = form_of(client.get(f"/contacts/{firm.id}/row", headers=htmx(firm)).text)
    wrong = {**sent, "company_name": "x" * 300, "city": "Lorient", "tags": "y" * 90, "country": "Atlantis"}
    answer = client.submit(f"/contacts/{firm.id}/row", wrong, headers=htmx(firm))
    assert answer.status_code == 422
    assert 'id="errors" tabindex="-1" role="alert"' in answer.text
    for name in ("company_name", "tags", "country"):
        assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', answer.text), name
        assert f'id="r-{name}"' in answer.text
    again = form_of(answer.text)
    assert (again["company_name"], again["city"], again["tags"]) == ("x" * 300, "Lorient", "y" * 90)
    assert (
        client.submit(f"/contacts/{firm.id}/row", {**sent, "company_name": ""}, headers=htmx(firm)).status_code == 422
    )


def test_A5_someone_else_saved_meanwhile_both_values_are_shown(sign_in, firm, system) -> None:
    client = sign_in("editor")
    address = f"/contacts/{firm.id}/row"
    sent = form_of(client.get(address, headers=htmx(firm)).text)
    services.update(firm.id, {"company_name": "Theirs", "tags": ["VIP", "Mer"]})
    answer = client.submit(address, {**sent, "company_name": "Mine", "city": "Lorient"}, headers=htmx(firm))
    assert answer.status_code == 409
    again = form_of(answer.text)
    assert (again["company_name"], again["city"], again["tags"]) == ("Mine", "Lorient", "Mer, VIP")
    assert "Saved meanwhile: Theirs" in answer.text
    assert load(firm.id).company_name == "Theirs"
    # Saving again is the choice for one's own; what did not collide is kept of both.
    assert client.submit(address, again, headers=htmx(firm)).status_code == 200
    db.session.expire_all()
    assert (firm.company_name, firm.city, firm.tags) == ("Mine", "Lorient", ["Mer", "VIP"])


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_A5_who_cannot_say_what_they_read_is_shown_what_there_is(sign_in, firm, version) -> None:
    client = sign_in("editor")
    answer = client.submit(f"/contacts/{firm.id}/row", {"company_name": "Mine", "version": version})
    assert answer.status_code == 409
    db.session.expire_all()
    assert firm.company_name == "Kerbrat"


def test_J1_a_reader_edits_no_row(sign_in, firm) -> None:
    client = sign_in("reader")
    assert "/row?" not in client.get("/contacts").text
    assert client.get(f"/contacts/{firm.id}/row").status_code == 403
    assert client.submit(f"/contacts/{firm.id}/row", {"company_name": "Mine"}).status_code == 403


def test_G4_what_is_in_the_bin_or_not_there_is_not_edited(sign_in, firm, system) -> None:
    client = sign_in("editor")
    assert client.get("/contacts/999999/row").status_code == 404
    contact = services.create({"kind": "company", "company_name": "Gone"})
    services.to_bin(contact.id)
    for answer in (client.get(f"/contacts/{contact.id}/row"), client.submit(f"/contacts/{contact.id}/row", {})):
        assert answer.status_code == 409
        assert "in the bin" in answer.text
