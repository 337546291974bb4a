"""The orders in which indexes hold the contacts of a list, and how a stretch of each is read (spec G1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.accounts.models import User
from webapp.contacts.models import Contact
from webapp.contacts.queries import LIVE
from webapp.db import db
from webapp.lists.models import Listing

Place = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The contacts of a list before what narrows it further: by what they stand, their id last, and the conditions.

    `indexed`: an index holds them in that order. `beside`: the order is that of another table than `contact`. `name`
    tells it from all others, if no value of a filter is among its conditions: its statement is then made once.
    """

    columns: Sequence[Any]
    conditions: Sequence[sa.ColumnElement[bool]]
    indexed: bool = True
    beside: bool = False
    name: str = ""

    def along(self, place: Place | None, *, forward: bool, most: Any) -> sa.Select[Any]:
        """The first so many places behind (or before) a place."""
        query = sa.select(*labelled(self.columns)).where(*self.conditions)
        query = query.order_by(*ordered(self.columns, forward=forward)).limit(most)
        if place is None:
            return query
        if self.beside or not is_sqlite():
            return query.where(beyond(self.columns, place, forward=forward))
        # In a comparison of rows SQLite makes no use of the id, which would leave a walk through all of one value.
        *values, last = self.columns
        same = [one == value for one, value in zip(values, place, strict=False)]
        behind = query.where(beyond(values, place[:-1], forward=forward))
        return joined([query.where(*same, beyond([last], place[-1:], forward=forward)), behind], forward, most)


@dataclass(frozen=True, kw_only=True)
class WalkByUser(Walk):
    """The live contacts by the name of the user who is responsible for them, those of nobody at the end.

    No index holds that order: it is walked user by user, each along the index of his contacts. A place is whether of
    nobody, the user's sort name and id, the contact's sort name and id.
    """

    def along(self, place: Place | None, *, forward: bool, most: Any) -> sa.Select[Any]:
        """The first so many places: of the place's own user, of the users behind, of nobody, as far as there are."""
        nobody = self._nobody(place if place is not None and place[0] else None, forward=forward, most=most)
        legs = [] if place is not None and place[0] and forward else [self._users(place, forward=forward, most=most)]
        if place is not None and not place[0]:
            legs.append(self._own(place, forward=forward, most=most))
        if place is None or forward or place[0]:
            legs.append(nobody)
        return joined(legs, forward, most)

    def _own(self, place: Place, *, forward: bool, most: int) -> sa.Select[Any]:
        columns = (Contact.sort_name, Contact.id)
        query = sa.select(*labelled((sa.literal(0), sa.literal(place[1]), sa.literal(place[2]), *columns)))
        query = query.where(*LIVE, Contact.responsible_id == place[2], beyond(columns, place[3:], forward=forward))
        return query.order_by(*ordered(columns, forward=forward)).limit(most)

    def _nobody(self, place: Place | None, *, forward: bool, most: int) -> sa.Select[Any]:
        columns = (Contact.sort_name, Contact.id)
        query = sa.select(*labelled((sa.literal(1), sa.literal(""), sa.literal(0), *columns)))
        query = query.where(*LIVE, Contact.responsible_id.is_(None))
        if place is not None:
            query = query.where(beyond(columns, place[3:], forward=forward))
        return query.order_by(*ordered(columns, forward=forward)).limit(most)

    def _users(self, place: Place | None, *, forward: bool, most: int) -> sa.Select[Any]:
        users: Sequence[Any] = (User.sort_name, User.id)
        own: Sequence[Any] = (Contact.sort_name, Contact.id)
        if is_sqlite():
            # It sees by itself that the users' order and then the contacts' is the order that is asked for.
            query = sa.select(*labelled((sa.literal(0), *users, *own))).where(*LIVE, Contact.responsible_id == User.id)
        else:
            one = sa.select(*own).where(*LIVE, Contact.responsible_id == User.id)
            of_user = one.order_by(*ordered(own, forward=forward)).limit(most).lateral()
            own = (of_user.c.sort_name, of_user.c.id)
            query = sa.select(*labelled((sa.literal(0), *users, *own))).join_from(User, of_user, sa.true())
        if place is not None and not place[0]:
            query = query.where(beyond(users, place[1:3], forward=forward))
        return query.order_by(*ordered((*users, *own), forward=forward)).limit(most)


