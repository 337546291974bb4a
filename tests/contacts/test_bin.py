"""The bin: 30 days, found again, restored, or deleted for good by an administrator (spec D9, J1)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from webapp.contacts import binned, links, purging, services
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import db, now
from webapp.errors import Refused
from webapp.functions.services import activate
from webapp.history.models import HistoryEntry
from webapp.jobs.models import Job


def put(contact: Contact, days: int = 0) -> int:
    """Into the bin, so many days ago."""
    services.to_bin(contact.id)
    contact.deleted_at = now() - dt.timedelta(days=days, minutes=1)
    db.session.flush()
    return contact.id


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]+><bdi>([^<]+)', page)


def test_D9_the_bin_is_searched_and_tells_the_days_left(make, system, sign_in) -> None:
    put(make("Été Blanc"), 28)
    put(make("Hiver", functions=["customer"]), 31)
    client = sign_in("manager")
    page = client.get("/contacts/bin").text
    assert names(page) == ["Été Blanc", "Hiver"]
    assert "in 2 days" in page
    assert "today" in page
    assert names(client.get("/contacts/bin?q=ete").text) == ["Été Blanc"]
    assert names(client.get("/contacts/bin", query_string={"q": "%_"}).text) == []
    assert "Nothing found" in client.get("/contacts/bin?q=zzzz").text
    assert "Delete for good" not in page
    assert sign_in("editor").get("/contacts/bin").status_code == 403


def test_D9_what_is_held_back_says_so(make, system, sign_in) -> None:
    person, party = make("Person", kind="person"), make("Party")
    links.create(party.id, person.id, {})
    put(person, 40)
    activate(party.id, "customer")
    page = sign_in("manager").get("/contacts/bin").text
    assert "held back" in page
    assert "Contact person of Party" in page


def test_D9_an_administrator_deletes_one_for_good_and_its_number_stays_reserved(make, system, sign_in) -> None:
    contact = make("Gone", functions=["customer"])
    value = contact.numbers[0].value
    gone = put(contact)
    client, address = sign_in("administrator"), f"/contacts/{gone}/purge"
    assert client.submit(address).status_code == 422
    assert client.submit(address, {"confirm": "1"}).status_code == 303
    assert client.get(f"/contacts/{gone}").status_code == 404
    kept = db.session.scalars(sa.select(ContactNumber).where(ContactNumber.value == value)).all()
    assert [one.contact_id for one in kept] == [None] * len(kept) != []
    with pytest.raises(Refused, match="another contact's"):
        activate(make("Another").id, "customer", {"number": value})
    alive = make("Alive")
    assert client.get(f"/contacts/{alive.id}/purge").status_code == 409
    manager = sign_in("manager")
    put(alive)
    assert [manager.submit(f"/contacts/{alive.id}/purge", {"confirm": "1"}).status_code,
            manager.get("/contacts/bin/empty").status_code] == [403, 403]  # fmt: skip


def test_D4_for_good_in_spite_of_links_is_asked_too(make, system, sign_in) -> None:
    person, party = make("Person", kind="person"), make("Party")
    links.create(party.id, person.id, {})
    put(person)
    activate(party.id, "customer")
    client, address = sign_in("administrator"), f"/contacts/{person.id}/purge"
    assert "Contact person of Party" in client.get(address).text
    refused = client.submit(address, {"confirm": "1"})
    assert refused.status_code == 409
    assert client.submit(address, {"confirm": "1", "override": "links"}).status_code == 303
    told = db.session.scalars(sa.select(HistoryEntry.action).where(HistoryEntry.contact_id == party.id)).all()
    assert "unlinked" in told


def test_A4_those_who_stay_are_told_what_went(make, system) -> None:
    party, person = make("Party"), make("Person", kind="person")
    links.create(party.id, person.id, {})
    child = make("Child", parent_id=party.id)
    put(child)
    gone = put(party)
    assert purging.purge([gone]) == {}
    db.session.expire_all()
    assert child.parent_id is None
    told = db.session.execute(sa.select(HistoryEntry.contact_id, HistoryEntry.action, HistoryEntry.changes)).all()
    assert (child.id, "changed", {"parent_id": [gone, None]}) in told
    assert (person.id, "unlinked", {"party": ["a contact that was deleted for good", None]}) in told


def test_D9_the_bin_is_emptied_and_tells_what_is_held_back(make, system, sign_in) -> None:
    free, held, party = make("Free"), make("Person", kind="person"), make("Party")
    links.create(party.id, held.id, {})
    ids = [put(free), put(held)]
    activate(party.id, "customer")
    client = sign_in("administrator")
    page = client.get("/contacts/bin/empty").text
    assert "Delete 2 contacts of the bin for good?" in page
    assert client.submit("/contacts/bin/empty", {"number": "2"}).status_code == 422
    # Another one came meanwhile: nothing is deleted of which nobody was told.
    late = put(make("Late"))
    assert client.submit("/contacts/bin/empty", {"number": "2", "confirm": "1"}).status_code == 409
    answer = client.submit("/contacts/bin/empty", {"number": "3", "confirm": "1"})
    assert answer.status_code == 303
    job = db.session.scalars(sa.select(Job)).one()
    assert (job.state, job.done, job.failed) == ("done", 2, 1)
    assert "Contact person of Party" in client.get(answer.headers["Location"]).text
    assert db.session.scalars(sa.select(Contact.id).where(Contact.id.in_([*ids, late]))).all() == ids[1:]


def test_the_bin_costs_the_same_statements_for_many_rows(make, system, sign_in, statements) -> None:
    client, costs = sign_in("administrator"), []
    for number in (2, 20):
        for at in range(number):
            put(make(f"Gone{at}", functions=["customer"]), 31)
        with statements() as seen:
            assert client.get("/contacts/bin").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert len(binned.page_of()[0]) == 22


def test_the_bin_is_found_by_its_index(make, system) -> None:
    put(make("Gone"))
    connection = db.session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    seen = []

    def note(_connection, _cursor, text, values, _context, _many) -> None:
        seen.append((text, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        binned.page_of(after=put(make("Gone too")))
        binned.count(10)
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
    asked = [one for one in seen if "deleted_at >" in one[0]]
    assert len(asked) == 2
    for text, values in asked:
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        plan = " ".join(str(row[-1]) for row in connection.exec_driver_sql(explain + text, values))
        assert "ix_contact_deleted_at" in plan, plan
