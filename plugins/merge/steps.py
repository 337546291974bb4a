"""The steps of a merge: planned first, then done, kept as JSON, and one day taken back (spec E2, E5, E6).

A plan is a list of steps and nothing else happens, so that what a preview says is what will be done. Three kinds:
`Move` gives rows another contact, `Change` sets columns of one row, `Add` makes a row. None of them deletes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.api import among, fetch, orphaned, registry

Key = tuple[int, ...]


def table_of(name: str) -> sa.Table | None:
    """A table by its name, also one whose plug-in is gone; None where there is none (any more)."""
    memo = registry().memo
    if "tables" not in memo:
        memo["tables"] = {model.__tablename__: model.__table__ for _plugin, model in registry().duties("models")}
    installed: dict[str, sa.Table] = memo["tables"]
    return installed[name] if name in installed else orphaned(registry()).get(name)


def there(name: str) -> sa.Table:
    """A table that is there, for it has been read in this transaction."""
    table = table_of(name)
    if table is None:
        raise LookupError(name)
    return table


@dataclass(kw_only=True)
class Move:
    """Rows whose `column` names the main contact from now on; by their key whose they were, and their origin before.

    Kept as `{"column", "origin", "rows": [[key, from, origin before], …]}`.
    """

    table: str
    column: str
    origin: str = ""
    rows: dict[Key, tuple[int, int | None]] = field(default_factory=dict)

    def do(self, main_id: int) -> None:
        """One statement for all rows."""
        table = there(self.table)
        values: dict[str, Any] = {self.column: main_id}
        if self.origin:
            values[self.origin] = sa.func.coalesce(table.c[self.origin], table.c[self.column])
        fetch(sa.update(table).where(with_keys(table, self.rows)).values(values), flush=False)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        rows = [[list(key), whose, origin] for key, (whose, origin) in self.rows.items()]
        return {"column": self.column, "origin": self.origin, "rows": rows}

    @classmethod
    def read(cls, table: str, data: Mapping[str, Any]) -> Move:
        """From what was kept."""
        rows = {tuple(key): (whose, origin) for key, whose, origin in data["rows"]}
        return cls(table=table, column=data["column"], origin=data["origin"], rows=rows)

    def take_back(self, main_id: int) -> int:
        """Give the rows back that are still the main contact's; how many are not there any more."""
        table = table_of(self.table)
        if table is None or self.column not in table.c:
            return 0
        groups: dict[tuple[int, int | None], list[Key]] = {}
        for key, place in self.rows.items():
            groups.setdefault(place, []).append(key)
        done = 0
        for (whose, origin), keys in groups.items():
            values: dict[str, Any] = {self.column: whose}
            if self.origin in table.c:
                values[self.origin] = origin
            is_there = sa.and_(with_keys(table, keys), table.c[self.column] == main_id)
            done += fetch(sa.update(table).where(is_there).values(values), flush=False).rowcount
        return len(self.rows) - done


@dataclass(kw_only=True)
class Change:
    """Columns of one row, before and after. `field` is what a user knows it as, empty where nobody is asked about it.

    Kept as `{"key", "before", "after", "field"}`, dates and moments as ISO texts.
    """

    table: str
    key: Key
    before: dict[str, Any]
    after: dict[str, Any]
    field: str = ""

    def do(self) -> None:
        """Set the columns."""
        write(self.table, self.key, self.after)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "key": list(self.key), "before": packed(self.before), "after": packed(self.after), "field": self.field,
        }  # fmt: skip

    @classmethod
    def read(cls, table: str, data: Mapping[str, Any]) -> Change:
        """From what was kept; columns that are gone are left out."""
        found = table_of(table)
        before, after = (
            {} if found is None else unpacked(found, data[name]) for name in ("before", "after")
        )  # fmt: skip
        return cls(table=table, key=tuple(data["key"]), before=before, after=after, field=data["field"])


@dataclass(kw_only=True)
class Add:
    """A row that the merge makes; `key` once it is there. Kept as `{"key", "values"}`."""

    table: str
    values: dict[str, Any]
    key: Key = ()

    def do(self) -> None:
        """Make it."""
        table = there(self.table)
        self.key = tuple(fetch(sa.insert(table).values(self.values).returning(*table.primary_key), flush=False).one())

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"key": list(self.key), "values": packed(self.values)}

    @classmethod
    def read(cls, table: str, data: Mapping[str, Any]) -> Add:
        """From what was kept."""
        found = table_of(table)
        return cls(table=table, key=tuple(data["key"]), values={} if found is None else unpacked(found, data["values"]))


Step = Move | Change | Add
KINDS: dict[str, type[Move] | type[Change] | type[Add]] = {"move": Move, "change": Change, "add": Add}
NAMES = {kind: name for name, kind in KINDS.items()}


def with_keys(table: sa.Table, keys: Iterable[Key]) -> sa.ColumnElement[bool]:
    """The rows with these keys: by one parameter where the key is a single column."""
    columns = list(table.primary_key)
    if len(columns) == 1:
        return among(columns[0], [key[0] for key in keys])
    return sa.tuple_(*columns).in_(list(keys))


def current(changes: Iterable[Change]) -> dict[tuple[str, Key], sa.RowMapping]:
    """The rows of these changes as they are now, by table and key: one statement for each table."""
    wanted: dict[str, list[Key]] = {}
    for one in changes:
        wanted.setdefault(one.table, []).append(one.key)
    rows: dict[tuple[str, Key], sa.RowMapping] = {}
    for name, keys in wanted.items():
        table = table_of(name)
        if table is None:
            continue
        for row in fetch(sa.select(table).where(with_keys(table, keys))).mappings():
            rows[name, tuple(row[column.name] for column in table.primary_key)] = row
    return rows


def write(name: str, key: Key, values: Mapping[str, Any]) -> int:
    """Set columns of one row; how many rows that were."""
    if not values:
        return 0
    table = there(name)
    return fetch(sa.update(table).where(with_keys(table, [key])).values(dict(values)), flush=False).rowcount


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them."""
    return {
        name: value.isoformat() if isinstance(value, dt.date | dt.datetime) else value for name, value in values.items()
    }


def unpacked(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row again, as its columns take them."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        if name not in table.c:
            continue
        if isinstance(value, str):
            kind = table.c[name].type
            if isinstance(getattr(kind, "impl", kind), sa.DateTime):
                value = dt.datetime.fromisoformat(value)
            elif isinstance(kind, sa.Date):
                value = dt.date.fromisoformat(value)
        made[name] = value
    return made
