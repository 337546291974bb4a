"""The rows of a list, and what its columns want to know about them: a page of them, or the thousands of an export."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.contacts.models import Contact, Email, Phone
from webapp.db import among, db
from webapp.functions.models import FunctionRow
from webapp.lists.beside import Beside, beside
from webapp.ports import MoreFields
from webapp.registry import registry

NAME = (
    Contact.kind,
    Contact.company_name,
    Contact.first_name,
    Contact.middle_name,
    Contact.last_name,
    Contact.sort_name,
)
"""What the name to show is made of, as `called` takes it."""


def called(kind: str, company_name: str, first_name: str, middle_name: str, last_name: str, sort_name: str) -> str:
    """The name to show; what it sorts by where it has none (an e-mail address, a phone)."""
    if kind == "company":
        return company_name or sort_name
    if first_name and last_name and not middle_name:
        return f"{first_name} {last_name}"
    return " ".join(part for part in (first_name, middle_name, last_name) if part) or sort_name


def name_of(row: Any) -> str:
    """The name to show of a row with `NAME`."""
    return called(row.kind, row.company_name, row.first_name, row.middle_name, row.last_name, row.sort_name)


class Sheet:
    """Rows and what is asked about them: each question is one statement, asked once.

    `rows` are those of `ListQuery.page()`.
    """

    def __init__(self, rows: Sequence[Any], function: str) -> None:
        self.rows = rows
        self.function = function
        self.ids: list[int] = [row.id for row in rows]
        self._added: dict[str, Mapping[int, Mapping[str, Any]]] = {}

    @cached_property
    def beside(self) -> dict[int, Beside]:
        """Functions, numbers and persons by contact id."""
        return beside(self.ids)

    @cached_property
    def functions(self) -> dict[str, dict[int, int]]:
        """Ids of the live rows of functions, by function the contact's: for what is noted of these."""
        query = sa.select(FunctionRow.function, FunctionRow.id, FunctionRow.contact_id).where(
            among(FunctionRow.contact_id, self.ids), FunctionRow.ended_at.is_(None)
        )
        found: dict[str, dict[int, int]] = {}
        for key, row_id, contact_id in db.session.execute(query):
            found.setdefault(key, {})[row_id] = contact_id
        return found

    def added(self, owner: str) -> Mapping[int, Mapping[str, Any]]:
        """What is noted in added fields, by contact id: one statement for all columns of an owner."""
        if owner not in self._added:
            whose = self.functions.get(owner, {}) if owner else {one: one for one in self.ids}
            held = registry().service(MoreFields).read(owner, list(whose)) if whose else {}
            self._added[owner] = {whose[key]: values for key, values in held.items()}
        return self._added[owner]

    def first_of(self, model: type[Email | Phone]) -> dict[int, Any]:
        """The first e-mail or phone, by contact id."""
        query = sa.select(model.contact_id, model.value, model.normalised).where(among(model.contact_id, self.ids))
        found: dict[int, Any] = {}
        for row in db.session.execute(query.order_by(model.position, model.id)):
            found.setdefault(row.contact_id, row)
        return found


class LongSheet(Sheet):
    """A sheet for an export: `columns` are the rows' values by name, those alone that its columns show."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], function: str) -> None:
        self.columns = columns
        self.function = function
        self.ids = list(columns["id"])
        self._added = {}

    @cached_property
    def rows(self) -> Sequence[Any]:  # type: ignore[override]
        """As a page has them, for a column that takes them one by one."""
        row = namedtuple("row", self.columns)  # type: ignore[misc]
        return [row(*values) for values in zip(*self.columns.values(), strict=True)]
