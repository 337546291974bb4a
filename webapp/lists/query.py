"""ListQuery: what a list shows, read from its address and resolved to one bounded select (spec G1).

Search, filters, sort and place are all in the URL. Pages are keysets on (sort value, id): a page at the end
costs what the first one does. Counts are capped.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import User
from webapp.acting import need
from webapp.contacts.models import Contact
from webapp.contacts.queries import ARCHIVED, LIVE
from webapp.db import db
from webapp.errors import Invalid
from webapp.functions.models import FunctionRow
from webapp.i18n import _
from webapp.registry import registry
from webapp.search.match import matching

PAGE = 50
CAP = 1000
SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "name": Contact.sort_name,
    "city": Contact.sort_city,
    "changed": Contact.updated_at,
}
COLUMNS = (
    Contact.id,
    Contact.kind,
    Contact.first_name,
    Contact.middle_name,
    Contact.last_name,
    Contact.company_name,
    Contact.sort_name,
    Contact.city,
    Contact.sort_city,
    Contact.country,
    Contact.updated_at,
    User.name.label("user_name"),
    User.email.label("user_email"),
)


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """One list as its address says it. `cursor` is the place (sort value, id) before or after which a page lies."""

    function: str = ""
    q: str = ""
    sort: str = "name"
    descending: bool = False
    cursor: tuple[Any, int] | None = None
    backward: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    archived: bool = False
    size: int = PAGE

    @classmethod
    def read(cls, args: Mapping[str, str], function: str = "") -> ListQuery:
        """Read an address; raises `Invalid` for an unknown sort, filter value or a made-up cursor."""
        sort = args.get("sort", "name")
        descending = sort.startswith("-")
        sort = sort.removeprefix("-")
        if sort not in SORTS:
            raise Invalid(_("This list can't be sorted that way: choose one of its column heads."))
        known = {one.key for one in registry().offers("filters")}
        return cls(
            function=function,
            q=args.get("q", "").replace("\x00", "")[:200],
            sort=sort,
            descending=descending,
            cursor=_cursor(args.get("after") or args.get("before"), sort),
            backward="after" not in args and "before" in args,
            filters={key: args[key] for key in known if args.get(key)},
            archived=args.get("archived") == "1",
        )

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """The address's arguments of this list, or of one that differs by `changes`, at its first page."""
        other = replace(self, cursor=None, backward=False, **changes)
        found = {"q": other.q, **other.filters, "archived": "1" if other.archived else ""}
        sort = ("-" if other.descending else "") + other.sort
        if sort != "name":
            found["sort"] = sort
        return {key: value for key, value in found.items() if value}

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The conditions of this list, without its place."""
        conditions: list[sa.ColumnElement[bool]] = list(ARCHIVED if self.archived else LIVE)
        if self.function:
            conditions.append(
                sa.select(FunctionRow.id)
                .where(
                    FunctionRow.contact_id == Contact.id,
                    FunctionRow.function == self.function,
                    FunctionRow.ended_at.is_(None),
                )
                .exists()
            )
        conditions += matching(self.q)
        offered = {one.key: one for one in registry().offers("filters")}
        for key, value in self.filters.items():
            try:
                conditions.append(offered[key].where(value))
            except ValueError:
                raise Invalid(_("This filter does not know that value: choose one it offers.")) from None
        return conditions

    def page(self) -> Page:
        """The rows at this place, and where the pages before and after begin."""
        need("contacts.read")
        column = SORTS[self.sort]
        forward = self.descending == self.backward
        query = sa.select(*COLUMNS).outerjoin(User, User.id == Contact.responsible_id)
        query = query.where(*self.where()).limit(self.size + 1)
        if self.cursor is not None:
            place = sa.tuple_(column, Contact.id)
            here = sa.tuple_(
                *(sa.literal(value, one.type) for value, one in zip(self.cursor, (column, Contact.id), strict=True))
            )
            query = query.where(place > here if forward else place < here)
        order = (column, Contact.id)
        query = query.order_by(*(one if forward else one.desc() for one in order))
        found: Any = db.session.execute(query).all()
        rows: list[sa.Row[Any]] = list(found)
        more = len(rows) > self.size
        rows = rows[: self.size]
        if self.backward:
            rows.reverse()
        return Page(
            rows=rows,
            previous=self._place(rows[0]) if rows and (more if self.backward else self.cursor) else "",
            next=self._place(rows[-1]) if rows and (True if self.backward else more) else "",
        )

    def count(self) -> int:
        """How many match, counted up to `CAP` + 1."""
        need("contacts.read")
        inner = sa.select(sa.literal(1)).select_from(Contact).where(*self.where()).limit(CAP + 1).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(inner)) or 0

    def _place(self, row: sa.Row[Any]) -> str:
        return cursor(self.sort, getattr(row, SORTS[self.sort].key), row.id)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows of `COLUMNS`, and the cursors of the neighbouring pages; empty where there is none."""

    rows: list[sa.Row[Any]]
    previous: str
    next: str


def cursor(sort: str, value: str | dt.datetime, contact_id: int) -> str:
    """The place just behind (or before) a row, as an address carries it."""
    plain = value.isoformat() if isinstance(value, dt.datetime) else value
    return base64.urlsafe_b64encode(json.dumps([sort, plain, contact_id]).encode()).decode().rstrip("=")


def _cursor(text: str | None, sort: str) -> tuple[Any, int] | None:
    if not text:
        return None
    try:
        found_sort, value, contact_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if found_sort != sort or not isinstance(value, str) or not isinstance(contact_id, int):
            raise ValueError(text)
        if not 0 < contact_id < 2**63 or "\x00" in value:
            raise ValueError(text)
        value.encode()
        if sort != "changed":
            return value, contact_id
        moment = dt.datetime.fromisoformat(value)
        if moment.utcoffset() != dt.timedelta(0):
            raise ValueError(text)
        return moment, contact_id
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise Invalid(_("This page of the list is not known: start again at the first page.")) from None
