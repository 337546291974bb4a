"""Whom a row can meet is read, and nobody else: a name may be hundreds of people's (spec H2, H3)."""

from __future__ import annotations

import io
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from plugins.transfer.deciding import Deciding
from plugins.transfer.entry import Entry
from plugins.transfer.held import read
from plugins.transfer.ids import Ids
from plugins.transfer.keys import keys_of
from plugins.transfer.matching import KEYS, Known, look_up
from plugins.transfer.options import Options
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import columns_of, firm_words
from webapp.contacts.models import Contact
from webapp.contacts.services import archive, create, to_bin
from webapp.db import db

ANNA: dict[str, Any] = {"kind": "person", "first_name": "Anna", "last_name": "Martin"}
IN_BREST = {"addresses": [{"purpose": "main", "postal_code": "29200", "city": "Brest"}]}


@pytest.fixture
def annas(make, system) -> dict[str, int]:
    """Six of one name, known by different things."""
    return {
        "brest": make(**ANNA, addresses=[{"postal_code": "29 200", "city": "Brest"}]).id,
        "paris": make(**ANNA, addresses=[{"postal_code": "75001", "city": "Paris"}]).id,
        "mail": make(**ANNA, emails=[{"value": "anna@example.com"}]).id,
        "phone": make(**ANNA, phones=[{"value": "+33 1 53 00 00 01"}]).id,
        "id": make(**ANNA, external_ids=[{"source": "", "value": "A-1"}]).id,
        "bare": make(**ANNA).id,
    }


@pytest.mark.parametrize(
    ("values", "met"),
    [
        (IN_BREST, {"brest"}),
        ({"emails": [{"value": "Anna@example.com"}]}, {"mail"}),
        ({"external_id": "A-1"}, {"brest", "paris", "mail", "phone", "id", "bare"}),
        (IN_BREST | {"phones": [{"value": "+33 1 53 00 00 01"}]}, {"brest", "phone"}),
        ({"emails": [{"value": "other@example.com"}]}, set()),
        ({}, {"brest", "paris", "mail", "phone", "id", "bare"}),
        ({"phones": [{"value": "+33 1 53 00 00 02"}]}, {"brest", "paris", "mail", "phone", "id", "bare"}),
        ({"number": "7"}, {"brest", "paris", "mail", "phone", "id", "bare"}),
    ],
)
def test_H3_namesakes_are_read_where_nothing_tells_them_apart(annas, values, met) -> None:
    row = ANNA | values
    assert set(look_up([(keys_of(row), row)], ("number", "external_id")).contacts) == {annas[one] for one in met}


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (ANNA, {"Anna Petit", "-"}),
        ({"kind": "person", "first_name": "Jean", "last_name": "Roux"}, {"-"}),
        ({"kind": "person"}, {"Anna Petit", "Paul Petit", "-", "Petit SA"}),
        ({"kind": "company", "company_name": "Roux SA"}, {"Petit SA"}),
    ],
)
def test_H3_of_those_who_share_a_phone_namesakes_are_read(make, system, row, met) -> None:
    """Colleagues share their firm's phone: a switchboard may be hundreds of people's."""
    there = {"phones": [{"value": "+33 1 53 00 00 01"}]}
    made = {
        make(kind="person", first_name="Anna", last_name="Petit", **there).id: "Anna Petit",
        make(kind="person", first_name="Paul", last_name="Petit", **there).id: "Paul Petit",
        make("", kind="person", **there).id: "-",
        make("Petit SA", **there).id: "Petit SA",
    }
    make(kind="person", first_name="Anna", phones=[{"value": "+33 1 53 00 00 02"}])
    values = row | there | {"emails": [{"value": "new@example.com"}]}
    assert {made[one] for one in look_up([(keys_of(values), values)], ()).contacts} == met


def test_H3_namesakes_are_read_where_rows_are_matched_by_name(annas) -> None:
    row = ANNA | IN_BREST
    assert set(look_up([(keys_of(row), row)], ("name",)).contacts) == set(annas.values())


