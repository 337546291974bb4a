"""Merge and undo in a base of a million: pairs with fifty rows that move, and groups by a job, in this process.

`python -m bench.merging PAIRS GROUPS` on the base of `CARNET_DATABASE_URL`; prints how long each took, as JSON.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

import webapp
from bench.bases import EMAIL
from webapp.accounts.models import User
from webapp.acting import Act, acting
from webapp.contacts.models import Contact
from webapp.contacts.queries import LIVE
from webapp.db import db, transaction
from webapp.history.models import HistoryEntry
from webapp.jobs import runner
from webapp.jobs.models import Job
from webapp.many_rows import insert_many
from webapp.ports import Merging
from webapp.registry import registry

ROWS = 50
"""Rows that a merge of two moves."""
WARM_UP = 5


def measure(pairs: int, groups: int) -> dict[str, Any]:
    """All of it, in the name of the bench's user."""
    with transaction() as session:
        user = session.scalars(sa.select(User).where(User.email == EMAIL)).first()
        query = sa.select(Contact.id).where(*LIVE, Contact.kind == "company", Contact.parent_id.is_(None))
        ids = list(session.scalars(query.order_by(Contact.updated_at, Contact.id).limit(2 * (pairs + groups))))
    who = Act(user_id=user.id if user else None, role="administrator", way="form")
    with acting(who):
        # Some far from each other, as doubles are.
        chosen = [[ids[at], ids[-1 - at]] for at in range(pairs)]
        fill(chosen)
        gc.collect()
        gc.freeze()
        merge_ids, merged = each(chosen, lambda pair: registry().service(Merging).merge(pair))
        _none, undone = each(list(reversed(merge_ids)), lambda one: registry().service(Merging).undo(one))
        rest = ids[pairs:-pairs]
        seconds, job = by_job([rest[at : at + 2] for at in range(0, 2 * groups, 2)])
    return {"merge_ms": merged, "undo_ms": undone, "groups_s": seconds, **job}


def fill(pairs: Sequence[Sequence[int]]) -> None:
    """Let fifty rows of the contact that will be absorbed move: what it lacks is history."""
    from plugins.merge import services

    with transaction():
        for pair in pairs:
            plan = services.preview(pair)
            lacking = ROWS - sum(plan.moved.values())
            values = {
                "contact_id": plan.absorbed[0].id,
                "way": "form",
                "action": "changed",
                "changes": {"a": ["b", "c"]},
            }
            insert_many(HistoryEntry, [values | {"at": plan.main.created_at} for _row in range(lacking)])


def each(what: Sequence[Any], do: Callable[[Any], Any]) -> tuple[list[Any], dict[str, float]]:
    """Do it to each, in a transaction of its own; what came of it, and the milliseconds of all but the first few."""
    found, times = [], []
    for one in what:
        began = time.perf_counter()
        with transaction():
            found.append(do(one))
        times.append((time.perf_counter() - began) * 1000)
    times = sorted(times[WARM_UP:])
    return found, {"p50": round(statistics.median(times), 2), "p95": round(times[len(times) * 95 // 100], 2)}


def by_job(groups: list[list[int]]) -> tuple[float, dict[str, int]]:
    """Merge groups as a worker does."""
    with transaction():
        job_id = registry().service(Merging).start(groups).id
    began = time.perf_counter()
    runner.work()
    seconds = time.perf_counter() - began
    job = db.session.get_one(Job, job_id)
    return round(seconds, 1), {"done": job.done, "failed": job.failed}


if __name__ == "__main__":
    with webapp.create_app().app_context():
        print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
