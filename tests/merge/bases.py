"""What tests of merging look at: every row of every table, and contacts that have some of everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.services import create
from webapp.db import Base, db
from webapp.functions.services import activate, live_rows

APART = {"history_entry", "job", "job_item", "contact_merge", "contact_merge_absorbed", "merge_step", "double_key"}
"""Tables that a merge and its undo write into for good, and the index by which doubles are found."""
ALOUD = {"version", "updated_at"}


def snapshot(but: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that a merge and its undo leave as they were."""
    db.session.flush()
    there = set(sa.inspect(db.session.connection()).get_table_names())
    found = {}
    for name, table in Base.metadata.tables.items():
        if name in there and name not in APART and name not in set(but):
            columns = [column for column in table.columns if column.name not in ALOUD]
            order = list(table.primary_key) or columns
            found[name] = [tuple(row) for row in db.session.execute(sa.select(*columns).order_by(*order))]
    return found


def differences(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, Any]:
    """What is not the same, by table: rows that are gone, rows that came."""
    return {
        name: ([row for row in rows if row not in after[name]], [row for row in after[name] if row not in rows])
        for name, rows in before.items()
        if rows != after[name]
    }


def company(name: str, functions: Sequence[str] = (), **values: Any) -> int:
    """A company with functions, and more where it is named."""
    made = create({"kind": "company", "company_name": name, **values})
    for one in functions:
        activate(made.id, one)
    db.session.flush()
    return made.id


def person(first: str, last: str, **values: Any) -> int:
    """A person."""
    made = create({"kind": "person", "first_name": first, "last_name": last, **values})
    db.session.flush()
    return made.id


def functions(contact_id: int) -> list[str]:
    """The functions that a contact has now."""
    return sorted(row.function for row in live_rows(contact_id))


def row_of(table: str, **where: Any) -> list[dict[str, Any]]:
    """Rows of a table, as they are in the database."""
    db.session.flush()
    found = Base.metadata.tables[table]
    query = sa.select(found).where(*(found.c[name] == value for name, value in where.items()))
    return [dict(row) for row in db.session.execute(query.order_by(*found.primary_key)).mappings()]
