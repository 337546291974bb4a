"""Load a base that is empty yet without keeping its indexes up to date row by row.

Indexes, foreign keys and the triggers that keep search and lists are dropped, and made anew from the database's own
catalogue in the same transaction: whatever ends it half-way leaves the base as it was. The guards of contact functions
(C4) stay, and every foreign key is examined when it comes back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webapp.db import BUSY_TIMEOUT, db, is_sqlite, transaction
from webapp.lists.models import Listing
from webapp.migrations import listing_0004

KEPT_BY_TRIGGERS = ("contact_search_", "contact_listing_")
"""How the triggers' names begin that are left out while loading: what they keep is made anew at the end."""
LISTING = Listing.__tablename__
SEARCH_BYTES = 32 << 20
"""What FTS5 gathers before it writes, while loading: thirty times its own megabyte, and in half the time."""
MEMORY_MB = 64
"""What sorting and reading may take while loading."""


@contextmanager
def loading(tables: Sequence[str]) -> Iterator[None]:
    """One transaction in which rows are added to `tables` of a base without contacts, by `webapp.driven.write`."""
    with _quick_journal(), transaction() as session:
        connection = session.connection()
        parts, of_lists = _parts(connection, tables), _parts(connection, [LISTING])
        for drop, _make in (*reversed(parts), *of_lists):
            connection.exec_driver_sql(drop)
        yield
        if is_sqlite(connection):
            for command, value in (("hashsize", SEARCH_BYTES), ("rebuild", 0), ("hashsize", 1 << 20)):
                told = "INSERT INTO contact_search(contact_search, rank) VALUES (?, ?)"
                connection.exec_driver_sql(told, (command, value))
        else:
            connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{MEMORY_MB}MB'")
        for _drop, make in parts:
            connection.exec_driver_sql(make)
        if not is_sqlite(connection):
            # What was loaded since the transaction began is unknown to its planner.
            _analyse(connection, tables)
        for make in (listing_0004.FILL, *(make for _drop, make in of_lists)):
            connection.exec_driver_sql(make)


def _parts(connection: Connection, tables: Sequence[str]) -> list[tuple[str, str]]:
    """What is left out while loading: how each is dropped and how it is made, in the order in which to make them."""
    found = sa.text(SQLITE_PARTS if is_sqlite(connection) else POSTGRESQL_PARTS).bindparams(
        sa.bindparam("tables", expanding=True)
    )
    rows = connection.execute(found, {"tables": list(tables)}).all()
    return [(drop, make) for name, kind, drop, make in rows if kind != "trigger" or name.startswith(KEPT_BY_TRIGGERS)]


# What is unique stays: it is what tells a mistake at once, and the guards look there.
SQLITE_PARTS = """
    SELECT name, type, 'DROP ' || type || ' "' || name || '"', sql FROM sqlite_master
    WHERE tbl_name IN :tables AND sql IS NOT NULL AND type IN ('index', 'trigger') AND sql NOT LIKE 'CREATE UNIQUE%'
    ORDER BY type, rowid"""
POSTGRESQL_PARTS = """
    SELECT name, kind, dropped, made FROM (
        SELECT 1 AS step, i.indexrelid::bigint AS place, c.relname AS name, 'index' AS kind,
            'DROP INDEX ' || i.indexrelid::regclass AS dropped, pg_get_indexdef(i.indexrelid) AS made, i.indrelid AS of
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisunique
        UNION ALL
        SELECT 2, k.oid::bigint, k.conname, 'key',
            'ALTER TABLE ' || k.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname),
            'ALTER TABLE ' || k.conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' '
                || pg_get_constraintdef(k.oid), k.conrelid
        FROM pg_constraint k WHERE k.contype = 'f'
        UNION ALL
        SELECT 3, t.oid::bigint, t.tgname, 'trigger',
            'DROP TRIGGER ' || quote_ident(t.tgname) || ' ON ' || t.tgrelid::regclass,
            pg_get_triggerdef(t.oid), t.tgrelid
        FROM pg_trigger t WHERE NOT t.tgisinternal
    ) part JOIN pg_class c ON c.oid = part.of
    WHERE c.relname IN :tables AND pg_table_is_visible(c.oid)
    ORDER BY step, place"""


@contextmanager
def _quick_journal() -> Iterator[None]:
    """On SQLite, where nobody else has the base open: rows go to the file itself and not through a log.

    A load that is killed is rolled back by whoever opens the file next, as with the log.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return
    db.session.remove()
    engine.dispose()
    connection = engine.raw_connection()
    with suppress(sqlite3.OperationalError):
        cursor = connection.cursor()
        for pragma in ("busy_timeout=0", "journal_mode=DELETE"):
            cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    for pragma in (f"cache_size=-{MEMORY_MB * 1000}", "temp_store=FILE", "threads=2"):
        cursor.execute(f"PRAGMA {pragma}")
    # Given back to the pool, where the session finds it.
    connection.close()
    try:
        yield
    finally:
        # Whoever connects next is given the usual settings.
        db.session.remove()
        engine.dispose()


def refresh_statistics(tables: Sequence[str], many: bool) -> None:
    """Tell the planner what is there now; after `many`, PostgreSQL also which pages all may see."""
    engine = db.engine
    if engine.dialect.name == "sqlite" or not many:
        with transaction() as session:
            _analyse(session.connection(), (*tables, LISTING))
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _analyse(connection, (*tables, LISTING), "VACUUM (ANALYZE)")


def _analyse(connection: Connection, tables: Sequence[str], how: str = "ANALYZE") -> None:
    """Have the planner know what these tables hold."""
    quote = connection.dialect.identifier_preparer.quote
    for table in tables:
        connection.exec_driver_sql(f"{how} {quote(table)}")
