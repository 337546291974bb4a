"""Functions and their numbers in a merge: united, customer wins over prospect, numbers stay (spec C4, E4, F1, F3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.merge.steps import Add, Change
from webapp.api import Numbering, act, fold, natural, now, registry, scope_of

Row = Mapping[str, Any]
FUNCTION, NUMBER = "contact_function", "contact_number"
MARK = "merge_id"
"""The column by which a row says which merge moved or ended it."""


@dataclass(kw_only=True)
class Functions:
    """The live functions of the result, those that a merge ends, and the changes of their rows.

    `twins` are the rows of one function that several contacts have: the one that lives on, then the others by
    precedence; their own fields are put together. `endings` come before `arrivals`: the slot must be free.
    """

    live: list[Row] = field(default_factory=list)
    ended: list[tuple[Row, Row]] = field(default_factory=list)
    twins: list[list[Row]] = field(default_factory=list)
    endings: list[Change] = field(default_factory=list)
    arrivals: list[Change] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The functions of the result."""
        return [row["function"] for row in self.live]


def unite(order: Sequence[int], rows: Iterable[Row]) -> Functions:
    """Which functions live on; `order` begins with the main contact. The rows' changes name no merge yet."""
    found = Functions()
    slots: dict[str, list[Row]] = {}
    past: list[Row] = []
    for row in rows:
        (past if row["ended_at"] is not None else slots.setdefault(row["slot"], [])).append(row)
    main_id, who, moment = order[0], act(), now()
    for held in slots.values():
        held.sort(key=lambda row: (not row["is_final"], order.index(row["contact_id"])))
        winner, *others = held
        found.live.append(winner)
        same = [row for row in others if row["function"] == winner["function"]]
        if same:
            found.twins.append([winner, *same])
        for row in others:
            found.ended.append((row, winner))
            values = {
                "ended_at": moment, "ended_how": "merged", "ended_way": "merge", "ended_by_id": who.user_id,
            }  # fmt: skip
            found.endings.append(_change(row, main_id, values))
        if winner["contact_id"] != main_id:
            found.arrivals.append(_change(winner, main_id, {}))
    # A final function's row, be it long ended, moves only by naming the merge.
    found.arrivals += [_change(row, main_id, {}) for row in past if row["contact_id"] != main_id]
    return found


def _change(row: Row, main_id: int, values: dict[str, Any]) -> Change:
    after = {**values, MARK: None}
    if row["contact_id"] != main_id:
        origin = row["came_from_id"] or row["contact_id"]
        after |= {"contact_id": main_id, "came_from_id": origin}
    return Change(table=FUNCTION, key=(row["id"],), before={name: row[name] for name in after}, after=after)


@dataclass(kw_only=True)
class Numbers:
    """The numbers of the result by function, the former ones, and what changes in the rows.

    `moves` are the ids of the rows that the main contact gets: all of the others'. `rows` are all, as they were.
    """

    present: dict[str, str] = field(default_factory=dict)
    former: list[str] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    adds: list[Add] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def number(order: Sequence[int], functions: Functions, rows: Sequence[Row], taken: set[tuple[str, str]]) -> Numbers:
    """Which number each function of the result shows: the main contact's, else that of the next who has one.

    `taken` are the numbers, by function and folded value, that other contacts have or had.
    """
    found = Numbers(rows=list(rows))
    main_id, moment = order[0], now()
    held: dict[int, dict[str, Row]] = {one: {} for one in order}
    for row in rows:
        if row["valid_to"] is None:
            held[row["contact_id"]][row["function"]] = row
    wanted = {key: value for key in functions.keys if (value := _wanted(key, order, held, taken)) is not None}
    left = {row["function"] for row, _winner in functions.ended if row["contact_id"] == main_id}
    there: dict[str, Row] = {}
    for row in rows:
        fits = row["function"] in wanted and wanted[row["function"]]["folded"] == row["folded"]
        is_mine = row["contact_id"] == main_id
        if is_mine and row["function"] not in wanted and row["function"] not in left:
            fits = row["valid_to"] is None
        if fits:
            there[row["function"]] = row
        after = None if fits else (row["valid_to"] or moment)
        if row["valid_to"] != after:
            before = {"valid_to": row["valid_to"]}
            found.changes.append(Change(table=NUMBER, key=(row["id"],), before=before, after={"valid_to": after}))
        if not is_mine:
            found.moves.append(row["id"])
    for key, value in wanted.items():
        if key not in there:
            found.adds.append(_added(key, value, rows, main_id, moment))
    found.present = {key: value["value"] for key, value in wanted.items()}
    kept = set(found.present.values())
    found.former = list(dict.fromkeys(row["value"] for row in rows if row["value"] not in kept))
    return found


def _wanted(
    key: str, order: Sequence[int], held: Mapping[int, Mapping[str, Row]], taken: set[tuple[str, str]]
) -> Row | None:
    """The number that a function shows: by precedence of contacts, its own or one that it shares (spec F1)."""
    shares = [one for one in registry().service(Numbering).shares(key) if one != key]
    for contact_id in order:
        for name in (key, *shares):
            row = held[contact_id].get(name)
            # Two old lists may have brought the same number for functions that share theirs now.
            if row is not None and (name == key or (key, row["folded"]) not in taken):
                return row
    return None


def shared(rows: Iterable[Row], keys: Iterable[str]) -> set[tuple[str, str]]:
    """The numbers that a function might have to show because another one shows it: what others must not have."""
    values = {row["folded"] for row in rows if row["valid_to"] is None}
    return {(key, value) for key in keys for value in values}


def _added(key: str, value: Row, rows: Sequence[Row], main_id: int, moment: Any) -> Add:
    scope = scope_of(key, registry().service(Numbering).shares(key))
    is_reserved = any(row["folded"] == value["folded"] and row["reserved"] == scope for row in rows)
    return Add(
        table=NUMBER,
        values={
            "contact_id": main_id,
            "function": key,
            "value": value["value"],
            "folded": value["folded"],
            "sort_value": natural(fold(value["value"])),
            "valid_from": moment,
            "origin": "kept",
            "reserved": None if is_reserved else scope,
        },
    )
