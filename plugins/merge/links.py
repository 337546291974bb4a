"""Contact persons in a merge: links move, two of one person at one party become one, marks survive (spec B4, E3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.merge.steps import Change, Move

Row = Mapping[str, Any]
TABLE = "contact_link"
SIDES = ("person_id", "party_id")
LONGEST = 120


@dataclass(kw_only=True)
class Links:
    """What moves, by column; pairs of links that become one (the one set aside, the one that stays); lost marks.

    `first` are changes that free what the database allows once, `then` those that take it.
    """

    moves: dict[str, Move] = field(default_factory=dict)
    united: list[tuple[Row, Row]] = field(default_factory=list)
    demoted: list[Row] = field(default_factory=list)
    inner: list[Row] = field(default_factory=list)
    losing: dict[int, dict[str, Any]] = field(default_factory=dict)
    first: list[Change] = field(default_factory=list)
    then: list[Change] = field(default_factory=list)


def unite(order: Sequence[int], rows: Iterable[Row]) -> Links:
    """What happens to the links of contacts; `order` begins with the main contact, then by precedence.

    `inner` are links between contacts that become one: no contact is its own contact person.
    """
    found = Links(
        moves={side: Move(table=TABLE, column=side, origin=side.replace("id", "came_from_id")) for side in SIDES}
    )
    ids, main_id = set(order), order[0]
    ranked = sorted(rows, key=lambda row: (min(_rank(order, row)), row["id"]))
    found.inner = [row for row in ranked if row["person_id"] in ids and row["party_id"] in ids]
    kept: dict[tuple[int, int], Row] = {}
    flags: dict[int, dict[str, Any]] = {}
    for row in ranked:
        if row in found.inner:
            continue
        person, party = (main_id if row[side] in ids else row[side] for side in SIDES)
        if row["active_to"] is None:
            same = kept.get((person, party))
            if same is not None:
                found.united.append((row, same))
                flags[same["id"]] = _together(flags.get(same["id"], dict(same)), row, found)
                continue
            kept[person, party] = row
        for side in SIDES:
            if row[side] in ids and row[side] != main_id:
                found.moves[side].rows[row["id"],] = (row[side], row[found.moves[side].origin])
    _one_primary(found, [row for row in ranked if row not in found.inner], ids, flags)
    for row_id, values in flags.items():
        row = next(one for one in ranked if one["id"] == row_id)
        after = {name: value for name, value in values.items() if row[name] != value}
        if after:
            before = {name: row[name] for name in after}
            found.then.append(Change(table=TABLE, key=(row_id,), before=before, after=after))
    return found


def _rank(order: Sequence[int], row: Row) -> tuple[int, ...]:
    return tuple(order.index(row[side]) for side in SIDES if row[side] in order)


def _together(values: dict[str, Any], row: Row, found: Links) -> dict[str, Any]:
    """What holds for the one link that stays: both roles, every mark, the earlier beginning."""
    made = dict(values)
    for name in ("role", "department"):
        both = [one for one in (values[name], row[name]) if one]
        joined = ", ".join(both)
        if len(both) < 2 or row[name] in values[name]:
            made[name] = values[name] or row[name]
        elif len(joined) <= LONGEST:
            made[name] = joined
        else:
            found.losing.setdefault(row["id"], {})[name] = row[name]
    made["is_invoice_recipient"] = values["is_invoice_recipient"] or row["is_invoice_recipient"]
    made["is_primary"] = values["is_primary"] or row["is_primary"]
    starts = (values["active_from"], row["active_from"])
    made["active_from"] = None if None in starts else min(starts)
    return made


def _one_primary(found: Links, rows: Sequence[Row], ids: set[int], flags: dict[int, dict[str, Any]]) -> None:
    """One primary contact per party: the first by precedence; another one's mark is taken off, and said."""
    aside = {row["id"]: same for row, same in found.united}
    chosen: dict[int, Row] = {}
    for row in rows:
        if not row["is_primary"]:
            continue
        party = 0 if row["party_id"] in ids else row["party_id"]
        stands = aside.get(row["id"], row)
        first = chosen.setdefault(party, stands)
        if stands is not row:
            # The mark goes over to the link that stays; until then nobody has it.
            found.first.append(_unmarked(row))
        if first["id"] != stands["id"]:
            found.demoted.append(stands)
            if stands is row:
                found.first.append(_unmarked(row))
            if stands["id"] in flags:
                flags[stands["id"]]["is_primary"] = False


def _unmarked(row: Row) -> Change:
    return Change(table=TABLE, key=(row["id"],), before={"is_primary": True}, after={"is_primary": False})
