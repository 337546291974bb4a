"""Many rows in one statement: what is written is the same as row by row, on both engines."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.models import FunctionKind
from webapp.history.models import HistoryEntry
from webapp.jobs.models import Job, JobItem
from webapp.many_rows import insert_many, update_many

MOMENT = dt.datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=dt.timezone(dt.timedelta(hours=2)))
TOO_LONG = "x" * 11


@pytest.fixture
def statements(app):
    """The statements sent from now on, each with whether it was sent for many rows."""
    sent: list[tuple[str, bool]] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        sent.append((statement, many))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def job(app) -> Job:
    one = Job(kind="sample")
    db.session.add(one)
    db.session.flush()
    return one


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def texts(job: Job) -> dict[int, str]:
    rows = sa.select(JobItem.position, JobItem.outcome).where(JobItem.job_id == job.id)
    return dict(db.session.execute(rows).all())


def entry(contact: Contact, **values) -> dict:
    return {"contact_id": contact.id, "at": MOMENT, "way": "form", "action": "changed", **values}


def test_inserted_values_come_back_as_they_were(make, system, user) -> None:
    firm, who = make(), user("editor").id
    changes = [{"name": ["Dû", None]}, {}, {"tags": [["VIP", '"{,}"'], []]}]
    insert_many(
        HistoryEntry,
        [entry(firm, user_id=one, changes=each) for one, each in zip((who, None, who), changes, strict=True)],
    )
    query = sa.select(HistoryEntry).where(HistoryEntry.at == MOMENT).order_by(HistoryEntry.id)
    found = db.session.scalars(query).all()
    assert [one.changes for one in found] == changes
    assert [one.user_id for one in found] == [who, None, who]
    assert {(one.at, one.action) for one in found} == {(MOMENT, "changed")}


def test_inserted_truth_values_and_defaults(app) -> None:
    insert_many(
        FunctionKind, [{"key": "a", "slot": "s", "is_final": True}, {"key": "b", "slot": "s", "is_final": False}]
    )
    query = sa.select(FunctionKind.key, FunctionKind.is_final).where(FunctionKind.slot == "s")
    assert dict(db.session.execute(query).all()) == {"a": True, "b": False}
    insert_many(Job, [{"kind": "one"}, {"kind": "two"}])
    for one in db.session.scalars(sa.select(Job).where(Job.kind.in_(["one", "two"]))):
        assert (one.state, one.params, one.started_at, one.created_at.tzinfo) == ("queued", {}, None, dt.UTC)


def test_updated_values_come_back_as_they_were(job) -> None:
    db.session.add_all(Job(kind=f"other {one}") for one in range(2))
    db.session.flush()
    ids = sorted(db.session.scalars(sa.select(Job.id)))
    given = [
        {"id": ids[0], "data": {"a": [1, None]}, "started_at": MOMENT, "stop_asked": True, "user_id": None},
        {"id": ids[2], "data": {}, "started_at": None, "stop_asked": False, "user_id": None},
    ]
    update_many(Job, given, also={"done": Job.done + 2, "heartbeat_at": MOMENT})
    db.session.expire_all()
    for row in given:
        one = db.session.get_one(Job, row["id"])
        assert {name: getattr(one, name) for name in row} == row
        assert (one.done, one.heartbeat_at) == (2, MOMENT)
    untouched = db.session.get_one(Job, ids[1])
    assert (untouched.data, untouched.done, untouched.heartbeat_at) == ({}, 0, None)


def test_rows_are_found_by_all_columns_of_their_key(job) -> None:
    other = Job(kind="sample")
    db.session.add(other)
    db.session.flush()
    insert_many(JobItem, [{"job_id": one.id, "position": at} for one in (job, other) for at in range(3)])
    kept = [["VIP", "Neu"], ["Neu"], None]
    rows = [
        {"job_id": job.id, "position": at, "outcome": f"at {at}", "before": before} for at, before in enumerate(kept)
    ]
    update_many(JobItem, rows, by=("job_id", "position"))
    assert texts(job) == {0: "at 0", 1: "at 1", 2: "at 2"}
    assert texts(other) == {0: "", 1: "", 2: ""}
    query = sa.select(JobItem.before).where(JobItem.job_id == job.id).order_by(JobItem.position)
    assert db.session.scalars(query).all() == kept


@pytest.mark.parametrize("by", ["insert", "update"])
def test_text_that_is_too_long_is_never_cut(job, by) -> None:
    """PostgreSQL refuses it; SQLite knows no lengths and keeps it whole."""
    row = {"job_id": job.id, "position": 1, "outcome": TOO_LONG}

    def write() -> None:
        if by == "insert":
            insert_many(JobItem, [row])
        else:
            insert_many(JobItem, [row | {"outcome": ""}])
            update_many(JobItem, [row], by=("job_id", "position"))

    if is_sqlite():
        write()
        assert texts(job) == {1: TOO_LONG}
    else:
        with pytest.raises(DataError), db.session.begin_nested():
            write()
        assert texts(job) == {}


def test_no_rows_are_no_statement(app, statements) -> None:
    insert_many(JobItem, [])
    update_many(JobItem, [], by=("job_id", "position"), also={"outcome": "done"})
    assert statements == []


def test_what_the_session_still_has_to_write_is_written_before(app) -> None:
    db.session.add(FunctionKind(key="new", slot="s"))
    insert_many(FunctionKind, [{"key": "after", "slot": "s", "is_final": False}])
    job = Job(kind="pending")
    db.session.add(job)
    update_many(Job, [{"id": 0, "kind": "nobody's"}])
    assert job.id
    job.state = "done"
    update_many(Job, [{"id": job.id, "kind": "written"}])
    db.session.refresh(job)
    assert (job.kind, job.state) == ("written", "done")


def test_many_rows_are_one_statement(job, statements) -> None:
    insert_many(JobItem, [{"job_id": job.id, "position": at} for at in range(50)])
    rows = [{"job_id": job.id, "position": at, "outcome": "done"} for at in range(50)]
    update_many(JobItem, rows, by=("job_id", "position"))
    # A driver that is given many rows runs the statement once for each.
    assert [many for _statement, many in statements] == [False, False]
    assert set(texts(job).values()) == {"done"}
