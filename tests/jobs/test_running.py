"""Jobs: their records, chunk by chunk, with what became of each (spec G3)."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sample_plugin.models import PartnerContract

from webapp import jobs
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.administration.switching import switch
from webapp.contacts.models import Contact
from webapp.db import db, now
from webapp.errors import Forbidden, Missing, Refused
from webapp.history.models import HistoryEntry
from webapp.jobs import runner, services
from webapp.jobs.models import Job, JobItem
from webapp.jobs.runner import Runner


@pytest.fixture
def manager(user) -> User:
    return user("manager")


@pytest.fixture
def start(manager, make) -> Callable[..., Job]:
    """A job of the manager on `count` new contacts."""

    def one(count: int, kind: str = "sign_contracts", way: str = "job", **params) -> Job:
        ids = [make(f"Firm {number}").id for number in range(count)]
        with acting(manager.act()):
            job = jobs.start(kind, {"title": "Lease", **params}, ids, total=count, way=way)
        db.session.commit()
        return job

    return one


def fresh(job: Job) -> Job:
    db.session.expire_all()
    return job


def told(job: Job) -> list[tuple[int, int | None, str, str]]:
    """Position, contact, outcome and reason of each record."""
    query = sa.select(JobItem.position, JobItem.contact_id, JobItem.outcome, JobItem.reason)
    return [tuple(row) for row in db.session.execute(query.where(JobItem.job_id == job.id).order_by(JobItem.position))]


def outcomes(job: Job) -> Counter[str]:
    return Counter(row[2] for row in told(job))


def signed(title: str = "Lease") -> list[int]:
    """The contacts with a contract of this title."""
    query = sa.select(PartnerContract.contact_id).where(PartnerContract.title == title)
    return sorted(db.session.scalars(query))


def chunks(app, job: Job, count: int) -> Runner:
    """A worker that has done so many chunks of a job, and holds it."""
    db.session.commit()
    worker = Runner(app=app)
    assert worker.claim() == job.id
    size = 0
    for _one in range(count):
        size, _goes_on = worker.step(job.id, size)
    db.session.expire_all()
    return worker


class TestRecords:
    def test_G3_records_are_those_of_the_start_in_their_order(self, make, system) -> None:
        made = [make(name).id for name in ("Cerf", "Aigle", "Bison")]
        query = sa.select(Contact.id).where(Contact.id.in_(made)).order_by(Contact.sort_name, Contact.id)
        job = jobs.start("sign_contracts", {"title": "Lease"}, query, total=3)
        make("Aaa")
        assert [row[1] for row in told(job)] == [made[1], made[2], made[0]]
        other = jobs.start("sign_contracts", {"title": "Rent"}, [made[2], made[0]], total=2)
        assert [row[:2] for row in told(other)] == [(1, made[2]), (2, made[0])]
        jobs.work()
        fresh(job)
        assert (job.state, job.done, job.cursor) == ("done", 3, 3)
        assert outcomes(job) == {"done": 3}
        assert signed() == sorted(made)

    def test_G3_another_number_than_the_user_was_told_is_refused(self, make, system) -> None:
        make("Aigle")
        with pytest.raises(Refused):
            jobs.start("sign_contracts", {"title": "Lease"}, sa.select(Contact.id), total=2)

    def test_G3_who_may_not_do_it_starts_nothing(self, make, user) -> None:
        one = make().id
        with acting(user("editor").act()), pytest.raises(Forbidden):
            jobs.start("sign_contracts", {"title": "Lease"}, [one], total=1)
        with acting(user("manager").act()), pytest.raises(Missing):
            jobs.start("unheard_of", {}, [one], total=1)

    def test_G3_a_refused_record_takes_no_neighbour_along(self, start) -> None:
        job = start(7)
        gone = told(job)[4][1]
        db.session.execute(sa.update(Contact).where(Contact.id == gone).values(deleted_at=now()))
        db.session.commit()
        jobs.work()
        fresh(job)
        assert (job.state, job.done, job.failed) == ("done", 6, 1)
        assert [row[2] for row in told(job)] == ["done"] * 4 + ["failed"] + ["done"] * 2
        assert told(job)[4][3]
        assert len(signed()) == 6

    def test_G3_a_collision_is_tried_again_and_told_at_last(self, start) -> None:
        job = start(3)
        taken = told(job)[1][1]
        db.session.add(PartnerContract(contact_id=taken, title="Lease"))
        db.session.commit()
        jobs.work()
        fresh(job)
        assert (job.state, job.done, job.failed) == ("done", 2, 1)
        assert "at the same moment" in told(job)[1][3]

    def test_A4_the_history_says_by_which_way_and_names_the_job(self, client, manager, start, sign_in) -> None:
        job = start(1, kind="greet", way="mass_action")
        jobs.work()
        entry = db.session.scalars(sa.select(HistoryEntry).where(HistoryEntry.action == "welcomed")).one()
        assert (entry.user_id, entry.way, entry.source) == (manager.id, "mass_action", f"job:{job.id}")
        page = sign_in("administrator").get(f"/contacts/{entry.contact_id}/history").text
        assert f'href="/jobs/{job.id}"' in page

    def test_G3_reasons_are_in_the_language_of_who_started_it(self, start) -> None:
        made = {locale: start(1) for locale in ("en", "fr", "de")}
        for locale, job in made.items():
            job.locale = locale
        db.session.execute(sa.update(Contact).values(deleted_at=now()))
        db.session.commit()
        jobs.work()
        assert len({told(fresh(job))[0][3] for job in made.values()}) == 3


class TestHere:
    def test_G3_a_small_one_is_done_at_once_in_the_same_transaction(self, start, manager) -> None:
        job = start(5)
        with acting(manager.act()):
            jobs.run_here(job)
        assert (job.state, job.done, job.cursor) == ("done", 5, 5)
        db.session.rollback()
        assert signed() == []

    def test_G3_one_that_is_done_at_once_wakes_no_worker(self, app, make, manager) -> None:
        one = make().id
        with acting(manager.act()):
            job = jobs.start("sign_contracts", {"title": "Lease"}, [one], total=1)
            jobs.run_here(job)
        assert not db.session().info.get("carnet_jobs")


class TestStop:
    def test_G3_a_stop_in_the_middle_leaves_the_rest_undone(self, app, start, manager) -> None:
        job = start(6, kind="greet", size=2)
        worker = chunks(app, job, 1)
        with acting(manager.act()):
            services.stop(job.id)
        db.session.commit()
        worker.run(job.id)
        fresh(job)
        assert (job.state, job.done, job.cursor) == ("stopped", 2, 2)
        assert outcomes(job) == {"done": 2, "": 4}

    def test_G3_a_stop_at_the_last_chunk_ends_as_done(self, app, start, manager) -> None:
        job = start(4, kind="greet", size=2)
        chunks(app, job, 1)
        db.session.execute(sa.update(Job).values(stop_asked=True, cursor=4))
        db.session.execute(sa.update(JobItem).values(outcome="done"))
        db.session.commit()
        Runner(app=app, name=job.worker).run(job.id)
        assert fresh(job).state == "done"
        with acting(manager.act()):
            assert services.stop(job.id).state == "done"

    def test_G3_one_that_waits_is_stopped_at_once_and_goes_on_when_told(self, start, manager) -> None:
        job = start(3)
        with acting(manager.act()):
            assert services.stop(job.id).state == "stopped"
            jobs.work()
            assert signed() == []
            assert services.resume(job.id).state == "queued"
            db.session.commit()
        jobs.work()
        assert (fresh(job).state, job.done) == ("done", 3)


class TestRights:
    """Asked anew before each chunk; what was done until then stays done and counted."""

    def ended(self, app, job: Job, change: Callable[[], object]) -> Job:
        worker = chunks(app, job, 1)
        change()
        db.session.commit()
        worker.run(job.id)
        fresh(job)
        assert (job.state, job.done, job.cursor) == ("failed", 2, 2)
        assert outcomes(job) == {"done": 2, "": 2}
        assert job.ended_at is not None
        return job

    def test_J1_a_lowered_role_ends_the_job(self, app, start, manager) -> None:
        job = self.ended(app, start(4, kind="greet", size=2), lambda: setattr(manager, "role", "editor"))
        assert "no longer has the right" in job.error

    def test_J1_who_is_switched_off_does_no_more(self, app, start, manager) -> None:
        job = self.ended(app, start(4, kind="greet", size=2), lambda: setattr(manager, "active", False))
        assert "was switched off" in job.error

    def test_I1_a_plug_in_switched_off_does_no_more(self, app, start) -> None:
        def switch_off() -> None:
            with acting(acting_as_system("form")):
                switch("sample_plugin", False)

        job = self.ended(app, start(4, kind="greet", size=2), switch_off)
        assert "plug-in" in job.error

    def test_I4_a_token_s_scope_bounds_its_job(self, app, start, user) -> None:
        job = start(4, kind="greet", size=2)
        self.ended(app, job, lambda: setattr(job, "role", "editor"))


class TestReaper:
    """A job whose worker shows no sign of life is another's."""

    def stale(self, job: Job, seconds: float = runner.STALE_S + 1) -> None:
        db.session.execute(sa.update(Job).values(heartbeat_at=now() - dt.timedelta(seconds=seconds)))
        db.session.commit()

    def test_G3_it_is_queued_again_and_ended_by_another(self, app, start) -> None:
        job = start(6, kind="greet", size=2)
        lost = chunks(app, job, 1)
        self.stale(job)
        jobs.work()
        assert (fresh(job).state, job.done) == ("done", 6)
        # Whoever wakes up late finds that nothing is left to do.
        assert lost.step(job.id, 2) == (2, False)
        assert len(told(job)) == job.done == 6

    def test_G3_one_that_was_taken_away_does_nothing_more(self, app, start) -> None:
        job = start(6, kind="greet", size=2)
        lost = chunks(app, job, 1)
        self.stale(job)
        other = Runner(app=app)
        other.reap()
        assert other.claim() == job.id
        assert lost.step(job.id, 2) == (2, False)
        assert (fresh(job).done, job.worker) == (2, other.name)
        lost.release(job.id)
        lost.give_up(job.id)
        assert fresh(job).state == "running"

    def test_G3_one_that_lives_is_left_alone(self, app, start) -> None:
        job = start(4, kind="greet", size=2)
        worker = chunks(app, job, 1)
        self.stale(job, runner.STALE_S - 5)
        Runner(app=app).reap()
        assert (fresh(job).state, job.worker) == ("running", worker.name)

    def test_G3_what_a_process_known_to_be_gone_held_is_taken_at_once(self, app, start) -> None:
        job = start(4, kind="greet", size=2)
        lost = chunks(app, job, 1)
        # Another one whose number begins alike, and a later one to which the number was given again, live.
        Runner(app=app, after=int(str(os.getpid())[:-1])).reap()
        Runner(app=app, after=os.getpid(), begun_at=now() - dt.timedelta(seconds=60)).reap()
        assert (fresh(job).state, job.worker) == ("running", lost.name)
        Runner(app=app, after=os.getpid()).reap()
        assert (fresh(job).state, job.attempts) == ("queued", 1)

    def test_G3_after_three_attempts_at_one_chunk_it_has_failed(self, app, start) -> None:
        job = start(4, kind="greet", size=2)
        chunks(app, job, 1)
        for _attempt in range(runner.ATTEMPTS - 1):
            self.stale(job)
            Runner(app=app).reap()
            assert fresh(job).state == "queued"
            assert Runner(app=app).claim() == job.id
        self.stale(job)
        Runner(app=app).reap()
        assert (fresh(job).state, job.done) == ("failed", 2)
        assert "3 times" in job.error


def test_G3_a_job_lets_another_have_its_turn(app, start, monkeypatch) -> None:
    monkeypatch.setattr(runner, "SLICE_S", 0.0)
    first, second = start(6, kind="greet", size=2), start(2, kind="greet", size=2)
    worker = Runner(app=app)
    assert worker.claim() == first.id
    worker.run(first.id)
    assert (fresh(first).state, first.done) == ("queued", 2)
    assert worker.claim() == second.id


def test_G3_a_worker_told_to_stop_leaves_the_rest_queued(app, start) -> None:
    job = start(6, kind="greet", size=2)
    Runner(app=app, stopping=iter((False, True, True)).__next__).work()
    assert (fresh(job).state, job.worker, job.done) == ("queued", "", 2)


def test_G3_a_long_chunk_is_made_smaller_and_a_short_one_larger() -> None:
    assert [runner.fitting(size, 0.6) for size in (100, 3, 1)] == [50, 1, 1]
    assert [runner.fitting(50, took) for took in (0.3, 0.1)] == [50, 100]
