"""Giving and reporting numbers walks through no table of them without an index (design: performance)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from plugins.number_ranges import kinds, report, switches
from webapp.db import db
from webapp.functions.bulk import activate_many
from webapp.functions.services import activate, convert
from webapp.ports import Numbering
from webapp.registry import registry


@pytest.fixture
def walked(app, make, system):
    """Runs something, and names the tables that were read whole by the statements of it that read."""
    make("Kerbrat", functions=["customer", "supplier"])
    switches.save_accounts({"number_ranges.debtor.on": True})
    db.session.commit()
    connection = db.session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")

    def run(ask) -> list[str]:
        seen = []

        def note(_connection, _cursor, text, values, _context, many) -> None:
            if not many and text.split(None, 1)[0] in ("SELECT", "UPDATE"):
                seen.append((text, values))

        event.listen(connection, "before_cursor_execute", note)
        try:
            ask()
        finally:
            event.remove(connection, "before_cursor_execute", note)
        lines = []
        for text, values in seen:
            explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            lines += [str(row[-1]) for row in connection.exec_driver_sql(explain + text, values)]
        assert lines
        # A walk along a key that answers by itself is no walk through the table.
        scan = re.compile(r"(SCAN|Seq Scan on) (contact_number|customer|contact)\b(?!.* USING )")
        return [line for line in lines if scan.search(line)]

    return run


def test_F3_numbers_are_given_and_looked_for_by_their_keys(walked, make) -> None:
    one, two, three, four = (make(f"Firm {at}") for at in range(4))
    activate(four.id, "prospect")
    assert walked(lambda: activate(one.id, "customer")) == []
    assert walked(lambda: activate(two.id, "customer", {"number": "10400", "debtor_account": "10001"})) == []
    assert walked(lambda: activate_many([three.id], "supplier")) == []
    assert walked(lambda: convert(four.id, "customer")) == []
    assert walked(lambda: registry().service(Numbering).preview("customer")) == []


def test_F3_the_report_reads_numbers_by_their_keys(walked, make, system) -> None:
    activate(make().id, "customer", {"number": "10400"})
    found = kinds.kind("common")
    assert walked(lambda: report.state(found)) == []
    assert walked(lambda: list(report.gaps(found))) == []
