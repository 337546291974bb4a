"""The orders of the lists (spec G1): by what, and how a place in an order is carried by an address.

Every order ends with the contact's id, so each contact has its own place and a page begins at one (keyset). What is
sorted by is never NULL and folded in Python, so that both databases sort alike.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import format_decimal
from sqlalchemy.orm import aliased

from webapp.accounts.models import User
from webapp.administration.settings import value_list
from webapp.contacts.models import Contact, ContactLink, ContactNumber, ContactTag, Email, Phone, Tag
from webapp.db import Moment, db
from webapp.errors import Unreadable
from webapp.functions.models import FunctionRow
from webapp.i18n import _
from webapp.lists.models import Listing
from webapp.registry import registry
from webapp.shown import language

Columns = tuple[Any, ...]
LONGEST = 20_000
"""Contacts that are sorted by what no index holds: each of them is read for it, which takes some 20 µs."""


@dataclass(frozen=True, kw_only=True)
class Sort:
    """One order: `columns()` over `contact`, before the id.

    `indexed`: an index of the live contacts has that order; another one begins with one value of each filter that
    `within` names. `listed` are the same columns of `Listing`, by whose indexes a function's list is sorted; None where
    there are none.
    """

    key: str
    columns: Callable[[], Columns]
    indexed: bool = False
    within: tuple[str, ...] = ()
    listed: Columns | None = None
    newest_first: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether no index holds it, so that a list may be too long for it (`LONGEST`)."""
        return not self.indexed and self.listed is None


def too_long(column: object) -> str:
    """What is said where a list is longer than `LONGEST` and would be sorted by a column of this label."""
    return _(
        "This list is too long to be sorted by %(column)s: narrow it to at most %(most)s contacts by a search "
        "or a filter.",
        column=column,
        most=format_decimal(LONGEST),
    )


def plain(expression: Any) -> Any:
    """A text sorted by its code points on both databases."""
    return expression if db.session.get_bind().dialect.name == "sqlite" else sa.collate(expression, "C")


def _by(*columns: Any) -> Callable[[], Columns]:
    return lambda: columns


def _text(column: Any) -> Callable[[], Columns]:
    return lambda: (plain(column),)


def _first(model: type[Email] | type[Phone]) -> Callable[[], Columns]:
    """The one that stands first, as it is compared; empty where there is none."""

    def columns() -> Columns:
        one = (
            sa.select(sa.func.coalesce(model.normalised, model.value))
            .where(model.contact_id == Contact.id)
            .order_by(model.position, model.id)
            .limit(1)
        )
        return (plain(sa.func.coalesce(one.scalar_subquery(), "")),)

    return columns


def _tags() -> Columns:
    first = sa.select(sa.func.min(plain(Tag.folded))).join(ContactTag, ContactTag.tag_id == Tag.id)
    return (plain(sa.func.coalesce(first.where(ContactTag.contact_id == Contact.id).scalar_subquery(), "")),)


def _functions() -> Columns:
    """By the first function in the order of the lists, then by name; without any at the end."""
    places = {one.key: place for place, one in enumerate(registry().functions())}
    last = len(places)
    rank = sa.case(places, value=FunctionRow.function, else_=last) if places else sa.literal(last)
    first = sa.select(sa.func.min(rank)).where(FunctionRow.contact_id == Contact.id, FunctionRow.ended_at.is_(None))
    return (sa.func.coalesce(first.scalar_subquery(), last), Contact.sort_name)


def _persons() -> Columns:
    person = aliased(Contact)
    count = (
        sa.select(sa.func.count())
        .select_from(ContactLink)
        .join(person, person.id == ContactLink.person_id)
        .where(ContactLink.party_id == Contact.id, person.deleted_at.is_(None))
    )
    return (count.scalar_subquery(),)


def _former() -> Columns:
    """By the number that was given up last."""
    last = (
        sa.select(ContactNumber.sort_value)
        .where(ContactNumber.contact_id == Contact.id, ContactNumber.valid_to.is_not(None))
        .order_by(ContactNumber.valid_to.desc(), ContactNumber.id.desc())
        .limit(1)
    )
    return (sa.func.coalesce(last.scalar_subquery(), ""),)


def _value(column: Any, key: str) -> Callable[[], Columns]:
    """By the place of the value in its list, as the firm has arranged it; without any first."""

    def columns() -> Columns:
        places = {code: place for place, code in enumerate(value_list(key, language()), 1)}
        return (sa.case({"": 0, **places}, value=column, else_=len(places) + 1),)

    return columns


