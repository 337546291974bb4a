"""Selection: which contacts something is done to: those chosen one by one, or all that a list holds (spec G2).

Nothing chosen is never everything. All that match carry the number that the user was told, so that what has changed
since is asked about again; both are resolved by the list's own `ListQuery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import format_decimal
from werkzeug.datastructures import MultiDict

from webapp.acting import need
from webapp.contacts.models import Contact
from webapp.contacts.queries import ARCHIVED, LIVE
from webapp.db import among, db
from webapp.errors import Invalid, Refused
from webapp.i18n import _
from webapp.lists.columns import ListColumn
from webapp.lists.place import Place
from webapp.lists.query import ListQuery
from webapp.lists.saved import desk

MOST = 10_000
"""Contacts chosen one by one: more are chosen by their list."""


class CountChanged(Refused):
    """The list no longer holds as many contacts as the user was told; `count` is how many there are now."""

    def __init__(self, count: int) -> None:
        super().__init__(
            _("The list has changed meanwhile: it holds %(count)s contacts now. Look at the number and confirm again.",
              count=format_decimal(count)),
            count=count,
        )  # fmt: skip
        self.count = count


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Either `ids`, each once and in their order, or all that match `query`, of which the user was told `expected`.

    `place` is the list they were chosen from, as addresses carry it.
    """

    ids: tuple[int, ...] = ()
    query: ListQuery | None = None
    expected: int | None = None
    place: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Selection:
        """What a form says: `ids`, or `all=1` with the list under `in`; raises `Invalid` where nothing is chosen."""
        if form.get("all") == "1":
            every = Place.meant(form.get("in"))
            return cls(query=every.query, expected=_number(form.get("expected", "")), place=every.text())
        place = Place.read(form.get("in"))
        return cls.of(form.getlist("ids"), place.text() if place else "")

    @classmethod
    def of(cls, ids: Any, place: str = "") -> Selection:
        """These contacts, given as numbers or texts; raises `Invalid` where none, or too many, are."""
        found = [one if isinstance(one, int) else _number(one) for one in ids]
        chosen = tuple(dict.fromkeys(one for one in found if one is not None and 0 < one < 2**63))
        if not chosen:
            raise Invalid(_("Nothing is chosen: tick the contacts first. Nothing chosen is never everything."))
        if len(chosen) > MOST:
            raise Invalid(
                _("At most %(most)s contacts are chosen one by one: narrow the list and choose all that match.",
                  most=MOST)
            )  # fmt: skip
        return cls(ids=chosen, place=place)

    @property
    def function(self) -> str:
        """The function of the list they were chosen from; empty for the list of all contacts."""
        place = Place.read(self.place)
        return place.query.function if place else ""

    def count(self) -> int:
        """How many there are, exactly, at this moment."""
        if self.query is None:
            return len(self.ids)
        return self.query.total()

    def settle(self) -> int:
        """How many there are; raises `CountChanged` where the user was told another number."""
        found = self.count()
        if self.query is not None and self.expected is not None and found != self.expected:
            raise CountChanged(found)
        return found

    def told(self, count: int) -> Selection:
        """The same after the user has been told a number."""
        return replace(self, expected=count) if self.query is not None else self

    def select(self) -> sa.Select[int]:
        """The contacts' ids in the order of their list; those chosen one by one in the order of names."""
        need("contacts.read")
        if self.query is None:
            chosen = sa.select(Contact.id).where(Contact.id.in_(self.ids))
            return chosen.order_by(Contact.sort_name, Contact.id)
        return self.query.ids()

    def fields(self) -> list[tuple[str, str]]:
        """What the next form says to mean the same."""
        place = [("in", self.place)] if self.place else []
        if self.query is None:
            return [*place, *(("ids", str(one)) for one in self.ids)]
        told = [] if self.expected is None else [("expected", str(self.expected))]
        return [*place, ("all", "1"), *told]


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 19 else None


def listed(ids: Sequence[int], *, archived: bool = False, lock: bool = False) -> list[int]:
    """Which of these contacts the lists hold (those of archived ones), in the order given; `lock` holds their rows.

    They are locked in the order of their ids, so that two that work on the same contacts wait for each other.
    """
    need("contacts.read")
    query = sa.select(Contact.id).where(among(Contact.id, ids), *(ARCHIVED if archived else LIVE)).order_by(Contact.id)
    found = set(db.session.scalars(query.with_for_update(key_share=True) if lock else query))
    return [one for one in dict.fromkeys(ids) if one in found]


def columns_at(place: str) -> tuple[str, list[ListColumn]]:
    """The function of a list, as addresses carry it, and the columns that the present user sees there."""
    found = Place.read(place)
    query = found.query if found else ListQuery()
    return query.function, desk(query.function).columns_of(query)
