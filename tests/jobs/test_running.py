"""Jobs: their records, one after the other, with what became of each (spec G3)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sample_plugin.models import PartnerContract

from webapp import jobs, testing
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.jobs.models import Job, JobItem
from webapp.registry import discover

FOUND = discover(["sample_plugin"])


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=FOUND)


def told(job: Job) -> list[tuple[int, int | None, str | None, str]]:
    """Position, contact, outcome and reason of each record."""
    query = sa.select(JobItem.position, JobItem.contact_id, JobItem.outcome, JobItem.reason)
    return [tuple(row) for row in db.session.execute(query.where(JobItem.job_id == job.id).order_by(JobItem.position))]


def signed(title: str = "Lease") -> list[int]:
    """The contacts with a contract of this title."""
    return sorted(db.session.scalars(sa.select(PartnerContract.contact_id).where(PartnerContract.title == title)))


def test_G3_records_are_those_of_the_start_in_their_order(make, system) -> None:
    made = [make(name).id for name in ("Cerf", "Aigle", "Bison")]
    query = sa.select(Contact.id).where(Contact.id.in_(made)).order_by(Contact.sort_name, Contact.id)
    job = jobs.start("sign_contracts", {"title": "Lease"}, query, total=3)
    make("Aaa")
    assert [row[1] for row in told(job)] == [made[1], made[2], made[0]]
    other = jobs.start("sign_contracts", {"title": "Rent"}, [made[2], made[0]], total=2)
    assert [row[:2] for row in told(other)] == [(1, made[2]), (2, made[0])]
    jobs.work()
    db.session.expire_all()
    assert (job.state, job.done, job.cursor) == ("done", 3, 3)
    assert {row[2] for row in told(job)} == {"done"}
    assert signed() == sorted(made)
