"""Many rows in one statement: from an array for each column on PostgreSQL, from JSON on SQLite."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.db import Base, db


def insert_many(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns by one statement: from an array for each column, on SQLite from JSON.

    A statement for each row, though sent together, is planned and answered row by row; on SQLite each keeps the books
    of ids and the pages for its own way back. What the session still has to write is written before.
    """
    if not rows:
        return
    table: Any = model.__table__
    session = db.session()
    session.flush()
    statement = sa.insert(table)
    values: Any
    if session.get_bind().dialect.name != "sqlite":
        given, values = _unnested(table, rows)
        session.connection().execute(statement.from_select(list(rows[0]), sa.select(*given.c)), values)
    elif _has_bytes(table, rows):
        session.connection().execute(statement, rows)
    else:
        query, values = _extracted(table, rows)
        session.connection().execute(statement.from_select(list(rows[0]), query), values)


def update_many(
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    by: Sequence[str] = ("id",),
    also: Mapping[str, Any] | None = None,
) -> None:
    """Update rows, each to values of its own, in one statement as `insert_many` does; all have the same columns.

    `by` names those of the columns that find a row; `also` holds what is set in all of them, as values or as SQL.
    What the session has read of the rows it does not know to be changed: that is for the caller to forget.
    """
    if not rows:
        return
    table: Any = model.__table__
    session = db.session()
    session.flush()
    set_names = [name for name in rows[0] if name not in by]
    given: Any
    values: Any
    if session.get_bind().dialect.name != "sqlite":
        each, values = _unnested(table, rows)
        given = each.c
    elif _has_bytes(table, rows):
        # A parameter that is called like a column would be taken for a value to set.
        given = {name: sa.bindparam(f"each_{name}") for name in rows[0]}
        values = [{f"each_{name}": value for name, value in row.items()} for row in rows]
    else:
        query, values = _extracted(table, rows)
        given = query.subquery().c
    found = (table.c[name] == given[name] for name in by)
    statement = sa.update(table).where(*found).values({name: given[name] for name in set_names} | dict(also or {}))
    session.connection().execute(statement, values)


def _unnested(table: Any, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, dict[str, list[Any]]]:
    """Rows as a table that PostgreSQL makes of one array for each column, and these arrays as its parameters."""
    names = list(rows[0])
    types = {name: table.c[name].type for name in names}
    # A cast to a length would cut silently what is too long; the column refuses it.
    types |= {name: sa.Text() for name, kind in types.items() if isinstance(kind, sa.String)}
    # With one dimension said, a list as JSON is a value and no array within the array.
    arrays = (sa.bindparam(f"all_{name}", type_=ARRAY(types[name], dimensions=1)) for name in names)
    each = sa.func.unnest(*arrays).table_valued(*(sa.column(name, types[name]) for name in names)).render_derived()
    return each, {f"all_{name}": [row[name] for row in rows] for name in names}


def _extracted(table: Any, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, dict[str, str]]:
    """A query for the same rows that SQLite takes out of one JSON text, and that text; JSON has no bytes."""
    names, dialect = list(rows[0]), db.session.get_bind().dialect
    stored = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for name in names]
    told = [[store(row[name]) for name, store in zip(names, stored, strict=True)] for row in rows]
    each = sa.func.json_each(sa.bindparam("all_rows", type_=sa.String)).table_valued("value")
    columns = (sa.func.json_extract(each.c.value, f"$[{at}]").label(name) for at, name in enumerate(names))
    return sa.select(*columns), {"all_rows": json.dumps(told)}


def _has_bytes(table: Any, rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(isinstance(table.c[name].type, sa.LargeBinary) for name in rows[0])


def _as_it_is(value: Any) -> Any:
    return value
