"""What can't work: forms of numbers, stretches of time, counters that would give a number twice (spec F1, F3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask_babel import format_decimal

from plugins.number_ranges import given
from plugins.number_ranges.kinds import Kind
from plugins.number_ranges.models import RangeValue
from plugins.number_ranges.pattern import LONGEST_LENGTH, Pattern, tokens_in, unknown_tokens
from plugins.number_ranges.wanted import Wanted
from webapp.api import Field, _, field_words

LARGEST_STEP = 1_000_000


def errors(
    found: Kind, row: RangeValue | None, others: Sequence[RangeValue], before: Wanted, wanted: Wanted
) -> dict[str, str]:
    """What is wrong with a value, by field: as it was `before`, beside the `others` of its range."""
    return shape_errors(wanted) or _time_errors(others, wanted) or _counter_errors(found, row, before, wanted)


def shape_errors(wanted: Wanted) -> dict[str, str]:
    """What is wrong with it by itself."""
    errors: dict[str, str] = {}
    for name in ("prefix", "suffix"):
        text = getattr(wanted, name)
        if unknown := unknown_tokens(text):
            errors[name] = _("“%(token)s” is not known: write {yyyy}, {yy} or {mm}.", token=unknown[0])
    if not wanted.length or not 1 <= wanted.length <= LONGEST_LENGTH:
        errors["length"] = _("The length lies between 1 and %(most)s digits.", most=LONGEST_LENGTH)
    if not wanted.step or not 1 <= wanted.step <= LARGEST_STEP:
        errors["step"] = _("The step lies between 1 and %(most)s.", most=format_decimal(LARGEST_STEP))
    for name in ("next", "first"):
        if (getattr(wanted, name) or 0) < 1:
            errors[name] = _("A counter begins with 1 or more.")
    if errors:
        return errors
    highest = max(wanted.next, wanted.first if wanted.restart != "never" else 1)
    if highest >= 10**wanted.length:
        if len(str(highest)) <= LONGEST_LENGTH:
            errors["length"] = _(
                "Too short for %(number)s: at least %(digits)s digits.", number=highest, digits=len(str(highest))
            )
        else:
            errors["next"] = _("The length lies between 1 and %(most)s digits.", most=LONGEST_LENGTH)
    return errors | _restart_errors(wanted)


def _restart_errors(wanted: Wanted) -> dict[str, str]:
    tokens = tokens_in(wanted.prefix, wanted.suffix)
    has_year = bool(tokens & {"{yyyy}", "{yy}"})
    if wanted.restart == "year" and not has_year:
        return {"restart": _("Numbers would come twice: put {yyyy} or {yy} into prefix or suffix first.")}
    if wanted.restart == "month" and not (has_year and "{mm}" in tokens):
        return {"restart": _("Numbers would come twice: put {yyyy} or {yy}, and {mm}, into prefix or suffix first.")}
    return {}


def _time_errors(others: Sequence[RangeValue], wanted: Wanted) -> dict[str, str]:
    begin, end = wanted.valid_from or dt.date.min, wanted.valid_to or dt.date.max
    if begin > end:
        return {"valid_to": _("It would end before it begins: choose a later day.")}
    for other in reversed(others):
        if (other.valid_from or dt.date.min) <= end and (other.valid_to or dt.date.max) >= begin:
            return {
                "valid_from": _(
                    "Two values would be valid at once: first end “%(other)s”, valid from %(begin)s to %(end)s, "
                    "or choose other days.",
                    other=Pattern.on(other, wanted.first_day()).text(other.next),
                    begin=day_words(other.valid_from) if other.valid_from else _("the beginning"),
                    end=day_words(other.valid_to) if other.valid_to else _("further notice"),
                )
            }
    return {}


def _counter_errors(found: Kind, row: RangeValue | None, before: Wanted, wanted: Wanted) -> dict[str, str]:
    day = wanted.first_day()
    pattern = Pattern.on(wanted, day)
    if found.asked and len(pattern.text(1)) > found.asked.column.type.length:
        return {"prefix": _("Such numbers are too long: at most %(most)s characters.",
                            most=found.asked.column.type.length)}  # fmt: skip
    if row is None or Pattern.on(before, day) != pattern or wanted.next >= before.next:
        # Forwards, or in another form: what is in use there is passed over, and the preview says so.
        return {}
    highest = given.highest(found, pattern, before.next - 1)
    if found.asked and row.top:
        highest = max(highest, min(row.top, before.next - 1))
    if wanted.next <= highest:
        return {"next": _("Given already. The smallest possible is %(smallest)s.", smallest=highest + 1)}
    return {}


def day_words(day: dt.date) -> str:
    """A day as sentences name it."""
    return field_words(Field(name="day", label="", kind="date"), day)
