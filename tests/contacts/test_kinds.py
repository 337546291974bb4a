"""Person to company and back: the same record, nothing lost, refused with a remedy (spec A3)."""

from __future__ import annotations

import pytest

from webapp.contacts import kinds, links, services
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Refused, Stale
from webapp.functions.services import live_rows
from webapp.history.services import of_contact
from webapp.lists.query import ListQuery


@pytest.fixture
def person(make, system) -> Contact:
    return make(
        "Kerbrat", kind="person", first_name="Yann", middle_name="Marie", title="dr", birth_date="1970-05-01",
        functions=["customer", "supplier"], emails=[{"value": "y@kerbrat.example"}], tags="VIP", description="Joiner",
    )  # fmt: skip


def test_A3_a_person_becomes_a_company_and_nothing_is_lost(person, make) -> None:
    employee = make("Employee", kind="person")
    link = links.create(person.id, employee.id, {"role": "Clerk"})
    ids = [row.id for row in live_rows(person.id)]
    changed = kinds.change_kind(person.id, "company")
    db.session.flush()
    db.session.expire_all()
    assert changed.id == person.id
    assert (person.kind, person.company_name, person.first_name, person.birth_date) == (
        "company", "Yann Marie Kerbrat", "", None
    )  # fmt: skip
    assert ([row.id for row in live_rows(person.id)], person.tags, person.description) == (ids, ["VIP"], "Joiner")
    assert [one.id for one in links.persons_of(person.id)] == [link.id]
    entry = of_contact(person.id, limit=1)[0]
    assert entry.action == "kind_changed"
    assert entry.changes == {
        "kind": ["person", "company"], "company_name": ["", "Yann Marie Kerbrat"], "first_name": ["Yann", ""],
        "middle_name": ["Marie", ""], "last_name": ["Kerbrat", ""], "title": ["dr", ""],
        "birth_date": ["1970-05-01", None],
    }  # fmt: skip
    assert person.sort_name == "yann marie kerbrat"
    assert [row.id for row in ListQuery(q="yann marie").page().rows] == [person.id]


def test_A3_a_company_becomes_a_person(make, system) -> None:
    company = make("Jean Dupont", legal_form="ei", company_name2="Atelier")
    kinds.change_kind(company.id, "person")
    assert (company.kind, company.first_name, company.last_name, company.company_name) == (
        "person", "Jean", "Dupont", ""
    )  # fmt: skip
    changes = of_contact(company.id, limit=1)[0].changes
    assert (changes["legal_form"], changes["company_name2"]) == (["ei", ""], ["Atelier", ""])
    long = make("Dupont Père et Fils")
    kinds.change_kind(long.id, "person", names={"first_name": "Paul", "last_name": "Dupont"})
    assert long.name == "Paul Dupont"


def test_A3_the_same_kind_changes_nothing(person) -> None:
    version = person.version
    kinds.change_kind(person.id, "person")
    assert person.version == version


def test_A3_a_contact_person_stays_a_person_until_its_links_go(make, person) -> None:
    party = make("Party")
    link = links.create(party.id, person.id, {})
    with pytest.raises(Refused) as error:
        kinds.change_kind(person.id, "company")
    assert [(one.endpoint, one.values) for one in error.value.details["blockers"]] == [
        ("links.edit", {"link_id": link.id})
    ]
    links.remove(link.id)
    assert kinds.change_kind(person.id, "company").kind == "company"


def test_A3_a_parent_company_stays_a_company(make, system) -> None:
    parent = make("Parent")
    child = make("Child", parent_id=parent.id)
    with pytest.raises(Refused):
        kinds.change_kind(parent.id, "person")
    services.update(child.id, {"parent_id": ""})
    assert kinds.change_kind(parent.id, "person").last_name == "Parent"


def test_A3_bad_input_is_refused_in_words(make, person, as_role) -> None:
    from webapp.acting import acting

    with pytest.raises(Invalid):
        kinds.change_kind(person.id, "robot")
    with pytest.raises(Invalid) as error:
        kinds.change_kind(person.id, "company", names={"company_name": "x" * 999})
    assert list(error.value.errors) == ["company_name"]
    with pytest.raises(Stale):
        kinds.change_kind(person.id, "company", version=person.version + 1)
    nobody = make("Only name", kind="company")
    with pytest.raises(Invalid):
        kinds.change_kind(nobody.id, "person", names={"first_name": "", "last_name": " "})
    with acting(as_role("reader")), pytest.raises(Forbidden):
        kinds.change_kind(person.id, "company")


def test_A3_the_page_says_where_each_value_goes_and_does_it(sign_in, person) -> None:
    client = sign_in("editor")
    page = client.get(f"/contacts/{person.id}/kind").text
    for text in ("becomes a company", 'value="Yann Marie Kerbrat"', "May 1, 1970", "Birth date"):
        assert text in page
    sent = {"kind": "company", "version": str(person.version), "company_name": "Kerbrat SARL"}
    assert client.submit(f"/contacts/{person.id}/kind", {**sent, "version": "0"}).status_code == 409
    assert client.submit(f"/contacts/{person.id}/kind", {**sent, "company_name": "x" * 999}).status_code == 422
    assert client.submit(f"/contacts/{person.id}/kind", sent).status_code == 303
    db.session.expire_all()
    assert (person.kind, person.company_name) == ("company", "Kerbrat SARL")
    assert sign_in("reader").get(f"/contacts/{person.id}/kind").status_code == 403


def test_A3_the_page_names_every_blocker_with_its_remedy(sign_in, make, person) -> None:
    for name in ("One", "Two"):
        links.create(make(name).id, person.id, {})
    client = sign_in("editor")
    for answer in (client.get(f"/contacts/{person.id}/kind"), client.submit(f"/contacts/{person.id}/kind")):
        for name in ("One", "Two"):
            assert f"Contact person of {name}" in answer.text
        assert "first remove this link" in answer.text
    assert answer.status_code == 409
