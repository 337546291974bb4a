"""Many ids as one parameter, and what PostgreSQL's planner is told: a base nobody has looked at is no slow base."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webapp.contacts.models import Email
from webapp.db import among, db
from webapp.driven import tell_planner, write

ROWS = 20_000


def plan(query: sa.Select) -> str:
    """What the database is going to do for this query."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    asked: list[tuple[str, Any]] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    db.session.execute(query)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    rows = db.session.connection().exec_driver_sql(explain + asked[-1][0], asked[-1][1]).all()
    return "\n".join(str(column) for row in rows for column in row)


def test_ids_are_known_when_a_query_is_planned(app) -> None:
    """An array that is made of a text only then is compared with each row, one id after the other."""
    found = plan(sa.select(Email.value).where(among(Email.contact_id, range(1, 1_000))))
    if db.engine.dialect.name == "sqlite":
        assert "SEARCH contact_email USING INDEX" in found
    else:
        assert "ANY ('{1," in found
        assert "ANY (('{1," not in found


def test_ids_asked_for_later_are_found(make) -> None:
    some, other = make(emails=[{"value": "a@example.com"}]), make(emails=[{"value": "b@example.com"}])
    query = sa.select(Email.value).where(among(Email.contact_id, [some.id, 2**40]))
    assert db.session.scalars(query).all() == ["a@example.com"]
    assert db.session.scalars(sa.select(Email.value).where(among(Email.contact_id, []))).all() == []
    query = sa.select(Email.value).where(among(Email.contact_id, [other.id]))
    assert db.session.scalars(query).all() == ["b@example.com"]


def test_the_planner_learns_of_a_table_that_has_grown(app) -> None:
    connection = db.session.connection()
    connection.exec_driver_sql("CREATE TABLE grown (id INTEGER, told TEXT)")
    write(connection, "grown", ("id", "told"), [(at, "x" * 40) for at in range(ROWS)])
    tell_planner(connection, "grown")
    if db.engine.dialect.name == "sqlite":
        assert connection.exec_driver_sql("SELECT count(*) FROM grown").scalar() == ROWS
    else:
        known = "SELECT reltuples FROM pg_class WHERE oid = 'grown'::regclass"
        assert connection.exec_driver_sql(known).scalar() == ROWS
