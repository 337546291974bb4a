"""Convert prospects to customers by the mass action, as a job, in this process: how long the worker takes.

`python -m bench.convert NUMBER` on the base of `CARNET_DATABASE_URL`; prints what became of them, as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time

import sqlalchemy as sa

import webapp
from bench.bases import EMAIL
from webapp.accounts.models import User
from webapp.acting import Act, acting
from webapp.db import db, transaction
from webapp.functions.models import FunctionRow
from webapp.jobs import runner
from webapp.jobs.models import Job
from webapp.lists.selection import Selection
from webapp.ports import MassActions
from webapp.registry import registry


def convert(number: int) -> dict[str, float]:
    """Start the job as the bench's user, run it as a worker does."""
    # Those that the rules let pass: a disqualified prospect is refused.
    open_ones = sa.text("id IN (SELECT contact_function_id FROM prospect WHERE status <> 'disqualified')")
    prospects = sa.select(FunctionRow.contact_id).where(
        FunctionRow.function == "prospect", FunctionRow.ended_at.is_(None), open_ones
    )
    with transaction() as session:
        user = session.scalars(sa.select(User).where(User.email == EMAIL)).one()
        chosen = Selection(ids=tuple(session.scalars(prospects.order_by(FunctionRow.contact_id).limit(number))))
        with acting(Act(user_id=user.id, role="administrator", way="mass_action")):
            job_id = registry().service(MassActions).start("convert", chosen, {}).id
    # As a worker's: what the application is made of is not looked through for garbage again and again.
    gc.collect()
    gc.freeze()
    began, before = time.perf_counter(), time.process_time()
    runner.work()
    seconds, worked = time.perf_counter() - began, time.process_time() - before
    job = db.session.get_one(Job, job_id)
    return {"seconds": seconds, "worked": worked, "done": job.done, "skipped": job.skipped, "failed": job.failed}


if __name__ == "__main__":
    with webapp.create_app().app_context():
        print(json.dumps(convert(int(sys.argv[1]))))
