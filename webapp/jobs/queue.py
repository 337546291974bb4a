"""The queue that wakes workers: it carries a job's id and nothing else (design: the `job` table is the truth).

A message that is lost costs some seconds, since workers look into the table too; so no failure of the queue reaches a
user. Messages are signed with the deployment's key: huey pickles them.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from webapp.db import db

if TYPE_CHECKING:
    from huey import Huey

log = logging.getLogger("carnet.jobs")
Result = TypeVar("Result")
Other = TypeVar("Other")
PENDING = "carnet_jobs"
"""Under this name a session keeps the ids that are published once it commits."""
POLL_S = 0.2
"""Seconds between two looks into a queue that can't wake its readers (SQLite's)."""
READ_S = 1
"""Seconds that a reader waits in one go where it can be woken."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The connected queue; `wake(job_id)` puts a message into it."""

    huey: Huey
    wake: Callable[[int], object]


def _open(app: Flask) -> Queue:
    """The queue of the deployment: Redis where it is named, else beside the database."""
    # Only who starts or runs a job needs it.
    from huey import PostgresHuey, RedisHuey, SqliteHuey
    from huey.serializer import SignedSerializer

    settings = app.config["CARNET"]
    common: dict[str, Any] = {
        # One Redis may serve several deployments.
        "name": f"carnet.{hashlib.sha256(settings.secret_key.encode()).hexdigest()[:12]}",
        "results": False,
        "serializer": SignedSerializer(settings.secret_key, salt="carnet jobs"),
    }
    if settings.redis_url:
        huey = RedisHuey(url=settings.redis_url, blocking=True, read_timeout=READ_S, **common)
    elif settings.database_url.startswith("sqlite"):
        huey = SqliteHuey(filename=str(settings.data_dir / "queue.db"), fsync=False, cache_mb=0, **common)
    else:
        dsn = sa.make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        huey = PostgresHuey(dsn=dsn, read_timeout=READ_S, table_prefix="carnet_queue", **common)

    @huey.task(name="run")
    def run(job_id: int) -> int:
        """What a message names; the worker that reads it looks into the table."""
        return job_id

    return Queue(huey=huey, wake=run)


_opening = threading.Lock()


def _queue(app: Flask) -> Queue:
    with _opening:
        if "carnet-queue" not in app.extensions:
            app.extensions["carnet-queue"] = _open(app)
        made: Queue = app.extensions["carnet-queue"]
        return made


def _try(app: Flask, use: Callable[[Queue], Result], what: str, instead: Other) -> Result | Other:
    """What comes of using the queue; where that fails, `instead`, and the next one connects anew.

    Whatever fails, in whichever of the three programs behind it: the job itself is saved, its user is told so, and
    workers find it in the database.
    """
    try:
        return use(_queue(app))
    except Exception:
        log.warning("The queue of jobs %s; they are found in the database instead.", what, exc_info=True)
        broken: Queue | None = app.extensions.pop("carnet-queue", None)
        if broken is not None:
            with suppress(Exception):
                broken.huey.storage.close()
        return instead


def publish_later(job_id: int) -> None:
    """Wake a worker for this job once the present transaction is committed; never where it is rolled back."""
    db.session().info.setdefault(PENDING, []).append(job_id)


def withdraw(job_id: int) -> None:
    """The job needs no worker any more."""
    waiting = db.session().info.get(PENDING, [])
    if job_id in waiting:
        waiting.remove(job_id)


@event.listens_for(Session, "after_commit")
def _publish(session: Session) -> None:
    # A savepoint's release is announced as well: only the whole counts.
    if session.in_nested_transaction() or not session.info.get(PENDING):
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    for job_id in session.info.pop(PENDING):
        _try(app, partial(_wake, job_id), "could not be written to", None)


def _wake(job_id: int, chosen: Queue) -> None:
    chosen.wake(job_id)
    # Jobs are started now and then: nobody keeps a connection for the next one.
    chosen.huey.storage.close()


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    if not session.in_transaction():
        session.info.pop(PENDING, None)


def wait(app: Flask, seconds: float, stopping: threading.Event) -> None:
    """Return when a message has come, when `stopping` is set, or when the time is over."""
    end = time.monotonic() + seconds
    while not stopping.is_set() and time.monotonic() < end:
        rest = _try(app, _read, "could not be read", READ_S)
        if rest is None:
            return
        stopping.wait(rest)


def _read(chosen: Queue) -> float | None:
    """None where a message has come, else the seconds until it is worth while to look again."""
    if chosen.huey.dequeue() is not None:
        return None
    return 0.0 if getattr(chosen.huey.storage, "blocking", False) else POLL_S
