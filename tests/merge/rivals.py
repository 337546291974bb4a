"""One of several processes that merge, edit and convert the same contacts at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from plugins.merge import services, undoing
from webapp import testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import links
from webapp.contacts.services import update
from webapp.db import db, transaction
from webapp.errors import CarnetError
from webapp.functions.services import activate, convert

MEETING = "Someone else changed this at the same moment"
"""How a deadlock, or two rows of which one is allowed, would reach a user."""


def do(name: str, ids: Sequence[int], luck: random.Random) -> None:
    """One thing that users do, to contacts drawn by chance."""
    one, other = luck.sample(list(ids), 2)
    doings: dict[str, Callable[[], Any]] = {
        "merge": lambda: services.merge(luck.sample(list(ids), luck.choice((2, 3))), None),
        "edit": lambda: update(
            one, {"tags": [str(luck.random())], "emails": [{"value": f"{luck.random()}@x.example"}]}
        ),
        "convert": lambda: convert(one, "customer"),
        "supplier": lambda: activate(one, "supplier"),
        "parent": lambda: update(one, {"parent_id": other}),
        "link": lambda: links.create(one, other, {}),
        "undo": lambda: undoing.undo(luck.randint(1, 40)),
    }
    doings[name]()


def run(
    url: str, folder: Path, ids: Sequence[int], seed: int, rounds: int, start: Barrier, results: Queue[Any]
) -> None:
    """Do things until the rounds are over; report what should never come."""
    app = testing.create(url, testing.PluginSet(found=testing.shipped()), folder)
    luck = random.Random(seed)
    wrong, done = [], 0
    start.wait(60)
    for _round in range(rounds):
        name = luck.choice(("merge", "merge", "undo", "edit", "convert", "supplier", "parent", "link"))
        with app.app_context(), acting(acting_as_system("form")):
            try:
                with transaction():
                    do(name, ids, luck)
                done += name in ("merge", "undo")
            except CarnetError as error:
                if error.message.startswith(MEETING):
                    wrong.append((name, error.message, str(error.details)[:300]))
            except Exception as error:
                wrong.append((name, repr(error)[:600], ""))
            db.session.remove()
    with app.app_context():
        db.engine.dispose()
    results.put((done, wrong))
