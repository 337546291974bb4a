"""A function's own fields in the API: from its `Field` declarations, without a line of its plug-in's (spec B1)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cache
from typing import Any, cast

import marshmallow as ma

from plugins.rest.added import CUSTOM, AddedValues
from plugins.rest.fields import TIME, identity, schema_of
from webapp.api import ContactFunction, has_money, registry


def sent(function: ContactFunction) -> type[ma.Schema]:
    """What may be sent of a function: its fields, its number, the currency of its amounts."""
    return _sent(function.key, cast(Hashable, function.model))


@cache
def _sent(key: str, model: Hashable) -> type[ma.Schema]:
    # A model belongs to one plug-in's function alone, whatever applications a process has.
    function = cast(ContactFunction, registry().function(key))
    found: dict[str, Any] = {one.name: schema_of(one) for one in function.fields if not one.read_only}
    found["number"] = ma.fields.String(allow_none=True, validate=ma.validate.Length(max=60))
    found[CUSTOM] = AddedValues(key)
    if has_money(function):
        found["currency"] = ma.fields.String(validate=ma.validate.Length(equal=3))
    return _named(f"{_title(key)}FieldsSent", found)


@cache
def told(key: str, model: Hashable, past: bool) -> type[ma.Schema]:
    """What is told of a function; of one that has ended, since when and how as well."""
    function = cast(ContactFunction, registry().function(key))
    # Readers are not told all of them, so none is promised.
    found: dict[str, Any] = {one.name: schema_of(one, told=True) for one in function.fields}
    found[CUSTOM] = AddedValues(key, told=True)
    if has_money(function):
        found["currency"] = ma.fields.String(required=True)
    if past:
        found |= {
            "started_at": ma.fields.String(required=True, metadata=TIME),
            "ended_at": ma.fields.String(required=True, metadata=TIME),
            "ended_by": identity(required=True, allow_none=True),
            "ended_how": ma.fields.String(required=True, allow_none=True),
            "ended_way": ma.fields.String(required=True, allow_none=True),
        }
    return _named(f"{_title(key)}{'Past' if past else 'Fields'}", found)


def _title(key: str) -> str:
    return "".join(part.capitalize() for part in key.split("_"))


def _named(name: str, found: dict[str, Any]) -> type[ma.Schema]:
    return type(name, (ma.Schema,), {**found, "Meta": type("Meta", (), {"unknown": ma.RAISE})})


class FunctionValues(ma.fields.Field):
    """`{"customer": {…}}`: fields by function, each checked by what its plug-in declares."""

    past = False

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ma.ValidationError("Not a valid mapping type.")
        offered = {one.key: one for one in registry().functions()}
        errors: dict[str, Any] = {}
        found: dict[str, Any] = {}
        for key, given in value.items():
            if key not in offered:
                errors[str(key)] = ["Unknown field."]
                continue
            try:
                found[key] = sent(offered[key])().load(given)
            except ma.ValidationError as error:
                errors[key] = error.messages
        if errors:
            raise ma.ValidationError(errors)
        return found

    def described(self, schemas: Any) -> dict[str, Any]:
        """Its properties in the description: one for each function that is switched on."""
        return {"type": "object", "properties": dict(self._properties(schemas)), "additionalProperties": False}

    def _properties(self, schemas: Any) -> Iterator[tuple[str, Any]]:
        for one in registry().functions():
            of_it = told(one.key, cast(Hashable, one.model), self.past) if self.required else sent(one)
            yield one.key, schemas(of_it)


class PastFunctions(FunctionValues):
    """`{"prospect": {…}}`: what was noted of functions that have ended."""

    past = True
