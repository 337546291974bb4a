"""Which range a contact function takes its numbers from, and when; which accounts are given in turn (spec F1, F2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.number_ranges import allocation, values
from plugins.number_ranges.kinds import COMMON, SECTION, members, range_of
from webapp.api import (
    Contact,
    ContactFunction,
    ContactNumber,
    Field,
    Missing,
    NumberRange,
    _,
    _l,
    db,
    need,
    registry,
    setting_changes,
    today,
)

PAIRS = 20
"""Pairs of equal numbers that a page lists."""


def numbered(key: str) -> ContactFunction:
    """A function whose numbers can be set; raises `Missing`."""
    function = registry().function(key)
    if function is None or function.number_range == "none" or not registry().is_function_enabled(key):
        raise Missing(_("There is no number range “%(key)s”.", key=key[:40]))
    return function


def fields(function: ContactFunction) -> tuple[Field, ...]:
    """What can be switched for a function: its own range; where others follow or lead to it, also when it begins."""
    found = [Field(name="own", label=_l("A number range of its own"), kind="boolean")]
    if any(function.key in other.follows for other in registry().functions()):
        found.append(Field(name="starts", label=_l("A number from the start"), kind="boolean"))
    if function.follows:
        found.append(Field(name="keeps", label=_l("The number stays at conversion"), kind="boolean"))
    return tuple(found)


def save(key: str, wanted: Mapping[str, Any], version: int | None = None) -> None:
    """Set the switches of a function by their settings' keys; raises `Stale` where someone saved first.

    Numbers that were given stay what they are. A range that begins to act gets a value.
    """
    function = numbered(key)
    need("settings")
    if wanted.get(f"{SECTION}.{function.key}.own"):
        values.ensure(function.key)
    setting_changes.save(f"{SECTION}.{function.key}", wanted, version)


def asked() -> list[NumberRange]:
    """The ranges of accounts: those that fill a field of a function that contacts can have."""
    found: Sequence[NumberRange] = registry().offers("number_ranges")
    return [one for one in found if one.field and registry().is_function_enabled(one.function)]


def account_fields() -> tuple[Field, ...]:
    """A switch for each of them."""
    return tuple(Field(name=f"{one.key}.on", label=one.label, kind="boolean") for one in asked())


def save_accounts(wanted: Mapping[str, Any], version: int | None = None) -> None:
    """Switch accounts on or off by their settings' keys; off, they are typed by hand."""
    need("settings")
    for one in asked():
        if wanted.get(f"{SECTION}.{one.key}.on"):
            values.ensure(one.key)
    setting_changes.save(SECTION, wanted, version)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two contacts with the same number in functions that would share their numbers."""

    number: str
    contact_id: int | None
    name: str
    function: str
    other_id: int | None
    other_name: str
    other_function: str


def coming(function: ContactFunction, own: bool) -> str:
    """The next number that contacts would get with this function; empty where none is valid or left."""
    key, day = (function.key if own else COMMON), today()
    value = allocation.expected(key, day)
    if value is None:
        return ""
    return next(iter(allocation.coming(key, value, day)), "")


def collisions(function: ContactFunction) -> tuple[list[Pair], bool]:
    """Pairs that share a number already, were this function to take its own from the common range; and if more."""
    need("settings")
    others = [one.key for one in members(COMMON) if one.key != function.key]
    mine, theirs = sa.orm.aliased(ContactNumber), sa.orm.aliased(ContactNumber)
    query = (
        sa.select(mine.value, mine.contact_id, theirs.contact_id, theirs.function)
        .join(theirs, sa.and_(theirs.folded == mine.folded, theirs.function.in_(others)))
        .where(mine.function == function.key, mine.contact_id.is_distinct_from(theirs.contact_id))
        .order_by(mine.id, theirs.id)
    )
    rows = db.session.execute(query.limit(PAIRS + 1)).all()
    names = contact_names({row[1] for row in rows} | {row[2] for row in rows})
    found = [
        Pair(
            number=row[0],
            contact_id=row[1],
            name=names.get(row[1], ""),
            function=str(function.label),
            other_id=row[2],
            other_name=names.get(row[2], ""),
            other_function=str(label.label if (label := registry().function(row[3])) else row[3]),
        )
        for row in rows[:PAIRS]
    ]
    return found, len(rows) > PAIRS


def contact_names(ids: set[int | None]) -> dict[int | None, str]:
    """The names of contacts."""
    query = sa.select(Contact).where(Contact.id.in_([one for one in ids if one is not None]))
    return {one.id: one.name or one.sort_name for one in db.session.scalars(query)}


def has_own(function: ContactFunction) -> bool:
    """Whether it takes its numbers from a range of its own now."""
    return range_of(function.key) != COMMON
