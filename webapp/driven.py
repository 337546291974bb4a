"""Many rows written by the driver itself, past SQLAlchemy: what is left of an insert once its values are known."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webapp.db import Base, db, is_sqlite

AT_ONCE = 100
"""Rows of one INSERT on SQLite, which keeps the books of ids once per statement."""
IDS_AT_ONCE = 1_000
LONG = 50
"""Pages (8 KB) of a table about which PostgreSQL's planner should know: a shorter one is walked through at once."""
_GROWN = sa.text(
    "SELECT pg_relation_size(oid) / 8192 > greatest(4 * relpages, :long) FROM pg_class"
    " WHERE oid = CAST(:name AS regclass)"
)


def write(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values are as the driver takes them; raises SQLAlchemy's errors, as any statement does."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(one) for one in columns)
    if is_sqlite(connection):
        marks = f"({', '.join('?' for _one in columns)})"
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            insert = f"INSERT INTO {quote(table)} ({names}) VALUES {', '.join([marks] * len(some))}"  # noqa: S608
            connection.exec_driver_sql(insert, tuple(chain.from_iterable(some)))
        return
    driver: Any = connection.connection
    raised: Any = connection.dialect.loaded_dbapi.Error
    insert = f"COPY {quote(table)} ({names}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(insert) as copy:
            for row in rows:
                copy.write_row(row)
    except raised as error:
        raise sa.exc.DBAPIError.instance(insert, None, error, raised, dialect=connection.dialect) from error


def tell_planner(connection: Connection, table: str) -> None:
    """Let PostgreSQL know how many rows a table has, where they have become many more since it looked.

    Of a table that it has never looked at it takes few rows to be many: then triggers that keep the lists walk through
    all contacts for each new row, and rows are looked up by walking through all of them. Others' plans are made anew.
    """
    if is_sqlite(connection):
        return
    quoted = connection.dialect.identifier_preparer.quote(table)
    if connection.scalar(_GROWN, {"name": quoted, "long": LONG}):
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {quoted}")


def insert_rows(model: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of these columns, each value as the driver takes it; what the session has to write goes before."""
    if rows:
        session = db.session()
        session.flush()
        write(session.connection(), model.__tablename__, columns, rows)
        tell_planner(session.connection(), model.__tablename__)


def moment(at: dt.datetime, sqlite: bool) -> str:
    """A moment (UTC) as the driver takes it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else at.isoformat()


@contextmanager
def no_collector() -> Iterator[None]:
    """Rows by the thousand hold no cycles: looking for some takes as long as making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def ids(table: str) -> Iterator[int]:
    """Ids for rows that others refer to before they are written; never given twice, whoever else writes.

    On SQLite they are good until the transaction at hand ends: whoever writes after it is given the same.
    """
    if is_sqlite(db.session.connection()):
        # The write lock is held: nobody gets an id until this transaction has ended.
        last = db.session.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
        return count((last or 0) + 1)
    return _given(table)


def _given(table: str) -> Iterator[int]:
    # The sequence's name is looked up once: for each id it would take ten times as long as the id itself.
    given = sa.text(
        "SELECT nextval(sequence) FROM generate_series(1, :count),"
        " (SELECT pg_get_serial_sequence(:table, 'id')::regclass AS sequence OFFSET 0) one"
    )
    while True:
        yield from db.session.scalars(given, {"table": table, "count": IDS_AT_ONCE}).all()
