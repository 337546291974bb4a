"""Whom a row can meet is read, and nobody else: a name may be hundreds of people's (spec H2, H3)."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.transfer.keys import keys_of
from plugins.transfer.matching import look_up

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
        ({"external_id": "A-1"}, {"id"}),
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
