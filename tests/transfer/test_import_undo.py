"""A whole import is taken back: what nobody touched since is as before, the rest stays and says why (spec H2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sending import Sender

from plugins.documents import services as documents
from plugins.merge import services as merging
from plugins.transfer.models import StagedRow
from webapp import jobs
from webapp.acting import acting, acting_as_system
from webapp.contacts import links, services
from webapp.contacts.models import Contact, ContactLink, ContactNumber
from webapp.db import db
from webapp.functions.services import activate, convert
from webapp.history.models import HistoryEntry
from webapp.jobs.models import Job


@pytest.fixture
def sender(sign_in: Callable[..., Any]) -> Sender:
    """A manager who imports."""
    return Sender(sign_in("manager"))


def named(name: str) -> Contact:
    return db.session.scalars(
        sa.select(Contact).where(sa.or_(Contact.last_name == name, Contact.company_name == name))
    ).one()


def state() -> Any:
    """All that is known of contacts, but for what tells of changes."""
    found = []
    for one in db.session.scalars(sa.select(Contact).order_by(Contact.id).execution_options(populate_existing=True)):
        values = {
            column.name: getattr(one, column.key)
            for column in sa.inspect(Contact).columns
            if column.name not in ("version", "updated_at", "warnings", "sort_name", "search_text")
        }
        for name in ("emails", "phones", "addresses", "external_ids"):
            values[name] = [(getattr(row, "value", ""), getattr(row, "city", "")) for row in getattr(one, name)]
        values["tags"] = sorted(one.tags)
        links_ = sa.select(ContactLink.party_id, ContactLink.role).where(ContactLink.person_id == one.id)
        values["links"] = sorted(map(tuple, db.session.execute(links_)))
        found.append(values)
    return found


def test_H2_what_was_created_goes_and_what_was_updated_is_as_before(
    sender: Sender, make: Callable[..., Contact]
) -> None:
    make("Weber", kind="person", external_ids=[{"source": "", "value": "W1"}], emails=[{"value": "old@w.example"}])
    before = state()
    text = (
        "Vorname;Nachname;Firma;E-Mail;Ort;Tags;Externe ID;Funktionen\n"
        "Anna;Weber;Werft AG;new@w.example;Kiel;Rot;W1;Lieferant\n"
        "Bert;Neu;Werft AG;bert@w.example;Kiel;;;Kunde\n"
        ";;Firma X;;Ulm;;;Kunde\n"
    )
    url = sender.rehearse(text)
    sender.do(url, "start")
    assert sender.counts(url) == {"created": 2, "updated": 1, "unchanged": 0, "skipped": 0, "refused": 0}
    assert len(state()) == 4
    numbers = set(db.session.scalars(sa.select(ContactNumber.value)))
    assert sender.do(url, "undo").status_code == 303
    assert sender.counts(url) == {"gone": 2, "set_back": 1, "stays": 0}
    assert state() == before
    assert "Everything is as it was before" in sender.page(url)
    # Numbers that a range gave are nobody else's from now on.
    assert set(db.session.scalars(sa.select(ContactNumber.value))) == numbers
    again = sender.client.submit(f"{url}/undo")
    assert again.status_code == 409
    url = sender.rehearse(text)
    assert {key: many for key, many in sender.counts(url).items() if many} == {"create": 2, "update": 1}


def test_H2_what_was_worked_on_since_stays_and_says_why(sender: Sender, make: Callable[..., Contact]) -> None:
    make("Da", kind="person", external_ids=[{"source": "", "value": "D1"}])
    names = ("Edited", "Converted", "Linked", "Merged", "Filed", "Alone")
    rows = "".join(f"{name};{name.lower()}@w.example;Interessent;;\n" for name in names)
    url = sender.rehearse("Nachname;E-Mail;Funktionen;Externe ID;Ort\n" + rows + "Da;da@w.example;;D1;Bonn\n")
    sender.do(url, "start")
    with acting(acting_as_system("form")):
        services.update(named("Edited").id, {"first_name": "Eva"})
        convert(named("Converted").id, "customer")
        links.create(make("Other").id, named("Linked").id, {"role": "Boss"})
        merging.merge([make("Keeper", kind="person").id, named("Merged").id])
        documents.add(named("Filed").id, {"type": "invoice", "dated_on": "2026-01-01"})
        there = named("Da")
        services.update(there.id, {"addresses": []})
    sender.do(url, "undo")
    assert sender.counts(url) == {"gone": 1, "set_back": 0, "stays": 6}
    told = {row.number: row.told for row in db.session.scalars(sa.select(StagedRow))}
    for number, word in enumerate(("changed", "converted", "linked", "stays", "changed"), 1):
        assert word in told[number], (number, told[number])
    assert "changed since" in told[7]
    assert db.session.scalar(sa.select(Contact.id).where(Contact.last_name == "Alone")) is None
    assert [one.value for one in named("Da").emails] == ["da@w.example"]
    page = sender.page(f"{url}?show=stays")
    assert page.count('<tr id="row-') == 6
    assert "converted since" in page


def test_H2_a_long_import_is_taken_back_by_a_job(sender: Sender, make: Callable[..., Contact]) -> None:
    make("Firma", emails=[{"value": "x@w.example"}])
    before = state()
    rows = "".join(f"N{at};n{at}@w.example;Firma {at % 7}\n" for at in range(230))
    url = sender.rehearse("Nachname;E-Mail;Firma\n" + rows)
    sender.do(url, "start")
    assert len(state()) == 1 + 230 + 7
    assert sender.client.submit(f"{url}/undo").status_code == 303
    assert "every 1s" in sender.page(url)
    jobs.work()
    assert sender.counts(url)["gone"] == 230
    assert state() == before
    job = db.session.scalars(sa.select(Job).where(Job.undo_of_id.is_not(None))).one()
    assert (job.done, job.skipped, job.failed) == (230, 0, 0)
    assert (
        db.session.scalar(sa.select(sa.func.count()).select_from(HistoryEntry).where(HistoryEntry.way == "import")) == 0
    )


WORDS = st.sampled_from(["", "Adler", "Berg", "Clarin", "Dorn"])
REACH, IDS = st.sampled_from(["", "a@w.example", "b@w.example"]), st.sampled_from(["", "E1", "E2", "E3"])
TOWNS, TAGS = st.sampled_from(["", "Bonn", "Kiel"]), st.sampled_from(["", "red", "red, blue"])
GIVEN = st.sampled_from(["", "Lieferant", "Interessent"])
ROWS = st.lists(st.tuples(WORDS, WORDS, REACH, IDS, TOWNS, TAGS, GIVEN), min_size=1, max_size=5)


@pytest.fixture
def people(make: Callable[..., Contact], system: Any) -> None:
    """Contacts that rows may meet."""
    make("Adler", kind="person", external_ids=[{"source": "", "value": "E1"}], emails=[{"value": "a@w.example"}])
    make("Berg", external_ids=[{"source": "", "value": "E2"}], tags=["red"])
    contact = make("Clarin", kind="person", addresses=[{"city": "Bonn", "purpose": "main"}])
    activate(contact.id, "prospect")


def test_H2_undoing_an_import_leaves_the_base_as_before(people: None, sender: Sender) -> None:
    @given(rows=ROWS, doubles=st.sampled_from(["create", "update", "skip"]))
    @settings(max_examples=3, suppress_health_check=list(HealthCheck), database=None)
    def try_it(rows: list[tuple[str, ...]], doubles: str) -> None:
        before = state()
        lines = [";".join(row) for row in rows if any(row)] or ["Dorn;;;;;;"]
        text = "Nachname;Firma;E-Mail;Externe ID;Ort;Tags;Funktionen\n" + "\n".join(lines)
        url = sender.rehearse(text, doubles=doubles)
        sender.do(url, "start")
        if sender.do(url, "undo").status_code == 303:
            counts = sender.counts(url)
            told = db.session.scalars(sa.select(StagedRow.told).order_by(StagedRow.import_id, StagedRow.number)).all()
            assert counts["stays"] == 0, (rows, told)
        assert state() == before

    try_it()
