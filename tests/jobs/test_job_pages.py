"""The pages of jobs: results by record, files, stop, undo, and whose they are (spec G3)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sample_plugin.models import PartnerContract

from webapp import jobs, testing
from webapp.accounts import sessions, signing
from webapp.accounts.models import User
from webapp.acting import acting
from webapp.contacts.models import Contact
from webapp.db import db, now
from webapp.jobs import removing, results
from webapp.jobs.models import Job, JobItem

MADE_UP = ("zzz", "9.1", "0.-1", "0.2147483648")
"""Places that no page of results was ever given."""


@pytest.fixture
def manager(user) -> User:
    return user("manager")


@pytest.fixture
def start(manager, make) -> Callable[..., Job]:
    """A job of the manager that signs a contract with each of new contacts of these names."""

    def one(*names: str, kind: str = "sign_contracts", title: str = "Lease") -> Job:
        ids = [make(name).id for name in names]
        with acting(manager.act()):
            job = jobs.start(kind, {"title": title}, ids, total=len(ids))
        db.session.commit()
        return job

    return one


@pytest.fixture
def mine(client, manager) -> testing.Client:
    """The manager's browser."""
    return enter(client, manager)


def enter(client: testing.Client, who: User) -> testing.Client:
    with client.session_transaction() as session:
        session.clear()
        session[signing.KEY] = sessions.start(who, remembered=False)
    return client


def done(job: Job, **reasons: str) -> Job:
    """The job, done; records at these positions (`p2="Reason"`) have failed before, for this reason."""
    jobs.work()
    for position, reason in reasons.items():
        db.session.execute(
            sa.update(JobItem)
            .where(JobItem.job_id == job.id, JobItem.position == int(position[1:]))
            .values(outcome="failed", reason=reason, before=None)
        )
    db.session.execute(sa.update(Job).where(Job.id == job.id).values(failed=len(reasons), done=Job.done - len(reasons)))
    db.session.commit()
    return job


def contracts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(PartnerContract)) or 0


def undo_of(job: Job) -> Job:
    return db.session.scalars(sa.select(Job).where(Job.undo_of_id == job.id)).one()


