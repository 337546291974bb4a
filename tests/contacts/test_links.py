"""Contact persons, and what holds a linked contact back from deletion (spec B4, D1, D2, D4, D9)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError

from webapp.contacts import binned, guards, links, services
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import persons_count
from webapp.db import db
from webapp.errors import Invalid, Refused, Stale
from webapp.functions.services import activate
from webapp.history.services import of_contact
from webapp.lists.query import ListQuery


@pytest.fixture
def party(make, system) -> Contact:
    return make("Party", functions=["customer"])


@pytest.fixture
def person(make, system) -> Contact:
    return make("Person", kind="person")


def blockers(contact: Contact) -> list[str]:
    db.session.flush()
    return [one.key for one in guards.blockers([contact.id]).get(contact.id, [])]


def test_B4_one_person_has_several_parties_each_link_with_its_own_values(make, party, person) -> None:
    other = make("Other party", functions=["supplier"])
    values = {
        "role": "Buyer",
        "department": "Purchases",
        "is_primary": "1",
        "is_invoice_recipient": "1",
        "active_from": "2026-01-01",
    }
    one = links.create(party.id, person.id, values)
    two = links.create(other.id, person.id, {"role": "Advisor"})
    assert (one.role, one.department, one.is_primary, one.is_invoice_recipient) == ("Buyer", "Purchases", True, True)
    assert (one.active_from, one.active_to) == (dt.date(2026, 1, 1), None)
    assert (two.role, two.is_primary) == ("Advisor", False)
    assert [link.party_id for link in links.parties_of(person.id)] == [other.id, party.id][::-1]
    assert persons_count([party.id, other.id]) == {party.id: 1, other.id: 1}


def test_B4_at_most_one_open_link_per_person_and_party(party, person) -> None:
    first = links.create(party.id, person.id, {})
    with pytest.raises(Refused):
        links.create(party.id, person.id, {})
    links.update(first.id, {"active_to": "2020-12-31"})
    second = links.create(party.id, person.id, {"active_from": "2021-01-01"})
    with pytest.raises(Refused):
        links.update(first.id, {"active_to": ""})
    assert second.active_to is None


def test_B4_the_database_itself_holds_both_rules(make, party, person) -> None:
    links.create(party.id, person.id, {"is_primary": True})
    other = make("Other", kind="person")
    for row in (
        ContactLink(person_id=person.id, party_id=party.id),
        ContactLink(person_id=other.id, party_id=party.id, is_primary=True),
        ContactLink(person_id=other.id, party_id=other.id),
    ):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(row)
            db.session.flush()


def test_B4_ticking_a_second_primary_asks_whether_it_moves(make, party, person) -> None:
    first = links.create(party.id, person.id, {"is_primary": True})
    other = make("Other", kind="person")
    with pytest.raises(Refused) as error:
        links.create(party.id, other.id, {"is_primary": True})
    assert error.value.details["confirm"] == "move_primary"
    assert first.is_primary

    second = links.create(party.id, other.id, {"is_primary": True}, move_primary=True)
    assert (first.is_primary, second.is_primary) == (False, True)
    with pytest.raises(Refused):
        links.update(first.id, {"is_primary": "1"})
    links.update(first.id, {"is_primary": "1"}, move_primary=True)
    db.session.expire_all()
    assert (first.is_primary, second.is_primary) == (True, False)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"active_from": "2026-02-01", "active_to": "2026-01-01"}, "active_to"),
        ({"is_primary": "1", "active_to": "2020-01-01"}, "is_primary"),
        ({"is_primary": "perhaps"}, "is_primary"),
        ({"role": "x" * 121}, "role"),
        ({"active_from": "31/02/2026"}, "active_from"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_B4_bad_values_of_a_link_are_named(party, person, values, field) -> None:
    with pytest.raises(Invalid) as error:
        links.create(party.id, person.id, values)
    assert list(error.value.errors) == [field]


def test_B4_a_primary_link_does_not_end_while_it_is_primary(party, person) -> None:
    link = links.create(party.id, person.id, {"is_primary": True})
    with pytest.raises(Invalid):
        links.update(link.id, {"active_to": "2020-01-01"})


def test_B4_only_another_person_is_a_contact_person(make, party, person) -> None:
    for wrong in (party.id, make("Company").id):
        with pytest.raises(Invalid):
            links.create(party.id, wrong, {})
    services.to_bin(person.id)
    with pytest.raises(Refused):
        links.create(party.id, person.id, {})


def test_B4_primary_first_then_open_then_ended(make, party) -> None:
    ids = {}
    for name, values in {
        "A ended": {"active_to": "2020-01-01"},
        "B open": {},
        "C primary": {"is_primary": True},
        "D open": {},
    }.items():
        ids[name] = make(name, kind="person").id
        links.create(party.id, ids[name], values)
    assert [link.person.last_name for link in links.persons_of(party.id)] == [
        "C primary", "B open", "D open", "A ended"
    ]  # fmt: skip
    assert len(links.persons_of(party.id, 2)) == 2


def test_A5_a_stale_link_is_refused(party, person) -> None:
    link = links.create(party.id, person.id, {})
    version = link.version
    links.update(link.id, {"role": "First"}, version)
    with pytest.raises(Stale):
        links.update(link.id, {"role": "Second"}, version)


def test_A4_both_files_tell_of_the_link(party, person) -> None:
    link = links.create(party.id, person.id, {"role": "Buyer"})
    links.update(link.id, {"role": "Boss"})
    links.remove(link.id)
    db.session.flush()
    for contact, other in ((party, ["person", "Person"]), (person, ["party", "Party"])):
        entries = of_contact(contact.id)[:3]
        assert [entry.action for entry in entries] == ["unlinked", "link_changed", "linked"]
        assert [entry.changes[other[0]] for entry in entries] == [[other[1], None], *[[None, other[1]]] * 2]
        assert entries[1].changes["role"] == ["Buyer", "Boss"]


@pytest.mark.parametrize("function", ["prospect", "customer", "supplier"])
def test_D1_a_contact_person_is_deleted_only_after_its_link(make, system, person, function) -> None:
    party = make("Party", functions=[function])
    link = links.create(party.id, person.id, {})
    with pytest.raises(Refused) as error:
        services.to_bin(person.id)
    assert [one.key for one in error.value.details["blockers"]] == ["contact_person"]
    assert "Party" in error.value.details["blockers"][0].remedy
    assert error.value.details["blockers"][0].values == {"link_id": link.id}
    links.remove(link.id)
    services.to_bin(person.id)


def test_D1_links_to_a_party_without_function_go_with_the_person(make, system, person) -> None:
    party = make("Nobody")
    links.create(party.id, person.id, {"is_primary": True})
    services.to_bin(person.id)
    assert list(links.persons_of(party.id)) == []
    services.restore(person.id)
    assert [link.person_id for link in links.persons_of(party.id)] == [person.id]


def test_D1_an_ended_link_holds_back_too(party, person) -> None:
    links.create(party.id, person.id, {"active_to": "2020-01-01"})
    assert blockers(person) == ["contact_person"]


def test_D1_subsidiaries_hold_back_their_parent(make, system) -> None:
    parent = make("Parent")
    child = make("Child", parent_id=parent.id)
    assert blockers(parent) == ["subsidiaries"]
    services.update(child.id, {"parent_id": ""})
    assert blockers(parent) == []


def test_D2_the_primary_contacts_link_is_removed_in_two_steps(party, person) -> None:
    link = links.create(party.id, person.id, {"is_primary": True})
    assert blockers(person) == ["primary_contact"]
    with pytest.raises(Refused) as error:
        links.remove(link.id)
    assert "untick" in error.value.message
    links.update(link.id, {"is_primary": ""})
    assert blockers(person) == ["contact_person"]
    links.remove(link.id)
    services.to_bin(person.id)
    assert person.deleted_at


def test_D3_every_blocker_is_named_with_its_remedy(make, system, person) -> None:
    for name in ("One", "Two"):
        links.create(make(name, functions=["supplier"]).id, person.id, {"is_primary": name == "Two"})
    make("Child", parent_id=person.id)
    with pytest.raises(Refused) as error:
        services.to_bin(person.id)
    found = error.value.details["blockers"]
    assert [one.key for one in found] == ["primary_contact", "contact_person", "subsidiaries"]
    assert all(one.remedy and one.label and one.endpoint and one.values for one in found)


def test_D4_a_party_with_contact_persons_is_not_deleted(party, person) -> None:
    link = links.create(party.id, person.id, {})
    assert blockers(party) == ["contact_persons"]
    links.remove(link.id)
    assert blockers(party) == []


def in_bin() -> list[int]:
    return [row.contact.id for row in binned.page_of()[0]]


def test_D9_the_bin_restores_everything(make, system) -> None:
    contact = make("Binned", functions=["customer", "supplier"], emails=[{"value": "a@x.example"}], tags="VIP")
    services.to_bin(contact.id)
    db.session.flush()
    assert in_bin() == [contact.id]
    assert ListQuery().page().rows == []
    for change in (
        lambda: services.update(contact.id, {"description": "x"}),
        lambda: services.to_bin(contact.id),
        lambda: activate(contact.id, "prospect"),
    ):
        with pytest.raises(Refused):
            change()
    services.restore(contact.id)
    db.session.flush()
    db.session.expire_all()
    assert in_bin() == []
    assert [row.id for row in ListQuery(function="customer").page().rows] == [contact.id]
    assert ([email.value for email in contact.emails], contact.tags) == (["a@x.example"], ["VIP"])
    with pytest.raises(Refused):
        services.restore(contact.id)


def test_D1_nobody_in_the_bin_stays_a_primary_contact(make, system) -> None:
    party, person = make("Plain"), make("Weiß", kind="person")
    link = links.create(party.id, person.id, {"is_primary": "1"})
    services.to_bin(person.id)
    db.session.refresh(link)
    assert not link.is_primary
