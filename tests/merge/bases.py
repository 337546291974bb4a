"""What tests of merging look at: contacts that have some of everything, and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.services import create
from webapp.db import Base, db
from webapp.functions.services import activate, live_rows


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
