"""The database: one declarative base, one engine set-up for SQLite and PostgreSQL, and the only commit.

SQLite runs in WAL mode with foreign keys on; pysqlite's own transaction handling is switched off, so
that migrations and savepoints are transactional, and a writing transaction takes its lock at BEGIN
(a later upgrade could fail with SQLITE_BUSY when two processes write at once).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from webapp.errors import Refused
from webapp.i18n import _

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every model, the core's and the plug-ins'."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=Base,
    engine_options={"pool_pre_ping": True},
    session_options={"autoflush": True, "join_transaction_mode": "create_savepoint"},
)

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64-bit ids, given once: SQLite's rowid alias must be spelt INTEGER (AUTOINCREMENT: `sqlite_autoincrement`)."""


class Moment(TypeDecorator[dt.datetime]):
    """A point in time: aware UTC in Python, timestamptz on PostgreSQL, ISO text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def now() -> dt.datetime:
    """The present moment, UTC: the one clock of the application."""
    return dt.datetime.now(dt.UTC)


writes: ContextVar[bool] = ContextVar("carnet_writes", default=True)
"""Whether the present unit of work may write; a GET request sets it False and then never takes the write lock."""


def is_sqlite(connection: Connection) -> bool:
    """Whether the statement at hand goes to SQLite."""
    return connection.dialect.name == "sqlite"


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "busy_timeout=15000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if is_sqlite(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes.get() else "BEGIN")


COLLISIONS = ("40001", "40P01", "55P03")
"""PostgreSQL's codes for a serialisation failure, a deadlock, a lock that was not to be had."""


def is_collision(error: DBAPIError) -> bool:
    """Whether two units of work met in the database, so that one of them may simply be tried again."""
    if isinstance(error, IntegrityError):
        return True
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or ""
    return code in COLLISIONS or code.startswith("SQLITE_BUSY")


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: committed whole, or rolled back whole. The only commit of the application.

    A constraint or a lock that a race ran into is answered as `Refused`, never as a raw database error.
    """
    session = db.session()
    try:
        yield session
        session.commit()
    except DBAPIError as error:
        session.rollback()
        if not is_collision(error):
            raise
        raise Refused(
            _("Someone else changed this at the same moment. Nothing was saved: reload and try again."),
            constraint=str(error.orig),
        ) from error
    except BaseException:
        session.rollback()
        raise


def discard() -> None:
    """Forget what this unit of work has done so far, so that its form can be shown again with what is wrong."""
    db.session.rollback()
