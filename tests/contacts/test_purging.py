"""Contacts that have lain in the bin for 30 days go for good (spec D9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sample_plugin.models
import sqlalchemy as sa

from plugins.merge import services as merging
from webapp.acting import acting
from webapp.contacts import links, purging, services
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import numbers_of
from webapp.db import Base, db, now
from webapp.discovery import discover
from webapp.errors import Forbidden, Missing, Refused
from webapp.functions.services import activate, convert
from webapp.testing import PluginSet


@pytest.fixture
def plugins() -> PluginSet:
    return PluginSet(found=discover(["sample_plugin"]))


def long_gone(contact: Contact, days: int = 31) -> int:
    """Put into the bin so many days ago."""
    services.to_bin(contact.id)
    contact.deleted_at = now() - dt.timedelta(days=days)
    db.session.flush()
    return contact.id


def purge_due() -> dict[int, Any]:
    return purging.purge([contact_id for _moment, contact_id in purging.due(10)])


def naming(contact_id: int) -> dict[str, int]:
    """How many rows of each table name a contact; history of others aside."""
    there = set(sa.inspect(db.session.connection()).get_table_names())
    found = {}
    for name, table in Base.metadata.tables.items():
        columns = [key.parent for key in table.foreign_keys if key.column.table.name == "contact"]
        if name in there and columns:
            query = sa.select(sa.func.count()).select_from(table).where(sa.or_(*(one == contact_id for one in columns)))
            found[name] = db.session.scalar(query)
    return {name: number for name, number in found.items() if number}


def test_D9_all_that_belongs_to_it_goes_and_its_numbers_stay_reserved(make, system) -> None:
    contact = make("Gone", functions=["prospect", "supplier", "partner"], tags=["wood"],
                   emails=[{"value": "gone@x.example"}], external_ids=[{"source": "old", "value": "1"}])  # fmt: skip
    convert(contact.id, "customer")
    number = numbers_of([contact.id])[contact.id]["customer"]
    contact_id = long_gone(contact)
    assert purge_due() == {}
    assert naming(contact_id) == {}
    with pytest.raises(Missing):
        services.load(contact_id)
    kept = db.session.scalars(sa.select(ContactNumber).where(ContactNumber.value == number)).all()
    assert kept
    assert {one.contact_id for one in kept} == {None}
    another = make("Another")
    with pytest.raises(Refused, match="another contact's"):
        activate(another.id, "customer", {"number": number})


def test_D9_before_30_days_nothing_goes(make, system) -> None:
    contact_id = long_gone(make("Young"), days=29)
    assert purging.due(10) == []
    make("Not in the bin")
    purging.purge([contact_id + 1])
    assert services.load(contact_id + 1).deleted_at is None


def test_D9_contacts_merged_into_it_go_with_it_and_the_merge_too(make, system) -> None:
    main, other = make("Main", functions=["customer"]), make("Other", functions=["prospect"])
    merging.merge([main.id, other.id], main.id)
    ids = [main.id, other.id]
    long_gone(db.session.get_one(Contact, main.id))
    purge_due()
    assert [naming(one) for one in ids] == [{}, {}]
    for table in ("contact_merge", "contact_merge_absorbed", "merge_step"):
        assert db.session.execute(sa.select(Base.metadata.tables[table])).all() == []


def test_D3_what_holds_a_contact_back_holds_it_in_the_bin_too(make, system) -> None:
    held, free = make("Held"), make("Free")
    long_gone(held)
    contact_id = long_gone(free)
    db.session.add(sample_plugin.models.PartnerContract(contact_id=held.id, title="frame"))
    db.session.flush()
    kept = purge_due()
    assert [one.key for one in kept[held.id]] == ["partner_contracts"]
    assert services.load(held.id).deleted_at is not None
    with pytest.raises(Missing):
        services.load(contact_id)


def test_D9_links_to_parties_without_function_go_with_the_person(make, system) -> None:
    party, human = make("Party"), make("Riou", kind="person")
    links.create(party.id, human.id, {})
    long_gone(human)
    purge_due()
    assert links.persons_of(party.id) == []


def test_J1_only_administrators_purge(make, as_role: Any) -> None:
    for role in ("reader", "editor", "manager"):
        with acting(as_role(role)), pytest.raises(Forbidden):
            purging.purge([1])


def test_D9_a_worker_purges_and_those_held_back_hold_up_nobody(app, make, system, monkeypatch) -> None:
    monkeypatch.setattr(purging, "AT_ONCE", 1)
    held, free = make("Held"), make("Free")
    long_gone(held, days=60)
    contact_id = long_gone(free, days=40)
    db.session.add(sample_plugin.models.PartnerContract(contact_id=held.id, title="frame"))
    db.session.commit()
    for _time in range(3):
        purging.sweep(app)
    assert services.load(held.id).deleted_at is not None
    with pytest.raises(Missing):
        services.load(contact_id)


def test_D9_a_link_of_a_contact_that_was_merged_into_it_does_not_keep_it(make, system) -> None:
    party, main, other = make("Firm", functions=["customer"]).id, *(make("Riou", kind="person") for _each in range(2))
    ids = [main.id, other.id]
    of_main, _of_other = (links.create(party, one, {}) for one in ids)
    merging.merge(ids, main.id)
    links.remove(of_main.id)
    long_gone(main)
    assert purge_due() == {}
    assert db.session.scalars(sa.select(Contact.id).where(Contact.id.in_(ids))).all() == []
