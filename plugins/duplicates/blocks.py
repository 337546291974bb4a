"""Blocks: contacts that share a key. By the indexes of the keys, so that nothing is held in memory (spec E8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from plugins.duplicates.models import SLOTS, DoubleKey
from webapp.api import among, fetch

MOST = 100
"""A key that more contacts share tells too little: finer ones of the same fields part them."""
LEAST = 2
"""As many may always share one."""
BUDGET = 300_000
"""Pairs that a scan may compare; in larger bases this many per contact."""
EACH = 1.0
SPAN = 2**64
LOW = -(2**63)

_COLUMNS = tuple(getattr(DoubleKey, f"key_{number}") for number in range(1, SLOTS + 1))
_FIRST = sa.orm.aliased(DoubleKey, name="first")


def column(slot: int) -> Any:
    """The column of a slot."""
    return _COLUMNS[slot]


def span(part: int, parts: int) -> tuple[int, int]:
    """From where to where, the end included, one of so many equal parts of all keys lies."""
    return LOW + SPAN * part // parts, LOW + SPAN * (part + 1) // parts - 1


def counted(slot: int, part: int, parts: int) -> dict[int, int]:
    """The keys of a slot, in one part of them, that several rows share; and how many do."""
    key, number = column(slot), sa.func.count()
    query: Any = sa.select(key, number).where(key.between(*span(part, parts))).group_by(key).having(number > 1)
    found: Any = fetch(query)
    return {row[0]: row[1] for row in found}


def counted_of(slot: int, keys: Sequence[int]) -> dict[int, int]:
    """The same of given keys."""
    key, number = column(slot), sa.func.count()
    query: Any = sa.select(key, number).where(among(key, keys)).group_by(key).having(number > 1)
    found: Any = fetch(query)
    return {row[0]: row[1] for row in found}


def members(slot: int, keys: Sequence[int]) -> Iterator[list[Any]]:
    """The blocks of these keys: of each row the contact, its profile as text, and its keys of the slots before."""
    key = column(slot)
    query: Any = (
        sa.select(key, DoubleKey.contact_id, _FIRST.profile, *_COLUMNS[:slot])
        .join(_FIRST, sa.and_(_FIRST.contact_id == DoubleKey.contact_id, _FIRST.place == 0))
        .where(among(key, keys))
        .order_by(key, DoubleKey.contact_id)
    )
    for _key, rows in groupby(fetch(query), itemgetter(0)):
        block = list(rows)
        if len(block) > 1:
            yield block


def limits(contacts: int, parts: int) -> list[int]:
    """How many contacts may share a key of each slot, so that all pairs together stay within what can be compared.

    Reckoned from one part of the keys: they are hashes, each part is like all others.
    """
    share = max(BUDGET, EACH * contacts) / SLOTS * 2
    found = []
    for slot in range(SLOTS):
        sizes: dict[int, int] = {}
        for number in counted(slot, 0, parts).values():
            sizes[number] = sizes.get(number, 0) + 1
        pairs, limit = 0.0, MOST
        for size in sorted(sizes):
            pairs += sizes[size] * size * (size - 1) / 2 * parts
            if size > LEAST and pairs > share:
                limit = size - 1
                break
        found.append(min(limit, MOST))
    return found


def alike(row: Any, other: Any, ahead: Iterable[tuple[int, Any]]) -> bool:
    """Whether two rows share a key of a slot before as well: then they were compared there.

    `ahead` are the slots before, each with the keys that were left out there since too many share them.
    """
    for slot, left_out in ahead:
        value = row[3 + slot]
        if value is not None and value == other[3 + slot] and value not in left_out:
            return True
    return False
