"""What a list shows beside each name, for a whole page in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from webapp.contacts.models import Contact, ContactLink, ContactNumber
from webapp.db import among, db, fetch, together
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


@cache
def _statement(_dialect: str) -> Any:
    """One statement instead of three, and made once a process: on a page of fifty, asking costs more than finding."""
    what: Any = sa.literal_column
    nothing, none = what("''"), what("0")
    functions = sa.select(what("'function'"), FunctionRow.contact_id, FunctionRow.function, nothing, none).where(
        among(FunctionRow.contact_id, None), FunctionRow.ended_at.is_(None)
    )
    numbers = sa.select(
        what("'number'"), ContactNumber.contact_id, ContactNumber.function, ContactNumber.value, none
    ).where(among(ContactNumber.contact_id, None), ContactNumber.valid_to.is_(None))
    persons = (
        sa.select(what("'persons'"), ContactLink.party_id, nothing, nothing, sa.func.count())
        .join(Contact, Contact.id == ContactLink.person_id)
        .where(among(ContactLink.party_id, None), Contact.deleted_at.is_(None))
        .group_by(ContactLink.party_id)
    )
    return sa.union_all(functions, numbers, persons)
