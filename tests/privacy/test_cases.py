"""Requests to erase as cases: due dates, decision, certificate (spec D5, D9)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.privacy import services
from plugins.privacy.models import PrivacyCase
from webapp.contacts import links
from webapp.contacts.links import today
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import numbers_of
from webapp.db import db

ASKED = {"requester": "Annegret Wiesinger", "email": "a@wiesinger.example", "channel": "email", "note": "Passport seen"}


def begin(client: Any, contact_id: int, **more: str) -> PrivacyCase:
    sent = {"contact": str(contact_id), **ASKED, "received_on": today().isoformat(), **more}
    page = client.submit("/privacy/new", sent)
    assert page.status_code == 303, page.text
    db.session.expire_all()
    case = db.session.get(PrivacyCase, int(page.location.rpartition("/")[2]))
    assert case is not None
    return case


def number_of(contact: Contact) -> str:
    return numbers_of([contact.id])[contact.id]["customer"]


def decide(client: Any, case: PrivacyCase, decision: str, confirm: str = "", reason: str = "Asked, art. 17") -> Any:
    sent = {"decision": decision, "reason": reason, "confirm": confirm}
    page = client.submit(f"/privacy/{case.id}/decide", sent)
    db.session.expire_all()
    return page


@pytest.mark.parametrize(
    ("received", "due", "longer"),
    [("2026-11-12", "2026-12-12", "2027-02-12"), ("2026-01-31", "2026-02-28", "2026-04-30")],
)
def test_D5_a_month_ends_on_the_same_day_or_the_last_of_the_month(received: str, due: str, longer: str) -> None:
    day = dt.date.fromisoformat(received)
    assert services.months_later(day, services.TERM).isoformat() == due
    assert services.months_later(day, services.LONGER).isoformat() == longer


def test_D5_a_case_is_due_in_a_month_and_shown_as_such(officer, person) -> None:
    case = begin(officer, person.id, received_on=(today() - dt.timedelta(days=40)).isoformat())
    assert case.due_on == services.months_later(case.received_on, 1)
    page = officer.get("/privacy")
    assert "Overdue since" in page.text
    assert case.number in page.text
    page = officer.get(f"/privacy/{case.id}")
    assert "Erasure requested by Annegret Wiesinger" in page.text
    assert "Extend" not in page.text
    assert f"Erasure requested: case {case.number}" in officer.get(f"/contacts/{person.id}").text


def test_D5_it_is_extended_once_with_a_reason(officer, person) -> None:
    case = begin(officer, person.id)
    page = officer.submit(f"/privacy/{case.id}/extend", {"extension_reason": " "})
    assert page.status_code == 422
    assert "“Why it takes longer” is needed: fill it in." in page.text
    assert officer.submit(f"/privacy/{case.id}/extend", {"extension_reason": "Four archives"}).status_code == 303
    db.session.expire_all()
    assert case.due_on == services.months_later(case.received_on, 3)
    page = officer.submit(f"/privacy/{case.id}/extend", {"extension_reason": "More"})
    assert page.status_code == 409
    assert "extended already" in page.text


def test_D5_what_is_wrong_comes_back_filled(officer, person) -> None:
    day = (today() + dt.timedelta(days=3)).isoformat()
    page = officer.submit("/privacy/new", {"contact": str(person.id), **ASKED, "requester": "", "received_on": day})
    assert page.status_code == 422
    assert "“Who asks” is needed: fill it in." in page.text
    assert "This day lies in the future" in page.text
    assert 'value="a@wiesinger.example"' in page.text


def test_D5_a_decision_asks_for_a_reason_that_names_nobody_and_the_typed_number(officer, person) -> None:
    case = begin(officer, person.id)
    page = decide(officer, case, "anonymise", confirm="777", reason="Annegret Wiesinger asked")
    assert page.status_code == 422
    assert "This names the contact" in page.text
    assert f"This is not the contact&#39;s number: it is {number_of(person)}." in page.text
    assert 'value="777"' in page.text
    assert 'value="Annegret Wiesinger asked"' in page.text
    page = decide(officer, case, "", confirm=number_of(person))
    assert page.status_code == 422
    assert "Choose what is done." in page.text
    db.session.refresh(person)
    assert person.anonymised_at is None


def test_D5_anonymising_ends_the_case_in_a_certificate_without_personal_data(officer, person) -> None:
    case, number = begin(officer, person.id), number_of(person)
    assert officer.submit(f"/privacy/{case.id}/verify").status_code == 303
    page = officer.get(f"/privacy/{case.id}")
    assert re.search(r"E-mail addresses</dt>\s*<dd>1</dd>", page.text)
    assert decide(officer, case, "anonymise", confirm=f" {number} ").status_code == 303
    assert (case.state, case.decision, case.contact_number) == ("done", "anonymise", number)
    assert (case.requester, case.email, case.note) == ("", "", "")
    assert case.goes["contact_email"] == 1
    db.session.refresh(person)
    assert person.anonymised_at is not None
    for address in (f"/privacy/{case.id}", f"/privacy/{case.id}/certificate", f"/privacy/{case.id}/certificate.txt"):
        page = officer.get(address)
        assert page.status_code == 200
        assert number in page.text
        assert "wiesinger" not in page.text.lower()
        assert "Asked, art. 17" in page.text
    assert decide(officer, case, "refuse").status_code == 409
    assert case.number in officer.get("/privacy?state=done").text


def test_D5_a_refusal_needs_its_reason_alone_and_forgets_who_asked(officer, person) -> None:
    case = begin(officer, person.id)
    assert decide(officer, case, "refuse", reason="").status_code == 422
    assert decide(officer, case, "refuse", reason="Needed for a claim, art. 17(3)").status_code == 303
    assert (case.state, case.decision, case.requester, case.goes) == ("done", "refuse", "", {})
    db.session.refresh(person)
    assert person.name == "Annegret Wiesinger"


def test_D9_erasure_by_request_deletes_at_once_and_the_number_stays_reserved(officer, person) -> None:
    case, number = begin(officer, person.id), number_of(person)
    contact_id = person.id
    assert decide(officer, case, "delete", confirm=number).status_code == 303
    assert db.session.get(Contact, contact_id) is None
    assert (case.decision, case.contact_id, case.contact_number) == ("delete", None, number)
    kept = db.session.scalars(sa.select(ContactNumber).where(ContactNumber.value == number)).all()
    assert [one.contact_id for one in kept] == [None]
    assert officer.get(f"/privacy/{case.id}/certificate").status_code == 200


def test_D9_what_holds_it_back_is_named_and_nothing_is_done(officer, person, make, system) -> None:
    party = make("Gärtnerei Blum", functions=["customer"])
    links.create(party.id, person.id, {"role": "Boss"})
    case = begin(officer, person.id)
    assert "Impossible: Contact person of Gärtnerei Blum" in officer.get(f"/privacy/{case.id}").text
    page = decide(officer, case, "delete", confirm=number_of(person))
    assert page.status_code == 409
    assert "Contact person of Gärtnerei Blum" in page.text
    db.session.refresh(person)
    assert (person.anonymised_at, person.name, case.state) == (None, "Annegret Wiesinger", "open")


def test_J1_cases_are_for_who_has_the_permission(sign_in, person) -> None:
    for role in ("reader", "manager", "administrator"):
        client = sign_in(role)
        for address in ("/privacy", "/privacy/new", f"/contacts/{person.id}/anonymise"):
            assert client.get(address).status_code == 403, (role, address)
        assert "Data protection" not in client.get("/contacts").text
        assert "Anonymise…" not in client.get(f"/contacts/{person.id}").text


def test_the_list_of_cases_costs_the_same_for_2_and_for_50(officer, make, statements, system) -> None:
    counted = []
    for number in (2, 48):
        for at in range(number):
            services.receive(make(f"Firm {number}-{at}").id, {**ASKED, "received_on": today().isoformat()})
        with statements() as seen:
            assert officer.get("/privacy").status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_cases_are_read_page_by_page(officer, make, system) -> None:
    day = today().isoformat()
    made = [services.receive(make(f"Firm {at}").id, {**ASKED, "received_on": day}).number for at in range(53)]
    page = officer.get("/privacy")
    (following,) = re.findall(r'href="([^"]+)" rel="next"', page.text)
    rest = officer.get(following.replace("&amp;", "&"))
    seen = [number for number in made if f">{number}</a>" in page.text]
    assert (len(seen), [number for number in made if f">{number}</a>" in rest.text]) == (50, made[50:])
