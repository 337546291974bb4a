"""The list page: one view for all contacts and for each function's list (spec A1, B1, G1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, request, url_for

from webapp.accounts.models import User
from webapp.acting import act, need
from webapp.db import db
from webapp.htmx import render
from webapp.lists.beside import beside
from webapp.lists.query import CAP, ListQuery
from webapp.plugin import ContactFunction
from webapp.ports import MassActions
from webapp.registry import registry


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list, ready to be shown: everything was fetched for the whole page at once."""

    id: int
    kind: str
    name: str
    url: str
    functions: list[ContactFunction]
    persons: int
    city: str
    country: str
    number: str
    responsible: str
    changed: Any
    extra: list[str]


def list_page(function: str = "", title: Any = None, new_label: Any = None) -> Response:
    """The page of the contacts that have `function` (all where empty); the table alone where htmx swaps `#list`."""
    need("contacts.read")
    query = ListQuery.read(request.args, function)
    page = query.page()
    columns = [one for one in registry().offers("columns") if not one.functions or function in one.functions]
    rows = read_rows(page.rows, function, columns)
    endpoint = request.endpoint or "contacts.index"
    count = query.count()
    place = {"after": page.next, "before": page.previous}
    return render(
        "lists/index.html",
        fragments={"list": "lists/_list.html"},
        query=query,
        rows=rows,
        columns=columns,
        count=count,
        capped=count > CAP,
        cap=CAP,
        function=registry().function(function) if function else None,
        title=title,
        new_label=new_label,
        address=url_for(endpoint),
        sort_urls=_sort_urls(query, endpoint),
        next_url=url_for(endpoint, **query.arguments(), after=place["after"]) if page.next else "",
        previous_url=url_for(endpoint, **query.arguments(), before=place["before"]) if page.previous else "",
        here=request.script_root + request.full_path.rstrip("?"),
        filters=registry().offers("filters"),
        archived_url=url_for(endpoint, **query.arguments(archived=not query.archived)),
        # Mass actions take live contacts alone.
        mass_actions=[] if query.archived else mass_actions(function),
        mass_actions_url=registry().service(MassActions).address(),
        new_url=url_for("contacts.new", function=function or None),
    )


def mass_actions(function: str) -> list[Any]:
    """The mass actions that this list offers this user."""
    return [
        one
        for one in registry().offers("mass_actions")
        if act().may(one.right) and (not one.functions or not function or function in one.functions)
    ]


def _sort_urls(query: ListQuery, endpoint: str) -> dict[str, dict[str, str]]:
    """For each sortable column where its head leads, and how it is sorted now."""
    found = {}
    for sort in ("name", "city", "changed"):
        present = query.sort == sort
        flipped = not query.descending if present else sort == "changed"
        arguments = query.arguments(sort=sort, descending=flipped)
        if sort == "name" and flipped:
            arguments["sort"] = "-name"
        state = ("descending" if query.descending else "ascending") if present else ""
        found[sort] = {"url": url_for(endpoint, **arguments), "state": state}
    return found


def read_rows(rows: list[sa.Row[Any]], function: str, columns: list[Any]) -> list[Row]:
    """Turn a page's rows into lines: a fixed number of statements, however many rows."""
    ids = [row.id for row in rows] or [0]
    known_of = beside(ids)
    extra = [column.values(ids) for column in columns]
    base = url_for("contacts.file", id=0)[:-1]
    known = {one.key: one for one in registry().functions()}
    view = f"?view={function}" if function else ""
    return [
        Row(
            id=row.id,
            kind=row.kind,
            name=name_of(row),
            url=f"{base}{row.id}{view}",
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


def name_of(row: Any) -> str:
    """The name to show; what it sorts by where it has none (an e-mail address, a phone)."""
    if row.kind == "company":
        return row.company_name or row.sort_name
    return " ".join(part for part in (row.first_name, row.middle_name, row.last_name) if part) or row.sort_name


def number_of(numbers: Mapping[str, str], function: str = "") -> str:
    """The number a list shows: that of its function, else the customer's, the supplier's, the prospect's (contract)."""
    for key in (function, "customer", "supplier", "prospect"):
        if key in numbers:
            return numbers[key]
    return next(iter(numbers.values()), "")


def responsible_names(ids: set[int | None]) -> dict[int | None, str]:
    """Names of users by id, one statement."""
    users = db.session.scalars(sa.select(User).where(User.id.in_([one for one in ids if one] or [0])))
    return {user.id: user.shown_name for user in users}
