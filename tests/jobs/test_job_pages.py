"""The pages of jobs: results by record, files, stop, undo, and whose they are (spec G3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sample_plugin.models import PartnerContract

from webapp import jobs
from webapp.accounts.models import User
from webapp.acting import acting
from webapp.db import db
from webapp.jobs.models import Job


@pytest.fixture
def manager(user) -> User:
    return user("manager")


@pytest.fixture
def signing(manager, make) -> Callable[..., Job]:
    """A job of the manager that signs a contract with each of new contacts of these names."""

    def start(*names: str, kind: str = "sign_contracts", **params) -> Job:
        ids = [make(name).id for name in names]
        with acting(manager.act()):
            job = jobs.start(kind, {"title": "Lease", **params}, ids, total=len(ids))
        db.session.commit()
        return job

    return start


def enter(client, who: User):
    """The client, signed in as this user."""
    from webapp.accounts import sessions
    from webapp.accounts import signing as sign

    with client.session_transaction() as session:
        session.clear()
        session[sign.KEY] = sessions.start(who, remembered=False)
    return client


def titles() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(PartnerContract)) or 0


def test_G3_results_are_there_whenever_the_page_is_opened(client, manager, signing) -> None:
    job = signing("Acker", "Birke")
    enter(client, manager)
    page = client.get(f"/jobs/{job.id}").text
    assert "Waits for its turn: 0 of 2" in page
    assert 'hx-trigger="every 1s"' in page
    jobs.work()
    page = client.get(f"/jobs/{job.id}").text
    assert "Done: 2 of 2" in page
    assert "every 1s" not in page
    assert page.index("Acker") < page.index("Birke")
    assert "Sign 2 contracts" in client.get("/jobs").text
