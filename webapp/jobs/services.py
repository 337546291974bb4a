"""Starting work on many records, stopping it, taking it back, trying it again (spec G3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from webapp.acting import Way, act, need
from webapp.db import db
from webapp.errors import Missing, Refused
from webapp.i18n import _, get_locale
from webapp.jobs import queue
from webapp.jobs.models import Job, JobItem
from webapp.plugin import JobKind
from webapp.registry import registry

INLINE = 200
"""As many records are done within the request that asks for it; more are left to a worker."""


def find_kind(key: str) -> JobKind | None:
    """What does jobs of this kind; None while the plug-in that brought it is switched off or gone."""
    return next((one for one in cast(list[JobKind], registry().offers("job_kinds")) if one.key == key), None)


def start(
    kind: str,
    params: Mapping[str, Any],
    chosen: sa.Select[tuple[int]] | Sequence[int],
    *,
    total: int,
    way: Way = "job",
    undo_of: int | None = None,
) -> Job:
    """A job on the contacts `chosen`, by ids or by a select of ids in their order; a worker begins after the commit.

    The records are fixed here: what the work changes moves none in or out. Raises `Refused` where they are not the
    `total` that the user was told, and `Missing` for a kind that nobody offers.
    """
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
    if _take(job, chosen) != total:
        raise Refused(_("What was chosen has changed meanwhile. Nothing was done: look at it again and confirm anew."))
    queue.publish_later(job.id)
    return job


def _take(job: Job, chosen: sa.Select[tuple[int]] | Sequence[int]) -> int:
    """Write the job's records down in their order; returns how many."""
    if isinstance(chosen, sa.Select):
        # The limit keeps the order: SQLite drops that of a subquery which has none.
        ids = chosen.limit(2**62).subquery()
        contact_id = next(iter(ids.c))
        rows = sa.select(sa.literal(job.id), sa.func.row_number().over(), contact_id)
        made = sa.insert(JobItem).from_select(["job_id", "position", "contact_id"], rows)
        counted = db.session.execute(made, execution_options={"preserve_rowcount": True})
        return int(cast(Any, counted).rowcount)
    rows = [{"job_id": job.id, "position": at, "contact_id": one} for at, one in enumerate(chosen, 1)]
    if rows:
        db.session.execute(sa.insert(JobItem), rows)
    return len(rows)
