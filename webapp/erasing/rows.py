"""The rows of contacts in every table of every installed plug-in, switched on or off, and emptying them (spec D5)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp import references
from webapp.contacts.models import Contact
from webapp.db import among, fetch
from webapp.many_rows import update_many
from webapp.merging.models import Merge, MergedContact
from webapp.plugin import PersonalData, Plugin
from webapp.registry import Registry, registry

AT_ONCE = 500
"""Rows whose values are replaced one by one that are read together."""
TEXTS = (sa.String, sa.Text)
PLACE = re.compile(r"[a-z_]+:\d+")
NOTHING: dict[type[Any], Any] = {sa.String: "", sa.JSON: {}, sa.LargeBinary: b""}
"""What a column of each type is set to that may not be NULL."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A table as its plug-in declares it: `key` names the declaration in certificates, and never changes."""

    key: str
    plugin: Plugin
    data: PersonalData
    model: type[Any]

    @property
    def table(self) -> sa.Table:
        """The table itself."""
        found: sa.Table = self.model.__table__
        return found


def declared(present: Registry | None = None) -> list[Declared]:
    """What hangs on contacts, in the order in which it can go: what refers to a table comes before that table."""
    present = present or registry()
    models = {model.__tablename__: model for _plugin, model in present.duties("models")}
    tables = references.tables_of_contacts()
    order = {table.name: at for at, table in enumerate(reversed(Contact.metadata.sorted_tables))}
    found: list[Declared] = []
    times: dict[str, int] = {}
    for plugin, one in present.duties("personal_data"):
        if one.table in models and one.table in tables:
            times[one.table] = times.get(one.table, 0) + 1
            key = one.table if times[one.table] == 1 else f"{one.table}:{times[one.table]}"
            found.append(Declared(key=key, plugin=plugin, data=one, model=models[one.table]))
    return sorted(found, key=lambda one: order[one.table.name])


def belongs(table: sa.Table, ids: Sequence[int], by: Sequence[str] = ()) -> sa.ColumnElement[bool]:
    """The rows of a table that are these contacts': what refers to them, else what refers to a row of theirs."""
    if table is Contact.__table__:
        return among(table.c.id, ids)
    tables = references.tables_of_contacts()
    direct: list[Any] = []
    through: list[Any] = []
    for key in sorted(table.foreign_keys, key=lambda one: str(one.parent.name)):
        column, parent = key.parent, key.column.table
        if (by and column.name not in by) or (not by and column.name.endswith(references.ORIGIN)):
            continue
        if parent is Contact.__table__:
            direct.append(among(column, ids))
        elif parent.name in tables and parent is not table:
            through.append(column.in_(sa.select(key.column).where(belongs(parent, ids))))
    if table is Merge.__table__:
        part = sa.select(MergedContact.merge_id).where(among(MergedContact.contact_id, ids))
        direct.append(table.c.id.in_(part))
    # A row that names its contact itself may refer to others' rows as well: those are not what it is about.
    parts = (direct + through if by else direct) or through
    return sa.or_(*parts) if parts else sa.false()


def personal(one: Declared, ids: Sequence[int]) -> tuple[sa.ColumnElement[bool], dict[int, dt.date]]:
    """The rows that are erased, and the ids of those that the law keeps, each with the last day of that."""
    rows = belongs(one.table, ids, one.data.by)
    if one.data.where is not None:
        rows = sa.and_(rows, one.data.where())
    kept = dict(one.data.retained(ids)) if one.data.retained is not None else {}
    if kept:
        (key,) = one.table.primary_key
        rows = sa.and_(rows, sa.not_(among(key, kept)))
    return rows, kept


def is_filled(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Whether something is noted in a column."""
    if isinstance(column.type, sa.JSON):
        return sa.and_(column.is_not(None), sa.cast(column, sa.Text).not_in(["null", "{}", "[]", '""']))
    if isinstance(column.type, TEXTS):
        return sa.and_(column.is_not(None), column != "")
    return column.is_not(None)


def count(one: Declared, ids: Sequence[int]) -> int:
    """How much would go: values of a contact itself, of other tables the rows that hold any."""
    rows, _kept = personal(one, ids)
    columns = [one.table.c[name] for name in one.data.personal]
    if one.table is Contact.__table__:
        values = [sa.func.coalesce(sa.func.sum(sa.case((is_filled(each), 1), else_=0)), 0) for each in columns]
        return sum(fetch(sa.select(*values).where(rows)).one()) if values else 0
    if one.data.rows == "stay":
        rows = sa.and_(rows, sa.or_(sa.false(), *(is_filled(each) for each in columns)))
    return int(fetch(sa.select(sa.func.count()).select_from(one.table).where(rows)).scalar_one())


def count_kept(one: Declared, ids: Sequence[int]) -> int:
    """How many rows stay, emptied of what is personal."""
    if one.data.rows == "go":
        return 0
    rows, _kept = personal(one, ids)
    return int(fetch(sa.select(sa.func.count()).select_from(one.table).where(rows)).scalar_one())


def erase(one: Declared, ids: Sequence[int]) -> None:
    """Empty the personal columns of these contacts' rows, or take the rows away."""
    rows, _kept = personal(one, ids)
    if one.data.rows == "go":
        fetch(sa.delete(one.table).where(rows))
        return
    values = {name: empty_of(one.data, one.table.c[name]) for name in one.data.personal}
    for name in [name for name, value in values.items() if callable(value)]:
        _replace(one, name, rows, values.pop(name))
    if values:
        fetch(sa.update(one.table).where(rows).values(values))


def empty_of(data: PersonalData, column: sa.Column[Any]) -> Any:
    """What a personal column is set to; raises `TypeError` where only its plug-in could say that."""
    if column.name in data.empty:
        return data.empty[column.name]
    if column.nullable:
        return sa.null()
    for kind, value in NOTHING.items():
        if isinstance(column.type, kind):
            return value
    raise TypeError(f"{data.table}.{column.name}: say in `empty` what it is set to.")


def _replace(one: Declared, name: str, rows: sa.ColumnElement[bool], new: Callable[[Any], Any]) -> None:
    keys = [column.name for column in one.table.primary_key]
    changed = [
        {**{key: getattr(row, key) for key in keys}, name: new(getattr(row, name))}
        for row in fetch(sa.select(*(one.table.c[key] for key in (*keys, name))).where(rows))
    ]
    for start in range(0, len(changed), AT_ONCE):
        update_many(one.model, changed[start : start + AT_ONCE], by=keys)


def texts(one: Declared, ids: Sequence[int]) -> Iterator[tuple[str, str]]:
    """What these contacts' rows say: each text with the column that it stands in, once."""
    columns = [one.table.c[name] for name in one.data.personal if isinstance(one.table.c[name].type, (*TEXTS, sa.JSON))]
    if not columns:
        return
    rows, _kept = personal(one, ids)
    for row in fetch(sa.select(*columns).where(rows)):
        for column, value in zip(columns, row, strict=True):
            if isinstance(value, str):
                yield column.name, value
            elif value:
                yield column.name, json.dumps(value)


def place_alone(source: str | None) -> str | None:
    """What caused a line of history, where that is a place in the program: `merge:7`. Files have names of people."""
    return source if source and PLACE.fullmatch(source) else None


def blanked(changes: dict[str, Any] | None) -> dict[str, Any]:
    """A line of history without its values: which fields changed stays to be seen."""
    return {name: [None, None] for name in changes or {}}
