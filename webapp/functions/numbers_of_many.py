"""Numbers of many contacts, by the same rules as of one (`webapp.functions.numbers`), in a fixed number of statements.

The contacts' rows are to be locked by whoever writes here; what the session has read of them is theirs to forget.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.contacts.derived import number_of, searchable
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import among, db
from webapp.functions.numbers import in_one_range, reserved_for
from webapp.many_rows import insert_many, update_many
from webapp.text import fold, natural

SEARCHED = ("emails", "phones", "addresses", "numbers", "external_ids", "absorbed")
"""Collections of which the line for search is made."""
COLUMNS = ("id", "contact_id", "function", "value", "folded", "valid_to", "reserved")


class Wanted(NamedTuple):
    """A number that a contact's function is to show."""

    contact_id: int
    function: str
    value: str
    origin: str


@dataclass(kw_only=True)
class _Row:
    """A number that is made, as its table has it."""

    contact_id: int
    function: str
    value: str
    folded: str
    sort_value: str
    origin: str
    valid_from: dt.datetime
    reserved: str | None


def known(ids: Iterable[int]) -> dict[int, list[Any]]:
    """All numbers that these contacts have or had, oldest first."""
    query = sa.select(*(getattr(ContactNumber, name) for name in COLUMNS)).where(among(ContactNumber.contact_id, ids))
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query.order_by(ContactNumber.id)):
        found[row.contact_id].append(row)
    return found


def owners(function: str, shares: Sequence[str], values: Iterable[str]) -> dict[str, set[int | None]]:
    """Whose these numbers are or were, by their folded text, in this function or one that shares its numbers."""
    folded = {fold(one) for one in values}
    found: dict[str, set[int | None]] = defaultdict(set)
    if folded:
        query = sa.select(ContactNumber.folded, ContactNumber.contact_id)
        for row in db.session.execute(query.where(in_one_range(function, shares), ContactNumber.folded.in_(folded))):
            found[row.folded].add(row.contact_id)
    return found


def end(ids: Iterable[int], functions: Iterable[str], moment: dt.datetime) -> None:
    """End the present numbers of these functions; they stay reserved and found."""
    statement = sa.update(ContactNumber).where(
        among(ContactNumber.contact_id, ids),
        ContactNumber.function.in_(list(functions)),
        ContactNumber.valid_to.is_(None),
    )
    _update(statement.values(valid_to=moment))


def write(
    wanted: Iterable[Wanted], known: Mapping[int, Sequence[Any]], shares: Sequence[str], moment: dt.datetime
) -> None:
    """Let functions show numbers that are nobody else's; one that the function had before is taken up again.

    `known` is what was read of the contacts' numbers, `shares` the functions that share them.
    """
    made: dict[tuple[int, str], list[_Row]] = defaultdict(list)
    revived = []
    for one in wanted:
        folded = fold(one.value)
        same = [row for row in known.get(one.contact_id, ()) if row.folded == folded]
        own = next((row.id for row in same if row.function == one.function), None)
        if own is not None:
            revived.append({"id": own, "value": one.value, "valid_to": None})
            continue
        beside = made[one.contact_id, folded]
        beside.append(
            _Row(
                contact_id=one.contact_id,
                function=one.function,
                value=one.value,
                folded=folded,
                sort_value=natural(folded),
                origin=one.origin,
                valid_from=moment,
                reserved=reserved_for(one.function, shares, [*same, *beside]),
            )
        )
    insert_many(ContactNumber, [vars(row) for rows in made.values() for row in rows])
    update_many(ContactNumber, revived)


def touch(
    shown: Mapping[int, Mapping[str, str]],
    sorted_by: Mapping[int, str],
    found_anew: Iterable[int],
    moment: dt.datetime,
) -> None:
    """Write that contacts changed, together with what is derived from their numbers, so that each is written once.

    `shown` are their numbers now, folded, by function; `sorted_by` is what they were sorted by so far; those that got
    a number which they never had are `found_anew`.
    """
    also = {"version": Contact.version + 1, "updated_at": moment}
    searched = set(found_anew)
    alike, sorted_anew = [], []
    for contact_id, present in shown.items():
        if contact_id in searched:
            continue
        if (sort_number := natural(number_of(present))) == sorted_by[contact_id]:
            alike.append(contact_id)
        else:
            sorted_anew.append({"id": contact_id, "sort_number": sort_number})
    if alike:
        _update(sa.update(Contact).where(among(Contact.id, alike)).values(also))
    update_many(Contact, sorted_anew, also=also)
    if searched:
        query = sa.select(Contact).where(among(Contact.id, searched)).order_by(Contact.id)
        contacts = db.session.scalars(
            query.options(*(selectinload(getattr(Contact, name)) for name in SEARCHED)),
            execution_options={"populate_existing": True},
        ).all()
        rows = [
            {"id": one.id, "sort_number": natural(number_of(shown[one.id])), "search_text": searchable(one)}
            for one in contacts
        ]
        update_many(Contact, rows, also=also)


def _update(statement: Any) -> None:
    """An update that leaves what the session holds to whoever forgets it."""
    db.session.execute(statement, execution_options={"synchronize_session": False})
