"""Every row of every table, as tests of what moves and comes back look at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from webapp.db import Base, db

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
