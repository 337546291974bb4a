"""The pairs that are kept: written by scans, never over what people decided (spec E8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.duplicates.matching import Pair
from plugins.duplicates.models import DoublePair
from webapp.api import Contact, among, fetch, insert_many, live, now, update_many


def keep(found: Iterable[Pair], scan_id: int) -> int:
    """Write pairs that were found; returns how many were not known before. Decisions stay as they are."""
    pairs = {(one.low, one.high): one for one in found}
    if not pairs:
        return 0
    for apart in _apart(pairs):
        pairs.pop(apart, None)
    lows = sorted({low for low, _high in pairs})
    known = {
        (row.low_id, row.high_id): row.id
        for row in fetch(
            sa.select(DoublePair.id, DoublePair.low_id, DoublePair.high_id).where(among(DoublePair.low_id, lows))
        )
    }
    moment = now()
    update_many(
        DoublePair,
        [
            {"id": known[key], "score": one.score, "reasons": list(one.reasons), "scan_id": scan_id}
            for key, one in pairs.items()
            if key in known
        ],
    )
    added = [
        {
            "low_id": one.low,
            "high_id": one.high,
            "score": one.score,
            "reasons": list(one.reasons),
            "state": "open",
            "scan_id": scan_id,
            "found_at": moment,
        }
        for key, one in pairs.items()
        if key not in known
    ]
    insert_many(DoublePair, added)
    return len(added)


def _apart(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs that are to be kept apart since one that was merged into them is: never their own rows."""
    ids = sorted({one for pair in pairs for one in pair})
    low, high = sa.orm.aliased(Contact), sa.orm.aliased(Contact)
    one = sa.func.coalesce(low.merged_into_id, low.id)
    other = sa.func.coalesce(high.merged_into_id, high.id)
    query: Any = (
        sa.select(one, other)
        .select_from(DoublePair)
        .join(low, low.id == DoublePair.low_id)
        .join(high, high.id == DoublePair.high_id)
        .where(DoublePair.state == "apart", sa.or_(low.merged_into_id.is_not(None), high.merged_into_id.is_not(None)))
        .where(sa.or_(among(one, ids), among(other, ids)))
    )
    found: Any = fetch(query)
    return {(min(row), max(row)) for row in found if row[0] != row[1]}


def drop_of(ids: Sequence[int]) -> None:
    """Take away what was found of contacts that are compared anew, but for what was decided."""
    undecided = DoublePair.state == "open"
    for column in (DoublePair.low_id, DoublePair.high_id):
        fetch(sa.delete(DoublePair).where(undecided, among(column, ids)))


def drop_unseen(scan_id: int) -> None:
    """Take away what a scan of the whole base has not found again, but for what was decided.

    Pairs of contacts that are merged away or in the bin were not looked at: they may come back.
    """
    gone = sa.delete(DoublePair).where(DoublePair.state != "apart", DoublePair.scan_id < scan_id)
    for column in (DoublePair.low_id, DoublePair.high_id):
        # Two lists to be in would be gone through crosswise.
        there = live().with_only_columns(sa.literal(1)).where(Contact.id == column).correlate(DoublePair)
        gone = gone.where(there.exists())
    fetch(gone)