@dataclass(frozen=True, kw_only=True)
class WalkByFunction(Walk):
    """The live contacts by the first of their functions, then by name; those without any at the end.

    `functions` are all of them in their order, `only` the one that all contacts of the list have, empty for any, and
    `never` those that exclude it. It is walked function by function, each along the index of its list. A place is the
    function's number, name and id.
    """

    functions: Sequence[str]
    only: str = ""
    never: Sequence[str] = ()

    def along(self, place: Place | None, *, forward: bool, most: Any) -> sa.Select[Any]:
        """The first so many places: a function is looked at only where those before it have not enough."""
        last = self.functions.index(self.only) if self.only else len(self.functions)
        # A place may be of when there were more functions.
        first = min(max(place[0], 0), last) if place is not None else 0 if forward else last
        legs: list[Any] = []
        for number in range(first, last + 1) if forward else range(first, -1, -1):
            if (
                (place is None or number != first)
                and number < len(self.functions)
                and self.functions[number] in self.never
            ):
                continue
            source: Any = Listing if self.only or number < last else Contact
            spot = (source.sort_name, source.contact_id if source is Listing else source.id)
            query = sa.select(*labelled((sa.literal(number), *spot))).where(*self._has_first(number, source, spot[1]))
            if place is not None and number == place[0]:
                query = query.where(beyond(spot, place[1:], forward=forward))
            # In LIMIT, since SQLite would test it for each contact.
            enough = sa.case((sum(tally(sa.select(leg)) for leg in legs) < most, most), else_=0) if legs else most
            legs.append(query.order_by(*ordered(spot, forward=forward)).limit(enough).cte(f"leg_{number}"))
        found = sa.union_all(*(sa.select(*leg.c) for leg in legs)).subquery()
        return sa.select(*found.c).order_by(*ordered(list(found.c), forward=forward)).limit(most)

    def _has_first(self, number: int, source: Any, contact_id: Any) -> list[Any]:
        """Of a function and of none before it; in the list of one function, of this one as well."""
        other = aliased(Listing)
        of_same = sa.select(other.contact_id).where(other.contact_id == contact_id)
        own = list(self.functions[number : number + 1])
        listed: list[Any] = [source.function == (self.only or own[0])] if source is Listing else list(LIVE)
        if self.only and own != [self.only]:
            listed.append(of_same.where(other.function == own[0]).exists())
        before = self.functions[:number]
        return [*listed, ~of_same.where(other.function.in_(before)).exists()] if before else listed


def is_sqlite() -> bool:
    """Whether the session's database is SQLite."""
    return db.session.get_bind().dialect.name == "sqlite"


def labelled(columns: Sequence[Any]) -> list[Any]:
    """Columns of an order under names by which an outer select knows them."""
    return [one.label(f"k{number}") for number, one in enumerate(columns)]


def joined(legs: Sequence[sa.Select[Any]], forward: bool, most: Any) -> sa.Select[Any]:
    """The first so many of several stretches of one order."""
    parts = [sa.select(*leg.subquery().c) for leg in legs]
    found = sa.union_all(*parts).subquery()
    return sa.select(*found.c).order_by(*ordered(list(found.c), forward=forward)).limit(most)


def ordered(columns: Sequence[Any], *, forward: bool) -> list[Any]:
    """What to sort by, from the front or from the end."""
    return [one if forward else one.desc() for one in columns]


def beyond(columns: Sequence[Any], place: Place, *, forward: bool) -> sa.ColumnElement[bool]:
    """What stands behind a place in an order, or before it."""
    if len(columns) == 1:
        return columns[0] > place[0] if forward else columns[0] < place[0]
    spot = sa.tuple_(*columns)
    here = sa.tuple_(
        *(
            value if isinstance(value, sa.BindParameter) else sa.literal(value, one.type)
            for value, one in zip(place, columns, strict=True)
        )
    )
    return spot > here if forward else spot < here


def tally(query: sa.Select[Any]) -> Any:
    """How many rows a select has, as a value in another one."""
    return sa.select(sa.func.count()).select_from(query.subquery()).scalar_subquery()
