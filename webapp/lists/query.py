"""ListQuery: what a list shows, read from its address and resolved to one bounded select (spec G1).

Search, filters, sort and place are all in the URL. Pages are keysets on (sort value, id): a page at the end
costs what the first one does. Counts are capped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from webapp.accounts.models import User
from webapp.acting import need
from webapp.contacts.models import Contact
from webapp.contacts.queries import ARCHIVED, LIVE
from webapp.db import among, db
from webapp.errors import Invalid, Refused
from webapp.i18n import _
from webapp.lists import sorts, walk
from webapp.lists.filters import NONE, has_function
from webapp.lists.models import Listing
from webapp.lists.sorts import SORTS as SORTS
from webapp.lists.sorts import Sort, place_text, read_place, sort_named
from webapp.lists.walk import CAP as CAP
from webapp.lists.walk import Part, count_of
from webapp.lists.ways import Walk, WalkByFunction, WalkByUser, ordered
from webapp.plugin import Filter
from webapp.ports import MoreFields
from webapp.registry import registry
from webapp.search.match import about, holding, matching, names_of, sought
from webapp.search.match import found as searched

PAGE = 50
MOST_VALUES = 20
"""Values of one filter, and the characters of one: more is no address of ours."""
LONGEST_VALUE = 200
MOST_COLUMNS = 60
PLAIN = frozenset({"q", "sort", "after", "before", "archived", "cols", "saved", "in", "select"})
"""Arguments of a list that are no filter."""
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
            filters=_filters(args),
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
        if not self.filters:
            return {}
        present = {key: [value] if isinstance(value, str) else list(value) for key, value in self.filters.items()}
        return {key: present[key] for key in [*offered(), *present] if present.get(key)}

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The conditions of this list, without its place."""
        conditions: list[sa.ColumnElement[bool]] = list(ARCHIVED if self.archived else LIVE)
        if self.function:
            conditions.append(has_function(self.function))
        return [*conditions, *matching(self.q), *(one.holds for _key, one in self._narrowed(self.chosen()))]

    def _narrowed(self, chosen: Mapping[str, Sequence[str]]) -> list[tuple[str, Part]]:
        """The filters as what narrows the list; raises `Invalid` for a value that a filter does not know."""
        known = offered() if chosen else {}
        parts = []
        for key, values in chosen.items():
            try:
                one = known[key]
                holds = sa.or_(*(one.where(value) for value in values))
                ids = one.ids(values) if one.ids and not self.archived else None
            except (KeyError, ValueError):
                raise _unknown(key) from None
            parts.append((key, Part(holds=holds, ids=ids)))
        return parts

    def _way(self) -> tuple[Walk, list[Part]]:
        """What the list is found by: the order in which it is walked, and what narrows it."""
        by, chosen, function = self.by, self.chosen(), self.function
        only = chosen.get("function", [])
        if not function and len(only) == 1 and only[0] != NONE and registry().is_function_enabled(only[0]):
            function = chosen.pop("function")[0]
        narrowed = self._narrowed(chosen)
        parts: list[Part] = []
        is_plain = not (function or chosen or self.archived)
        if sought(self.q):
            parts = [
                Part(
                    holds=sa.and_(*holding(self.q)),
                    ids=searched(self.q),
                    about=partial(about, self.q),
                    names=names_of(self.q) if by.key == "name" and is_plain else None,
                )
            ]
        if self.archived:
            if function:
                parts.append(Part(holds=has_function(function)))
            walked = Walk(columns=self.order(), conditions=ARCHIVED, indexed=False)
        elif function and by.listed:
            walked = Walk(
                columns=(*by.listed, Listing.contact_id),
                conditions=(Listing.function == function,),
                beside=True,
                name=f"{function}:{by.key}",
            )
        else:
            if function and by.key != "functions":
                parts.append(_of_listing(function))
            kind = WalkByUser if by.key == "responsible" else Walk
            held: list[str] = []
            if kind is Walk:
                # An index holds the order within one value of these, and any stretch of the order itself.
                single = [key for key, values in chosen.items() if len(values) == 1]
                held = [key for key in by.within if key in single][:1] + [key for key in single if key == by.key]
            conditions = [*LIVE, *(part.holds for key, part in narrowed if key in held)]
            narrowed = [(key, part) for key, part in narrowed if key not in held]
            named = by.indexed and kind is Walk and not held and by.key != "functions"
            name = f":{by.key}" if named else ""
            walked = kind(columns=self.order(), conditions=conditions, indexed=by.indexed, name=name)
            if by.key == "functions":
                walked = _by_function(walked, function)
        return walked, [*parts, *(part for _key, part in narrowed)]

    def page(self) -> Page:
        """The rows at this place, and where the pages before and after begin.

        Raises `Refused` where no index holds the order and the list is longer than `sorts.LONGEST`.
        """
        need("contacts.read")
        way, parts = self._way()
        if self.by.is_bounded and self.is_too_long():
            # Columns show what `webapp.screen` knows, which knows of lists.
            from webapp.lists.columns import offered_columns

            column = offered_columns(self.function).get(self.sort)
            raise Refused(sorts.too_long(column.label if column else self.sort))
        forward = self.descending == self.backward
        found = walk.find(way, parts, COLUMNS, self.cursor, forward=forward, size=self.size + 1)
        more = len(found.rows) > self.size
        rows = found.rows[: self.size]
        if self.backward:
            rows.reverse()
        return Page(
            rows=[row for row, _place in rows],
            previous=self._place(rows[0]) if rows and (more if self.backward else self.cursor) else "",
            next=self._place(rows[-1]) if rows and (True if self.backward else more) else "",
            count=found.count,
        )

    def contacts(self) -> list[Contact]:
        """The contacts of this page themselves, as pickers offer them."""
        ids = [row.id for row in self.page().rows]
        found = {one.id: one for one in db.session.scalars(sa.select(Contact).where(among(Contact.id, ids)))}
        return [found[one] for one in ids if one in found]

    def ids(self) -> sa.Select[int]:
        """The ids of all that match, in the order of the list."""
        way, parts = self._way()
        query: sa.Select[Any] = walk.hits(way, parts, [way.columns[-1]])
        return query.order_by(*ordered(way.columns, forward=not self.descending))

    def count(self) -> int:
        """How many match, counted up to `CAP` + 1. `total` counts them all."""
        need("contacts.read")
        return walk.capped(*self._way())

    @property
    def is_whole(self) -> bool:
        """Whether neither a search nor a filter narrows it."""
        return not (self.q or self.filters or self.archived)

    def is_too_long(self) -> bool:
        """Whether it holds more than can be sorted by what no index holds; counted no further than that."""
        return walk.capped(*self._way(), sorts.LONGEST) > sorts.LONGEST

    def total(self) -> int:
        """How many match, exactly: for all that match, and where the user asks."""
        need("contacts.read")
        way, parts = self._way()
        return count_of(walk.hits(way, parts, [way.columns[-1]]))

    def neighbour(self, place: tuple[Any, ...], *, onward: bool) -> int | None:
        """The id of the contact behind (or before) a place of this list; None at its end."""
        rows = replace(self, cursor=place, backward=not onward, size=1).page().rows
        return rows[0].id if rows else None

    def rank(self, place: tuple[Any, ...]) -> tuple[int, int] | None:
        """How manieth the contact at `place` is and of how many, both counted up to `CAP` + 1.

        None where it is not listed, and where that is too far to be counted.
        """
        need("contacts.read")
        way, parts = self._way()
        return walk.rank(way, parts, place, descending=self.descending)

    def place_of(self, contact: Contact) -> tuple[Any, ...]:
        """Where a contact stands in the order of this list, or would stand."""
        way, _parts = self._way()
        if way.beside and self.sort == "number":
            # A function's list goes by that function's own number.
            listed: Any = sa.select(*way.columns).where(*way.conditions, way.columns[-1] == contact.id)
            if (found := db.session.execute(listed).one_or_none()) is not None:
                return tuple(found)
        columns = self.order()
        if all(isinstance(one, InstrumentedAttribute) for one in columns):
            return tuple(getattr(contact, str(one.key)) for one in columns)
        return tuple(db.session.execute(sa.select(*columns).where(Contact.id == contact.id)).one())

    def _place(self, row: tuple[sa.Row[Any], tuple[Any, ...]]) -> str:
        return place_text(self.belongs, row[1])


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows of `COLUMNS`, and the cursors of the neighbouring pages; empty where there is none.

    `count` is what `ListQuery.count` says, where finding the rows has told it.
    """

    rows: list[sa.Row[Any]]
    previous: str
    next: str
    count: int | None = None


def offered() -> dict[str, Filter]:
    """The filters of the core, of enabled plug-ins, and of the fields that the firm has added, in their order."""
    return {one.key: one for one in (*registry().offers("filters"), *registry().service(MoreFields).filters())}


def _filters(args: Mapping[str, str]) -> dict[str, list[str]]:
    """What an address narrows to; who offers filters is asked only where it may name one."""
    if not args.keys() - PLAIN:
        return {}
    return {one.key: values for one in offered().values() if (values := _values(args, one))}


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


def _of_listing(function: str) -> Part:
    """The live contacts that have a function now."""
    one = sa.select(Listing.contact_id).where(Listing.function == function)
    return Part(holds=one.where(Listing.contact_id == Contact.id).exists(), ids=one)


def _by_function(walked: Walk, function: str) -> WalkByFunction:
    only = [_of_listing(function).holds] if function else []
    slots = {one.key: one.slot for one in registry().functions()}
    return WalkByFunction(
        columns=walked.columns,
        conditions=[*walked.conditions, *only],
        functions=list(slots),
        only=function,
        never=[key for key, slot in slots.items() if slot == slots.get(function) and key != function],
    )


def cursor(sort: str, value: Any, contact_id: int, function: str = "") -> str:
    """The place just behind (or before) a row, as the address of a function's list (of all contacts) carries it."""
    values = value if isinstance(value, tuple) else (value,)
    return place_text(f"{function}:{sort}", (*values, contact_id))
