"""Jobs by the API (spec G3, contract)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sample_plugin.models import PartnerContract

from webapp import jobs, testing
from webapp.acting import acting
from webapp.db import db
from webapp.discovery import discover
from webapp.jobs.models import Job, JobItem

FOUND = discover(["sample_plugin"])


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=FOUND)


@pytest.fixture
def start(make) -> Callable[..., Job]:
    """A job of a caller that signs a contract with each of new contacts of these names."""

    def one(caller, *names: str) -> Job:
        ids = [make(name).id for name in names]
        with acting(caller.user.act("api")):
            job = jobs.start("sign_contracts", {"title": "Lease"}, ids, total=len(ids), way="api")
        db.session.commit()
        return job

    return one


def contracts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(PartnerContract)) or 0


def test_G3_a_job_is_told_from_start_to_end(api, start) -> None:
    caller = api("manager")
    job = start(caller, "Acker", "Birke")
    told = caller.get(f"/jobs/{job.id}").json
    counts = {"total": 2, "done": 0, "skipped": 0, "failed": 0}
    assert told.items() >= {"id": job.id, "state": "queued", "title": "Sign 2 contracts", **counts}.items()
    jobs.work()
    told = caller.get(f"/jobs/{job.id}").json
    assert (told["state"], told["done"], told["error"]) == ("done", 2, None)
    assert told["ended_at"].endswith("Z")


def test_G3_results_come_in_pages_failures_first(api, start) -> None:
    caller = api("manager")
    job = start(caller, "Acker", "Birke", "Cerf")
    jobs.work()
    db.session.execute(sa.update(JobItem).where(JobItem.position == 3).values(outcome="failed", reason="No luck"))
    seen, cursor = [], ""
    for _page in range(2):
        page = caller.get(f"/jobs/{job.id}/results?limit=2&cursor={cursor}").json
        assert len(page["items"]) <= 2
        seen, cursor = seen + page["items"], page["next"]
    assert cursor is None
    ids = list(db.session.scalars(sa.select(JobItem.contact_id).order_by(JobItem.position)))
    assert seen[0] == {"contact_id": ids[2], "outcome": "failed", "reason": "No luck"}
    assert [one["contact_id"] for one in seen[1:]] == ids[:2]
    assert len(caller.get(f"/jobs/{job.id}/results?outcome=failed").json["items"]) == 1
    for query in ("cursor=7", "cursor=0.x", "outcome=all", "limit=201", "page=2"):
        assert caller.get(f"/jobs/{job.id}/results?{query}").status_code == 422, query


def test_G3_another_s_job_is_not_there_but_for_administrators(api, start) -> None:
    caller, other, chief = api("manager"), api("manager"), api("administrator")
    job = start(caller, "Acker")
    for call in (("GET", ""), ("GET", "/results"), ("POST", "/stop"), ("POST", "/undo")):
        assert other(call[0], f"/jobs/{job.id}{call[1]}").status_code == 404, call
    assert chief.get(f"/jobs/{job.id}").status_code == 200
    assert chief.get(f"/jobs/{job.id}/results").status_code == 200
    assert caller.get("/jobs/999999").status_code == 404


def test_G3_a_stop_and_what_comes_too_late(api, start) -> None:
    caller = api("manager")
    job = start(caller, "Acker")
    assert api("manager", scope="read").post(f"/jobs/{job.id}/stop").status_code == 403
    assert caller.post(f"/jobs/{job.id}/stop?dry_run=true").json["state"] == "stopped"
    assert caller.get(f"/jobs/{job.id}").json["state"] == "queued"
    assert caller.post(f"/jobs/{job.id}/stop").json["state"] == "stopped"
    assert caller.post(f"/jobs/{job.id}/stop").json["state"] == "stopped"
    other = start(caller, "Birke")
    jobs.work()
    late = caller.post(f"/jobs/{other.id}/stop")
    assert (late.status_code, late.json["state"]) == (200, "done")


def test_G3_a_job_is_taken_back_once_by_another(api, start) -> None:
    caller = api("manager")
    job = start(caller, "Acker", "Birke")
    assert caller.post(f"/jobs/{job.id}/undo").status_code == 409
    jobs.work()
    rehearsed = caller.post(f"/jobs/{job.id}/undo?dry_run=true")
    assert (rehearsed.status_code, rehearsed.json["id"], rehearsed.json["total"]) == (200, None, 2)
    answer = caller.post(f"/jobs/{job.id}/undo")
    assert (answer.status_code, answer.json["undo_of"]) == (202, job.id)
    assert answer.headers["Location"].endswith(f"/jobs/{answer.json['id']}")
    jobs.work()
    assert caller.get(f"/jobs/{answer.json['id']}").json["done"] == 2
    assert contracts() == 0
    again = caller.post(f"/jobs/{job.id}/undo")
    assert (again.status_code, again.mimetype) == (409, "application/problem+json")


def test_I4_a_retried_request_takes_back_once(api, start) -> None:
    caller = api("manager")
    job = start(caller, "Acker")
    jobs.work()
    answers = [caller.post(f"/jobs/{job.id}/undo", headers={"Idempotency-Key": "k"}) for _time in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json == answers[1].json
