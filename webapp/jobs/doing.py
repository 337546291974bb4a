"""One chunk: its records are done, each refusal takes no neighbour along, and the outcomes are written (design)."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.db import db, is_collision, is_unreachable
from webapp.errors import CarnetError
from webapp.i18n import _
from webapp.jobs.chunk import Chunk, Item
from webapp.jobs.models import Job, JobItem
from webapp.many_rows import update_many
from webapp.plugin import JobKind

log = logging.getLogger("carnet.jobs")
AGAIN = 2
"""How often a chunk that met somebody else's work in the database is tried once more as a whole."""


class Doing(Protocol):
    """What is read of a job's row while a chunk of it is done."""

    id: int
    params: dict[str, Any]
    data: dict[str, Any]
    cursor: int
    undo_of_id: int | None


def next_items(session: Session, job: Doing, most: int) -> list[Item]:
    """The next records that have no outcome yet, in their order."""
    query = (
        sa.select(JobItem.position, JobItem.contact_id, JobItem.before)
        .where(JobItem.job_id == job.id, JobItem.outcome == "", JobItem.position > job.cursor)
        .order_by(JobItem.position)
        .limit(most)
    )
    rows = session.execute(query)
    return [Item(position=one.position, contact_id=one.contact_id, before=one.before) for one in rows]


def do(kind: JobKind, job: Doing, items: Sequence[Item], data: dict[str, Any], *, is_last: bool) -> Chunk:
    """Do these records, in a savepoint; where that fails they are parted, down to the one that can't be done.

    Raises what the database says where it can't be reached.
    """
    run = kind.undo if job.undo_of_id is not None and kind.undo else kind.run
    for _time in range(1 + AGAIN):
        chunk = Chunk(
            job_id=job.id, params=job.params, items=items, data=copy.deepcopy(data), undo_of=job.undo_of_id,
            is_last=is_last,
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                run(chunk)
                db.session.flush()
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and is_unreachable(error):
                raise
            problem = error
        else:
            for item in items:
                if item.position not in chunk.told:
                    chunk.failed(item, _("Nothing was told about what became of it."))
            return chunk
        if not (isinstance(problem, DBAPIError) and is_collision(problem)):
            break
    if len(items) > 1:
        return _parted(kind, job, items, data, is_last=is_last)
    chunk.told.clear()
    chunk.data = data
    chunk.failed(items[0], _reason(problem, job, items[0]))
    return chunk


def _parted(kind: JobKind, job: Doing, items: Sequence[Item], data: dict[str, Any], *, is_last: bool) -> Chunk:
    """Both halves, one after the other, as one chunk."""
    middle = len(items) // 2
    first = do(kind, job, items[:middle], data, is_last=False)
    second = do(kind, job, items[middle:], first.data, is_last=is_last)
    second.items = items
    second.told = {**first.told, **second.told}
    return second


def _reason(problem: Exception, job: Doing, item: Item) -> str:
    """Why one record could not be done, in the user's words; what nobody expected is noted in the log."""
    if isinstance(problem, CarnetError):
        return problem.message
    if isinstance(problem, DBAPIError) and is_collision(problem):
        return _("Someone else changed this at the same moment. Try it again.")
    log.error("Record %s of job %s failed.", item.position, job.id, exc_info=problem)
    return _("An unexpected error stopped it. The server's log says more: tell your administrator.")


_TABLE = JobItem.__table__
_ALIKE = (
    sa.update(_TABLE)  # type: ignore[arg-type]
    .where(
        _TABLE.c.job_id == sa.bindparam("of_job"),
        # The key leads to these; a database that knows nothing of a new job's rows yet would read all of them.
        _TABLE.c.position.between(sa.bindparam("first"), sa.bindparam("last")),
        _TABLE.c.position.in_(sa.bindparam("at", expanding=True)),
    )
    .values(outcome=sa.bindparam("what"), reason=sa.bindparam("why"))
)


def write(session: Session, job: Doing, chunk: Chunk) -> None:
    """Write the outcomes, and how far the job has come.

    A statement for all records of which the same is told; a record that is taken back keeps its `before`, so that it
    can be tried again.
    """
    alike: dict[tuple[str, str], list[int]] = {}
    keeping: list[dict[str, Any]] = []
    for item in chunk.items:
        told = chunk.told[item.position]
        what: str = told.what
        why = str(told.reason)
        if told.before is None or job.undo_of_id is not None:
            alike.setdefault((what, why), []).append(item.position)
        else:
            keeping.append(
                {"job_id": job.id, "position": item.position, "outcome": what, "reason": why, "before": told.before}
            )
    connection = session.connection()
    for (what, why), positions in alike.items():
        found = {"of_job": job.id, "at": positions, "first": positions[0], "last": positions[-1]}
        connection.execute(_ALIKE, {**found, "what": what, "why": why})
    update_many(JobItem, keeping, by=("job_id", "position"))
    counts = chunk.counts()
    session.execute(
        sa.update(Job.__table__)  # type: ignore[arg-type]
        .where(Job.id == job.id)
        .values(
            done=Job.done + counts["done"],
            skipped=Job.skipped + counts["skipped"],
            failed=Job.failed + counts["failed"],
            cursor=chunk.items[-1].position,
            data=chunk.data,
            attempts=1,
        )
    )
