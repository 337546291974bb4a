"""What was erased also goes from where databases leave it behind: free pages, old segments of the search index, the
write-ahead log, and the samples that PostgreSQL's planner keeps of each column (spec D5).

A worker does it after the commit: it may take as long as the base is large. On SQLite nobody can write meanwhile, so a
large file waits for the night.
"""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from webapp.administration.settings import put_setting, setting, zone
from webapp.db import BUSY_TIMEOUT, Base, db, now
from webapp.jobs.alone import unit

log = logging.getLogger("carnet.erasing")
ASKED = "erasing.asked"
NAME = "carnet-tidying"
LARGE = 512 * 1024 * 1024
"""Bytes of a SQLite file from which on it is rewritten by night only."""
NIGHT = range(1, 5)
"""Hours of the firm's time."""
PAGES = 500
"""Pages of the search index that are merged in one transaction: others write meanwhile."""
AGAIN_S = 600.0
"""Seconds until it is tried again where it could not be done."""


def ask() -> None:
    """Have a worker do it once this transaction is committed."""
    put_setting(ASKED, now().isoformat())


def sweep(app: Flask) -> None:
    """Do it where it was asked for; called by a worker from time to time."""
    if time.monotonic() < app.extensions.get(NAME, 0.0):
        return
    with unit(app, writing=False):
        asked, hour = setting(ASKED), dt.datetime.now(zone()).hour
        # A connection where tests run in one, which knows its engine as the engine itself does.
        address = db.engine.engine.url
    if asked is None:
        return
    try:
        is_done = _sqlite(app, str(address.database), hour) if address.get_backend_name() == "sqlite" else _other(app)
    except (sqlite3.Error, SQLAlchemyError, OSError) as error:
        log.warning("What was erased could not be cleared from the files of the database yet: %s", type(error).__name__)
        is_done = False
    if not is_done:
        app.extensions[NAME] = time.monotonic() + AGAIN_S
        return
    with unit(app):
        if setting(ASKED) == asked:
            put_setting(ASKED, None)


def _sqlite(app: Flask, file: str, hour: int) -> bool:
    """Merge the search index into one segment, rewrite the file, and empty the write-ahead log; False for later."""
    if Path(file).stat().st_size > LARGE and hour not in NIGHT:
        return False
    merge_search(app)
    with closing(sqlite3.connect(file, timeout=BUSY_TIMEOUT / 1000, isolation_level=None)) as connection:
        with suppress(sqlite3.OperationalError):
            # Samples of values: most builds keep none.
            connection.execute("DELETE FROM sqlite_stat4")
        connection.execute("VACUUM")
        is_busy, _pages, _done = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def merge_search(app: Flask) -> None:
    """Make one segment of the search index: words that were deleted are in none of its older ones any more."""
    pages = -PAGES
    while True:
        with unit(app) as session:
            connection: Any = session.connection().connection.driver_connection
            before = connection.total_changes
            connection.execute("INSERT INTO contact_search(contact_search, rank) VALUES ('merge', ?)", (pages,))
            if connection.total_changes - before < 2:
                return
        pages = PAGES


def _other(app: Flask) -> bool:
    """Clear dead rows of all tables, and take the planner's samples anew."""
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        there = set(sa.inspect(connection).get_table_names())
        for name in sorted(there & Base.metadata.tables.keys()):
            connection.exec_driver_sql(f'VACUUM (ANALYZE) "{name}"')
    return True
