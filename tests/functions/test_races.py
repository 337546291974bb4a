"""C4 when two requests race: two real processes, many rounds, on a database of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
import racing
import sqlalchemy as sa

from webapp import schema, testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.db import db, transaction
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate
from webapp.registry import registry

ROUNDS = 8
ON_BARE = [
    ("make prospect", "make customer"),
    ("make prospect", "convert"),
    ("make customer", "convert"),
    ("make customer", "make customer"),
    ("make prospect", "make prospect"),
    ("type prospect", "type customer"),
    ("type prospect", "make customer"),
    ("make prospect", "type customer"),
]
ON_PROSPECT = [
    ("convert", "convert"),
    ("convert", "make customer"),
    ("convert", "make prospect"),
    ("convert", "release"),
    ("convert", "type prospect"),
]


@pytest.fixture
def race(applications: testing.Applications, database: str) -> Iterator[tuple[str, list[list[tuple[int, str]]]]]:
    """A database, and for each of the two processes its steps: both take the same contact at the same moment."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            with transaction():
                steps = prepare()
            db.session.remove()
            db.engine.dispose()
        yield url, steps


def prepare() -> list[list[tuple[int, str]]]:
    """Make a contact for each round; returns the steps of both processes."""
    pairs = ON_BARE + ON_PROSPECT
    steps: list[list[tuple[int, str]]] = [[], []]
    for number in range(ROUNDS * len(pairs)):
        pair = pairs[number % len(pairs)]
        contact = services.create({"kind": "company", "company_name": f"Race {number}"})
        if pair in ON_PROSPECT:
            activate(contact.id, "prospect")
        # Every other round the sides change places.
        ordered = pair if (number // len(pairs)) % 2 else pair[::-1]
        for mine, step in zip(steps, ordered, strict=True):
            mine.append((contact.id, step))
    return steps


def test_C4_two_processes_racing_never_leave_both_nor_turn_a_customer_back(
    race: tuple[str, list[list[tuple[int, str]]]], applications: testing.Applications
) -> None:
    url, steps = race
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(2), spawn.Queue()
    processes = [
        spawn.Process(target=racing.run, args=(url, applications.folder, mine, start, results)) for mine in steps
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=120) for _process in processes]
    for process in processes:
        process.join(30)
    results.close()
    outcomes = [one for side in found for one in side]

    assert [one for one in outcomes if one[2] not in ("done", "refused")] == []
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(FunctionRow.__table__)).all()
    engine.dispose()
    live: dict[int, list[str]] = {}
    for row in rows:
        assert not (row.is_final and row.ended_at), "a customer was turned back"
        if row.ended_at is None:
            live.setdefault(row.contact_id, []).append(row.function)
    assert [both for both in live.values() if len(both) > 1] == []
    for contact_id, step, outcome in outcomes:
        if outcome == "done" and step in ("make customer", "convert", "type customer"):
            assert live[contact_id] == ["customer"], (contact_id, step)
    assert len({outcome for _id, _step, outcome in outcomes}) == 2, "nobody ever met the other"
