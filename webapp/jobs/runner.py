"""Running jobs: chunk by chunk, each in its own transaction together with its outcomes and the cursor (spec G3).

Whoever holds the job's row within that transaction does the chunk, and nobody else: a killed worker leaves a chunk
undone as a whole, and a job that was taken from a worker lets it do nothing more.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.accounts.models import User
from webapp.acting import ROLES, Act, Role, Way, act, acting, acting_as_system
from webapp.contacts import purging
from webapp.db import db, in_passing, is_unreachable, now
from webapp.erasing import expiring, tidying
from webapp.errors import CarnetError, Refused
from webapp.i18n import LOCALES, _
from webapp.jobs import doing, queue, removing
from webapp.jobs.alone import unit
from webapp.jobs.models import Job
from webapp.jobs.services import find_kind
from webapp.plugin import JobKind

log = logging.getLogger("carnet.jobs")

STALE_S = 60.0
"""Seconds without a sign of life after which a job is taken from its worker."""
ATTEMPTS = 3
"""How often a chunk is begun; a job that ends its worker each time must not do so for ever."""
TEND_S = 5.0
"""Seconds between two looks for jobs whose worker is gone, or whose message was lost."""
CHUNK_S = 0.5
"""A chunk that takes longer is made smaller: others wait for its locks, and a stop for its end."""
SLICE_S = 5.0
"""Seconds after which a job lets another one that waits have its turn."""


def run_here(job: Job) -> None:
    """Do a small job at once, in the transaction and the name of the request that asked for it."""
    kind = find_kind(job.kind)
    if kind is None:
        raise LookupError(job.kind)
    queue.withdraw(job.id)
    session = db.session()
    job.started_at = now()
    session.flush()
    size = kind.size(job.params)
    with acting(replace(act(), way=cast(Way, job.way), source=f"job:{job.id}")):
        while items := doing.next_items(session, job, size + 1):
            chunk = doing.do(kind, job, items[:size], job.data, is_last=len(items) <= size)
            doing.write(session, job, chunk)
            session.refresh(job)
    job.state, job.ended_at = "done", now()
    session.flush()


def work() -> None:
    """Run all queued jobs to their end, as a worker does."""
    Runner(app=current_app._get_current_object()).work()  # type: ignore[attr-defined]


def fitting(size: int, took: float) -> int:
    """How many records the next chunk should have, after one of `size` that took so many seconds."""
    if took > CHUNK_S:
        return max(1, size // 2)
    return size * 2 if took < CHUNK_S / 4 else size


def _of_process(number: int) -> str:
    """How the names of this machine's process with that number begin."""
    return f"{socket.gethostname()[:40]}:{number}:"


def _name() -> str:
    return _of_process(os.getpid()) + secrets.token_hex(4)


