"""The database: one declarative base, one engine set-up for SQLite and PostgreSQL, and the only commit.

SQLite runs in WAL mode with foreign keys on; pysqlite's own transaction handling is switched off, so
that migrations and savepoints are transactional, and a writing transaction takes its lock at BEGIN
(a later upgrade could fail with SQLITE_BUSY when two processes write at once).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import NULLTYPE, TypeDecorator

from webapp import turns
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
    # What was typed is nobody's business in a log, so errors name no parameters.
    engine_options={"pool_pre_ping": True, "hide_parameters": True},
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


BUSY_TIMEOUT = 15_000
"""Milliseconds that SQLite waits for a lock."""
patient: ContextVar[bool] = ContextVar("carnet_patient", default=True)
"""Whether a writing unit of work waits for SQLite's lock; one that may be left out for once does not."""


def is_sqlite(connection: Connection | Engine) -> bool:
    """Whether the statement at hand goes to SQLite."""
    return connection.dialect.name == "sqlite"


def among(column: Any, ids: Iterable[int] | None) -> sa.ColumnElement[bool]:
    """Whether `column` is one of these ids: in one parameter, so that the statement is the same however many they are.

    A parameter for each would be compiled, sent and planned anew for every page. With None the statement, made once,
    asks for them as its parameter `ids`, which `together` writes.
    """
    value: Any = None if ids is None else together(ids)
    if db.session.get_bind().dialect.name == "sqlite":
        given = sa.bindparam("ids", type_=sa.String) if ids is None else value
        each = sa.func.json_each(given).table_valued("value")
        return sa.type_coerce(column, sa.Integer).in_(sa.select(each.c.value))
    # Of no type, it is an array from the start. A text would be made one for each row; and PostgreSQL, which can't know
    # what it holds before, compares each row with all ids in turn: seconds, where it should look up a hash.
    given = sa.bindparam("ids", type_=NULLTYPE) if ids is None else sa.literal(value, NULLTYPE)
    return sa.type_coerce(column, sa.BigInteger) == sa.any_(sa.cast(given, ARRAY(sa.BigInteger)))


def within(column: Any, texts: Iterable[str]) -> sa.ColumnElement[bool]:
    """The same of a column of texts."""
    if db.session.get_bind().dialect.name == "sqlite":
        each = sa.func.json_each(json.dumps(list(texts))).table_valued("value")
        return sa.type_coerce(column, sa.Text).in_(sa.select(each.c.value))
    return sa.type_coerce(column, sa.Text) == sa.any_(sa.literal(list(texts), ARRAY(sa.Text)))


def together(ids: Iterable[int]) -> Any:
    """Ids as the one parameter that `among` compares with."""
    # Python writes a list of whole numbers as JSON has it, and all but the braces of an array: in a third of the time
    # that the encoder takes, and a tenth of the driver's.
    text = str(list(ids))
    return text if db.session.get_bind().dialect.name == "sqlite" else f"{{{text[1:-1]}}}"


def fetch(
    statement: sa.Executable, values: Mapping[str, Any] | None = None, *, flush: bool = True
) -> sa.CursorResult[Any]:
    """The rows of a statement of columns, without what the session does for objects: half the cost of a small one.

    Without `flush`, what the session has still to write is not written first: for what does not depend on it.
    """
    session = db.session()
    if flush:
        session.flush()
    return session.connection().execute(statement, values or {})


