"""The lines of a list: everything they show is fetched for the whole page at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import url_for

from webapp.accounts.models import User
from webapp.acting import act
from webapp.contacts.derived import number_of
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.lists.beside import beside
from webapp.lists.query import COLUMNS
from webapp.plugin import Column, ContactFunction
from webapp.ports import MassActions
from webapp.registry import registry


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list, ready to be shown. `edit_url` is empty for who may not edit."""

    id: int
    kind: str
    name: str
    url: str
    edit_url: str
    functions: list[ContactFunction]
    persons: int
    city: str
    country: str
    number: str
    responsible: str
    changed: Any
    extra: list[str]


def columns_of(function: str) -> list[Column]:
    """The plug-ins' columns that the list of a function (of all contacts where empty) shows."""
    return [one for one in registry().offers("columns") if not one.functions or function in one.functions]


def mass_actions(function: str) -> list[Any]:
    """The mass actions that this list offers this user; none where nobody could run them."""
    if not registry().service(MassActions).address():
        return []
    return [
        one
        for one in registry().offers("mass_actions")
        if act().may(one.right) and (not one.functions or not function or function in one.functions)
    ]


def read_rows(rows: Sequence[sa.Row[Any]], function: str, columns: Sequence[Column], place: str) -> list[Row]:
    """Turn a page's rows into lines: a fixed number of statements, however many rows. `place` names the list."""
    ids = [row.id for row in rows] or [0]
    known_of = beside(ids)
    extra = [column.values(ids) for column in columns]
    # One address is asked for, not one per row.
    base = url_for("contacts.file", id=0).partition("?")[0].removesuffix("0")
    view = "?" + urlencode({**({"view": function} if function else {}), "in": place})
    edit = "/row?" + urlencode({"in": place}) if act().may("contacts.edit") else ""
    known = {one.key: one for one in registry().functions()}
    return [
        Row(
            id=row.id,
            kind=row.kind,
            name=name_of(row),
            url=f"{base}{row.id}{view}",
            edit_url=f"{base}{row.id}{edit}" if edit else "",
            functions=[known[key] for key in known_of[row.id].functions if key in known],
            persons=known_of[row.id].persons,
            city=row.city,
            country=row.country,
            number=number_of(known_of[row.id].numbers, function),
            responsible=row.user_name or (row.user_email or "").partition("@")[0],
            changed=row.updated_at,
            extra=[values.get(row.id, "") for values in extra],
        )
        for row in rows
    ]


def read_row(contact_id: int, function: str, columns: Sequence[Column], place: str) -> Row:
    """The line of one contact, whether the list still holds it or not."""
    query = sa.select(*COLUMNS).outerjoin(User, User.id == Contact.responsible_id).where(Contact.id == contact_id)
    found: Any = db.session.execute(query).all()
    return read_rows(found, function, columns, place)[0]


def name_of(row: Any) -> str:
    """The name to show; what it sorts by where it has none (an e-mail address, a phone)."""
    if row.kind == "company":
        return row.company_name or row.sort_name
    return " ".join(part for part in (row.first_name, row.middle_name, row.last_name) if part) or row.sort_name


def responsible_names(ids: set[int | None]) -> dict[int | None, str]:
    """Names of users by id, one statement."""
    users = db.session.scalars(sa.select(User).where(User.id.in_([one for one in ids if one] or [0])))
    return {user.id: user.shown_name for user in users}
