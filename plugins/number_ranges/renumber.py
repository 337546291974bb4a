"""New numbers for many contacts as a mass action (spec F3, G2): what they had stays theirs and is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask_babel import format_decimal

from plugins.number_ranges.allocation import coming, exhausted, not_valid, valid_value
from plugins.number_ranges.kinds import kind, numbered, range_of, switch
from plugins.number_ranges.pattern import Pattern
from webapp.api import Field, Outcome, _, _l, many_numbers, ngettext, registry, today

Values = Mapping[str, Any]
Told = dict[int, Outcome]
BULK = 500
"""Contacts that are done at once, and numbers that are looked up beforehand at most."""


def fields(values: Values) -> Sequence[Field]:
    """Of which function, and whose."""
    choices = tuple((one.key, one.label) for one in numbered() if registry().is_function_enabled(one.key))
    whose = (("all", _l("All that have the function")), ("without", _l("Only those without a number")))
    return (
        Field(name="function", label=_l("Function"), kind="choice", choices=choices, required=True),
        Field(name="which", label=_l("Which contacts"), kind="choice", choices=whose, required=True),
    )


def run(ids: Sequence[int], values: Values) -> Told:
    """Give them the next numbers."""
    return many_numbers.renumber_many(ids, values["function"], values["which"])


def check(ids: Sequence[int], values: Values) -> Told:
    """Who would not get one."""
    function = values["function"]
    return many_numbers.would_not_renumber(ids, function, values["which"], partial(_enough, function))


def undo(befores: Mapping[int, Any], values: Values) -> Told:
    """Give them back what they had."""
    return many_numbers.renumber_back(befores, values["function"])


def title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Give %(num)s contact a new number", "Give %(num)s contacts new numbers", number)


def ahead(number: int, values: Values) -> str:
    """The same with the numbers that come, as things stand."""
    key, day = _gives(values["function"]), today()
    value = valid_value(key, day) if key else None
    if value is None or not (numbers := coming(key, value, day, min(number, BULK))):
        return title(number, values)
    # Very many are not looked up: it has at most as many as its digits allow.
    most = (Pattern.on(value, day).last - value.next) // value.step + 1
    if most < number:
        left = format_decimal(most)
        return _("Give %(num)s contacts new numbers: at most %(left)s are left", num=format_decimal(number), left=left)
    if values["which"] == "without" or number > BULK:
        # Some may be shown the number that another of their functions has.
        return ngettext(
            "Give %(num)s contact a number, the next one being %(first)s",
            "Give %(num)s contacts numbers, the next one being %(first)s",
            number,
            first=numbers[0],
        )
    return ngettext(
        "Give %(num)s contact a new number: %(first)s",
        "Give %(num)s contacts new numbers: %(first)s to %(last)s",
        number,
        first=numbers[0],
        last=numbers[-1],
    )


def _gives(function: str) -> str:
    """The range that gives a function's numbers by itself; else nothing."""
    return range_of(function) if switch(function, "starts") else ""


def _enough(function: str, many: int) -> tuple[int, str]:
    """Of so many numbers how many the range has left, and why not more."""
    key, day = _gives(function), today()
    known = registry().function(function)
    if not key:
        return 0, many_numbers.gives_none(known).message if known else ""
    value = valid_value(key, day)
    if value is None:
        return 0, not_valid(kind(key)).message
    left = len(coming(key, value, day, many))
    return left, exhausted(kind(key), left).message if left < many else ""
