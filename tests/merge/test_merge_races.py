"""Merges, undos, edits and conversions at once, by real processes: no deadlock reaches anybody, no half merge."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
import rivals
import sqlalchemy as sa

from webapp import schema, testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.contacts.models import Contact
from webapp.db import db, transaction
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate
from webapp.merging.models import Merge, MergedContact
from webapp.registry import registry

PROCESSES, CONTACTS, ROUNDS = 4, 24, 60


@pytest.fixture
def crowded(applications: testing.Applications, database: str) -> Iterator[tuple[str, list[int]]]:
    """A base of its own with a few contacts, all of them contested."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            with transaction():
                ids = []
                for at in range(CONTACTS):
                    contact = services.create({"kind": "company", "company_name": f"Firm {at}"})
                    if at % 2:
                        activate(contact.id, "prospect")
                    ids.append(contact.id)
            db.session.remove()
            db.engine.dispose()
        yield url, ids


def test_E5_processes_that_merge_at_once_never_meet_crosswise(
    crowded: tuple[str, list[int]], applications: testing.Applications
) -> None:
    url, ids = crowded
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(PROCESSES), spawn.Queue()
    processes = [
        spawn.Process(target=rivals.run, args=(url, applications.folder, ids, seed, ROUNDS, start, results))
        for seed in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=240) for _process in processes]
    for process in processes:
        process.join(30)
    results.close()
    assert [one for _done, wrong in found for one in wrong] == []
    assert sum(done for done, _wrong in found) > 10

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        contacts = {row.id: row for row in connection.execute(sa.select(Contact.__table__))}
        merges = {row.id: row for row in connection.execute(sa.select(Merge.__table__))}
        absorbed = connection.execute(sa.select(MergedContact.__table__)).all()
        functions = connection.execute(sa.select(FunctionRow.__table__).where(FunctionRow.ended_at.is_(None))).all()
    engine.dispose()
    # A contact is merged exactly where a merge that holds absorbed it; whoever it leads to stands for itself.
    held = {row.contact_id for row in absorbed if merges[row.merge_id].undone_at is None}
    assert held == {one for one, row in contacts.items() if row.merged_into_id is not None}
    assert all(contacts[contacts[one].merged_into_id].merged_into_id is None for one in held)
    # None keeps a function that the main contact should have.
    assert not {row.contact_id for row in functions} & held
