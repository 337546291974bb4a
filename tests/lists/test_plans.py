"""Whatever a list is narrowed to and sorted by, no database walks through all contacts without an index (spec G1).

SQLite takes a table that was never analysed for one of a million rows. PostgreSQL has no plan worth reading for a few,
unless reading all of them is forbidden.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.lists.query import ListQuery
from webapp.lists.sorts import SORTS

FILTERS = [
    "", "q=kerbrat", "kind=person", "function=customer", "function=none", "tag=VIP", "city=Brest", "country=FR",
    "country=FR&country=DE", "responsible=nobody", "prospect_status=new", "lost=price", "lost=no",
    "archived=1", "kind=person&country=FR",
    "created=7d", "created=2024&created=2025", "changed=2024-01-01..2024-02-01", "q=a", "q=xq", "q=a&country=FR",
]  # fmt: skip
INDEXED = [one.key for one in SORTS.values() if one.indexed]
LISTED = [one.key for one in SORTS.values() if one.listed]
TABLES = ("contact", "contact_listing", "contact_function", "contact_email", "contact_tag")


def read(text: str, function: str = "") -> ListQuery:
    return ListQuery.read(MultiDict(pair.split("=") for pair in text.strip("&").split("&")), function)


@pytest.fixture
def plans(app, make, system):
    """Runs something and gives the plan of each statement that reads contacts."""
    make("Kerbrat", functions=["customer", "supplier"], tags=["VIP"])
    make("Hofer", kind="person", functions=["prospect"])
    db.session.commit()
    connection = db.session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")

    def run(ask) -> list[str]:
        seen: list[tuple[str, object]] = []

        def note(_connection, _cursor, text, values, *_more) -> None:
            seen.append((text, values))

        event.listen(connection, "before_cursor_execute", note)
        try:
            ask()
        finally:
            event.remove(connection, "before_cursor_execute", note)
        lines = []
        for text, values in seen:
            if text.startswith(("SELECT", "WITH")) and "contact" in text:
                explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
                found = connection.exec_driver_sql(f"{explain} {text}", values)
                lines += [row[3] if is_sqlite else row[0] for row in found]
        assert lines
        return lines

    return run


def walks(lines: list[str]) -> list[str]:
    """Those that read a whole table row by row."""
    of_sqlite = [f"SCAN {table}" for table in TABLES]
    of_postgresql = [f"Seq Scan on {table} " for table in TABLES]
    return [
        line
        for line in lines
        if (line.strip() in of_sqlite or any(one in line for one in of_postgresql)) and "INDEX" not in line
    ]


def sorts(lines: list[str]) -> list[str]:
    """Those that sort what they read of a list, and not the rows of a page once more."""
    pairs = zip(["", *lines], lines, strict=False)
    of_sqlite = [
        before for before, line in pairs if "TEMP B-TREE FOR ORDER BY" in line and " USING INDEX ix_" in before
    ]
    return of_sqlite or [line for line in lines if "Sort  (cost" in line][1:]


@pytest.mark.parametrize("chosen", FILTERS)
def test_G1_every_filter_and_order_has_an_index(plans, chosen) -> None:
    for function, sort in product(("", "customer"), ("name", "city", "changed", "responsible")):
        query = read(f"sort={sort}&{chosen}", function)
        for ask in (query.page, query.count, query.total):
            lines = plans(ask)
            assert not walks(lines), f"{function} {sort} {ask.__name__}\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("function", "sort"), [*(("", sort) for sort in INDEXED), *product(("customer", "supplier"), LISTED)]
)
def test_G1_a_page_is_a_walk_of_its_order_wherever_it_lies(plans, function, sort) -> None:
    """From the front, from the end, from a place far behind; its neighbours, and its rank."""
    place = read(f"sort={sort}", function).place_of(db.session.scalars(sa.select(Contact)).first())
    for mark, cursor, backward in product(("", "-"), (None, place), (False, True)):
        query = replace(read(f"sort={mark}{sort}", function), cursor=cursor, backward=backward)
        lines = plans(query.page)
        assert not walks(lines), "\n".join(lines)
        assert sort in ("responsible", "functions") or not sorts(lines), "\n".join(lines)
    query = read(f"sort={sort}", function)
    for ask in (lambda: query.neighbour(place, onward=True), lambda: query.rank(place), query.count):
        assert not walks(plans(ask))


@pytest.fixture
def known_to_the_planner(app) -> None:
    """Enough contacts that PostgreSQL has a choice, and what it has to know of them."""
    day = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    rows = [
        {"kind": "company" if one % 100 else "person", "country": "DE" if one % 100 else "FR", "sort_name": f"n{one}",
         "created_at": day, "updated_at": day + dt.timedelta(minutes=one)}
        for one in range(3000)
    ]  # fmt: skip
    db.session.execute(sa.insert(Contact), rows)
    db.session.execute(sa.text("ANALYZE contact"))


@pytest.mark.parametrize("sort", ["name", "changed"])
def test_G1_one_value_of_a_filter_is_walked_in_the_order_of_the_list(known_to_the_planner, plans, sort) -> None:
    for chosen in ("country=FR", "country=FR&function=none") if sort == "changed" else ("country=FR", "kind=person"):
        lines = plans(read(f"sort={sort}&{chosen}").page)
        column = chosen.partition("=")[0]
        assert any(f"ix_contact_live_by_{column}_" in line for line in lines), "\n".join(lines)
