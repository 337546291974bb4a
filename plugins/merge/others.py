"""Rows of all other tables that refer to contacts, those of switched-off plug-ins too: found, and moved (spec E5, E7).

Which column refers to a contact is read from the metadata; only where two rows can't stand side by side does a rule of
the table's owner say what happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from plugins.merge.steps import Change, Key, Move, with_keys
from webapp.api import MergeRule, Reference, among, fetch, merge_references, of_orphaned, registry, together

Row = Mapping[str, Any]
Rows = dict[str, dict[Key, tuple[int, int | None]]]
"""By `table.column`: whose row, and where it came from, by the row's key."""


@dataclass(frozen=True, kw_only=True)
class References:
    """All columns that a merge moves, and the one statement that finds the rows of many contacts in all of them."""

    all: tuple[Reference, ...]
    single: sa.Select[Any] | sa.CompoundSelect[Any]
    several: tuple[Reference, ...]

    @classmethod
    def read(cls, more: Iterable[sa.Table]) -> References:
        """Of the plug-ins that are installed, and of tables whose plug-in is gone."""
        every = (*merge_references(registry()), *(one for table in more for one in of_orphaned(table)))
        parts = [
            sa.select(
                sa.literal_column(f"'{one.place}'").label("place"),
                sa.type_coerce(one.table.c[one.keys[0]], sa.BigInteger).label("key"),
                sa.type_coerce(one.table.c[one.column], sa.BigInteger).label("whose"),
                one.table.c[one.origin].label("origin")
                if one.origin
                else sa.cast(sa.null(), sa.BigInteger).label("origin"),
            ).where(among(one.table.c[one.column], None))
            for one in every
            if len(one.keys) == 1
        ]
        return cls(all=every, single=sa.union_all(*parts), several=tuple(one for one in every if len(one.keys) > 1))

    def find(self, ids: Sequence[int]) -> Found:
        """Every row that refers to one of these contacts."""
        rows: Rows = {}
        for row in fetch(self.single, {"ids": together(ids)}):
            rows.setdefault(row.place, {})[row.key,] = (row.whose, row.origin)
        for one in self.several:
            columns = [one.table.c[name] for name in (*one.keys, one.column)]
            for row in fetch(sa.select(*columns).where(among(one.table.c[one.column], ids))):
                rows.setdefault(one.place, {})[tuple(row)[:-1]] = (row[-1], None)
        return Found(references=self.all, rows=rows)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rows of contacts, by place, and all the places where there might be some."""

    references: tuple[Reference, ...]
    rows: Rows


@dataclass(kw_only=True)
class Met:
    """Two rows of a table that can't stand side by side: the one set aside, the one that stays, and the rule."""

    reference: Reference
    rule: str
    aside: Row
    stays: Row


@dataclass(kw_only=True)
class Moved:
    """What becomes of the rows of one column."""

    move: Move
    met: list[Met] = field(default_factory=list)
    first: list[Change] = field(default_factory=list)
    then: list[Change] = field(default_factory=list)


def move(reference: Reference, order: Sequence[int], rows: Mapping[Key, tuple[int, int | None]]) -> Moved:
    """The rows of the others go to the main contact, `order[0]`, as far as the rules let them."""
    main_id = order[0]
    made = Moved(move=Move(table=reference.table.name, column=reference.column, origin=reference.origin))
    mine = {key: place for key, place in rows.items() if place[0] != main_id}
    aside: set[Key] = set()
    if mine and reference.rules:
        table = reference.table
        full = [dict(row) for row in fetch(sa.select(table).where(with_keys(table, rows))).mappings()]
        full.sort(key=lambda row: (order.index(row[reference.column]), _key(reference, row)))
        for rule in reference.rules:
            aside |= _meet(made, reference, rule, full, main_id)
    made.move.rows = {key: place for key, place in mine.items() if key not in aside}
    return made


def _meet(made: Moved, reference: Reference, rule: MergeRule, rows: Iterable[Row], main_id: int) -> set[Key]:
    """Find the rows that meet by one rule, first come first; the keys of those that stay where they are."""
    flag = _flag(reference.table, rule) if rule.rule == "demote" else ""
    others = [name for name in rule.columns if name != reference.column]
    there: dict[tuple[Any, ...], Row] = {}
    aside: set[Key] = set()
    fuller: dict[Key, dict[str, Any]] = {}
    for row in rows:
        if flag and not row[flag]:
            continue
        rest = tuple(row[name] for name in others)
        first = there.setdefault(rest, row) if None not in rest else row
        if first is row or row[reference.column] == main_id:
            continue
        made.met.append(Met(reference=reference, rule=rule.rule, aside=row, stays=first))
        key = _key(reference, row)
        if flag:
            table = reference.table.name
            made.first.append(Change(table=table, key=key, before={flag: row[flag]}, after={flag: False}))
            continue
        aside.add(key)
        if rule.rule == "unite":
            _fill(fuller.setdefault(_key(reference, first), {}), reference, first, row)
    rows_by_key = {_key(reference, row): row for row in rows}
    for key, values in fuller.items():
        if values:
            before = {name: rows_by_key[key][name] for name in values}
            made.then.append(Change(table=reference.table.name, key=key, before=before, after=values))
    return aside


def _fill(values: dict[str, Any], reference: Reference, first: Row, row: Row) -> None:
    """What the row that stays has empty is filled from the one set aside."""
    fixed = {reference.column, reference.origin, *reference.keys}
    for name, value in row.items():
        if name not in fixed and value not in (None, "") and values.get(name, first[name]) in (None, ""):
            values[name] = value


def _key(reference: Reference, row: Row) -> Key:
    return tuple(row[name] for name in reference.keys)


def _flag(table: sa.Table, rule: MergeRule) -> str:
    """The boolean column that the unique index of a rule asks for."""
    for index in table.indexes:
        if index.unique and tuple(column.name for column in index.columns) == rule.columns:
            where = str(index.dialect_options["sqlite"]["where"])
            return next(one.name for one in table.columns if isinstance(one.type, sa.Boolean) and one.name in where)
    raise LookupError(f"{table.name} {rule.columns}: no unique index asks for a yes or no")
