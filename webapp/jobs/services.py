"""Starting work on many records, stopping it, taking it back, trying it again (spec G3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import format_date

from webapp.accounts.models import User
from webapp.acting import Way, act, need
from webapp.db import db, now
from webapp.errors import CarnetError, Missing, Refused
from webapp.i18n import _, get_locale
from webapp.jobs import queue
from webapp.jobs.models import Job, JobItem
from webapp.plugin import JobKind
from webapp.registry import registry

INLINE = 200
"""As many records are done within the request that asks for it; more are left to a worker."""
ENDED = ("done", "stopped", "failed")
"""The states of a job that nobody is at any more."""


def find_kind(key: str) -> JobKind | None:
    """What does jobs of this kind; None while the plug-in that brought it is switched off or gone."""
    return next((one for one in cast(list[JobKind], registry().offers("job_kinds")) if one.key == key), None)


def start(
    kind: str,
    params: Mapping[str, Any],
    chosen: sa.Select[Any] | Sequence[int],
    *,
    total: int,
    way: Way = "job",
) -> Job:
    """A job on the contacts `chosen`, by ids or by a select of ids in their order; a worker begins after the commit.

    The records are fixed here: what the work changes moves none in or out. Raises `Refused` where they are not the
    `total` that the user was told, and `Missing` for a kind that nobody offers.
    """
    job = _add(kind, params, total=total, way=way)
    if _take(job, chosen) != total:
        raise Refused(_("What was chosen has changed meanwhile. Nothing was done: look at it again and confirm anew."))
    return job


def _add(kind: str, params: Mapping[str, Any], *, total: int, way: Way, undo_of: int | None = None) -> Job:
    found = find_kind(kind)
    if found is None:
        raise Missing(_("This work is not offered: the plug-in that brings it is switched off."))
    need(found.right(params))
    who = act()
    job = Job(
        kind=kind,
        params=dict(params),
        user_id=who.user_id,
        role=who.role or "",
        data_protection=who.data_protection,
        way=way,
        locale=str(get_locale() or ""),
        total=total,
        undo_of_id=undo_of,
    )
    db.session.add(job)
    db.session.flush()
    queue.publish_later(job.id)
    return job


def _take(job: Job, chosen: sa.Select[Any] | Sequence[int]) -> int:
    """Write the job's records down in their order; returns how many."""
    if isinstance(chosen, sa.Select):
        # The limit keeps the order: SQLite drops that of a subquery which has none.
        ids = chosen.limit(2**62).subquery()
        contact_id = next(iter(ids.c))
        numbered = sa.select(sa.literal(job.id), sa.func.row_number().over(), contact_id)
        made = sa.insert(JobItem).from_select(["job_id", "position", "contact_id"], numbered)
        counted = db.session.execute(made, execution_options={"preserve_rowcount": True})
        return int(cast(Any, counted).rowcount)
    rows = [{"job_id": job.id, "position": at, "contact_id": one} for at, one in enumerate(chosen, 1)]
    if rows:
        db.session.execute(sa.insert(JobItem), rows)
    return len(rows)


def load(job_id: int) -> Job:
    """A job of one's own, for administrators any; raises `Missing` for all others."""
    need("contacts.read")
    job = db.session.get(Job, job_id) if 0 < job_id < 2**63 else None
    if job is None or not (act().may("settings") or (job.user_id is not None and job.user_id == act().user_id)):
        raise Missing(_("There is no such job. Results are kept for 90 days."))
    return job


