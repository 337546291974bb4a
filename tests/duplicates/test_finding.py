"""While one types: the likeliest doubles by all that is typed, whatever their function, with why (spec A6)."""

from __future__ import annotations

import pytest

from plugins.duplicates.finding import Finder
from webapp.acting import Act, acting
from webapp.contacts import services
from webapp.db import db
from webapp.errors import Forbidden
from webapp.ports import Doubles
from webapp.registry import registry

HOME = {"street": "12 rue de la Gare", "postal_code": "29000", "city": "Quimper"}


@pytest.fixture
def jean(make, system):
    return make(
        "Dupont", kind="person", first_name="Jean", birth_date="1980-04-07", addresses=[HOME], functions=["supplier"],
        emails=[{"value": "jean@dupont.example"}, {"value": "jd@firme.example"}], phones=[{"value": "02 98 55 01 20"}],
    )  # fmt: skip


def found(**values) -> dict[int, str]:
    return {one.contact.id: one.why for one in registry().service(Doubles).find({"kind": "person", **values})}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"first_name": "Dupond", "last_name": "Jean", "birth_date": "1980-04-07"},
         "Similar name in another order, same birth date"),
        ({"first_name": "J", "last_name": "Dupont", "addresses": [{**HOME, "street": "12, r. de la gare"}]},
         "Similar name, same address"),
        ({"last_name": "Other", "emails": [{"value": "JD+lists@firme.example"}]}, "Same e-mail"),
        ({"last_name": "Dupont", "phones": [{"value": "+33298550120"}]}, "Same phone, same last name"),
        ({"first_name": "Jean", "last_name": "Dupont"}, "Same name"),
        ({"first_name": "Jean", "last_name": "Dupomt"}, "Similar name"),
    ],
)  # fmt: skip
def test_A6_a_double_is_found_with_why(jean, values, why) -> None:
    assert isinstance(registry().service(Doubles), Finder)
    assert found(**values) == {jean.id: why}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"first_name": "Marie", "last_name": "Dupont", "birth_date": "1951-11-23",
         "addresses": [{"street": "3 quai Sud", "postal_code": "69001", "city": "Lyon"}]},
        {"emails": "nonsense", "phones": [{"value": 7}, "x"], "addresses": None, "birth_date": 7, "vat_id": "\x00"},
    ],
)  # fmt: skip
def test_A6_what_is_like_nobody_finds_nobody_whatever_it_is(jean, values) -> None:
    assert found(**values) == {}


def test_A6_a_person_and_a_company_of_one_mailbox(jean) -> None:
    typed = {
        "kind": "company",
        "company_name": "Kerbrat",
        "emails": [{"value": "jd@firme.example"}],
        "addresses": [HOME],
    }
    assert [(one.contact.id, one.why) for one in Finder().find(typed)] == [(jean.id, "Same e-mail")]


def test_A6_only_live_contacts_not_itself_and_at_most_five(jean, make) -> None:
    values = {"kind": "person", "first_name": "Jean", "last_name": "Dupont", "birth_date": "1980-04-07"}
    finder = Finder()
    assert finder.find(values, but=jean.id) == []
    for _time in range(7):
        make("Dupont", kind="person", first_name="Jean", birth_date="1980-04-07")
    assert len(finder.find(values)) == 5
    assert len(finder.find(values, limit=2)) == 2
    for one in finder.find(values, limit=20):
        services.archive(one.contact.id)
    assert finder.find(values) == []


def test_A6_costs_the_same_for_2_and_many(make, system, statements) -> None:
    sizes = []
    values = {
        "kind": "company",
        "company_name": "Spedition Kühn",
        "addresses": [HOME],
        "phones": [{"value": "0298550120"}],
    }
    for number in (2, 60):
        for one in range(number):
            make(f"Spedition Kühn {one}", addresses=[HOME], phones=[{"value": "02 98 55 01 20"}])
        db.session.commit()
        with statements() as seen:
            assert Finder().find(values)
        sizes.append(len(seen))
    assert sizes[0] == sizes[1] <= 6


def test_A6_a_search_is_refused_without_the_right(jean) -> None:
    with acting(Act(user_id=None, role=None, way="form")), pytest.raises(Forbidden):
        Finder().find({"kind": "company", "company_name": "x"})
