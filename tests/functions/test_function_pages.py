"""Functions in the browser without JavaScript: views, activating, converting, mass action (spec B2, B3, C2, C3)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.contacts import links
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, live_rows, save_fields
from webapp.history.services import of_contact


def functions(contact) -> list[str]:
    db.session.expire_all()
    return [row.function for row in live_rows(contact.id)]


def test_B2_a_function_is_added_in_the_file(sign_in, make) -> None:
    contact = make("Firm", functions=["customer"])
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/functions/supplier"
    assert address in client.get(f"/contacts/{contact.id}").text
    assert client.get(address).status_code == 200
    answer = client.submit(address, {"supplier.active": "1", "supplier.creditor_account": "401000"})
    assert answer.status_code == 303
    assert functions(contact) == ["customer", "supplier"]
    page = client.get(answer.headers["Location"]).text
    assert "401000" in page
    assert client.submit(address).status_code == 303


def test_B3_each_view_has_its_own_address_and_marks_the_fields(sign_in, make, system) -> None:
    contact = make("Firm")
    activate(contact.id, "customer", {"debtor_account": "411007"})
    activate(contact.id, "supplier", {"creditor_account": "401007"})
    client = sign_in("reader")
    pages = {view: client.get(f"/contacts/{contact.id}?view={view}").text for view in ("all", "customer", "supplier")}
    assert [view for view, text in pages.items() if "411007" in text] == ["all", "customer"]
    assert [view for view, text in pages.items() if "401007" in text] == ["all", "supplier"]
    for css in ("c-fn--customer", "c-fn--supplier"):
        assert css in pages["all"]
    for view in pages:
        assert f"view={view}" in pages["all"] or view == "all"
    swapped = client.get(
        f"/contacts/{contact.id}?view=supplier", headers={"HX-Request": "true", "HX-Target": "div#view"}
    ).text
    assert "401007" in swapped
    assert "<html" not in swapped


def test_B4_the_overview_shows_five_persons_and_the_tab_all(sign_in, make, system) -> None:
    contact = make("Firm", functions=["customer"])
    for number in range(7):
        person = make(f"Person{number}", kind="person")
        links.create(contact.id, person.id, {"is_primary": number == 6})
    client = sign_in("reader")
    overview = client.get(f"/contacts/{contact.id}").text
    tab = client.get(f"/contacts/{contact.id}/persons").text
    assert [number for number in range(7) if f"<bdi>Person{number}</bdi>" in overview] == [0, 1, 2, 3, 6]
    assert [number for number in range(7) if f"<bdi>Person{number}</bdi>" in tab] == list(range(7))
    assert f"/contacts/{contact.id}/persons" in overview


def test_C3_a_prospect_is_converted_in_the_file(sign_in, make, system) -> None:
    contact = make("Firm", functions=["prospect"])
    save_fields(contact.id, "prospect", {"number": "10001", "loss_text": "They hesitated"})
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/convert"
    assert f'href="{address}' in client.get(f"/contacts/{contact.id}").text
    assert "10001" in client.get(address).text
    answer = client.submit(address, {"to": "customer", "customer.debtor_account": "411000"})
    assert answer.status_code == 303
    assert functions(contact) == ["customer"]
    page = client.get(f"/contacts/{contact.id}").text
    for kept in ("10001", "411000", "As a prospect", "They hesitated"):
        assert kept in page, kept
    assert f"c-{contact.id}" in client.get("/customers").text
    assert f'id="c-{contact.id}"' not in client.get("/prospects").text
    assert of_contact(contact.id)[0].way == "form"

    again = client.submit(address, {"to": "customer"})
    assert again.status_code == 303
    assert "already" in client.get(again.headers["Location"]).text
    assert len(db.session.scalars(sa.select(FunctionRow)).all()) == 2


def test_C4_no_form_turns_a_customer_back(sign_in, make) -> None:
    contact = make("Firm", functions=["customer"])
    client = sign_in("administrator")
    for address, sent in (
        (f"/contacts/{contact.id}/functions/prospect", {}),
        (f"/contacts/{contact.id}/convert", {"to": "prospect"}),
        (f"/contacts/{contact.id}/functions/customer/release", {}),
        (f"/contacts/{contact.id}/functions/prospect/release", {}),
    ):
        answer = client.submit(address, sent)
        assert answer.status_code == 409, address
    assert functions(contact) == ["customer"]
    assert f'href="/contacts/{contact.id}/functions/prospect"' not in client.get(f"/contacts/{contact.id}").text


def test_C6_converting_a_disqualified_prospect_says_what_to_do(sign_in, make, system) -> None:
    contact = make("Firm", functions=["prospect"])
    save_fields(contact.id, "prospect", {"status": "disqualified"})
    answer = sign_in("editor").submit(f"/contacts/{contact.id}/convert", {"to": "customer"})
    assert answer.status_code == 409
    assert "requalify" in answer.text
    assert functions(contact) == ["prospect"]


def test_a_wrong_value_brings_the_form_back_and_changes_nothing(sign_in, make) -> None:
    contact = make("Firm", functions=["prospect"])
    client = sign_in("editor")
    for address, sent in {
        "convert": {"to": "customer", "customer.number": "7" * 61},
        "functions/customer": {"customer.discount": "900", "customer.internal_note": "7" * 61},
        "functions/supplier": {"supplier.minimum_order": "a lot", "supplier.internal_note": "7" * 61},
    }.items():
        answer = client.submit(f"/contacts/{contact.id}/{address}", sent)
        assert answer.status_code == 422, address
        assert "7" * 61 in answer.text, address
    assert functions(contact) == ["prospect"]


def test_F3_a_taken_number_brings_the_form_back(sign_in, make, system) -> None:
    save_fields(make("Other", functions=["customer"]).id, "customer", {"number": "K-1"})
    contact = make("Firm", functions=["prospect"])
    answer = sign_in("editor").submit(f"/contacts/{contact.id}/convert", {"to": "customer", "customer.number": "k-1"})
    assert answer.status_code == 409
    assert "another contact" in answer.text
    assert functions(contact) == ["prospect"]


def test_B2_a_function_that_is_not_final_is_taken_back_in_the_file(sign_in, make) -> None:
    contact = make("Firm", functions=["supplier"])
    client = sign_in("editor")
    assert client.submit(f"/contacts/{contact.id}/functions/supplier/release").status_code == 303
    assert functions(contact) == []
    assert client.submit(f"/contacts/{contact.id}/functions/supplier/release").status_code == 409
