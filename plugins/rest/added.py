"""Fields that the firm has added, in the API: `custom: {code: value}` of a contact, and in each function's fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma

from plugins.rest import fields
from webapp.api import ADDED_PREFIX, Field, Invalid, _, added_fields, registry

CUSTOM = "custom"


def code_of(one: Field) -> str:
    """What the API calls a field."""
    return one.name.removeprefix(ADDED_PREFIX)


def called(name: str) -> str:
    """A field by the name that services have for it, as it was sent."""
    code = name.removeprefix(ADDED_PREFIX)
    return name if code == name else f"{CUSTOM}.{code}"


def flat(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as services take it: the added fields among the others, by their names."""
    more = {f"{ADDED_PREFIX}{code}": value for code, value in (sent.get(CUSTOM) or {}).items()}
    return {**{name: value for name, value in sent.items() if name != CUSTOM}, **more}


def ask(sent: Mapping[str, Any], owner: str = "", kind: str = "", place: str = "") -> None:
    """Raise `Invalid` where a new contact, or function, lacks what is required."""
    given = sent.get(CUSTOM) or {}
    errors = {
        f"{place}{CUSTOM}.{code_of(one)}": _("“%(field)s” is needed: fill it in.", field=one.label)
        for one in added_fields(owner, kind)
        if one.required and not one.read_only and one.default is None and code_of(one) not in given
    }
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)


class AddedValues(ma.fields.Field):
    """`{"loyalty": "gold"}`: values by code, each checked by its kind."""

    def __init__(self, owner: str = "", *, told: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.owner, self.told = owner, told

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ma.ValidationError("Not a valid mapping type.")
        known = {code_of(one): one for one in added_fields(self.owner)}
        found: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for code, given in value.items():
            if code not in known:
                errors[str(code)] = ["Unknown field."]
                continue
            try:
                found[code] = fields.schema_of(known[code]).deserialize(given)
            except ma.ValidationError as error:
                errors[code] = error.messages
        if errors:
            raise ma.ValidationError(errors)
        return found

    def described(self, property_of: Any) -> dict[str, Any]:
        """Its properties in the description: the fields that there are now."""
        properties = {
            code_of(one): {**property_of(fields.schema_of(one, told=self.told)), "title": str(one.label)}
            for one in added_fields(self.owner)
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}


def state() -> tuple[Any, ...]:
    """What the description of these fields depends on."""
    return tuple(_states())


def _states() -> Iterator[tuple[Any, ...]]:
    for owner in ("", *(one.key for one in registry().functions())):
        for one in added_fields(owner):
            yield owner, one.name, one.kind, str(one.label), tuple(code for code, _label in one.choices)
