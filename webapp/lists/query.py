"""ListQuery: what a list shows, read from its address and resolved to one bounded select (spec G1).

Search, filters, sort and place are all in the URL. Pages are keysets on (sort value, id): a page at the end
costs what the first one does. Counts are capped.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from webapp.accounts.models import User
from webapp.acting import need
from webapp.contacts.models import Contact
from webapp.contacts.queries import ARCHIVED, LIVE
from webapp.db import db
from webapp.errors import Invalid
from webapp.i18n import _
from webapp.lists.filters import has_function
from webapp.plugin import Filter
from webapp.registry import registry
from webapp.search.match import matching

PAGE = 50
CAP = 1000
MOST_VALUES = 20
"""Values of one filter, and the characters of one: more is no address of ours."""
LONGEST_VALUE = 200
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
    """One list as its address says it. `cursor` is the place (sort value, id) before or after which a page lies.

    `function` is the list's own; `filters` hold a value, or several of which one must fit, by the filter's key.
    """

    function: str = ""
    q: str = ""
    sort: str = "name"
    descending: bool = False
    cursor: tuple[Any, int] | None = None
    backward: bool = False
    filters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    archived: bool = False
    size: int = PAGE

    @classmethod
    def read(cls, args: Mapping[str, str], function: str = "") -> ListQuery:
        """Read an address; raises `Invalid` for an unknown sort, filter value or a made-up cursor, by its name."""
        sort = args.get("sort", "name")
        descending = sort.startswith("-")
        sort = sort.removeprefix("-")
        if sort not in SORTS:
            raise Invalid(_("This list can't be sorted that way: choose one of its column heads."))
        return cls(
            function=function,
            q=args.get("q", "").replace("\x00", "")[:200],
            sort=sort,
            descending=descending,
            cursor=_cursor(args.get("after") or args.get("before"), sort),
            backward="after" not in args and "before" in args,
            filters={one.key: values for one in offered().values() if (values := _values(args, one))},
            archived=args.get("archived") == "1",
        )

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """The address's arguments of this list, or of one that differs by `changes`, at its first page."""
        other = replace(self, cursor=None, backward=False, **changes)
        found: dict[str, Any] = {"q": other.q, **other.chosen(), "archived": "1" if other.archived else ""}
        sort = ("-" if other.descending else "") + other.sort
        if sort != "name":
            found["sort"] = sort
        return {key: value for key, value in found.items() if value}

    def chosen(self) -> dict[str, list[str]]:
        """The filters that are set, in the order in which lists offer them."""
        present = {key: [value] if isinstance(value, str) else list(value) for key, value in self.filters.items()}
        return {key: present[key] for key in [*offered(), *present] if present.get(key)}

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The conditions of this list, without its place."""
        conditions: list[sa.ColumnElement[bool]] = list(ARCHIVED if self.archived else LIVE)
        if self.function:
            conditions.append(has_function(self.function))
        conditions += matching(self.q)
        known = offered()
        for key, values in self.chosen().items():
            try:
                conditions.append(sa.or_(*(known[key].where(value) for value in values)))
            except (KeyError, ValueError):
                raise _unknown(key) from None
        return conditions

    def page(self) -> Page:
        """The rows at this place, and where the pages before and after begin."""
        need("contacts.read")
        column = SORTS[self.sort]
        forward = self.descending == self.backward
        order = [one if forward else one.desc() for one in (column, Contact.id)]
        conditions = self.where()
        if self.cursor is not None:
            place = sa.tuple_(column, Contact.id)
            here = sa.tuple_(
                *(sa.literal(value, one.type) for value, one in zip(self.cursor, (column, Contact.id), strict=True))
            )
            conditions.append(place > here if forward else place < here)
        limit = self.size + 1
        if self.filters:
            # What must be sorted is sorted narrow, before anything is fetched to be shown.
            picked = sa.select(Contact.id).where(*conditions).order_by(*order).limit(limit)
            conditions = [Contact.id.in_(picked)]
        query = sa.select(*COLUMNS).outerjoin(User, User.id == Contact.responsible_id)
        query = query.where(*conditions).order_by(*order).limit(limit)
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

    def neighbour(self, place: tuple[Any, int], *, onward: bool) -> int | None:
        """The id of the contact behind (or before) a place of this list; None at its end."""
        rows = replace(self, cursor=place, backward=not onward, size=1).page().rows
        return rows[0].id if rows else None

    def rank(self, place: tuple[Any, int]) -> tuple[int, int] | None:
        """How manieth the contact at `place` is and of how many, both counted up to `CAP` + 1; None if not listed."""
        need("contacts.read")
        column, (value, contact_id) = SORTS[self.sort], place
        here = sa.tuple_(sa.literal(value, column.type), sa.literal(contact_id, Contact.id.type))
        spot = sa.tuple_(column, Contact.id)
        listed = sa.select(sa.literal(1)).select_from(Contact).where(*self.where())
        before = listed.where(spot > here if self.descending else spot < here).limit(CAP + 1).subquery()
        all_ = listed.limit(CAP + 1).subquery()
        found = db.session.execute(
            sa.select(
                listed.where(Contact.id == contact_id).exists(),
                sa.select(sa.func.count()).select_from(before).scalar_subquery(),
                sa.select(sa.func.count()).select_from(all_).scalar_subquery(),
            )
        ).one()
        return (found[1] + 1, found[2]) if found[0] else None

    def place_of(self, contact: Contact) -> tuple[Any, int]:
        """Where a contact stands in the order of this list."""
        return getattr(contact, SORTS[self.sort].key), contact.id

    def _place(self, row: sa.Row[Any]) -> str:
        return cursor(self.sort, getattr(row, SORTS[self.sort].key), row.id)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows of `COLUMNS`, and the cursors of the neighbouring pages; empty where there is none."""

    rows: list[sa.Row[Any]]
    previous: str
    next: str


def offered() -> dict[str, Filter]:
    """The filters of the core and of enabled plug-ins, in their order."""
    return {one.key: one for one in registry().offers("filters")}


def _values(args: Mapping[str, str], one: Filter) -> list[str]:
    """What an address says for a filter: each value once, empty ones left out."""
    many = args.getlist(one.key) if isinstance(args, MultiDict) else [args.get(one.key, "")]
    values = list(dict.fromkeys(value for value in many if value))
    if len(values) > (MOST_VALUES if one.several else 1) or any(len(value) > LONGEST_VALUE for value in values):
        raise _unknown(one.key)
    return values


def _unknown(key: str) -> Invalid:
    text = _("This filter does not know that value: choose one it offers.")
    return Invalid(text, {key: text})


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
        text = _("This page of the list is not known: start again at the first page.")
        raise Invalid(text, {"after": text}) from None
