"""ListQuery: what a list shows, read from its address and resolved to one bounded select (spec G1).

Search, filters, sort and place are all in the URL. Pages are keysets on (sort value, id): a page at the end
costs what the first one does. Counts are capped.
"""

from __future__ import annotations

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
from webapp.lists.sorts import SORTS as SORTS
from webapp.lists.sorts import Sort, place_text, read_place, sort_named
from webapp.plugin import Filter
from webapp.registry import registry
from webapp.search.match import matching

PAGE = 50
CAP = 1000
MOST_VALUES = 20
"""Values of one filter, and the characters of one: more is no address of ours."""
LONGEST_VALUE = 200
MOST_COLUMNS = 60
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
    Contact.created_at,
    Contact.category,
    Contact.source,
    Contact.language,
    Contact.legal_form,
    Contact.vat_id,
    Contact.website,
    Contact.parent_id,
    User.name.label("user_name"),
    User.email.label("user_email"),
)


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """One list as its address says it. `cursor` is the place (sort values, id) before or after which a page lies.

    `function` is the list's own; `filters` hold a value, or several of which one must fit, by the filter's key.
    `columns` are keys of the columns that are shown, empty for the user's own; `saved` is the id of the view that the
    list began from.
    """

    function: str = ""
    q: str = ""
    sort: str = "name"
    descending: bool = False
    cursor: tuple[Any, ...] | None = None
    backward: bool = False
    filters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    archived: bool = False
    columns: tuple[str, ...] = ()
    saved: str = ""
    size: int = PAGE

    @classmethod
    def read(cls, args: Mapping[str, str], function: str = "") -> ListQuery:
        """Read an address; raises `Invalid` for an unknown sort or filter value, `Unreadable` for a made-up cursor."""
        sort = args.get("sort") or "name"
        query = cls(
            function=function,
            q=args.get("q", "").replace("\x00", "")[:200],
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            backward="after" not in args and "before" in args,
            filters={one.key: values for one in offered().values() if (values := _values(args, one))},
            archived=args.get("archived") == "1",
            columns=_columns(args.get("cols", "")),
            saved=args.get("saved", "").replace("\x00", "")[:20],
        )
        columns = query.order()
        place = args.get("after") or args.get("before")
        return replace(query, cursor=read_place(place, query.belongs, columns)) if place else query

    @property
    def belongs(self) -> str:
        """What a place in this list is of: another list's cursor is none of it."""
        return f"{self.function}:{self.sort}"

    @property
    def by(self) -> Sort:
        """How it is sorted; raises `Invalid` for a column by which no list is."""
        found = sort_named(self.sort)
        if found is None:
            raise Invalid(_("This list can't be sorted that way: choose one of its column heads."))
        return found

    def order(self) -> tuple[sa.ColumnElement[Any], ...]:
        """What it is sorted by, the id last."""
        return (*self.by.columns(), Contact.id)

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """The address's arguments of this list, or of one that differs by `changes`, at its first page."""
        other = replace(self, cursor=None, backward=False, **changes)
        found: dict[str, Any] = {"q": other.q, **other.chosen(), "archived": "1" if other.archived else ""}
        found |= {"cols": ",".join(other.columns), "saved": other.saved}
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
        rows = self._rows(self.size + 1)
        more = len(rows) > self.size
        rows = rows[: self.size]
        if self.backward:
            rows.reverse()
        return Page(
            rows=[row for row, _place in rows],
            previous=self._place(rows[0]) if rows and (more if self.backward else self.cursor) else "",
            next=self._place(rows[-1]) if rows and (True if self.backward else more) else "",
        )

    def ids(self) -> sa.Select[int]:
        """The ids of all that match, in the order of the list."""
        order = [one.desc() if self.descending else one for one in self.order()]
        return sa.select(Contact.id).where(*self.where()).order_by(*order)

    def _rows(self, limit: int) -> list[tuple[sa.Row[Any], tuple[Any, ...]]]:
        """Rows and their places, from this place on."""
        columns = self.order()
        forward = self.descending == self.backward
        conditions = self.where()
        if self.cursor is not None:
            conditions.append(beyond(columns, self.cursor, forward=forward))
        named = [one.label(f"k{number}") for number, one in enumerate(columns)]
        picked = sa.select(*named).where(*conditions).order_by(*(one if forward else one.desc() for one in named))
        place = picked.limit(limit).subquery()
        values = list(place.c)
        query: Any = (
            sa.select(*COLUMNS, *values)
            .join_from(place, Contact, Contact.id == values[-1])
            .outerjoin(User, User.id == Contact.responsible_id)
            .order_by(*(one if forward else one.desc() for one in values))
        )
        return [(row, tuple(row[len(COLUMNS) :])) for row in db.session.execute(query)]

    def count(self) -> int:
        """How many match, counted up to `CAP` + 1. `total` counts them all."""
        need("contacts.read")
        inner = sa.select(sa.literal(1)).select_from(Contact).where(*self.where()).limit(CAP + 1).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(inner)) or 0

    def total(self) -> int:
        """How many match, exactly: for all that match, and where the user asks."""
        need("contacts.read")
        return db.session.scalar(sa.select(sa.func.count()).select_from(Contact).where(*self.where())) or 0

    def neighbour(self, place: tuple[Any, ...], *, onward: bool) -> int | None:
        """The id of the contact behind (or before) a place of this list; None at its end."""
        rows = replace(self, cursor=place, backward=not onward, size=1).page().rows
        return rows[0].id if rows else None

    def rank(self, place: tuple[Any, ...]) -> tuple[int, int] | None:
        """How manieth the contact at `place` is and of how many, both counted up to `CAP` + 1; None if not listed."""
        need("contacts.read")
        listed = sa.select(sa.literal(1)).select_from(Contact).where(*self.where())
        before = listed.where(beyond(self.order(), place, forward=self.descending)).limit(CAP + 1).subquery()
        all_ = listed.limit(CAP + 1).subquery()
        found = db.session.execute(
            sa.select(
                listed.where(Contact.id == place[-1]).exists(),
                sa.select(sa.func.count()).select_from(before).scalar_subquery(),
                sa.select(sa.func.count()).select_from(all_).scalar_subquery(),
            )
        ).one()
        return (found[1] + 1, found[2]) if found[0] else None

    def place_of(self, contact: Contact) -> tuple[Any, ...]:
        """Where a contact stands in the order of this list."""
        columns = self.order()
        if all(isinstance(one, InstrumentedAttribute) for one in columns):
            return tuple(getattr(contact, one.key) for one in columns)
        found: Any = db.session.execute(sa.select(*columns).where(Contact.id == contact.id)).one()
        return tuple(found)

    def _place(self, row: tuple[sa.Row[Any], tuple[Any, ...]]) -> str:
        return place_text(self.belongs, row[1])


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


def _columns(text: str) -> tuple[str, ...]:
    """Keys of the columns that an address names, each once."""
    return tuple(dict.fromkeys(one[:40] for one in text.replace("\x00", "").split(",") if one))[:MOST_COLUMNS]


def beyond(columns: Sequence[Any], place: Sequence[Any], *, forward: bool) -> sa.ColumnElement[bool]:
    """What stands behind a place in an order, or before it."""
    spot = sa.tuple_(*columns)
    here = sa.tuple_(*(sa.literal(value, one.type) for value, one in zip(place, columns, strict=True)))
    return spot > here if forward else spot < here


def cursor(sort: str, value: Any, contact_id: int, function: str = "") -> str:
    """The place just behind (or before) a row, as the address of a function's list (of all contacts) carries it."""
    values = value if isinstance(value, tuple) else (value,)
    return place_text(f"{function}:{sort}", (*values, contact_id))