def _responsible() -> Columns:
    """By the user's name; of nobody at the end."""
    of_user = sa.select(User.sort_name).where(User.id == Contact.responsible_id).scalar_subquery()
    return (
        sa.case((Contact.responsible_id.is_(None), 1), else_=0),
        sa.func.coalesce(of_user, ""),
        sa.func.coalesce(Contact.responsible_id, 0),
        Contact.sort_name,
    )


def _parent() -> Columns:
    parent = aliased(Contact)
    name = sa.select(parent.sort_name).where(parent.id == Contact.parent_id).scalar_subquery()
    return (sa.func.coalesce(name, ""),)


def _indexed(key: str, column: str, within: tuple[str, ...] = (), *, newest_first: bool = False) -> Sort:
    return Sort(
        key=key,
        columns=_by(getattr(Contact, column)),
        indexed=True,
        within=within,
        listed=(getattr(Listing, column),),
        newest_first=newest_first,
    )


_SORTS = (
    _indexed("name", "sort_name", ("country", "responsible", "kind")),
    _indexed("city", "sort_city", ("country",)),
    _indexed("number", "sort_number"),
    _indexed("changed", "updated_at", ("country",), newest_first=True),
    _indexed("created", "created_at", newest_first=True),
    Sort(key="country", columns=_by(Contact.country, Contact.sort_name), indexed=True, within=("country",)),
    Sort(key="kind", columns=_by(Contact.kind, Contact.sort_name), indexed=True, within=("kind",)),
    Sort(key="responsible", columns=_responsible, indexed=True),
    Sort(key="email", columns=_first(Email)),
    Sort(key="phone", columns=_first(Phone)),
    Sort(key="tags", columns=_tags),
    Sort(key="functions", columns=_functions, indexed=True),
    Sort(key="persons", columns=_persons),
    Sort(key="former", columns=_former),
    Sort(key="category", columns=_value(Contact.category, "categories")),
    Sort(key="source", columns=_value(Contact.source, "sources")),
    Sort(key="legal_form", columns=_value(Contact.legal_form, "legal_forms")),
    Sort(key="language", columns=_text(Contact.language)),
    Sort(key="vat_id", columns=_text(sa.func.coalesce(Contact.vat_id_normalised, Contact.vat_id))),
    Sort(key="website", columns=_text(Contact.website)),
    Sort(key="parent", columns=_parent),
)
SORTS: dict[str, Sort] = {one.key: one for one in _SORTS}
"""The core's orders by the key of their column."""


def _of_plugin(sort: Callable[[], sa.ColumnElement[Any]]) -> Callable[[], Columns]:
    return lambda: (sort(),)


def sort_named(key: str) -> Sort | None:
    """The order by a column, the plug-ins' too; None where there is no such order."""
    if key in SORTS:
        return SORTS[key]
    for one in registry().offers("columns"):
        if one.key == key and one.sort is not None:
            return Sort(key=key, columns=_of_plugin(one.sort))
    return None


def place_text(belongs: str, values: Sequence[Any]) -> str:
    """A place in an order, as an address carries it. `belongs` names the list and the order it is of."""
    written = [one.isoformat() if isinstance(one, dt.date) else one for one in values]
    text = json.dumps([belongs, *written], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(text: str, belongs: str, columns: Sequence[sa.ColumnElement[Any]]) -> tuple[Any, ...]:
    """The values that `place_text` wrote; raises `Unreadable` for anything else, and for a place in another list."""
    try:
        found, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if found != belongs or len(values) != len(columns):
            raise ValueError(text)
        place = tuple(_as(_kind(column.type), value) for column, value in zip(columns, values, strict=True))
        if place[-1] <= 0:
            raise ValueError(text)
        return place
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error):
        text = _("This page of the list is not known: start again at the first page.")
        raise Unreadable(text, {"after": text}) from None


def _kind(column: sa.types.TypeEngine[Any]) -> type[Any]:
    return dt.datetime if isinstance(column, Moment) else column.python_type


def _as(kind: type[Any], value: Any) -> Any:
    """A value as it was before it was written; raises ValueError where it can't have been one of this kind."""
    if kind is str:
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError(value)
        value.encode()
        return value
    if kind in (int, bool):
        if not isinstance(value, int) or not -(2**63) <= value < 2**63:
            raise ValueError(value)
        return value
    if not isinstance(value, str):
        raise ValueError(value)
    if kind is dt.datetime:
        moment = dt.datetime.fromisoformat(value)
        if moment.utcoffset() != dt.timedelta(0):
            raise ValueError(value)
        return moment
    return dt.date.fromisoformat(value) if kind is dt.date else Decimal(value)
