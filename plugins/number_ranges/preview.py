"""What numbers would look like, while a range is being set (spec F4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from plugins.number_ranges import allocation
from plugins.number_ranges.pattern import Pattern, filled
from plugins.number_ranges.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The next `numbers`, the one at the `turn` of month or year, and how many are in use and passed over."""

    counter: int
    numbers: list[str]
    turn: dt.date | None = None
    then: str = ""
    passed: int = 0


def preview(key: str, wanted: Wanted) -> Preview | None:
    """The next three numbers of a value that is right by itself, for show; None where it has none left."""
    day = wanted.first_day()
    pattern = Pattern.on(wanted, day)
    numbers = allocation.coming(key, wanted, day, 3)
    if not numbers:
        return None
    first = pattern.counter(numbers[0]) or wanted.next
    last = pattern.counter(numbers[-1]) or wanted.next
    turn = _turn(wanted, day)
    then = ""
    if turn:
        counter = last + wanted.step if wanted.restart == "never" else wanted.first
        then = Pattern.on(wanted, turn).text(counter)
    passed = (first - wanted.next) // wanted.step
    return Preview(counter=wanted.next, numbers=numbers, turn=turn, then=then, passed=passed)


def _turn(wanted: Wanted, day: dt.date) -> dt.date | None:
    """The first day on which the prefix or suffix is another one."""
    if day.year == dt.MAXYEAR:
        return None
    next_month = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    for turn in (next_month, dt.date(day.year + 1, 1, 1)):
        if any(filled(one, turn) != filled(one, day) for one in (wanted.prefix, wanted.suffix)):
            return turn if not wanted.valid_to or turn <= wanted.valid_to else None
    return None
