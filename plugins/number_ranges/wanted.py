"""A value of a range as it is to be: its fields, for form and API, before it is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.number_ranges.pattern import LONGEST_AFFIX
from webapp.api import Field, Invalid, _, _l, coerce, field_text, today

RESTARTS = (("never", _l("Never")), ("year", _l("Each year")), ("month", _l("Each month")))
FIELDS: tuple[Field, ...] = (
    Field(name="prefix", label=_l("Prefix"), max_length=LONGEST_AFFIX, hint=_l("{yyyy} or {yy} year, {mm} month")),
    Field(name="length", label=_l("Length"), kind="integer", required=True, hint=_l("Digits of the counter")),
    Field(name="suffix", label=_l("Suffix"), max_length=LONGEST_AFFIX),
    Field(name="step", label=_l("Step"), kind="integer", required=True),
    Field(name="next", label=_l("Next number"), kind="integer", required=True, hint=_l("The counter alone")),
    Field(name="restart", label=_l("Begins again"), kind="choice", choices=RESTARTS, required=True),
    Field(name="first", label=_l("Then from"), kind="integer", hint=_l("The first counter of each year or month")),
    Field(name="valid_from", label=_l("Valid from"), kind="date"),
    Field(name="valid_to", label=_l("Valid to"), kind="date"),
    Field(name="manual", label=_l("A number can be typed by hand"), kind="boolean"),
)
NAMES = tuple(one.name for one in FIELDS)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A value as it is to be, with what `Pattern.on` and `allocation.coming` read of one."""

    prefix: str
    suffix: str
    length: int
    step: int
    next: int
    restart: str
    first: int
    valid_from: dt.date | None
    valid_to: dt.date | None
    manual: bool

    @property
    def begins(self) -> int:
        """The counter from which its numbers were given: none was yet."""
        return self.next

    def first_day(self) -> dt.date:
        """The day on which it gives its next number: today, or when it begins to be valid."""
        return max(today(), self.valid_from or today())


def coerced(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they are stored, from what a form or the API sent; raises `Invalid` with a sentence per field."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in sent.keys() - set(NAMES):
        errors[name] = _("There is no field “%(field)s”.", field=str(name)[:60])
    for one in FIELDS:
        if one.name in sent:
            try:
                found[one.name] = coerce(one, sent[one.name])
            except ValueError as error:
                errors[one.name] = str(error)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return found


def in_form(wanted: Wanted) -> dict[str, str]:
    """A value as its form holds it."""
    return {one.name: field_text(one, getattr(wanted, one.name)) for one in FIELDS}
