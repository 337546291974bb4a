"""Renumbering whoever has what, at any size, and whatever runs at once: numbers stay unique (F3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from renumbered import from_before, numbers, own_range

from webapp import schema, testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.contacts.derived import number_of
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import db, transaction
from webapp.functions.renumbering import renumber_back, renumber_many, would_not_renumber
from webapp.functions.services import activate
from webapp.registry import registry
from webapp.text import fold, natural


def test_F3_the_number_of_statements_is_the_same_for_two_and_for_fifty(system, make, statements) -> None:
    """Among them are some whose number in lists changes, and some where it does not."""
    own_range()
    counted = set()
    for many in (2, 50):
        ids = [make("Firm", functions=["supplier", *(["customer"] if at % 2 else [])]).id for at in range(many)]
        with statements() as seen:
            told = renumber_many(ids, "supplier")
        assert {one.what for one in told.values()} == {"done"}
        assert sum("UPDATE number_range_value" in text for text in seen.texts) == 1
        with statements() as back:
            renumber_back({one: told[one].before for one in ids}, "supplier")
        with statements() as looked:
            assert not would_not_renumber(ids, "supplier")
        counted.add((len(seen), len(back), len(looked)))
    assert len(counted) == 1
    assert [few <= most for few, most in zip(counted.pop(), (20, 8, 6), strict=True)] == [True] * 3


FUNCTIONS = st.sets(st.sampled_from(["prospect", "customer", "supplier"]), max_size=2).filter(
    lambda some: some != {"prospect", "customer"}
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    wanted=st.lists(st.tuples(FUNCTIONS, st.booleans()), min_size=1, max_size=5),
    function=st.sampled_from(["prospect", "customer", "supplier"]),
    which=st.sampled_from(["all", "without"]),
    own=st.booleans(),
)
def test_F3_whoever_has_what_numbers_stay_unique_foreseen_and_come_back(
    app, system, make, wanted, function, which, own
) -> None:
    outer = db.session.begin_nested()
    if own:
        own_range()
    made = []
    for at, (functions, numbered) in enumerate(wanted):
        made.append(make(f"Firm {at}"))
        for one in sorted(functions):
            if numbered:
                activate(made[-1].id, one)
            else:
                with from_before(one):
                    activate(made[-1].id, one)
    ids = [one.id for one in made]
    before = {one.id: numbers(one) for one in made}
    foreseen = would_not_renumber(ids, function, which)
    told = renumber_many(ids, function, which)
    assert foreseen == {key: outcome for key, outcome in told.items() if outcome.what != "done"}
    shares = (
        {"supplier"}
        if own and function == "supplier"
        else {"prospect", "customer", "supplier"} - ({"supplier"} if own else set())
    )
    given_now = [
        {value for key, value in numbers(one).items() if key in shares} for one in made if told[one.id].what == "done"
    ]
    assert all(len(one) == 1 for one in given_now)
    assert len(set().union(*given_now)) == len(given_now)
    for one in made:
        present = {key: fold(value) for key, value in numbers(one).items()}
        assert one.sort_number == natural(number_of(present))
        assert set(present.values()) <= set(one.search_text.split())
    back = renumber_back({key: one.before for key, one in told.items() if one.what == "done"}, function)
    assert {one.what for one in back.values()} <= {"done"}
    assert {one.id: numbers(one) for one in made} == before
    outer.rollback()
    db.session.expire_all()


@pytest.fixture
def apart(applications: testing.Applications, database: str) -> Iterator[Any]:
    """An application on a database of its own, where what is committed is seen by all."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            yield app
            db.session.remove()
            db.engine.dispose()


def test_F3_those_who_renumber_and_activate_at_once_never_get_the_same_number(apart) -> None:
    def firm(name: str) -> int:
        contact = services.create({"kind": "company", "company_name": name})
        activate(contact.id, "customer")
        return contact.id

    with transaction():
        ids = [firm(f"Firm {at}") for at in range(10)]
    start = Barrier(3)

    def work(one: Callable[[int], Any]) -> None:
        with apart.app_context(), acting(acting_as_system("form")):
            start.wait()
            for at in range(5):
                with transaction():
                    one(at)
            db.session.remove()

    jobs = [
        lambda _at: renumber_many(ids, "customer"),
        lambda _at: renumber_many(ids[::-1], "customer"),
        lambda at: firm(f"New {at}"),
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, jobs))
    rows = db.session.execute(sa.select(ContactNumber.value, ContactNumber.contact_id, ContactNumber.valid_to)).all()
    assert len({row.value for row in rows}) == len(rows) == 10 + 2 * 5 * 10 + 5
    assert sorted(row.contact_id for row in rows if row.valid_to is None) == sorted(
        db.session.scalars(sa.select(Contact.id))
    )
