"""What a list shows beside each name, for a whole page in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from webapp.contacts.models import Contact, ContactLink, ContactNumber
from webapp.db import among, db, fetch, together, tuples
from webapp.functions.models import FunctionRow


@dataclass
class Beside:
    """Of one contact: keys of its live functions, present numbers by function, count of its contact persons."""

    functions: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    persons: int = 0


def beside(ids: Sequence[int]) -> dict[int, Beside]:
    """By contact id."""
    found = {one: Beside() for one in ids}
    asked = _statement(db.session.get_bind().dialect.name)
    rows: Any = fetch(asked, {"ids": together(ids)}).all()
    for kind, contact_id, function, value, count in rows:
        one = found[contact_id]
        if kind == "function":
            one.functions.append(function)
        elif kind == "number":
            one.numbers[function] = value
        else:
            one.persons = count
    for one in found.values():
        one.functions.sort()
    return found


def functions_of(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The keys of live functions alone, by contact id, in no order: for thousands of contacts at once."""
    found: dict[int, tuple[str, ...]] = {}
    for contact_id, key in _alone("functions", ids):
        found[contact_id] = (*found[contact_id], key) if contact_id in found else (key,)
    return found


def numbers_of(ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """The present numbers alone: contact id, function, number."""
    return [(contact_id, key, value) for contact_id, key, value in _alone("numbers", ids)]


def persons_of(ids: Sequence[int]) -> dict[int, int]:
    """How many contact persons, by the id of those that have any."""
    return dict(_alone("persons", ids))


def _alone(what: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    return tuples(_statements(db.session.get_bind().dialect.name)[what], {"ids": together(ids)})


@cache
def _statements(_dialect: str) -> dict[str, Any]:
    """What is asked of functions, numbers and persons: made once a process, as asking costs more than finding."""
    persons = sa.select(ContactLink.party_id, sa.func.count()).join(Contact, Contact.id == ContactLink.person_id)
    return {
        "functions": sa.select(FunctionRow.contact_id, FunctionRow.function).where(
            among(FunctionRow.contact_id, None), FunctionRow.ended_at.is_(None)
        ),
        "numbers": sa.select(ContactNumber.contact_id, ContactNumber.function, ContactNumber.value).where(
            among(ContactNumber.contact_id, None), ContactNumber.valid_to.is_(None)
        ),
        "persons": persons.where(among(ContactLink.party_id, None), Contact.deleted_at.is_(None)).group_by(
            ContactLink.party_id
        ),
    }


@cache
def _statement(dialect: str) -> Any:
    """One statement instead of three: on a page of fifty each costs more than what it finds."""
    what: Any = sa.literal_column
    nothing, none = what("''"), what("0")
    each = _statements(dialect)
    functions, numbers, persons = each["functions"], each["numbers"], each["persons"]
    return sa.union_all(
        functions.with_only_columns(what("'function'"), FunctionRow.contact_id, FunctionRow.function, nothing, none),
        numbers.with_only_columns(
            what("'number'"), ContactNumber.contact_id, ContactNumber.function, ContactNumber.value, none
        ),
        persons.with_only_columns(what("'persons'"), ContactLink.party_id, nothing, nothing, sa.func.count()),
    )
