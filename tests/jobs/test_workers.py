"""Workers as they are in earnest: processes that are killed, stopped, and race each other (spec G3)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from working import children_of, is_alive, served, until, worker, workers_of

from webapp import Carnet, jobs
from webapp.accounts.models import User
from webapp.acting import acting
from webapp.contacts import services as contacts
from webapp.db import db, transaction
from webapp.history.models import HistoryEntry
from webapp.jobs.models import Job, JobItem
from webapp.jobs.runner import Runner

MANY = 2_000


@pytest.fixture
def greet(real: Carnet) -> Callable[..., int]:
    """Starts a job that greets `count` new contacts in the manager's name, and returns its id."""

    def start(count: int, **params: int) -> int:
        with real.app_context(), transaction(), acting(db.session.scalars(sa.select(User)).one().act()):
            made = contacts.create_many([{"kind": "company", "company_name": f"Firm {n}"} for n in range(count)])
            ids = [getattr(one, "id", one) for one in made]
            return jobs.start("greet", params, ids, total=count).id

    return start


def state(app: Carnet, job_id: int) -> sa.Row:
    """The job's row as it is committed now."""
    with app.app_context():
        return db.session.execute(sa.select(Job.__table__).where(Job.id == job_id)).one()


def greeted(app: Carnet) -> Counter[int]:
    """How often each contact was greeted."""
    with app.app_context():
        query = sa.select(HistoryEntry.contact_id).where(HistoryEntry.action == "welcomed")
        return Counter(db.session.scalars(query))


def outcomes(app: Carnet, job_id: int) -> Counter[str]:
    """How many records have which outcome."""
    with app.app_context():
        return Counter(db.session.scalars(sa.select(JobItem.outcome).where(JobItem.job_id == job_id)))


def test_G3_a_worker_killed_in_the_middle_leaves_each_record_done_exactly_once(real, greet, tmp_path) -> None:
    job_id = greet(MANY, pause_ms=1)
    with worker(real, tmp_path) as first:
        until(lambda: state(real, job_id).cursor >= 300)
        first.send_signal(signal.SIGKILL)
        first.wait()
    left = state(real, job_id)
    assert left.state == "running"
    assert left.done == left.cursor == sum(greeted(real).values()) < MANY
    with worker(real, tmp_path, "--stale-after", "1"):
        until(lambda: state(real, job_id).state == "done")
    assert set(greeted(real).values()) == {1}
    assert len(greeted(real)) == MANY == state(real, job_id).done
    assert outcomes(real, job_id) == {"done": MANY}


def test_G3_a_worker_told_to_end_finishes_its_chunk_and_leaves_the_rest(real, greet, tmp_path) -> None:
    job_id = greet(MANY, pause_ms=1)
    with worker(real, tmp_path) as process:
        until(lambda: state(real, job_id).cursor > 0)
        process.terminate()
        assert process.wait(10) == 0
    left = state(real, job_id)
    assert (left.state, left.worker) == ("queued", "")
    assert 0 < left.done == left.cursor == sum(greeted(real).values()) < MANY


def test_G3_workers_that_race_for_jobs_do_each_record_once(real, greet, tmp_path) -> None:
    jobs_made = [greet(400, size=20), greet(400, size=20)]
    with worker(real, tmp_path), worker(real, tmp_path):
        until(lambda: all(state(real, one).state == "done" for one in jobs_made))
    assert greeted(real).total() == len(greeted(real)) == 800


def test_G3_a_chunk_that_outlasts_the_term_is_done_once(real, greet, tmp_path) -> None:
    job_id = greet(100, pause_ms=40, size=50)
    with worker(real, tmp_path, "--stale-after", "1"), worker(real, tmp_path, "--stale-after", "1"):
        until(lambda: state(real, job_id).state == "done")
    assert greeted(real).total() == len(greeted(real)) == state(real, job_id).done == 100


def test_G3_one_job_is_claimed_by_one_worker(real, greet) -> None:
    job_id = greet(1)
    start, claimed = threading.Barrier(8), []

    def claim() -> None:
        runner = Runner(app=real)
        start.wait(30)
        claimed.append(runner.claim())

    threads = [threading.Thread(target=claim) for _one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(claimed, key=str) == [job_id] + [None] * 7


def test_G3_a_worker_ends_with_the_server_that_started_it(real, greet, tmp_path) -> None:
    parent = subprocess.Popen(["sleep", "60"])
    parent.kill()
    parent.wait()
    with worker(real, tmp_path, "--parent", str(parent.pid)) as process:
        assert process.wait(20) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_G3_the_server_s_worker_ends_with_it_however_it_ends(real, greet, tmp_path) -> None:
    job_id = greet(3)
    with served(real, tmp_path) as server:
        until(lambda: state(real, job_id).state == "done")
        (child,) = workers_of(server.pid)
        server.send_signal(signal.SIGKILL)
        server.wait()
        until(lambda: not is_alive(child))


def test_G3_the_server_s_next_worker_goes_on_at_once_where_the_killed_one_was(real, greet, tmp_path) -> None:
    job_id = greet(MANY, pause_ms=1)
    with served(real, tmp_path) as server:
        until(lambda: state(real, job_id).cursor > 0)
        (child,) = workers_of(server.pid)
        os.kill(child, signal.SIGKILL)
        until(lambda: state(real, job_id).state == "done", 30)
    assert greeted(real).total() == len(greeted(real)) == MANY


@pytest.mark.parametrize("database", ["sqlite"])
def test_G3_a_server_told_so_runs_no_jobs(real, greet, tmp_path) -> None:
    job_id = greet(1)
    with served(real, tmp_path, "--no-worker") as server:
        until(lambda: bool(children_of(server.pid)))
        assert not workers_of(server.pid)
    assert state(real, job_id).state == "queued"