def _held(job_id: int) -> Job:
    """The same, held until this transaction ends: its worker waits, or has ended its chunk."""
    load(job_id)
    query = sa.select(Job).where(Job.id == job_id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def title(job: Job) -> str:
    """What the job is called, in the user's words."""
    kind = find_kind(job.kind)
    try:
        named = str(kind.title(job.params, job.total)) if kind else ""
    except CarnetError:
        named = ""
    if not named:
        # Its own words went with the plug-in; these keep it apart from others.
        day = format_date(job.created_at, "medium")
        named = _("Job %(number)s of %(day)s, by a plug-in that is switched off", number=job.id, day=day)
    return _("Undo: %(title)s", title=named) if job.undo_of_id else named


def owner(job: Job) -> str:
    """The name of who started it; empty for the deployment's operator."""
    user = db.session.get(User, job.user_id) if job.user_id is not None else None
    return user.shown_name if user else ""


def undoing(job: Job) -> int | None:
    """The id of the job that takes this one back."""
    return db.session.scalar(sa.select(Job.id).where(Job.undo_of_id == job.id))


def stop(job_id: int) -> Job:
    """Ask a job to stop: the records at hand are still done. One that has ended stays as it is."""
    job = _held(job_id)
    if job.state == "queued":
        job.state, job.ended_at = "stopped", now()
    elif job.state == "running":
        job.stop_asked = True
    db.session.flush()
    return job


def held_back(job: Job) -> str:
    """Why the present user can have nothing more of this work done, in a sentence; empty where they can."""
    kind = find_kind(job.kind)
    if kind is None:
        return _("The plug-in that did this work is switched off.")
    try:
        right = kind.right(job.params)
    except CarnetError as error:
        return error.message
    return "" if act().may(right) else _("You no longer have the right to this work: an administrator can give it.")


def way_back(job: Job) -> str:
    """Why the present user can't take a job back now, in a sentence; empty where they can."""
    kind = find_kind(job.kind)
    if job.undo_of_id is not None:
        return _("This took back an earlier job.")
    if (reason := held_back(job)) or kind is None:
        return reason
    try:
        final = str(kind.final(job.params))
    except CarnetError as error:
        final = error.message
    if final:
        return final
    if kind.undo is None:
        return _("This work can't be taken back.")
    if job.state not in ENDED:
        return _("It can be taken back once it has ended.")
    if undoing(job) is not None:
        return _("It was taken back already.")
    if db.session.scalar(_undoable(job).with_only_columns(JobItem.position).limit(1)) is None:
        return _("Nothing was changed that could be taken back.")
    return ""


def _undoable(job: Job) -> sa.Select[Any]:
    return sa.select(JobItem).where(JobItem.job_id == job.id, JobItem.outcome == "done", JobItem.before.is_not(None))


def undo(job_id: int) -> Job:
    """A job that takes back what this one did, the last record first; raises `Refused` where there is no way back."""
    job = _held(job_id)
    _need_again(job)
    if reason := way_back(job):
        raise Refused(reason)
    done = _undoable(job)
    total = db.session.scalar(done.with_only_columns(sa.func.count())) or 0
    undoing = _add(job.kind, job.params, total=total, way="undo", undo_of=job.id)
    place = sa.func.row_number().over(order_by=JobItem.position.desc())
    rows = done.with_only_columns(sa.literal(undoing.id), place, JobItem.contact_id, JobItem.before)
    db.session.execute(sa.insert(JobItem).from_select(["job_id", "position", "contact_id", "before"], rows))
    return undoing


def retry(job_id: int) -> Job:
    """Do the records that failed once more, as part of the same job; raises `Refused` where there are none."""
    job = _held(job_id)
    if job.state != "done":
        raise Refused(_("The failed records can be tried again once the job is done."))
    if not job.failed:
        raise Refused(_("No record of this job has failed."))
    _refuse_undone(job)
    failed = sa.update(JobItem).where(JobItem.job_id == job.id, JobItem.outcome == "failed")
    db.session.execute(failed.values(outcome="", reason=""), execution_options={"synchronize_session": False})
    job.failed = job.cursor = 0
    _queue_again(job)
    return job


def resume(job_id: int) -> Job:
    """Go on with a job that was stopped, or could not go on; raises `Refused` where it has not."""
    job = _held(job_id)
    if job.state not in ("stopped", "failed"):
        raise Refused(_("This job was not stopped: there is nothing to go on with."))
    _refuse_undone(job)
    _queue_again(job)
    return job


def _refuse_undone(job: Job) -> None:
    if undoing(job) is not None:
        raise Refused(_("This job was taken back: start it anew from the list."))


def _need_again(job: Job) -> None:
    """Raises `Refused` where this work is not offered any more, else `Forbidden` where the user may not do it."""
    kind = find_kind(job.kind)
    if kind is None:
        raise Refused(held_back(job))
    try:
        right = kind.right(job.params)
    except CarnetError as error:
        raise Refused(error.message) from None
    need(right)


def _queue_again(job: Job) -> None:
    _need_again(job)
    job.state, job.stop_asked, job.error, job.ended_at, job.attempts = "queued", False, "", None, 0
    db.session.flush()
    queue.publish_later(job.id)
