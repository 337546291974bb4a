"""One of two processes that race each other: the same list of steps, begun together at a barrier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from webapp import testing
from webapp.acting import acting, acting_as_system
from webapp.db import db, now, transaction
from webapp.errors import Refused
from webapp.functions import services

INSERT = sa.text(
    "INSERT INTO contact_function (contact_id, function, slot, is_final, started_at, started_way) "
    "VALUES (:id, :function, 'buyer', :final, :at, 'form')"
).bindparams(sa.bindparam("final", type_=sa.Boolean), sa.bindparam("at", type_=sa.DateTime(timezone=True)))


def type_sql(contact_id: int, function: str) -> None:
    """What someone could type by hand, past every service."""
    values = {"id": contact_id, "function": function, "final": function == "customer", "at": now()}
    db.session.execute(INSERT, values)


STEPS: dict[str, Callable[[int], Any]] = {
    "make prospect": lambda one: services.activate(one, "prospect"),
    "make customer": lambda one: services.activate(one, "customer"),
    "convert": lambda one: services.convert(one, "customer"),
    "release": lambda one: services.release(one, "prospect"),
    "type prospect": lambda one: type_sql(one, "prospect"),
    "type customer": lambda one: type_sql(one, "customer"),
}


def run(url: str, folder: Path, steps: Sequence[tuple[int, str]], start: Barrier, results: Queue[Any]) -> None:
    """Do each step when the other process is ready too; report `done`, `refused`, or what should never come."""
    app = testing.create(url, testing.PluginSet(found=testing.shipped()), folder)
    found = []
    for contact_id, step in steps:
        with app.app_context(), acting(acting_as_system("form")):
            start.wait(60)
            try:
                with transaction():
                    STEPS[step](contact_id)
                outcome = "done"
            except Refused:
                outcome = "refused"
            except Exception as error:
                outcome = repr(error)
            db.session.remove()
        found.append((contact_id, step, outcome))
    with app.app_context():
        db.engine.dispose()
    results.put(found)
