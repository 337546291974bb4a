"""Results are kept for a while, then removed with the files that their jobs made (docs/architecture.md)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from webapp.db import now
from webapp.jobs import files
from webapp.jobs.alone import unit
from webapp.jobs.models import Job, JobItem

KEPT = dt.timedelta(days=90)
"""How long results are kept after the end of their job."""
AT_ONCE = 5_000
"""Records of an old job that are removed in one transaction: others write meanwhile."""


def sweep(app: Flask) -> None:
    """Remove some of the oldest job that is too old: its records, in the end itself with its file.

    One that a newer job takes back stays as long as that.
    """
    undoing = aliased(Job)
    term = now() - KEPT
    needed = sa.select(undoing.id).where(
        undoing.undo_of_id == Job.id, sa.or_(undoing.ended_at.is_(None), undoing.ended_at >= term)
    )
    oldest = sa.select(Job.id).where(Job.ended_at < term, ~needed.exists()).order_by(Job.ended_at).limit(1)
    with unit(app, writing=False) as session:
        job_id = session.scalar(oldest)
    if job_id is None:
        return
    with unit(app) as session:
        some = sa.select(JobItem.position).where(JobItem.job_id == job_id).limit(AT_ONCE)
        positions = list(session.scalars(some))
        session.execute(sa.delete(JobItem).where(JobItem.job_id == job_id, JobItem.position.in_(positions)))
        if len(positions) == AT_ONCE:
            return
        job = session.get(Job, job_id)
        if job is not None:
            if path := files.path_of(job.data):
                path.unlink(missing_ok=True)
            session.delete(job)
