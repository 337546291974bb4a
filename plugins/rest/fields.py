"""From a `Field` of the contract to its place in the API: its schema, and how it is read in.

JSON knows text, numbers, booleans and null; each kind of field takes one of them and no other, so that nothing is
guessed. Money and rates are decimal strings, dates ISO 8601, and what is empty is null.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import marshmallow as ma

from webapp.api import Field

LARGEST_ID = 2**63 - 1
LARGEST = 2**53
DECIMAL = r"^(0|[1-9][0-9]{0,15})(\.[0-9]{1,4})?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
SIGNED = r"^-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?$"
TIME = {"format": "date-time"}


class Boolean(ma.fields.Boolean):
    """`true` or `false`, and nothing that looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value is True or value is False:
            return bool(value)
        raise self.make_error("invalid", input=value)


class Integer(ma.fields.Integer):
    """A whole number, no text and no boolean."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return value


class Date(ma.fields.String):
    """A day, written 2026-12-31."""

    default_error_messages = {"invalid": "Not a valid date."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(text, str) or not re.fullmatch(DATE, text):
            raise self.make_error("invalid")
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise self.make_error("invalid") from None


class Number(ma.fields.String):
    """A decimal string such as "1234.50", the same in every language."""

    default_error_messages = {"invalid": "Not a valid decimal string."}
    form = DECIMAL

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(text, str) or not re.fullmatch(self.form, text):
            raise self.make_error("invalid")
        return Decimal(text)


class Signed(Number):
    """The same, below zero too."""

    form = SIGNED


def identity(**more: Any) -> Integer:
    """The schema of an id."""
    return Integer(validate=ma.validate.Range(min=1, max=LARGEST_ID), **more)


def schema_of(one: Field, *, told: bool = False, required: bool = False) -> ma.fields.Field:
    """The schema of a field as it is sent, or as it is `told`; null where nothing is noted."""
    nullable = not (told and one.kind == "boolean")
    more: dict[str, Any] = {"allow_none": nullable, "required": required}
    match one.kind:
        case "boolean":
            return Boolean(**more)
        case "integer":
            return Integer(validate=ma.validate.Range(min=-LARGEST, max=LARGEST), **more)
        case "user" | "contact":
            return identity(**more)
        case "date":
            return Date(metadata={"format": "date", "pattern": DATE}, **more)
        case "money" | "percent":
            return Number(metadata={"pattern": DECIMAL}, **more)
        case "decimal":
            return Signed(metadata={"pattern": SIGNED}, **more)
        case "choices":
            code = ma.fields.String(validate=ma.validate.OneOf([code for code, _label in one.choices]))
            return ma.fields.List(code, allow_none=not told, required=required)
        case "choice":
            return ma.fields.String(validate=ma.validate.OneOf([code for code, _label in one.choices]), **more)
        case "country" | "language" | "currency":
            return ma.fields.String(validate=ma.validate.Length(max=3), **more)
        case _:
            return ma.fields.String(validate=ma.validate.Length(max=one.max_length), **more)
