"""Jobs in the browser: progress that moves by itself, results, a stop, and nothing lost with the tab (spec G3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from driving import ADA, DESK, PHONE, Watched
from examination import examine
from playwright.sync_api import Page, expect
from serving import Served

import webapp
from webapp import config
from webapp.accounts.models import User
from webapp.contacts.models import Contact
from webapp.db import db, now, transaction
from webapp.jobs.models import Job, JobItem

TOTAL = 40


class Work:
    """A job in the base that is served; the test does its records itself, one by one."""

    def __init__(self, at: Served) -> None:
        self.app = webapp.create_app(config.read(at.environment))
        with self.app.app_context(), transaction() as session:
            owner = session.scalars(sa.select(User).where(User.email == ADA)).one()
            job = Job(
                kind="tests", user_id=owner.id, state="running", total=TOTAL, started_at=now(), heartbeat_at=now()
            )
            session.add(job)
            session.flush()
            self.id = job.id
            ids = session.scalars(sa.select(Contact.id).order_by(Contact.id).limit(TOTAL))
            session.add_all(
                JobItem(job_id=job.id, position=position, contact_id=one) for position, one in enumerate(ids, 1)
            )

    def reach(self, position: int, state: str = "running") -> None:
        """The records up to this one are done, but for the third, which has failed."""
        with self.app.app_context(), transaction() as session:
            mine = sa.update(JobItem).where(JobItem.job_id == self.id)
            session.execute(mine.where(JobItem.position <= position).values(outcome="done", reason="So it was."))
            session.execute(mine.where(JobItem.position == 3).values(outcome="failed", reason="No luck."))
            session.execute(
                sa.update(Job)
                .where(Job.id == self.id)
                .values(
                    done=position - 1,
                    failed=1,
                    cursor=position,
                    state=state,
                    heartbeat_at=now(),
                    ended_at=None if state == "running" else now(),
                )
            )

    def end(self) -> None:
        with self.app.app_context():
            with transaction() as session:
                session.execute(sa.delete(JobItem).where(JobItem.job_id == self.id))
                session.execute(sa.delete(Job).where(Job.id == self.id))
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def work(carnet: Served) -> Iterator[Work]:
    made = Work(carnet)
    yield made
    made.end()


def test_G3_progress_moves_by_itself_and_is_told_every_ten_per_cent(page: Page, work: Work) -> None:
    work.reach(4)
    page.goto(f"/jobs/{work.id}")
    expect(page.locator("#job-t")).to_have_text("4 of 40")
    assert page.title().startswith("4 of 40 · ")
    expect(page.locator("#job tbody tr").first).to_contain_text("No luck.")
    stop = page.get_by_role("button", name="Stop after the records at hand")
    stop.focus()
    work.reach(5)
    expect(page.locator("#job-t")).to_have_text("5 of 40")
    expect(page.locator("#live")).to_have_text("")
    work.reach(9)
    expect(page.locator("#live")).to_have_text("9 of 40")
    # What had the focus still has it.
    expect(stop).to_be_focused()
    work.reach(TOTAL, "done")
    expect(page.locator("#job-t")).to_have_text("Finished: 40 of 40")
    expect(page.locator("#live")).to_have_text("Finished: 40 of 40")
    assert " of 40" not in page.title()
    expect(stop).to_have_count(0)


def test_G3_the_last_answer_asks_for_no_other(page: Page, work: Work) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "said=" in request.url else None)
    work.reach(4)
    page.goto(f"/jobs/{work.id}")
    work.reach(TOTAL, "done")
    expect(page.locator("#job-t")).to_have_text("Finished: 40 of 40")
    before = len(asked)
    page.wait_for_timeout(2500)
    assert len(asked) == before > 0


def test_G3_results_are_narrowed_while_it_runs(page: Page, work: Work) -> None:
    work.reach(10)
    page.goto(f"/jobs/{work.id}")
    page.get_by_role("navigation", name="Narrow the results").get_by_role("link", name="Failed").click()
    expect(page.locator("#job tbody tr")).to_have_count(1)
    work.reach(12)
    expect(page.locator("#job-t")).to_have_text("12 of 40")
    expect(page.locator("#job tbody tr")).to_have_count(1)
    page.go_back()
    expect(page.locator("#job tbody tr")).to_have_count(40)


def test_G3_the_top_bar_leads_back_to_it_after_the_tab_was_closed(enter: Callable[..., Watched], work: Work) -> None:
    watched = enter()
    page = watched.page()
    page.goto(f"/jobs/{work.id}")
    page.close()
    work.reach(20)
    page = watched.page()
    page.goto("/contacts")
    page.get_by_role("link", name="1 job at work").click()
    expect(page.locator("h1")).to_have_text("Jobs")
    work.reach(TOTAL, "done")
    expect(page.get_by_role("link", name="Your jobs have ended")).to_be_visible()
    page.goto(f"/jobs/{work.id}")
    expect(page.locator("#job-t")).to_have_text("Finished: 40 of 40")


def test_G3_a_stop_needs_no_script(enter: Callable[..., Watched], work: Work) -> None:
    page = enter(java_script_enabled=False).page()
    work.reach(4)
    page.goto(f"/jobs/{work.id}")
    page.get_by_role("button", name="Stop after the records at hand").click()
    expect(page.locator("#job")).to_contain_text("It stops once the records at hand are done.")
    work.reach(6)
    page.get_by_role("link", name="Reload").click()
    expect(page.locator("#job-t")).to_have_text("6 of 40")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_J3_the_pages_are_sound(enter: Callable[..., Watched], work: Work, size) -> None:
    page = enter(size=size).page()
    for state in ("running", "done"):
        work.reach(7, state)
        page.goto(f"/jobs/{work.id}")
        expect(page.locator("#job-t")).to_be_visible()
        assert examine(page) == []
        page.goto("/jobs")
        assert examine(page) == []
