"""The keys of a contact that was just made: the same as those read from the database, by fewer statements (spec E8)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.duplicates import keeping
from plugins.duplicates.models import DoubleKey
from webapp.contacts import services as contacts
from webapp.contacts.models import Contact
from webapp.db import db, transaction
from webapp.functions.services import activate

pytestmark = pytest.mark.usefixtures("system")

FIRM = {
    "kind": "company",
    "company_name": "Bäckerei Łuczak & Söhne GmbH",
    "website": "https://www.luczak.example",
    "vat_id": "DE136695976",
    "emails": [{"value": "Info@Luczak.example"}, {"value": "jan@luczak.example"}],
    "phones": [{"value": "+49 30 901820"}, {"value": "ask for Jan"}],
    "addresses": [
        {"street": "Lange Straße 7", "postal_code": "10115", "city": "Berlin", "country": "DE"},
        {"city": "Łódź", "region": "Łódź", "country": "PL"},
    ],
    "bank_accounts": [{"iban": "DE89 3704 0044 0532 0130 00"}],
}
PERSON = {"kind": "person", "first_name": "Jan", "last_name": "Łuczak", "birth_date": "1980-02-29"}


def kept(contact_id: int) -> list[tuple]:
    """All rows of a contact's keys but when they were made."""
    table = DoubleKey.__table__
    columns = [one for one in table.c if one.name != "made"]
    query = sa.select(*columns).where(table.c.contact_id == contact_id).order_by(table.c.place)
    return [tuple(row) for row in db.session.execute(query)]


def as_read(contact_id: int) -> list[tuple]:
    keeping.renew([contact_id])
    return kept(contact_id)


@pytest.mark.parametrize("values", [FIRM, PERSON], ids=["company", "person"])
def test_E8_a_new_contact_has_the_keys_that_its_values_have(app, values) -> None:
    with transaction():
        contact = contacts.create(values)
        activate(contact.id, "customer")
    found = kept(contact.id)
    assert found
    assert found == as_read(contact.id)


def test_E8_what_is_changed_at_once_is_read_anew(app) -> None:
    with transaction():
        contact = contacts.create(FIRM)
        contacts.update(contact.id, {"company_name": "Konditorei Weiss", "phones": []})
        binned = contacts.create(PERSON)
        contacts.to_bin(binned.id)
    assert kept(contact.id) == as_read(contact.id)
    assert kept(binned.id) == []


def test_E8_a_savepoint_that_is_taken_back_leaves_no_keys(app) -> None:
    with transaction():
        lost = db.session.begin_nested()
        gone = contacts.create(PERSON).id
        lost.rollback()
        before = contacts.create(FIRM).id
        later = db.session.begin_nested()
        contacts.update(before, {"company_name": "Konditorei Weiss"})
        later.rollback()
    assert db.session.get(Contact, before).company_name == FIRM["company_name"]
    assert kept(before) == as_read(before)
    assert gone == before or kept(gone) == []


def test_F3_little_is_done_between_a_number_and_the_end(app, statements) -> None:
    with statements() as seen, transaction():
        contact = contacts.create(FIRM)
        activate(contact.id, "customer")
    told = [" ".join(text.split())[:70] for text in seen.texts]
    given = next(at for at, text in enumerate(seen.texts) if text.startswith("UPDATE number_range_value"))
    assert len(told) - given <= 9, "\n".join(told[given:])