def test_H3_companies_are_read_by_name_for_their_rows_and_for_those_who_work_there(make, system) -> None:
    firm, person = make("Martin"), make(kind="person", last_name="Martin", addresses=[{"postal_code": "75001"}])
    row = {"kind": "company", "company_name": "Martin", **IN_BREST}
    assert set(look_up([(keys_of(row), row)], ()).contacts) == {firm.id}
    row = ANNA | IN_BREST | {"employer": "MARTIN"}
    assert set(look_up([(keys_of(row), row)], ()).contacts) == {firm.id}
    assert person.id not in look_up([(keys_of(row), row)], ()).contacts


def some(*texts: str) -> st.SearchStrategy[str]:
    """One of these, or nothing."""
    return st.sampled_from(("", *texts))


VALUES = {
    "Type": some("person", "company"),
    "First name": some("Anna", "Paul"),
    "Last name": some("Martin", "Petit", "Martin Petit"),
    "Company": some("Martin", "Petit SA"),
    "E-mail": some("a@example.com", "A@example.com", "b@example.com", "no mail"),
    "Phone": some("+33 1 53 00 00 01", "01 53 00 00 01", "+49 30 1234567", "030 1234567", "no phone"),
    "Postal code": some("29200", "29 200", "SW1A 1AA", "sw1a1aa"),
    "Country": some("FR", "DE"),
    "External id": some("A-1", "A-2"),
}
THERE = st.fixed_dictionaries(VALUES | {"state": some("archived", "binned")})
ROW = st.fixed_dictionaries(VALUES)


def values_of(row: dict[str, str]) -> dict[str, Any] | None:
    """What a contact is made of; None where it would have no name."""
    kind = row["Type"] or "person"
    single = {"first_name": row["First name"], "last_name": row["Last name"]}
    values: dict[str, Any] = {"kind": kind, **(single if kind == "person" else {"company_name": row["Company"]})}
    for name, header in (("emails", "E-mail"), ("phones", "Phone"), ("external_ids", "External id")):
        values[name] = [{"value": row[header]}] if row[header] and not row[header].startswith("no ") else []
    if row["Postal code"]:
        values["addresses"] = [{"postal_code": row["Postal code"], "country": row["Country"]}]
    return values if any(values[one] for one in values if one not in ("kind", "addresses", "external_ids")) else None


@given(there=st.lists(THERE, max_size=6, unique_by=lambda one: one["External id"] or id(one)), row=ROW,
       match=st.lists(st.sampled_from(KEYS), unique=True, max_size=3))  # fmt: skip
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_H3_a_row_meets_whom_it_would_meet_among_all(app, system, there, row, match) -> None:
    """Those who are not read would change nothing, whatever the row says."""
    assume(any(row.values()))
    whole = db.session.begin_nested()
    try:
        for one in there:
            if (values := values_of(one)) is not None:
                made = create(values).id
                if one["state"]:
                    (archive if one["state"] == "archived" else to_bin)(made)
        text = ";".join(row) + "\n" + ";".join(row.values())
        reading = open_reading(io.BytesIO(text.encode()), **firm_words())

        def decided(found: Known, entry: Entry) -> tuple[Any, ...]:
            Deciding(found, Options(match=tuple(match)), count(-1, -1), Ids(), {}).decide(entry)
            double = entry.double and (entry.double[0].id, entry.double[1])
            return entry.outcome, entry.contact and entry.contact.id, entry.changes, double, entry.reason

        def entry() -> Entry:
            return Entry.of(next(reading.maker.made(*one) for one in reading.cells()), columns_of(reading))

        everyone = Known()
        for one in read(db.session.scalars(sa.select(Contact.id)).all()):
            everyone.add(one)
        asked = entry()
        if asked.outcome != "refused":
            narrow = look_up([(asked.keys, asked.values)], match)
            assert decided(narrow, asked) == decided(everyone, entry())
    finally:
        whole.rollback()
        db.session.expire_all()
