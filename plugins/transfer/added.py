"""Fields that the firm has added, in files: columns called by their labels in any language or by their codes (spec D8).

A cell is read as its field's kind asks; what can't be read is None and becomes a warning of the row, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from plugins.transfer.reading import cells
from webapp.api import ADDED_PREFIX, Field, _, added_fields, coerce, field_labels, fold, registry

YES = frozenset({"1", "x", "yes", "y", "true", "oui", "o", "vrai", "ja", "j", "wahr", "on"})
NO = frozenset({"0", "no", "n", "false", "non", "faux", "nein", "falsch", "off", "-"})
PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
Values = Mapping[str, Any]


def columns() -> Iterator[tuple[str, Field, list[str]]]:
    """Whose each field is, the field, and what a column of it may be called: first come, first served."""
    for owner in ("", *(one.key for one in registry().functions())):
        for one in added_fields(owner):
            code = one.name.removeprefix(ADDED_PREFIX)
            yield owner, one, [*field_labels(one), code, one.name, *([f"{owner}.{one.name}"] if owner else [])]


CURRENCY = Field(name="currency", label="", kind="currency")
"""What stands beside a function's amounts."""


def field_called(owner: str, name: str) -> Field | None:
    """The field of that name, where there still is one: added by the firm, or a function's own."""
    function = registry().function(owner) if owner else None
    declared = (*function.fields, CURRENCY) if function is not None else ()
    return next((one for one in (*added_fields(owner), *declared) if one.name == name), None)


class Reader:
    """Reads the cells of one field."""

    def __init__(self, field: Field) -> None:
        self.field = field

    @cached_property
    def codes(self) -> dict[str, str]:
        """Codes by what a choice may be called: its code, its label in any language."""
        found: dict[str, str] = {}
        for code, label in self.field.choices:
            for word in (code, *field_labels(Field(name=code, label=label))):
                found.setdefault(fold(word), code)
        return found

    def read(self, text: str, order: cells.DateOrder, decimal: str = "") -> Any:
        """What a cell says, as services take it; None where it can't be read. `decimal` is the file's decimal sign."""
        match self.field.kind:
            case "date":
                return cells.read_date(text, order)
            case "boolean":
                word = fold(text)
                return "1" if word in YES else "0" if word in NO else None
            case "choice":
                return self.codes.get(fold(text))
            case "decimal" if decimal:
                text = cells.plain_number(text, decimal)
            case "choices":
                whole = self.codes.get(fold(text))
                codes = [whole] if whole else [self.codes.get(fold(word)) for word in cells.words(text)]
                return None if None in codes else ",".join(str(code) for code in codes)
        return self._plain(text)

    def _plain(self, text: str) -> Any:
        # A number as programs write it, whatever the user's language.
        is_plain = self.field.kind == "decimal" and PLAIN.fullmatch(text)
        try:
            found = coerce(self.field, Decimal(text) if is_plain else text)
        except ValueError:
            return None
        return Decimal(found).scaleb(-self.field.decimals) if self.field.kind == "decimal" else found


def of_kind(values: Values, kind: str) -> dict[str, Any]:
    """Those of a contact's values that its kind has."""
    if not values:
        return {}
    known = {one.name for one in added_fields("", kind)}
    return {name: value for name, value in values.items() if name in known}


def difference(row: Any, owner: str, values: Values) -> dict[str, Any]:
    """Which of these values a contact, or a function's row, does not hold yet."""
    if not values:
        return {}
    changes = {}
    for name, value in values.items():
        field = field_called(owner, name)
        if field is not None and coerce(field, value) != getattr(row, name):
            changes[name] = value
    return changes


def lacking(values: Values, fields: Iterable[Field]) -> dict[str, str]:
    """A sentence for each of these fields that is required, and that a new contact or function comes without."""
    return {
        one.name: _("“%(field)s” is needed: fill it in.", field=one.label)
        for one in fields
        if one.required and one.default is None and one.name not in values
    }
