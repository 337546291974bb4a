"""Consents in a merge: per channel the most restrictive one holds (spec E3; GDPR art. 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.merge.steps import Change

Row = Mapping[str, Any]
TABLE = "contact_consent"
STRICTNESS = ("refused", "review", "granted")
TOLD = ("status", "basis", "source", "review_on")


@dataclass(kw_only=True)
class United:
    """By channel the consent that holds and whose it is; the rows that move, and what changes in the one that stays.

    `own` are the main contact's before.
    """

    held: dict[str, Row] = field(default_factory=dict)
    moves: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    aside: list[tuple[Row, Row]] = field(default_factory=list)
    own: list[Row] = field(default_factory=list)


def unite(order: Sequence[int], rows: Iterable[Row]) -> United:
    """One consent per channel; `order` begins with the main contact. The others' rows stay as they were with them."""
    found = United()
    channels: dict[str, list[Row]] = {}
    for row in rows:
        channels.setdefault(row["channel"], []).append(row)
    for channel, held in channels.items():
        held.sort(key=lambda row: order.index(row["contact_id"]))
        stays, *others = held
        strictest = min(held, key=lambda row: _strictness(row, held.index(row)))
        found.held[channel] = strictest
        found.own += held[: held[0]["contact_id"] == order[0]]
        found.aside += [(row, stays) for row in others]
        if stays["contact_id"] != order[0]:
            found.moves.append(stays["id"])
        after = {name: strictest[name] for name in TOLD if strictest[name] != stays[name]}
        if after:
            before = {name: stays[name] for name in after}
            found.changes.append(
                Change(table=TABLE, key=(stays["id"],), before=before, after=after, field=f"consents.{channel}")
            )
    return found


def _strictness(row: Row, place: int) -> tuple[int, dt.date, int]:
    """A refusal before anything to be reviewed before a grant; of two alike the one to be reviewed sooner."""
    rank = STRICTNESS.index(row["status"]) if row["status"] in STRICTNESS else len(STRICTNESS)
    return (rank, row["review_on"] or dt.date.max, place)