class TestPage:
    def test_G3_results_are_there_whenever_the_page_is_opened(self, mine, start) -> None:
        job = start("Acker", "Birke")
        page = mine.get(f"/jobs/{job.id}").text
        assert "Waits for its turn: 0 of 2" in page
        assert 'hx-trigger="every 1s"' in page
        jobs.work()
        page = mine.get(f"/jobs/{job.id}").text
        assert "Finished: 2 of 2" in page
        assert "every 1s" not in page
        assert page.index("Acker") < page.index("Birke")
        assert "Sign 2 contracts" in mine.get("/jobs").text

    def test_G3_failures_come_first_and_outcomes_narrow(self, mine, start) -> None:
        job = done(start("Acker", "Birke", "Cerf"), p3="Not allowed")
        page = mine.get(f"/jobs/{job.id}").text
        assert page.index("Cerf") < page.index("Acker") < page.index("Birke")
        assert "Not allowed" in page
        assert "Cerf" not in mine.get(f"/jobs/{job.id}?outcome=done").text
        assert "Acker" not in mine.get(f"/jobs/{job.id}?outcome=failed").text

    def test_G3_every_record_is_told_once_over_the_pages(self, mine, start, monkeypatch) -> None:
        job = done(start(*(f"Firm {n:03}" for n in range(123))), p60="x", p61="y")
        seen, address = [], f"/jobs/{job.id}"
        for _page in range(3):
            assert address
            page = mine.get(address).text
            seen += re.findall(r"<bdi>(Firm \d+)</bdi>", page)
            found = re.search(r'href="([^"]+)" rel="next"', page)
            address = found[1].replace("&amp;", "&") if found else ""
        assert not address
        assert seen[:2] == ["Firm 059", "Firm 060"]
        assert sorted(seen) == [f"Firm {n:03}" for n in range(123)]

    @pytest.mark.parametrize(
        "query", ["after=7", "after=9.1", "after=0.x", "after=0.-1", "outcome=all", "after=0.²", "after=0.2147483648"]
    )
    def test_G3_a_page_that_was_never_given_is_a_bad_request(self, mine, start, query) -> None:
        assert mine.get(f"/jobs/{start('Acker').id}?{query}").status_code == 400

    def test_G3_contacts_are_called_as_now_and_gone_ones_are_said_so(self, mine, start) -> None:
        job = done(start("Acker", "Birke", "Cerf"))
        ids = list(db.session.scalars(sa.select(JobItem.contact_id).order_by(JobItem.position)))
        db.session.execute(sa.update(Contact).where(Contact.id == ids[0]).values(company_name="Auer"))
        db.session.execute(sa.update(Contact).where(Contact.id == ids[1]).values(deleted_at=now()))
        db.session.execute(sa.update(JobItem).where(JobItem.contact_id == ids[2]).values(contact_id=10**9))
        page = mine.get(f"/jobs/{job.id}").text
        assert "Auer" in page
        assert "Acker" not in page
        assert "in the bin" in page
        assert "No longer there" in page

    def test_G3_work_that_is_about_no_contact_names_its_steps(self, mine, start) -> None:
        job = done(start("Acker"))
        db.session.execute(sa.update(JobItem).values(contact_id=None))
        page = mine.get(f"/jobs/{job.id}").text
        assert "Step 1" in page
        assert "No longer there" not in page

    def test_G3_the_page_asks_as_many_statements_for_many_records(self, mine, start, statements) -> None:
        few, many = done(start("Acker", "Birke")), done(start(*(f"Firm {n}" for n in range(50))))
        counts = []
        for job in (few, many):
            mine.get(f"/jobs/{job.id}")
            with statements() as seen:
                mine.get(f"/jobs/{job.id}")
            counts.append(len(seen))
        assert counts[0] == counts[1]

    def test_G3_progress_is_announced_every_ten_per_cent(self, mine, start) -> None:
        job = start(*(f"Firm {n}" for n in range(20)))
        db.session.execute(sa.update(Job).values(state="running", done=5))
        headers = {"HX-Request": "true", "HX-Target": "div#job"}
        assert "data-announce" in mine.get(f"/jobs/{job.id}?said=10", headers=headers).text
        assert "data-announce" not in mine.get(f"/jobs/{job.id}?said=20", headers=headers).text

    def test_G3_the_top_bar_tells_of_jobs_at_work(self, mine, start) -> None:
        headers = {"HX-Request": "true", "HX-Target": "a#running-jobs"}
        assert "running-jobs" not in mine.get("/contacts").text
        start("Acker")
        assert "1 job at work" in mine.get("/contacts").text
        assert "every 3s" in mine.get("/jobs", headers=headers).text
        jobs.work()
        assert "every 3s" not in mine.get("/jobs", headers=headers).text

    def test_I1_jobs_of_a_plug_in_switched_off_are_kept_apart(self, mine, start, plugin_registry) -> None:
        ids = [done(start("Acker")).id, done(start("Birke")).id]
        db.session.execute(sa.update(Job).values(created_at=dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)))
        db.session.commit()
        try:
            plugin_registry.allowed -= {"sample_plugin"}
            page = mine.get("/jobs").text
        finally:
            plugin_registry.allowed |= {"sample_plugin"}
        for one in ids:
            assert f"Job {one} of Mar 4, 2026, by a plug-in that is switched off" in page

    def test_G3_the_tab_s_title_comes_with_each_answer(self, mine, start) -> None:
        job = start("Acker", "Birke")
        headers = {"HX-Request": "true", "HX-Target": "div#job"}
        said = r"<title>([^<]+)</title>"
        for title in ("0 of 2 · Sign 2 contracts · Carnet", "Sign 2 contracts · Carnet"):
            answers = [mine.get(f"/jobs/{job.id}", headers=one).text for one in ({}, headers)]
            assert [re.findall(said, one) for one in answers] == [[title], [title]]
            jobs.work()


class TestWhose:
    def test_G3_another_s_job_is_not_there_but_for_administrators(self, client, start, user) -> None:
        job = done(start("Acker"))
        for role, status in (("editor", 404), ("manager", 404), ("administrator", 200)):
            browser = enter(client, user(role))
            for address in (f"/jobs/{job.id}", f"/jobs/{job.id}/results.csv"):
                assert browser.get(address).status_code == status, (role, address)
            assert ("Sign 1 contract" in browser.get("/jobs").text) == (status == 200)
        for action in ("stop", "undo", "retry", "resume"):
            assert enter(client, user("manager")).submit(f"/jobs/{job.id}/{action}").status_code == 404
        assert contracts() == 1

    @pytest.mark.parametrize("number", [0, 2**63, 2**70])
    def test_G3_a_number_that_no_job_has_is_not_there(self, mine, number) -> None:
        assert mine.get(f"/jobs/{number}").status_code == 404


