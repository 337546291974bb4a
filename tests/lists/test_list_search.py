"""Searching the lists: what is found, sorted and page by page, and that nothing typed is an error (spec G1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.services import activate, save_fields
from webapp.lists import walk
from webapp.lists.query import CAP, ListQuery


def found(q: str, **more: str) -> list[str]:
    query = ListQuery.read(MultiDict({"q": q, **more}))
    names = [row.company_name or f"{row.first_name} {row.last_name}".strip() for row in query.page().rows]
    assert query.count() == query.total() == len(names)
    assert len(list(db.session.scalars(sa.select(Contact.id).where(*query.where())))) == len(names)
    return names


@pytest.fixture
def folk(make, system):
    anna = make("Müller", kind="person", first_name="Anna", emails=[{"value": "anna@weiß.example"}])
    make("O'Brien & Co", addresses=[{"purpose": "main", "city": "Saint-Étienne", "postal_code": "42000"}])
    make("100 % Öko_Bau", phones=[{"value": "+33 1 40 20 50 50"}])
    make("\U0001f600 Lachfabrik")
    make("東京 GmbH")
    make("C++ AND \\ OR")
    activate(anna.id, "customer", {"number": "C-9"})
    save_fields(anna.id, "customer", {"number": "K-10"})
    db.session.commit()


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("muller", ["Anna Müller"]),
        ("ULLE ann", ["Anna Müller"]),
        ("weiss", ["Anna Müller"]),
        ("c-9", ["Anna Müller"]),
        ("k-10", ["Anna Müller"]),
        ("etienne", ["O'Brien & Co"]),
        ("o’brien", ["O'Brien & Co"]),
        ("420", ["O'Brien & Co"]),
        ("140205", ["100 % Öko_Bau"]),
        # Under three letters: beginnings of words.
        ("a", ["Anna Müller", "C++ AND \\ OR"]),
        ("mü", ["Anna Müller"]),
        ("ul", []),
        ("ok", ["100 % Öko_Bau"]),
        ("東京", ["東京 GmbH"]),
        ("c+", ["C++ AND \\ OR"]),
        ("a m", ["Anna Müller"]),
        ("a x", []),
        # Words and signs that mean something to the indexes.
        ("c++ and", ["C++ AND \\ OR"]),
        ("oko_b", ["100 % Öko_Bau"]),
        ("o_o", []),
        ("öko%", []),
        ('anna" OR "lach', []),
        ("anna*", []),
        ("NEAR(anna muller)", []),
        ("search_text:anna", []),
        ("-anna", []),
        ("& co", ["O'Brien & Co"]),
        # Signs alone are in no index.
        ("%_\\", []),
        ("%", []),
        ("\U0001f600", []),
        ("\U0001f600 lach", ["\U0001f600 Lachfabrik"]),
        ("' --", []),
        ("x" * 10_000, []),
        ("anna " * 2_000, ["Anna Müller"]),
        ("\x00anna\x00", ["Anna Müller"]),
        ("\ud800anna", ["Anna Müller"]),
    ],
)
def test_G1_what_is_typed_is_found_or_not_and_never_an_error(folk, q, names) -> None:
    for sort in ("name", "-changed", "responsible", "tags"):
        assert sorted(found(q, sort=sort)) == sorted(names)


@pytest.mark.parametrize("q", ["", "   ", "\t\u3000\n"])
def test_G1_nothing_but_blanks_is_no_search(folk, q) -> None:
    assert len(found(q)) == 6


@pytest.mark.parametrize("q", ["%_\\", "x" * 10_000, '"', "a AND (", "\U0001f600", "%00", "'"])
def test_G1_any_search_is_answered_by_a_page(folk, sign_in, q) -> None:
    answer = sign_in("reader").get("/contacts", query_string={"q": q})
    assert answer.status_code == 200
    assert "Nothing found" in answer.text


@pytest.fixture(params=[(10, (4_000,)), (2, (5, 15, 60))], ids=["looked up at once", "walked further first"])
def firms(request, make, monkeypatch, system):
    """A search that stretches are too short for: every third of 60 firms, those of D standing together in the end."""
    monkeypatch.setattr(walk, "FIRST", request.param[0])
    monkeypatch.setattr(walk, "FURTHER", request.param[1])
    for number in range(60):
        make(f"{'ABCD'[number // 15]}irm {number:02} {'Paris' if number % 3 == 0 else 'Ulm'}")


@pytest.mark.parametrize(("q", "count"), [("irm", 60), ("paris", 20), ("dirm", 15), ("d", 15), ("firm", 0), ("57", 1)])
def test_G1_a_search_is_leafed_through_whether_frequent_rare_or_in_one_place(firms, q, count) -> None:
    for sort in ("name", "-name"):
        query = replace(ListQuery.read(MultiDict({"q": q, "sort": sort})), size=7)
        names, page = [], query.page()
        while True:
            names += [row.company_name for row in page.rows]
            if not page.next:
                break
            page = replace(ListQuery.read(MultiDict({"q": q, "sort": sort, "after": page.next})), size=7).page()
        assert len(names) == count
        assert names == sorted(names, reverse=sort == "-name")


def test_G1_counts_are_capped_and_exact_on_request(firms, monkeypatch) -> None:
    query = ListQuery.read(MultiDict({"q": "irm"}))
    assert (query.count(), query.total()) == (60, 60)
    monkeypatch.setattr(walk, "CAP", 25)
    assert (query.count(), query.total()) == (26, 60)
    assert CAP == 1000


def test_G1_a_search_costs_a_bounded_number_of_statements(firms, statements) -> None:
    for q in ("irm", "paris", "d", "57", "nobody"):
        with statements() as seen:
            ListQuery.read(MultiDict({"q": q, "kind": "company"}), "").page()
        # A stretch, longer ones or two candidates counted, how many a search fits, and the look-up.
        assert len([text for text in seen.texts if text.startswith(("SELECT", "WITH"))]) <= 4 + len(walk.FURTHER)


def test_G1_names_of_hits_are_read_from_an_index_that_holds_them(firms, app, connection) -> None:
    if connection.dialect.name != "sqlite":
        # There the contacts are read in any case: its index of words only says where one may stand.
        return
    seen = []

    def note(_connection, _cursor, text, values, *_more) -> None:
        seen.append((text, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    ListQuery.read(MultiDict({"q": "dirm"})).page()
    sa.event.remove(connection, "before_cursor_execute", note)
    plan = [row[3] for text, values in seen for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
    assert any("COVERING INDEX contact_search_names" in line for line in plan), "\n".join(plan)
