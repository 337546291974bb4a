"""Sorting by every column: the same order on both databases, page by page, there and back (spec G1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from itertools import product
from random import Random

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from webapp.accounts.models import User
from webapp.administration.settings import value_list
from webapp.contacts import services
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.functions.services import activate, save_fields
from webapp.lists import walk
from webapp.lists.query import ListQuery
from webapp.lists.sorts import SORTS
from webapp.registry import registry
from webapp.text import fold, natural

NAMES = [
    "Éa",
    "Ébert",
    "zoë",
    "Müller",
    "muller",
    "O'Brien",
    "Saint-Martin",
    "Ångström",
    "Ŀuc",
    "10 Rue",
    "9 Rue",
    "Öl",
]
CITIES = ["Köln", "köln", "Brest", "", "Élancourt", "Zürich"]


def read(text: str, function: str = "") -> ListQuery:
    return ListQuery.read(MultiDict(pair.split("=") for pair in text.split("&") if pair), function)


@pytest.fixture
def many(make, user, system):
    """Forty contacts, many alike in what lists are sorted by, so that their ids decide."""
    dice = Random("lists")
    users = [user("editor"), user("manager"), user("reader")]
    for one, name in zip(users, ["Zoé", "Äbel", "zoe"], strict=True):
        one.name = name
    db.session.flush()
    made: list[Contact] = []
    for number in range(40):
        name = dice.choice(NAMES)
        contact = make(
            name,
            kind=dice.choice(["person", "company"]),
            addresses=[
                {"purpose": "main", "city": dice.choice(CITIES), "country": dice.choice(["FR", "DE", "", "ES"])}
            ],
            emails=[{"value": f"{dice.choice('ABba')}@{fold(name)[:1]}.example"}] if dice.random() < 0.6 else [],
            phones=[{"value": f"+33 1 40 20 50 5{dice.randrange(4)}"}] if dice.random() < 0.5 else [],
            tags=dice.sample(["VIP", "Été", "zebra", "Apfel"], dice.randrange(3)),
            responsible_id=dice.choice([None, *(one.id for one in users)]),
            category=dice.choice(["", *value_list("categories", "en")]),
            source=dice.choice(["", *value_list("sources", "en")]),
            language=dice.choice(["", "fr", "de"]),
            website=dice.choice(["", "https://b.example", "https://É.example", "https://a.example"]),
            parent_id=dice.choice([None, *(one.id for one in made if one.kind == "company")]),
        )
        for function in dice.choice([[], ["prospect"], ["customer"], ["supplier"], ["customer", "supplier"]]):
            activate(contact.id, function, {} if function == "prospect" else {"number": f"{function[0]}-{99 + number}"})
            if function == "customer" and dice.random() < 0.5:
                save_fields(contact.id, "customer", {"number": f"k{number}"})
        made.append(contact)
    people = [one for one in made if one.kind == "person"]
    for firm in made[::3]:
        for person in dice.sample(people, dice.randrange(4)):
            if person is not firm:
                db.session.add(ContactLink(person_id=person.id, party_id=firm.id))
    moment = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    for one in made:
        days = dt.timedelta(days=dice.randrange(5))
        db.session.execute(
            sa.update(Contact).where(Contact.id == one.id).values(created_at=moment, updated_at=moment + days)
        )
    db.session.commit()
    return [db.session.get_one(Contact, one.id) for one in made]


def in_python(sort: str, contact: Contact, function: str = ""):
    """What a contact is sorted by, worked out without the database."""
    present = {one.function: one.folded for one in contact.numbers if one.valid_to is None}
    former = sorted((one.valid_to, one.id, one.sort_value) for one in contact.numbers if one.valid_to is not None)
    responsible = db.session.get(User, contact.responsible_id) if contact.responsible_id else None
    order = [one.key for one in registry().functions()]
    lists = {"category": "categories", "source": "sources", "legal_form": "legal_forms"}
    if sort in lists:
        return ["", *value_list(lists[sort], "en")].index(getattr(contact, sort))
    return {
        "name": lambda: contact.sort_name,
        "city": lambda: fold(contact.city),
        "number": lambda: natural(present.get(function, "")) if function else contact.sort_number,
        "changed": lambda: contact.updated_at,
        "created": lambda: contact.created_at,
        "country": lambda: (contact.country, contact.sort_name),
        "kind": lambda: (contact.kind, contact.sort_name),
        "responsible": lambda: (
            responsible is None,
            fold(f"{responsible.name} {responsible.email}") if responsible else "",
            contact.sort_name,
        ),
        "email": lambda: contact.emails[0].normalised if contact.emails else "",
        "phone": lambda: contact.phones[0].normalised if contact.phones else "",
        "tags": lambda: min((fold(one) for one in contact.tags), default=""),
        "functions": lambda: (
            min(map(order.index, functions_of([contact.id]).get(contact.id, ())), default=9),
            contact.sort_name,
        ),
        "persons": lambda: db.session.scalar(
            sa.select(sa.func.count()).select_from(ContactLink).where(ContactLink.party_id == contact.id)
        ),
        "former": lambda: former[-1][2] if former else "",
        "language": lambda: contact.language,
        "vat_id": lambda: contact.vat_id_normalised or contact.vat_id,
        "website": lambda: contact.website,
        "parent": lambda: db.session.get_one(Contact, contact.parent_id).sort_name if contact.parent_id else "",
    }[sort]()  # fmt: skip


def leaf(query: ListQuery) -> tuple[list[int], list[int]]:
    """The ids of all pages to the end, and of all pages back to the front from there."""
    onward, page, args = [], query.page(), MultiDict(query.arguments())
    while True:
        onward += [row.id for row in page.rows]
        if not page.next:
            break
        args["after"] = page.next
        page = replace(ListQuery.read(args, query.function), size=query.size).page()
    back = [row.id for row in page.rows]
    args.pop("after", None)
    while page.previous:
        args["before"] = page.previous
        page = replace(ListQuery.read(args, query.function), size=query.size).page()
        back = [row.id for row in page.rows] + back
    return onward, back


@pytest.mark.parametrize("function", ["", "customer"])
def test_G1_every_order_is_the_same_page_by_page_there_and_back(many, function) -> None:
    listed = [one for one in many if not function or function in functions_of([one.id]).get(one.id, [])]
    for sort in SORTS:
        for mark in ("", "-"):
            order = sorted(listed, key=lambda one, sort=sort: (in_python(sort, one, function), one.id))
            expected = [one.id for one in (reversed(order) if mark else order)]
            query = replace(read(f"sort={mark}{sort}", function), size=7)
            onward, back = leaf(query)
            assert onward == back == expected, f"{mark}{sort}"
            assert list(db.session.scalars(query.ids())) == expected, f"{mark}{sort}"
            assert query.count() == query.total() == len(expected)


@pytest.mark.parametrize("function", ["", "customer"])
def test_J3_the_place_in_every_order_knows_its_neighbours_and_its_rank(many, function) -> None:
    for sort in SORTS:
        query = read(f"sort=-{sort}", function)
        ids = list(db.session.scalars(query.ids()))
        for spot in (0, len(ids) // 2, len(ids) - 1):
            place = query.place_of(db.session.get_one(Contact, ids[spot]))
            assert query.rank(place) == (spot + 1, len(ids)), sort
            assert query.neighbour(place, onward=True) == (ids[spot + 1] if spot + 1 < len(ids) else None), sort
            assert query.neighbour(place, onward=False) == (ids[spot - 1] if spot else None), sort


NARROWED = [
    "country=FR", "country=FR&country=DE", "kind=person", "tag=vip&tag=ete", "city=KOLN", "function=customer",
    "function=none", "responsible=nobody&kind=company", "email=none", "function=customer&kind=person", "q=mul",
    "function=supplier&q=s-1", "q=a&country=DE", "archived=1", "archived=1&q=e&function=supplier",
]  # fmt: skip


ORDERS = [
    ("", "name"), ("", "-responsible"), ("", "email"), ("", "-functions"),
    ("customer", "-number"), ("customer", "-responsible"), ("customer", "functions"),
]  # fmt: skip


@pytest.mark.parametrize("first", [1, 9, 500])
def test_G1_what_is_narrowed_is_sorted_alike_by_whichever_way_it_is_found(many, monkeypatch, first) -> None:
    """Walked and tested in a short stretch, in a longer one, or looked up and sorted."""
    monkeypatch.setattr(walk, "FIRST", first)
    monkeypatch.setattr(walk, "LEAST", 1)
    for one in many[:9]:
        services.archive(one.id)
    db.session.flush()
    found = 0
    for narrowed, (function, sort) in product(NARROWED, ORDERS):
        query = replace(read(f"sort={sort}&{narrowed}", function), size=3)
        matching = set(db.session.scalars(sa.select(Contact.id).where(*query.where())))
        own = function or next((one for one in ("customer", "supplier") if f"function={one}" in narrowed), "")
        key = partial(in_python, sort.removeprefix("-"), function="" if query.archived else own)
        order = sorted((one for one in many if one.id in matching), key=lambda one, key=key: (key(one), one.id))
        expected = [one.id for one in (reversed(order) if query.descending else order)]
        onward, back = leaf(query)
        assert onward == back == expected, (narrowed, function, sort)
        assert query.count() == query.total() == len(expected)
        assert query.page().count in (None, len(expected))
        if expected:
            place = query.place_of(db.session.get_one(Contact, expected[-1]))
            assert query.rank(place) == (len(expected), len(expected))
            assert query.neighbour(place, onward=False) == (expected[-2] if len(expected) > 1 else None)
        found += len(expected)
    assert found > 300


def test_G1_a_list_costs_one_statement_by_every_indexed_order(many, statements) -> None:
    for function in ("", "customer"):
        for sort, one in SORTS.items():
            if one.indexed and (one.listed or not function or sort == "functions"):
                with statements() as seen:
                    page = read(f"sort={sort}", function).page()
                assert page.rows
                # The settings, which plug-ins are on among them, are read once in each unit of work.
                of_list = [text for text in seen.texts if not text.endswith("FROM setting")]
                assert len([text for text in of_list if text.startswith(("SELECT", "WITH"))]) == 1, sort


def test_G1_a_sort_by_an_unknown_column_is_refused_in_a_sentence(sign_in) -> None:
    client = sign_in("reader")
    for sort in ("shoesize", "-", "--name", "name;drop", "%00", "id"):
        answer = client.get(f"/contacts?sort={sort}")
        assert answer.status_code == 422, sort
        assert "can&#39;t be sorted that way" in answer.text
