"""How lists are narrowed by the added fields: each kind by the index of its column (spec G1)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa

from plugins.custom_fields.definitions import Definition
from plugins.custom_fields.models import FOLDED, CustomValue
from webapp.api import Contact, Filter, FunctionRow, _, coerce, field_words, fold

NONE, ANY, YES, NO = "none", "any", "yes", "no"
Condition = sa.ColumnElement[bool]
LAST = "\U0010ffff"
"""Sorts behind every character of a text."""
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def of(one: Definition) -> Filter:
    """The filter of a field: by its choices, by a range, by how a text begins; by whether anything is noted."""
    return Filter(
        key=one.field.name,
        label=one.words,
        choices=partial(_choices, one),
        where=partial(_where, one),
        ids=partial(_ids, one),
        name=partial(_name, one),
        several=one.kind != "boolean",
        typed=one.column in ("text", "number", "day"),
        functions=(one.owner,) if one.owner else (),
        order=200,
    )


def _choices(one: Definition) -> list[tuple[str, Any]]:
    if one.kind == "boolean":
        return [(YES, _("Yes")), (NO, _("No"))]
    found: list[tuple[str, Any]] = [(choice.code, choice.words) for choice in one.choices]
    return [*found, (ANY, _("Filled in")), (NONE, _("Empty"))]


def _name(one: Definition, value: str) -> str:
    return str(dict(_choices(one)).get(value, value))


def _where(one: Definition, value: str) -> Condition:
    """Whether a contact has a value that fits; raises ValueError for what is none of the field's."""
    if value == NONE or (one.kind == "boolean" and value == NO):
        return ~_rows(one).where(_is_of(one)).exists()
    return _rows(one).where(_is_of(one), _fits(one, value)).exists()


def _ids(one: Definition, values: Sequence[str]) -> sa.Select[Any] | None:
    """The contacts' ids, from the index of the values; it knows nothing of who has none."""
    if NONE in values or (one.kind == "boolean" and NO in values):
        return None
    fits = sa.or_(*(_fits(one, value) for value in values))
    if not one.owner:
        found = sa.select(CustomValue.contact_id).where(CustomValue.field_id == one.id, fits)
        return found.distinct() if one.kind == "choices" else found
    rows = sa.select(CustomValue.contact_function_id).where(CustomValue.field_id == one.id, fits)
    return sa.select(FunctionRow.contact_id).where(FunctionRow.id.in_(rows), FunctionRow.ended_at.is_(None))


def _rows(one: Definition) -> sa.Select[Any]:
    query = sa.select(CustomValue.id).where(CustomValue.field_id == one.id)
    return query.join(FunctionRow, FunctionRow.id == CustomValue.contact_function_id) if one.owner else query


def _is_of(one: Definition) -> Condition:
    if not one.owner:
        return CustomValue.contact_id == Contact.id
    return sa.and_(
        FunctionRow.contact_id == Contact.id, FunctionRow.function == one.owner, FunctionRow.ended_at.is_(None)
    )


def _fits(one: Definition, value: str) -> Condition:
    column = getattr(CustomValue, one.column)
    if value == ANY and one.kind != "boolean":
        return column.is_not(None) if one.column != "text" else CustomValue.folded.is_not(None)
    if one.kind == "boolean":
        if value != YES:
            raise ValueError(value)
        # Not IS TRUE: an index of what is not NULL would not be taken for it.
        return CustomValue.yes == sa.true()
    if one.column == "choice_id":
        ids = [each.id for each in one.choices if each.code == value]
        if not ids:
            raise ValueError(value)
        return CustomValue.choice_id == ids[0]
    if one.column == "text":
        begins = fold(value)[:FOLDED]
        if not begins:
            raise ValueError(value)
        return sa.and_(CustomValue.folded >= begins, CustomValue.folded < begins + LAST)
    first, last = _range(one, value)
    bounds = [column >= first] if first is not None else []
    return sa.and_(column.is_not(None), *bounds, *([column <= last] if last is not None else []))


def _range(one: Definition, value: str) -> tuple[Any, Any]:
    """`10`, `10..20`, `10..`, `..20`; days also as months and years: `2026`, `2026-03`."""
    first, dots, last = value.partition("..")
    read: Callable[[str, bool], Any] = partial(_day if one.kind == "date" else _number, one)
    if not first and not last:
        raise ValueError(value)
    found = read(first, False) if first else None, read(last if dots else first, True) if last or not dots else None
    if found[0] is not None and found[1] is not None and found[0] > found[1]:
        raise ValueError(value)
    return found


def _number(one: Definition, text: str, is_last: bool) -> int:
    plain = re.fullmatch(r"[+-]?[0-9]{1,16}(\.[0-9]+)?", text)
    found = coerce(one.field, Decimal(text) if plain else text)
    if found is None:
        raise ValueError(text)
    return int(found)


def _day(one: Definition, text: str, is_last: bool) -> dt.date:
    parts = _DAY.fullmatch(text)
    if parts is None:
        found = coerce(one.field, text)
        if found is None:
            raise ValueError(text)
        return found
    year, month, day = (int(part) if part else 0 for part in parts.groups())
    month = month or (12 if is_last else 1)
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        raise ValueError(text)
    return dt.date(year, month, day or (calendar.monthrange(year, month)[1] if is_last else 1))


def told(one: Definition, value: Any) -> str:
    """A value in words, as a cell of a list says it."""
    return field_words(one.field, value)
