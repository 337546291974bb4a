"""Whatever a list is narrowed to and sorted by, no database walks through all contacts without an index (spec G1)."""

from __future__ import annotations

from itertools import product

import pytest
from werkzeug.datastructures import MultiDict

from webapp.db import db
from webapp.lists.query import ListQuery

FILTERS = [
    "", "q=kerbrat", "kind=person", "function=customer", "function=none", "tag=VIP", "city=Brest", "country=FR",
    "country=FR&country=DE", "responsible=nobody", "prospect_status=new", "archived=1", "kind=person&country=FR",
]  # fmt: skip


@pytest.mark.parametrize(("chosen", "sort"), list(product(FILTERS, ["name", "city", "changed"])))
def test_G1_every_filter_and_order_has_an_index(app, system, chosen, sort) -> None:
    query = ListQuery.read(MultiDict(pair.split("=") for pair in f"sort={sort}&{chosen}".strip("&").split("&")))
    listed = query.ids().limit(51)
    connection = db.session.connection()
    text = listed.compile(connection, compile_kwargs={"literal_binds": True}).string
    if connection.dialect.name == "sqlite":
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        walks = [line for line in plan if line.startswith("SCAN contact") and "INDEX" not in line]
    else:
        # A base without rows has no plan worth reading unless walking is forbidden.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {text}")]
        walks = [line for line in plan if "Seq Scan on contact" in line]
    assert not walks, "\n".join(plan)
