"""J1 when two administrators take each other away at once: two real processes, many rounds, one is always left."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
import rival

from webapp import schema, testing
from webapp.accounts.services import create_user
from webapp.acting import acting, acting_as_system
from webapp.db import db, transaction
from webapp.registry import registry

ROUNDS = ["demote", "switch off"] * 6


@pytest.fixture
def pair(applications: testing.Applications, database: str) -> Iterator[tuple[str, list[int]]]:
    """A database with two administrators, who are the only ones and have the data-protection permission alone."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            with transaction():
                ids = [
                    create_user(f"{name}@firm.example", None, "administrator", data_protection=True).id
                    for name in ("ada", "grace")
                ]
            db.session.remove()
            db.engine.dispose()
        yield url, ids


def test_J1_two_administrators_never_take_each_other_away(
    pair: tuple[str, list[int]], applications: testing.Applications
) -> None:
    url, (one, two) = pair
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(2), spawn.Queue()
    processes = [
        spawn.Process(target=rival.run, args=(url, applications.folder, me, other, ROUNDS, start, results))
        for me, other in ((one, two), (two, one))
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=120) for _process in processes]
    for process in processes:
        process.join(30)
    results.close()
    assert [sorted(both) for both in zip(*found, strict=True)] == [["done", "refused"]] * len(ROUNDS)
