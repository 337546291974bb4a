"""Functions, numbers and primary entries of contacts that a merge had made one and that part again (spec C4, E6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.merge import entries
from plugins.merge.steps import Add, Change, Key, there, with_keys, write
from webapp.api import (
    Contact,
    ContactNumber,
    FunctionRow,
    Merge,
    among,
    convert,
    db,
    fetch,
    now,
    registry,
    take_number,
)

FUNCTION, NUMBER = "contact_function", "contact_number"
REVIVED = dict.fromkeys(("ended_at", "ended_by_id", "ended_way", "ended_how", "converted_to_id"))
Present = Mapping[tuple[str, Key], sa.RowMapping]
"""Rows as they are now, by table and key."""


@dataclass(kw_only=True)
class Parting:
    """How functions part: the merge's changes of their rows, and what became of the main contact since.

    `gained` are the main contact's live functions by slot that it got after the merge: they stay with it.
    `converted` are the rows that were converted since, or ended by the merge while the main contact was.
    """

    merge: Merge
    changes: list[Change]
    present: Present
    gained: dict[str, str]
    converted: dict[Key, str]

    @classmethod
    def read(cls, made: Merge, changes: Iterable[Change], present: Present) -> Parting:
        """Of a merge that may be taken back."""
        own = {one.key: one for one in changes if one.table == FUNCTION and (FUNCTION, one.key) in present}
        gained = {
            row.slot: row.function
            for row in fetch(
                sa.select(FunctionRow.id, FunctionRow.slot, FunctionRow.function).where(
                    FunctionRow.contact_id == made.main_id,
                    FunctionRow.ended_at.is_(None),
                    FunctionRow.started_at >= made.at,
                )
            )
            if (row.id,) not in own
        }
        parting = cls(merge=made, changes=list(own.values()), present=present, gained=gained, converted={})
        for one in parting.changes:
            row = present[FUNCTION, one.key]
            to = registry().function(gained.get(row["slot"], ""))
            if to and row["function"] in to.follows and "contact_id" in one.before and parting.lived(one, row):
                parting.converted[one.key] = to.key
        return parting

    def lived(self, one: Change, row: sa.RowMapping) -> bool:
        """Whether a function was live when the merge was made, and was not given up since but by conversion."""
        if "ended_at" in one.before:
            return True
        ended: dt.datetime | None = row["ended_at"]
        return ended is None or (ended >= self.merge.at and row["ended_how"] == "converted")

    def conversions(self) -> list[tuple[int, str]]:
        """The absorbed contacts that will be converted, with what they become: both are customers then (spec E6)."""
        by_key = {one.key: one for one in self.changes}
        return [(by_key[key].before["contact_id"], to) for key, to in self.converted.items()]

    def take_back(self) -> None:
        """Give the functions back: first those that moved, then those that the merge ended live again.

        One that was released since stays released: that was an edit. The database asks a final function's row to name
        the merge that is undone; only the next statement puts back what it named before.
        """
        table = there(FUNCTION)
        for one in sorted(self.changes, key=lambda change: "ended_at" in change.before):
            row = self.present[FUNCTION, one.key]
            values = {name: value for name, value in one.before.items() if name != "merge_id"}
            if "contact_id" not in values and row["slot"] in self.gained:
                # What the main contact got since excludes the function that the merge had ended.
                continue
            if one.key in self.converted:
                values |= REVIVED
            named = {**values, "undone_merge_id": self.merge.id}
            fetch(sa.update(table).where(with_keys(table, [one.key])).values(named), flush=False)
            marks = {"merge_id": one.before["merge_id"], "undone_merge_id": row["undone_merge_id"]}
            write(FUNCTION, one.key, marks)

    def convert(self) -> None:
        """Make customers of those whose function was converted while they were one with the main contact (spec C5)."""
        for contact_id, to in self.conversions():
            convert(contact_id, to)


def settle_numbers(made: Merge, main: Contact, ids: Sequence[int], adds: Iterable[Add]) -> None:
    """Each contact shows a number for each function that it has, and none for others (spec E6, F1).

    What the merge added goes, unless the main contact shows it for a function that it has.
    """
    functions = {
        (row.contact_id, row.function)
        for row in fetch(
            sa.select(FunctionRow.contact_id, FunctionRow.function).where(
                among(FunctionRow.contact_id, ids), FunctionRow.ended_at.is_(None)
            )
        )
    }
    _give_back(made, main, ids)
    for one in adds:
        if one.table == NUMBER and (main.id, one.values["function"]) not in functions:
            is_its = sa.and_(ContactNumber.id == one.key[0], ContactNumber.contact_id == main.id)
            fetch(sa.delete(there(NUMBER)).where(is_its), flush=False)
    query = sa.select(ContactNumber.id, ContactNumber.contact_id, ContactNumber.function, ContactNumber.valid_to).where(
        among(ContactNumber.contact_id, ids)
    )
    rows = fetch(query.order_by(ContactNumber.id)).all()
    shown = {(row.contact_id, row.function) for row in rows if row.valid_to is None}
    known = {function for _contact, function in functions} | {row.function for row in rows if row.valid_to is None}
    for row in rows:
        place = (row.contact_id, row.function)
        if row.valid_to is None and place not in functions and row.function in known:
            write(NUMBER, (row.id,), {"valid_to": now()})
    for place in sorted(functions - shown):
        had = [row for row in rows if (row.contact_id, row.function) == place and row.valid_to >= made.at]
        if had:
            write(NUMBER, (max(had, key=lambda row: row.valid_to).id,), {"valid_to": None})


def _give_back(made: Merge, main: Contact, ids: Sequence[int]) -> None:
    """A number that the main contact took over for another function since goes back with its first one."""
    own = sa.orm.aliased(ContactNumber)
    query = sa.select(ContactNumber.id, own.contact_id, ContactNumber.valid_to).where(
        ContactNumber.contact_id == main.id,
        ContactNumber.valid_from >= made.at,
        own.folded == ContactNumber.folded,
        among(own.contact_id, [one for one in ids if one != main.id]),
    )
    for row in fetch(query).all():
        write(NUMBER, (row.id,), {"contact_id": row.contact_id, "valid_to": row.valid_to or now()})


def shown_numbers(main: Contact) -> set[str]:
    """The functions for which the main contact shows a number."""
    query = sa.select(ContactNumber.function).where(
        ContactNumber.contact_id == main.id, ContactNumber.valid_to.is_(None)
    )
    return {row.function for row in fetch(query)}


def number_anew(main: Contact, before: set[str]) -> None:
    """Give the main contact a number where it showed one, `before`, that went back to whose it was (spec E6, F3)."""
    live = {
        row.function
        for row in fetch(
            sa.select(FunctionRow.function).where(FunctionRow.contact_id == main.id, FunctionRow.ended_at.is_(None))
        )
    }
    for function in sorted((before & live) - shown_numbers(main)):
        take_number(main, function, None, None)


def settle_primaries(ids: Sequence[int], tables: Iterable[str]) -> None:
    """Each contact that has e-mails has one primary e-mail, and so on: the first, where none or several are."""
    for name in tables:
        kind = entries.BY_TABLE.get(name)
        if kind is None or not kind.has_primary:
            continue
        table = there(name)
        columns = (table.c.id, table.c.contact_id, table.c.is_primary)
        query = sa.select(*columns).where(among(table.c.contact_id, ids)).order_by(table.c.position, table.c.id)
        held: dict[int, list[Any]] = {}
        for row in fetch(query):
            held.setdefault(row.contact_id, []).append(row)
        for rows in held.values():
            chosen = next((row for row in rows if row.is_primary), rows[0])
            for row in rows:
                if row.is_primary != (row is chosen):
                    write(name, (row.id,), {"is_primary": row is chosen})


def has_other_primary(link_id: int) -> bool:
    """Whether the party of a link has another primary contact by now."""
    links = there("contact_link")
    party = sa.select(links.c.party_id).where(links.c.id == link_id).scalar_subquery()
    query = sa.select(links.c.id).where(links.c.party_id == party, links.c.is_primary, links.c.id != link_id)
    return db.session.execute(query).first() is not None
