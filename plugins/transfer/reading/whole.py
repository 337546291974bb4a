"""What Carnet itself has exported, read again: tables of everything, and JSON (spec H4).

The columns are those of `plugins.transfer.exporting.everything`, called as in any of the languages. Most of them are
known anyway; here are those that only Carnet writes: lists in one cell, and the fields of functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import force_locale

from plugins.transfer import added
from plugins.transfer.exporting import entries
from plugins.transfer.exporting.everything import OTHERWISE, PARTS, WholeColumn, columns
from plugins.transfer.reading.cells import DateOrder
from plugins.transfer.reading.targets import Target
from webapp.api import LINK_FIELDS, LOCALES, clean, coerce, today, user_ids

WHOLE = "whole"
"""The `part` of targets that are read here."""
NUMBERS = ("money", "percent", "decimal", "integer")
PRIMARY = "is_primary"


def whole_targets() -> list[tuple[str, Target]]:
    """The columns of Carnet's own tables: their names in each language, and what they hold."""
    found: list[tuple[str, Target]] = []
    for locale in LOCALES:
        with force_locale(locale):
            found += [(one.label, target_of(one)) for one in columns() if one.field != "id"]
    return found


def target_of(one: WholeColumn) -> Target:
    """What a column holds."""
    return Target(one.field, one.group, WHOLE if is_own(one) else "")


def is_own(one: WholeColumn) -> bool:
    """Whether nothing else reads it."""
    return one.is_list or (bool(one.group) and one.field != "numbers") or one.field in OTHERWISE


def items(target: Target, text: str) -> list[dict[str, Any]]:
    """The entries of a cell, by their parts; those without any content are none."""
    parts = PARTS[target.field]
    found = []
    for entry in entries.read(text):
        item: dict[str, Any] = {name: clean(part) for name, part in zip(parts, entry, strict=False) if part}
        if item:
            found.append(item)
    return found


def link_of(item: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A link as services take it, and the parts of it that can't be read."""
    made: dict[str, Any] = {"party": item["party"]} if "party" in item else {}
    unfit = []
    for one in LINK_FIELDS:
        if one.name in item:
            try:
                value = coerce(one, item[one.name])
            except ValueError:
                unfit.append(item[one.name])
            else:
                made |= {one.name: value} if value else {}
    begin, end = made.get("active_from"), made.get("active_to")
    if begin and end and begin > end:
        unfit.append(str(made.pop("active_from")))
    if end and end < today():
        made.pop("is_primary", None)
    return made, unfit


def value_of(target: Target, text: str, order: DateOrder) -> Any:
    """A field of a function as services take it; None where it can't be read."""
    field = added.field_called(target.group, target.field)
    if field is None:
        return None
    value: Any = Decimal(text) if field.kind in NUMBERS and added.PLAIN.fullmatch(text) else text
    if field.kind in ("date", "boolean", "choice", "choices"):
        value = added.Reader(field).read(text, order)
    try:
        coerce(field, value)
    except ValueError:
        return None
    return value


def is_settled(target: Target) -> bool:
    """Whether it is a field that nobody changes: it follows from others."""
    field = added.field_called(target.group, target.field)
    return field is not None and field.read_only and not field.is_added


def user_of(text: str) -> int | None:
    """The user with this address."""
    return user_ids([text]).get(text.casefold())