def tuples(statement: sa.Executable, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a statement as the driver gives them, which costs half of what rows with names do.

    For whole numbers and texts, which both drivers give as they are; what else a column holds, only `fetch` translates.
    """
    result: Any = fetch(statement, values)
    try:
        rows: list[tuple[Any, ...]] = result.cursor.fetchall()
        return rows
    finally:
        result.close()


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
            f"busy_timeout={BUSY_TIMEOUT}",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if not is_sqlite(connection):
        return
    if not writes.get():
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        file = connection.engine.url.database
        base = connection.connection.driver_connection
        has_begun = False
        if base and file and file != ":memory:" and patient.get():
            has_begun = turns.begin(base, file, BUSY_TIMEOUT / 1000)
        if not has_begun:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")


COLLISIONS = ("40001", "40P01", "55P03")
"""PostgreSQL's codes for a serialisation failure, a deadlock, a lock that was not to be had."""


def is_collision(error: DBAPIError) -> bool:
    """Whether two units of work met in the database, so that one of them may simply be tried again."""
    if isinstance(error, IntegrityError):
        return True
    return _code(error) in (*COLLISIONS, "SQLITE_BUSY_SNAPSHOT")


AWAY = ("08", "53", "57", "58", "3D", "28", "25P0")
"""How PostgreSQL's codes begin for: no connection, no room for one, cancelled, shutting down, broken, no such base."""
CLOSED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY",
          "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_PROTOCOL")  # fmt: skip
"""Beginnings of SQLite's names for: locked for too long, or its file can't be used."""
UNKNOWN_NAMES = ("42P01", "42703", "3F000")
"""PostgreSQL's codes for a table, a column, a schema that is not there."""


def _code(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or "")


def is_unreachable(error: SQLAlchemyError) -> bool:
    """Whether the database could not be had at all: not there, no connection left, locked or busy for too long."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = _code(error)
    # A connection that never came about has no code.
    lost = error.connection_invalidated or (not code and isinstance(error, OperationalError | InterfaceError))
    return lost or code.startswith((*AWAY, *CLOSED))


def misses_a_name(error: SQLAlchemyError) -> bool:
    """Whether a statement names a table or a column that is not there: perhaps the schema is another version's."""
    if not isinstance(error, DBAPIError):
        return False
    return _code(error) in UNKNOWN_NAMES or "no such table" in str(error.orig) or "no such column" in str(error.orig)


AT_END = "carnet_at_end"
log = logging.getLogger(__name__)


def at_end(work: Callable[[], object]) -> None:
    """Do this once the unit of work at hand has ended, committed or not, in a transaction of its own.

    For what lies outside of the database, such as files: whether they are needed is known only then. A failure is
    logged; nobody is told, since what was asked for is done.
    """
    db.session().info.setdefault(AT_END, []).append(work)


def _do_at_end(session: Session) -> None:
    for work in session.info.pop(AT_END, []):
        try:
            with transaction():
                work()
        except Exception:
            log.exception("What was left for the end of a unit of work could not be done.")


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: committed whole, or rolled back whole. The only commit of the application.

    A constraint or a lock that a race ran into is answered as `Refused`, never as a raw database error.
    """
    try:
        with _committed() as session:
            yield session
    finally:
        _do_at_end(db.session())


@contextmanager
def _committed() -> Iterator[Session]:
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


@contextmanager
def in_passing() -> Iterator[Session]:
    """A transaction of its own, before or after the request's work, for a note that may be left out for once.

    It waits for nobody: where the database is busy at that moment, or gone, nothing is noted and nothing raised. What
    the session has read so far ends with it.
    """
    hasty, writing = patient.set(False), writes.set(True)
    try:
        db.session.rollback()
        with suppress(SQLAlchemyError, Refused), transaction() as session:
            yield session
    finally:
        writes.reset(writing)
        patient.reset(hasty)


@contextmanager
def snapshot() -> Iterator[Session]:
    """Read one moment of the base, however long that takes: nobody is waited for, and nobody waits.

    It is a transaction of its own, to begin when nothing is under way: what was not committed is forgotten.
    """
    session, writing = db.session(), writes.set(False)
    session.rollback()
    try:
        if not is_sqlite(bind := session.get_bind()) and isinstance(bind, Engine):
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        yield session
    finally:
        session.rollback()
        writes.reset(writing)


def discard() -> None:
    """Forget what this unit of work has done so far, so that its form can be shown again with what is wrong."""
    db.session.rollback()
