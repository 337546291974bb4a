"""Filters of the lists: what they narrow, what they say, and that all of it lies in the address (spec A1, G1)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from webapp.accounts.models import User
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.errors import Invalid
from webapp.lists.query import ListQuery


def listed(*pairs: tuple[str, str], function: str = "") -> set[str]:
    """Names of the contacts that a list with these arguments shows."""
    query = ListQuery.read(MultiDict(pairs), function)
    names = {row.company_name or row.last_name for row in query.page().rows}
    assert query.count() == len(names)
    return names


def at(city: str = "", country: str = "") -> list[dict[str, str]]:
    return [{"purpose": "main", "city": city, "country": country}]


@pytest.fixture
def people(make, user):
    """Four contacts that differ in everything that lists are narrowed by; the users who are responsible for two."""
    mine, left = user("editor"), user("editor")
    mine.name, left.name = "Ida", "Léa"
    make("Kerbrat", functions=["customer"], addresses=at("Saint-Étienne", "FR"), tags=["VIP"], responsible_id=mine.id)
    make(
        "Hofer",
        functions=["customer", "supplier"],
        addresses=at("Köln", "DE"),
        tags=["Été", "VIP"],
        emails=[{"value": "h@x.example"}],
    )
    make("Ruiz", kind="person", functions=["prospect"], addresses=at("Madrid", "ES"), responsible_id=left.id)
    make("Anon", kind="person")
    left.active = False
    db.session.flush()
    return mine, left


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([("kind", "person")], {"Ruiz", "Anon"}),
        ([("function", "supplier")], {"Hofer"}),
        ([("function", "none")], {"Anon"}),
        ([("function", "none"), ("function", "prospect")], {"Ruiz", "Anon"}),
        ([("tag", "ete")], {"Hofer"}),
        ([("tag", "vip")], {"Kerbrat", "Hofer"}),
        ([("tag", "nobody wears it")], set()),
        ([("city", "SAINT-ETIENNE")], {"Kerbrat"}),
        ([("city", "Köln"), ("city", "madrid")], {"Hofer", "Ruiz"}),
        ([("country", "FR"), ("country", "DE")], {"Kerbrat", "Hofer"}),
        ([("country", "FR"), ("country", "DE"), ("kind", "company"), ("function", "supplier")], {"Hofer"}),
        ([("responsible", "nobody")], {"Hofer", "Anon"}),
        ([("prospect_status", "new"), ("prospect_status", "qualified")], {"Ruiz"}),
        ([("prospect_status", "qualified")], set()),
        ([("country", "FR"), ("q", "hofer")], set()),
        ([("created", "1d")], {"Kerbrat", "Hofer", "Ruiz", "Anon"}),
        ([("created", "2020")], set()),
        ([("created", "2020"), ("created", "30d")], {"Kerbrat", "Hofer", "Ruiz", "Anon"}),
        ([("changed", "7d"), ("kind", "company")], {"Kerbrat", "Hofer"}),
        ([("email", "none")], {"Kerbrat", "Ruiz", "Anon"}),
        ([("email", "any")], {"Hofer"}),
    ],
)
def test_G1_a_filter_narrows_the_list(people, system, arguments, names) -> None:
    assert listed(*arguments) == names


def test_G1_several_filters_of_one_list_by_its_responsible(people, system, as_role) -> None:
    mine, left = people
    assert listed(("responsible", str(mine.id))) == {"Kerbrat"}
    assert listed(("responsible", str(left.id)), ("responsible", str(mine.id))) == {"Kerbrat", "Ruiz"}


def test_G1_me_is_who_looks(people, sign_in, make) -> None:
    client = sign_in("editor")
    assert "Nothing found" in client.get("/contacts?responsible=me").text
    own = db.session.scalar(sa.select(Contact).where(Contact.company_name == "Hofer"))
    own.responsible_id = db.session.scalar(sa.select(sa.func.max(User.id)))
    page = client.get("/contacts?responsible=me").text
    assert "Hofer" in page
    assert "Kerbrat" not in page


def test_A1_a_functions_list_is_narrowed_to_those_with_another(people, system) -> None:
    assert listed(("function", "supplier"), function="customer") == {"Hofer"}


@pytest.mark.parametrize(
    "argument",
    [
        "kind=animal", "function=nonsense", "country=XX", "country=fr", "responsible=999999999", "responsible=you",
        "responsible=99999999999999999999", "tag=%20", "city=%00", "prospect_status=old", "kind=person&kind=company",
        "created=tomorrow", "created=3d", "created=1800", "created=2026-02-30",
        "created=2026-02-01..2026-01-01",
        "created=2026-01-01..", "changed=9999-12-31", "changed=..", "email=some",
        "tag=" + "x" * 201, "&".join(f"tag={number}" for number in range(21)),
    ],
)  # fmt: skip
def test_G1_a_value_that_a_filter_does_not_know_is_refused_with_one_way_on(sign_in, argument) -> None:
    client = sign_in("reader")
    for address in (f"/contacts?{argument}", f"/contacts/filters?{argument}"):
        answer = client.get(address)
        assert answer.status_code == 422
        assert "choose one it offers" in answer.text
        assert 'href="/contacts"' in answer.text


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("2026-03-01", {"first", "second"}),
        ("2026-02-28", {"before"}),
        ("2026-02-28..2026-03-01", {"before", "first", "second"}),
        ("2026", {"before", "first", "second", "behind"}),
    ],
)
def test_G1_a_day_lasts_from_midnight_to_midnight_of_the_firms_zone(app, make, system, period, found) -> None:
    """The sample firm's zone is an hour ahead of UTC in winter."""
    moments = {
        "before": dt.datetime(2026, 2, 28, 22, 59, 59, tzinfo=dt.UTC),
        "first": dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC),
        "second": dt.datetime(2026, 3, 1, 22, 59, 59, tzinfo=dt.UTC),
        "behind": dt.datetime(2026, 3, 1, 23, tzinfo=dt.UTC),
    }
    for name, moment in moments.items():
        one = make(name)
        for column in (Contact.created_at, Contact.updated_at):
            db.session.execute(sa.update(Contact).where(Contact.id == one.id).values({column: moment}))
    for key in ("created", "changed"):
        assert listed((key, period)) == found


