"""What an action asks beforehand, and the answers: from a form, or from the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.api import Field, Invalid, MassAction, _, coerce


@dataclass
class Answers:
    """The fields that are asked so far, the checked `values` (JSON), what is wrong, and what is not answered yet."""

    fields: list[Field] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Names of the fields."""
        return {one.name for one in self.fields}

    @property
    def is_complete(self) -> bool:
        """Whether the action can begin."""
        return not self.errors and not self.missing


def answers(action: MassAction, given: Mapping[str, Any]) -> Answers:
    """Check what was answered; a field that follows from an answer is asked once that one is right.

    What fits each field may still be wrong as a whole: the action's `check` says so of no contact at all.
    """
    asked = Answers()
    while action.fields is not None and asked.is_complete:
        following = [one for one in action.fields(asked.values) if one.name not in asked.names]
        if not following:
            break
        for one in following:
            asked.fields.append(one)
            if one.name not in given:
                asked.missing.append(one.name)
                continue
            try:
                asked.values[one.name] = _plain(coerce(one, _as_typed(one, given[one.name])))
            except ValueError as error:
                asked.errors[one.name] = str(error)
    if asked.is_complete and action.check is not None:
        try:
            action.check((), asked.values)
        except Invalid as error:
            asked.errors |= error.errors or {"": error.message}
    return asked


def _as_typed(one: Field, raw: Any) -> Any:
    """What the API gave, as a form would say it; words may come as a list, as tags do."""
    if one.kind == "boolean" and isinstance(raw, bool):
        return "1" if raw else "0"
    if one.kind in ("text", "multiline") and isinstance(raw, list) and all(isinstance(each, str) for each in raw):
        return ", ".join(raw)
    if one.kind in ("text", "multiline") and not isinstance(raw, str | None):
        raise ValueError(_("“%(field)s” is written as a text.", field=one.label))
    return raw


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