class TestUndo:
    def test_G3_it_is_taken_back_once(self, mine, start) -> None:
        job = done(start("Acker", "Birke"))
        assert contracts() == 2
        answer = mine.submit(f"/jobs/{job.id}/undo")
        back = undo_of(job)
        assert answer.location == f"/jobs/{back.id}"
        assert (back.state, back.done, contracts()) == ("done", 2, 0)
        page = mine.get(answer.location).text
        assert "Undo: Sign 2 contracts" in page
        assert page.index("Birke") < page.index("Acker")
        again = mine.submit(f"/jobs/{job.id}/undo")
        assert again.status_code == 409
        assert "taken back already" in again.text
        assert mine.submit(f"/jobs/{back.id}/undo").status_code == 409
        assert "It was taken back by job" in mine.get(f"/jobs/{job.id}").text

    def test_G3_a_large_one_is_taken_back_by_a_worker(self, mine, start) -> None:
        job = done(start(*(f"Firm {n}" for n in range(jobs.INLINE + 1))))
        mine.submit(f"/jobs/{job.id}/undo")
        assert undo_of(job).state == "queued"
        jobs.work()
        db.session.expire_all()
        assert (undo_of(job).state, contracts()) == ("done", 0)

    def test_G3_what_has_no_way_back_says_why(self, mine, start) -> None:
        job = start("Acker", kind="greet")
        assert "A greeting can&#39;t be taken back." in mine.get(f"/jobs/{job.id}").text
        jobs.work()
        answer = mine.submit(f"/jobs/{job.id}/undo")
        assert answer.status_code == 409
        assert "A greeting can&#39;t be taken back." in answer.text

    def test_G3_only_who_still_may_takes_it_back(self, mine, manager, start) -> None:
        job = done(start("Acker"))
        manager.role = "editor"
        db.session.flush()
        assert mine.submit(f"/jobs/{job.id}/undo").status_code == 403
        assert contracts() == 1

    @pytest.mark.parametrize("state", ["done", "stopped"])
    @pytest.mark.parametrize("lost", ["right", "plug-in"])
    def test_G3_what_cannot_be_had_any_more_is_shown_with_the_reason(
        self, mine, manager, start, plugin_registry, state, lost
    ) -> None:
        job = done(start("Acker", "Birke", "Cerf"), p2="No luck")
        db.session.execute(sa.update(Job).values(state=state, done=1))
        db.session.commit()
        actions = ["undo", "retry" if state == "done" else "resume"]
        page = mine.get(f"/jobs/{job.id}").text
        assert [f'action="/jobs/{job.id}/{one}"' in page for one in actions] == [True, True]
        try:
            if lost == "right":
                manager.role = "editor"
                db.session.commit()
                sentence = "You no longer have the right to this work: an administrator can give it."
            else:
                plugin_registry.allowed -= {"sample_plugin"}
                sentence = "The plug-in that did this work is switched off."
            page = mine.get(f"/jobs/{job.id}").text
            statuses = {mine.submit(f"/jobs/{job.id}/{one}").status_code for one in actions}
        finally:
            plugin_registry.allowed |= {"sample_plugin"}
        assert not [one for one in actions if f'action="/jobs/{job.id}/{one}"' in page]
        assert page.count('aria-disabled="true" aria-describedby="held-h"') == 2
        assert page.count(sentence) == 1
        assert statuses == {403 if lost == "right" else 409}

    def test_G3_while_it_runs_it_is_not_taken_back(self, mine, start) -> None:
        job = start("Acker")
        assert mine.submit(f"/jobs/{job.id}/undo").status_code == 409


class TestAgain:
    def test_G3_failed_records_are_tried_again_in_the_same_job(self, mine, start) -> None:
        job = done(start("Acker", "Birke", "Cerf"), p2="No luck")
        birke = db.session.scalar(sa.select(JobItem.contact_id).where(JobItem.position == 2))
        db.session.execute(sa.delete(PartnerContract).where(PartnerContract.contact_id == birke))
        assert "Try the 1 failed one again" in mine.get(f"/jobs/{job.id}").text
        assert mine.submit(f"/jobs/{job.id}/retry").location == f"/jobs/{job.id}"
        db.session.expire_all()
        assert (job.state, job.done, job.failed, contracts()) == ("done", 3, 0, 3)
        assert mine.submit(f"/jobs/{job.id}/retry").status_code == 409
        mine.submit(f"/jobs/{job.id}/undo")
        assert contracts() == 0

    def test_G3_a_stopped_one_goes_on_with_the_rest(self, mine, start) -> None:
        job = start("Acker", "Birke")
        mine.submit(f"/jobs/{job.id}/stop")
        assert "Go on with the remaining 2" in mine.get(f"/jobs/{job.id}").text
        mine.submit(f"/jobs/{job.id}/resume")
        db.session.expire_all()
        assert (job.state, job.done) == ("done", 2)
        assert mine.submit(f"/jobs/{job.id}/resume").status_code == 409


