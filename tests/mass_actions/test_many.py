"""Mass actions as jobs: exactly those that match, each once, whoever else is at the same contacts (spec G2, G3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from webapp import jobs
from webapp.contacts import services
from webapp.contacts.models import Contact
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.history.models import HistoryEntry
from webapp.jobs.models import Job
from webapp.lists.models import Listing
from webapp.registry import registry

LARGE = 10_000


@pytest.fixture
def large(app) -> Callable[[int], None]:
    """Prospects in bulk, two of three of them in Germany."""

    def fill(number: int) -> None:
        countries = ("DE", "DE", "FR")
        rows = [
            {
                "kind": "company",
                "company_name": f"Firm {at:05}",
                "sort_name": f"firm {at:05}",
                "search_text": f"  firm  {at:05}  ",
                "country": countries[at % 3],
            }
            for at in range(number)
        ]
        ids = db.session.scalars(sa.insert(Contact).returning(Contact.id), rows).all()
        row = {"function": "prospect", "slot": "buyer", "is_final": False}
        made = sa.insert(FunctionRow).returning(FunctionRow.id)
        begun = db.session.scalars(made, [{"contact_id": one, **row} for one in ids]).all()
        model = registry().function("prospect").model
        db.session.execute(sa.insert(model), [{"contact_function_id": one} for one in begun])
        # As PostgreSQL does it by itself some moments after so much was written.
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()

    return fill


def count(*where: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(*where)) or 0


def test_G2_ten_thousand_that_match_are_converted_and_no_other(large, steps) -> None:
    large(LARGE * 3 // 2)
    walk = steps()
    place = {"all": "1", "in": "prospect?country=DE", "expected": str(LARGE)}
    page = walk.ask("convert", **place)
    assert "Convert 10,000 prospects to customers</button>" in page.text
    job = walk.job(walk.go_on(page))
    assert job.state == "queued"
    jobs.work()
    db.session.expire_all()
    assert (job.state, job.total, job.done, job.skipped, job.failed) == ("done", LARGE, LARGE, 0, 0)
    assert count(Listing.function == "customer") == LARGE
    assert count(Listing.function == "prospect") == LARGE // 2
    customers = sa.select(Listing.contact_id).where(Listing.function == "customer")
    assert count(Contact.id.in_(customers), Contact.country != "DE") == 0
    assert count(HistoryEntry.action == "converted", HistoryEntry.source == f"job:{job.id}") == LARGE


@pytest.fixture
def queued(make, steps) -> Callable[..., tuple[Any, Job]]:
    """An action on 201 contacts, so that a worker does it."""

    def one(action: str, ids: list[int], typed: Any = ()) -> tuple[Any, Job]:
        walk = steps()
        job = walk.run(action, ids, typed)
        assert job.state == "queued"
        return walk, job

    return one


def test_G3_two_jobs_on_the_same_contacts_do_each_once(make, queued) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(201)]
    _walk, first = queued("convert", ids)
    _walk, second = queued("convert", list(reversed(ids)))
    jobs.work()
    db.session.expire_all()
    assert (first.done, second.skipped) == (201, 201)
    assert functions_of(ids) == {one: ["customer"] for one in ids}
    assert count(HistoryEntry.action == "converted") == 201


@pytest.mark.parametrize("off", ["mass_actions", "customers"])
def test_I1_a_plugin_switched_off_stops_its_job_with_a_sentence(
    make, queued, plugin_registry, monkeypatch, off
) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(201)]
    walk, job = queued("convert", ids)
    monkeypatch.setattr(plugin_registry, "allowed", plugin_registry.allowed - {off})
    jobs.work()
    db.session.expire_all()
    assert (job.state, job.done) == ("failed", 0)
    assert "switched off" in job.error
    assert walk.client.get(f"/jobs/{job.id}").status_code == 200
    assert functions_of(ids) == {one: ["prospect"] for one in ids}


def test_G3_who_leaves_the_list_while_the_job_waits_is_not_touched(make, queued, system) -> None:
    ids = [make(f"Firm {at}").id for at in range(201)]
    _walk, job = queued("tag", ids, [{"tags": "x"}])
    services.to_bin(ids[100])
    services.archive(ids[101])
    db.session.commit()
    jobs.work()
    db.session.expire_all()
    assert (job.done, job.failed) == (199, 2)
    assert [db.session.get_one(Contact, one).tags for one in ids[99:103]] == [["x"], [], [], ["x"]]


def test_G3_an_undo_of_many_is_a_job_too(make, queued) -> None:
    ids = [make(f"Firm {at}").id for at in range(201)]
    walk, job = queued("archive", ids)
    jobs.work()
    undone = walk.undo(job)
    jobs.work()
    db.session.expire_all()
    assert (undone.total, undone.done) == (201, 201)
    assert count(Contact.archived_at.is_not(None)) == 0


def test_H4_an_export_in_chunks_is_one_file(make, queued) -> None:
    ids = [make(f"Firm {at:03}").id for at in range(601)]
    walk, job = queued("export", ids, [{"format": "csv", "columns": "shown"}])
    jobs.work()
    file = walk.client.get(f"/jobs/{job.id}/file", buffered=True)
    lines = file.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 602
    assert [line.split(",")[2] for line in lines[1:]] == [f'"Firm {at:03}"' for at in range(601)]


def test_H4_what_a_killed_worker_wrote_is_cut_off_again(make, queued, app) -> None:
    ids = [make(f"Firm {at:03}").id for at in range(601)]
    _walk, job = queued("export", ids, [{"format": "csv", "columns": "shown"}])
    runner = jobs.runner.Runner(app=app)
    assert runner.claim() == job.id
    runner.step(job.id, 300)
    db.session.expire_all()
    path = jobs.files.exports() / job.data["file"]
    with path.open("a") as file:
        file.write("half a li")
    runner.release(job.id)
    jobs.work()
    assert len(path.read_text("utf-8-sig").splitlines()) == 602
    assert "half a li" not in path.read_text("utf-8-sig")
