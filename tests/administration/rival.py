"""One of two processes that take an administrator away at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from webapp import testing
from webapp.accounts import users
from webapp.accounts.models import User
from webapp.acting import Act, acting
from webapp.db import db, transaction
from webapp.errors import Refused


def run(
    url: str, folder: Path, me: int, other: int, rounds: Sequence[str], start: Barrier, results: Queue[Any]
) -> None:
    """In each round `me` takes `other` away; report `done`, `refused`, or what should never come."""
    app = testing.create(url, testing.PluginSet(found=testing.shipped()), folder)
    found = []
    for how in rounds:
        start.wait(60)
        with app.app_context(), acting(Act(user_id=me, role="administrator", way="form")):
            found.append(_try(other, how))
            db.session.remove()
        start.wait(60)
        with app.app_context(), transaction() as session:
            # Each brings back the one whom it may have taken away.
            values = {"role": "administrator", "data_protection": True, "active": True, "version": 1}
            session.execute(sa.update(User).where(User.id == other).values(**values))
        start.wait(60)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    results.put(found)


def _try(other: int, how: str) -> str:
    try:
        with transaction():
            if how == "demote":
                users.update(other, {"role": "reader", "data_protection": False}, 1)
            else:
                users.switch_off(other, None)
    except Refused:
        return "refused"
    except Exception as error:
        return repr(error)
    return "done"