class TestDownload:
    def test_G3_all_results_as_a_table_without_formulas(self, mine, start) -> None:
        job = done(start("=SUM(A1)", "Birke"), p2="+reason")
        answer = mine.get(f"/jobs/{job.id}/results.csv")
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert rows[0] == ["Result", "Contact", "Number", "Reason", "Id"]
        assert [row[:2] + row[3:4] for row in rows[1:]] == [
            ["Failed", "Birke", "'+reason"],
            ["Done", "'=SUM(A1)", "Signed"],
        ]
        assert len(mine.get(f"/jobs/{job.id}/results.csv?outcome=failed").text.splitlines()) == 2

    def test_G3_a_table_begins_where_it_is_asked_to_and_nowhere_made_up(self, mine, start) -> None:
        job = done(start("Ahorn", "Birke"), p2="Reason")
        address = f"/jobs/{job.id}/results.csv"
        rows = csv.reader(io.StringIO(mine.get(f"{address}?after=0.2").text))
        assert [row[1] for row in rows] == ["Contact", "Ahorn"]
        assert [mine.get(f"{address}?after={one}").status_code for one in MADE_UP] == [400] * 4

    def test_G3_a_long_table_is_sent_in_parts(self, mine, start, monkeypatch) -> None:
        monkeypatch.setattr(results, "BATCH", 10)
        job = done(start(*(f"Firm {n:02}" for n in range(35))))
        answer = mine.get(f"/jobs/{job.id}/results.csv")
        assert len(list(answer.response)) == 4

    def test_G3_the_file_of_a_job_is_its_owner_s(self, app, client, mine, manager, start, user) -> None:
        folder = app.config["CARNET"].data_dir / "exports"
        folder.mkdir(exist_ok=True)
        (folder / "some.csv").write_text("a,b")
        job = done(start("Acker"))
        assert mine.get(f"/jobs/{job.id}/file").status_code == 404
        job.data = {"file": "some.csv", "file_name": "contacts.csv"}
        db.session.flush()
        answer = mine.get(f"/jobs/{job.id}/file", buffered=True)
        assert (answer.text, answer.headers["Content-Disposition"]) == ("a,b", "attachment; filename=contacts.csv")
        job.data = {"file": "../queue.db"}
        db.session.flush()
        assert mine.get(f"/jobs/{job.id}/file").status_code == 404
        assert enter(client, user("manager")).get(f"/jobs/{job.id}/file").status_code == 404


class TestKept:
    """Results are kept for 90 days."""

    def age(self, job: Job, days: int) -> None:
        db.session.execute(sa.update(Job).where(Job.id == job.id).values(ended_at=now() - dt.timedelta(days=days)))
        db.session.commit()

    def test_G3_old_results_go_with_their_file(self, app, start) -> None:
        old, young = done(start("Acker")), done(start("Birke"))
        path = app.config["CARNET"].data_dir / "exports" / "old.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("a,b")
        old.data = {"file": "old.csv"}
        self.age(old, 91)
        self.age(young, 89)
        for _time in range(3):
            removing.sweep(app)
        db.session.expire_all()
        assert list(db.session.scalars(sa.select(Job.id))) == [young.id]
        assert set(db.session.scalars(sa.select(JobItem.job_id))) == {young.id}
        assert not path.exists()

    def test_G3_a_long_one_goes_in_parts(self, app, start, monkeypatch) -> None:
        monkeypatch.setattr(removing, "AT_ONCE", 2)
        job = done(start("Acker", "Birke", "Cerf"))
        self.age(job, 91)
        left = []
        for _time in range(2):
            removing.sweep(app)
            left.append(db.session.scalar(sa.select(sa.func.count()).select_from(JobItem)))
        assert left == [1, 0]
        assert db.session.scalar(sa.select(Job.id)) is None

    def test_G3_one_that_was_taken_back_lately_stays(self, app, mine, start) -> None:
        job = done(start("Acker"))
        mine.submit(f"/jobs/{job.id}/undo")
        self.age(job, 91)
        removing.sweep(app)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 2