@dataclass(kw_only=True)
class Runner:
    """Claims and runs queued jobs, one at a time, until `stopping()`; `name` stands in the rows that it holds.

    `after`: the process on this machine that it takes the place of, and that is known to be gone.
    """

    app: Flask
    stopping: Callable[[], bool] = lambda: False
    stale_s: float | None = None
    after: int | None = None
    name: str = field(default_factory=_name)
    tended_at: float = -TEND_S
    begun_at: dt.datetime = field(default_factory=now)

    def work(self) -> None:
        """Run what is queued, oldest first, each for a while where several wait."""
        self.tend()
        while not self.stopping() and (job_id := self.claim()) is not None:
            self.run(job_id)

    def claim(self) -> int | None:
        """Take a queued job: one that has not begun before one that waits to go on."""
        while True:
            with unit(self.app, writing=False) as session:
                query = sa.select(Job.id).where(Job.state == "queued")
                job_id = session.scalar(
                    query.order_by(Job.heartbeat_at.is_not(None), Job.heartbeat_at, Job.id).limit(1)
                )
            if job_id is None:
                return None
            taken = (
                sa.update(Job)
                .where(Job.id == job_id, Job.state == "queued")
                .values(
                    state="running",
                    worker=self.name,
                    heartbeat_at=now(),
                    attempts=Job.attempts + 1,
                    started_at=sa.func.coalesce(Job.started_at, sa.bindparam("moment", now(), Job.started_at.type)),
                )
            )
            with unit(self.app) as session:
                if cast(Any, session.execute(taken)).rowcount:
                    return job_id

    def run(self, job_id: int) -> None:
        """Do a claimed job, until it has ended, or another one's turn has come, or this worker is told to stop."""
        end, size = time.monotonic() + SLICE_S, 0
        while True:
            began = time.monotonic()
            try:
                size, goes_on = self.step(job_id, size)
            except Exception as error:
                if isinstance(error, SQLAlchemyError) and is_unreachable(error):
                    raise
                log.exception("Job %s could not go on.", job_id)
                self.give_up(job_id)
                return
            if not goes_on:
                return
            took = time.monotonic() - began
            size = fitting(size, took)
            if self.stopping() or (time.monotonic() > end and self.others_wait()):
                self.release(job_id)
                return
            self.tend()

    def step(self, job_id: int, size: int) -> tuple[int, bool]:
        """One chunk of at most `size` records (0: as many as its kind says).

        Returns how many it could have been, and whether the job is still this worker's to go on with.
        """
        with unit(self.app) as session:
            job = _fenced(session, job_id, self.name)
            if job is None:
                return size, False
            with force_locale(job.locale if job.locale in LOCALES else self.app.config["CARNET"].locale):
                try:
                    kind, who = _allowed(session, job)
                    most = kind.size(job.params)
                except CarnetError as error:
                    _end(session, job_id, "failed", error.message)
                    return size, False
                size = min(size or most, most)
                items = doing.next_items(session, job, size + 1)
                if items and job.stop_asked:
                    _end(session, job_id, "stopped")
                    return size, False
                is_last = len(items) <= size
                if items:
                    with acting(who):
                        chunk = doing.do(kind, job, items[:size], job.data, is_last=is_last)
                    doing.write(session, job, chunk)
                if is_last:
                    _end(session, job_id, "done")
                return size, not is_last

    def release(self, job_id: int) -> None:
        """Put a job back, for whoever comes next."""
        mine = sa.update(Job).where(Job.id == job_id, Job.worker == self.name, Job.state == "running")
        with unit(self.app) as session:
            session.execute(mine.values(state="queued", worker="", attempts=0))

    def give_up(self, job_id: int) -> None:
        """End a job that an unexpected error stopped."""
        with unit(self.app) as session:
            job = _fenced(session, job_id, self.name)
            if job is not None:
                with force_locale(job.locale if job.locale in LOCALES else self.app.config["CARNET"].locale):
                    text = _("An unexpected error stopped it. The server's log says more: tell your administrator.")
                    _end(session, job_id, "failed", text)

    def others_wait(self) -> bool:
        """Whether another job is queued."""
        with unit(self.app, writing=False) as session:
            return session.scalar(sa.select(Job.id).where(Job.state == "queued").limit(1)) is not None

    def tend(self) -> None:
        """Now and then, take jobs from workers that are gone, and erase what is overdue: results, the bin, others."""
        if time.monotonic() - self.tended_at < TEND_S:
            return
        self.tended_at = time.monotonic()
        self.reap()
        removing.sweep(self.app)
        purging.sweep(self.app)
        expiring.sweep(self.app)
        tidying.sweep(self.app)

    def reap(self) -> None:
        """Queue jobs again whose worker shows no sign of life; one that has been begun too often has failed.

        A worker that is still at a long chunk holds the row, or SQLite's lock: it is left alone.
        """
        term = now() - dt.timedelta(seconds=STALE_S if self.stale_s is None else self.stale_s)
        is_left = Job.heartbeat_at < term
        if self.after is not None:
            # A number is given again in time: what that process held, it held before this one began.
            predecessor = Job.worker.startswith(_of_process(self.after), autoescape=True)
            is_left |= predecessor & (Job.heartbeat_at < self.begun_at)
        stale = sa.select(Job).where(Job.state == "running", is_left)
        with unit(self.app, writing=False) as session:
            if session.scalar(stale.with_only_columns(Job.id).limit(1)) is None:
                return
        with self.app.app_context(), in_passing() as session:
            for job in session.scalars(stale.with_for_update(skip_locked=True)):
                log.warning("Job %s was left by its worker %s.", job.id, job.worker)
                job.worker = ""
                if job.attempts < ATTEMPTS:
                    job.state = "queued"
                    continue
                with force_locale(job.locale if job.locale in LOCALES else self.app.config["CARNET"].locale):
                    job.state, job.ended_at = "failed", now()
                    job.error = _("The work ended its worker %(times)s times. Tell your administrator.", times=ATTEMPTS)


def _fenced(session: Session, job_id: int, name: str) -> Any:
    """The job's row, held by this transaction, with a sign of life; None where it is no longer this worker's."""
    table = Job.__table__
    held = (
        sa.update(table)  # type: ignore[arg-type]
        .where(table.c.id == job_id, table.c.worker == name, table.c.state == "running")
        .values(heartbeat_at=now())
        .returning(*table.columns)
    )
    return session.execute(held).one_or_none()


def _allowed(session: Session, job: Any) -> tuple[JobKind, Act]:
    """What does this job, and in whose name, as it is allowed now; raises `Refused` where it is not any more."""
    kind = find_kind(job.kind)
    if kind is None:
        raise Refused(_("The plug-in that does this work was switched off. What was done until then stays."))
    way, source = cast(Way, job.way), f"job:{job.id}"
    if job.user_id is None:
        return kind, acting_as_system(way, source)
    user = session.get(User, job.user_id)
    if user is None or not user.active:
        raise Refused(_("Whoever started this was switched off. What was done until then stays."))
    who = Act(
        user_id=user.id,
        role=min(cast(Role, user.role), cast(Role, job.role or user.role), key=ROLES.index),
        way=way,
        data_protection=user.data_protection and job.data_protection,
        source=source,
    )
    if not who.may(kind.right(job.params)):
        raise Refused(_("Whoever started this no longer has the right to it. What was done until then stays."))
    return kind, who


def _end(session: Session, job_id: int, state: str, error: str = "") -> None:
    session.execute(sa.update(Job).where(Job.id == job_id).values(state=state, error=error, ended_at=now(), worker=""))