def test_G1_periods_are_offered_and_said_in_words(people, sign_in) -> None:
    client = sign_in("reader")
    form = client.get("/contacts/filters?created=2026-03-01..2026-03-31").text
    for words in ("Last 7 days", "Last 365 days", "Without e-mail", "Mar 1, 2026 to Mar 31, 2026"):
        assert words in form
    page = client.get("/contacts?created=30d&changed=2020&email=none").text
    for words in ("Last 30 days", "2020", "Without e-mail"):
        assert f"<b>{words}</b>" in page


def test_G1_a_made_up_value_is_refused_in_the_query_too(system) -> None:
    with pytest.raises(Invalid):
        ListQuery(filters={"nothing": "1"}).page()


def test_G1_chips_say_the_filters_and_each_can_go(people, sign_in) -> None:
    _mine, left = people
    address = f"/contacts?q=ru&country=ES&country=DE&responsible={left.id}&sort=-name"
    page = sign_in("reader").get(address).text
    assert re.search(r"Country:.*<b>Spain, Germany</b>", page)
    assert "<b>Léa (switched off)</b>" in page
    without = re.findall(r'href="([^"]+)"[^>]*aria-label="Remove the filter “(\w+)', page)
    assert [(name, url.replace("&amp;", "&")) for url, name in without] == [
        ("Country", f"/contacts?q=ru&responsible={left.id}&sort=-name"),
        ("Responsible", "/contacts?q=ru&country=ES&country=DE&sort=-name"),
    ]
    # Whatever leads on from here keeps what was chosen: sorting, the search's form.
    assert f"/contacts?q=ru&amp;country=ES&amp;country=DE&amp;responsible={left.id}&amp;sort=city" in page
    assert page.count('form="list-search" name="country"') == 2


def test_G4_the_form_of_filters_works_by_itself(people, sign_in) -> None:
    _mine, left = people
    client = sign_in("reader")
    page = client.get("/contacts/filters?list=customer&q=er&country=FR&tag=VIP&sort=-name").text
    assert re.search(r'<form[^>]*action="/customers" method="get"', page)
    assert "hx-get" not in page.partition("<main")[2].partition("</main>")[0]
    for kept in ('name="q" value="er"', 'name="sort" value="-name"', 'name="country" value="FR" checked'):
        assert kept in page
    assert re.search(r'name="tag" value="VIP" checked', page)
    # Suggested are the cities and tags in use, and of the users switched off those who still have contacts.
    for offered in ("Köln", "Été", "Léa (switched off)", "Without function"):
        assert offered in page
    assert client.get("/contacts/filters?list=nothing").status_code == 404
    assert client.get(f"/contacts?kind=&tag=&country=&responsible={left.id}").status_code == 200


def test_G1_the_short_address_stays(people, sign_in) -> None:
    client = sign_in("reader")
    htmx = {"HX-Request": "true", "HX-Target": "div#list"}
    answer = client.get("/contacts?q=&kind=&country=FR&country=&tag=", headers=htmx)
    assert answer.headers["HX-Push-Url"] == "/contacts?country=FR"
    assert "HX-Push-Url" not in client.get("/contacts?country=FR", headers=htmx).headers


class TestEmpty:
    def test_G1_nobody_yet_offers_to_create_and_to_import(self, sign_in) -> None:
        page = sign_in("manager").get("/customers").text
        assert "Nobody is here yet" in page
        assert 'href="/contacts/new?function=customer"' in page
        assert page.count('href="/import"') == 3  # side bar, head, here

    def test_G1_who_may_not_is_not_offered_it(self, sign_in) -> None:
        page = sign_in("reader").get("/contacts").text
        assert "/contacts/new" not in page
        assert "/import" not in page

    def test_G1_nothing_found_leads_out(self, sign_in, people) -> None:
        page = sign_in("reader").get("/contacts?country=FR&kind=person").text
        assert "No contact matches all the filters." in page
        empty = page.partition('class="c-empty"')[2]
        assert 'href="/contacts"' in empty
        assert 'href="/contacts?kind=person"' in empty
        assert 'href="/contacts?kind=person&amp;country=FR&amp;archived=1"' in empty
