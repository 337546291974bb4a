"""What jobs are told of: their list, how far each is, and what became of its records, failures first (spec G3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.acting import act, need
from webapp.contacts.derived import number_of
from webapp.contacts.models import Contact
from webapp.contacts.queries import numbers_of
from webapp.db import db, fetch
from webapp.i18n import _, _l
from webapp.jobs.files import path_of
from webapp.jobs.models import Job, JobItem

PAGE = 50
"""Jobs, or records of one, on a page."""
BATCH = 1000
"""Records that a download reads at once."""
ORDER = ("failed", "skipped", "done", "")
"""In which order outcomes are shown: what asks for something to be done comes first, what is still to do last."""
OUTCOMES = {"failed": _l("Failed"), "skipped": _l("Skipped"), "done": _l("Done"), "": _l("To do")}
STATES = {
    "queued": _l("Waits for its turn"),
    "running": _l("Running"),
    "done": _l("Finished"),
    "stopped": _l("Stopped"),
    "failed": _l("Could not go on"),
}
UNFINISHED = ("queued", "running")


def jobs(before: int | None = None) -> list[tuple[Job, User | None]]:
    """Jobs and who started them, the newest first: one's own, for administrators all; one more than a page."""
    need("contacts.read")
    query = sa.select(Job, User).outerjoin(User, User.id == Job.user_id).order_by(Job.id.desc()).limit(PAGE + 1)
    if not act().may("settings"):
        query = query.where(Job.user_id == act().user_id)
    if before is not None:
        query = query.where(Job.id < before)
    return [(job, user) for job, user in db.session.execute(query)]


_RUNNING = (
    sa.select(sa.func.count()).select_from(Job).where(Job.state.in_(UNFINISHED), Job.user_id == sa.bindparam("user_id"))
)


def count_running() -> int:
    """How many of one's own jobs run or wait, for the top bar of every page."""
    user_id = act().user_id
    return fetch(_RUNNING, {"user_id": user_id}).scalar_one() if user_id is not None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one record; without `outcome` it is still to do. `contact` is None once that is gone."""

    position: int
    contact_id: int | None
    outcome: str
    reason: str
    contact: Contact | None
    number: str


Record = sa.Row[tuple[int, int | None, str, str]]
"""Position, contact, outcome and reason of one record."""


def records(job_id: int, outcome: str = "", after: str = "", limit: int = PAGE) -> tuple[Sequence[Record], str]:
    """A page of a job's records, failures first, and where the next one begins (empty: this is the last).

    `outcome` narrows it; `after` is where a page before ended. Raises ValueError for a place that was never given.
    """
    wanted = [one for one in ORDER if not outcome or one == outcome]
    rank, position = place(after)
    found: list[Record] = []
    for at, one in enumerate(wanted):
        if at < rank or len(found) > limit:
            continue
        query = (
            sa.select(JobItem.position, JobItem.contact_id, JobItem.outcome, JobItem.reason)
            .where(JobItem.job_id == job_id, JobItem.outcome == one)
            .where(JobItem.position > (position if at == rank else 0))
            .order_by(JobItem.position)
            .limit(limit + 1 - len(found))
        )
        found += db.session.execute(query)
    page = found[:limit]
    return page, f"{wanted.index(page[-1].outcome)}.{page[-1].position}" if len(found) > limit else ""


def results(job_id: int, outcome: str = "", after: str = "", limit: int = PAGE) -> tuple[list[Result], str]:
    """The same, each with its contact's present name and number."""
    page, following = records(job_id, outcome, after, limit)
    return _named(page), following


def place(text: str) -> tuple[int, int]:
    """Rank of the outcome and position that `after` stands for; ValueError for a place that was never given."""
    if not text:
        return 0, 0
    rank, _dot, position = text.partition(".")
    if not (rank in ("0", "1", "2", "3") and position.isascii() and position.isdecimal() and len(position) < 11):
        raise ValueError(text)
    # PostgreSQL refuses to compare a position with what its column could not hold.
    if int(position) >= 2**31:
        raise ValueError(text)
    return int(rank), int(position)


def _named(rows: Sequence[Record]) -> list[Result]:
    """With each contact's present name and number: two statements, however many they are."""
    ids = [row.contact_id for row in rows if row.contact_id is not None]
    contacts = {one.id: one for one in db.session.scalars(sa.select(Contact).where(Contact.id.in_(ids)))}
    numbers: Mapping[int, Mapping[str, str]] = numbers_of(ids) if ids else {}
    return [
        Result(
            position=row.position,
            contact_id=row.contact_id,
            outcome=row.outcome,
            reason=row.reason,
            contact=contacts.get(row.contact_id or 0),
            number=number_of(numbers.get(row.contact_id or 0, {})),
        )
        for row in rows
    ]


def table_head() -> list[str]:
    """The head of the results as a table."""
    return [_("Result"), _("Contact"), _("Number"), _("Reason"), _("Id")]


def table(job_id: int, outcome: str = "", after: str = "") -> tuple[list[list[str]], str]:
    """A batch of the results as rows of a table, and where the next one begins."""
    page, following = results(job_id, outcome, after, BATCH)
    rows = [
        [
            str(OUTCOMES[one.outcome]),
            name_of(one),
            one.number,
            one.reason,
            "" if one.contact_id is None else str(one.contact_id),
        ]
        for one in page
    ]
    return rows, following


def name_of(result: Result) -> str:
    """The contact's present name, or that there is none any more; of work that is about none, which step it was."""
    if result.contact_id is None:
        return _("Step %(number)s", number=result.position)
    if result.contact is None:
        return _("No longer there")
    return result.contact.name or _("Without a name")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is, and how fast: records each second, and seconds left; None where that can't be told yet."""

    handled: int
    left: int
    percent: int
    rate: float | None = None
    seconds: int | None = None


def progress(job: Job) -> Progress:
    """How far a job is."""
    handled = job.done + job.skipped + job.failed
    left = max(job.total - handled, 0)
    percent = handled * 100 // job.total if job.total else 100
    if job.state != "running" or not handled or not job.started_at or not job.heartbeat_at:
        return Progress(handled=handled, left=left, percent=percent)
    passed = (job.heartbeat_at - job.started_at) / dt.timedelta(seconds=1)
    if passed < 1:
        return Progress(handled=handled, left=left, percent=percent)
    rate = handled / passed
    return Progress(handled=handled, left=left, percent=percent, rate=rate, seconds=round(left / rate))


def file_of(job: Job) -> Path | None:
    """The file that an ended job has made; None where there is none."""
    return path_of(job.data) if job.state in ("done", "stopped") else None
