"""Dates as people write them out: with the name of the month, or with two digits of the year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache

from babel.dates import get_month_names

from plugins.transfer.reading.targets import Target
from webapp.api import LOCALES, fold

YOUNGEST = 15
"""Years of those whom a list of contacts has at least; nobody in it is a hundred."""

_DAY_MONTH = re.compile(r"(\d{1,2})(?:\.|er|st|nd|rd|th)?[\s-]*([^\W\d]+)\.?[\s,-]*(\d{4})")
_MONTH_DAY = re.compile(r"([^\W\d]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})")
_SHORT_YEAR = re.compile(r"(\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?)(\d{2})")


PARTS = tuple(Target("birth_date", part) for part in ("year", "month"))
"""What says nothing without the day, whose column may hold a whole date where it stands alone."""


def date_columns(targets: Mapping[int, Target]) -> dict[str, int]:
    """The columns of year, month and day of a birth date in three columns; none where one of them is missing."""
    found = {target.group: at for at, target in targets.items() if target.field == "birth_date" and target.group}
    return found if len(found) == 3 else {}


def of_parts(told: Mapping[str, str]) -> str:
    """A date of its year, month and day; without a year as vCards write it; of less, or a short year, what is told."""
    year, month, day = (told.get(part, "") for part in ("year", "month", "day"))
    if not (month and day) or len(year) not in (0, 4):
        return " ".join(filter(None, (year, month, day)))
    return f"{year or '-'}-{month:0>2}-{day:0>2}"


def spelled(text: str) -> tuple[str, str, str] | None:
    """Year, month and day of "31 December 1980", "31. Dez. 1980", "Dec 31, 1980"; None for anything else."""
    if found := _DAY_MONTH.fullmatch(text):
        day, name, year = found.groups()
    elif found := _MONTH_DAY.fullmatch(text):
        name, day, year = found.groups()
    else:
        return None
    month = _months().get(fold(name))
    return (year, str(month), day) if month else None


@cache
def _months() -> Mapping[str, int]:
    """Names of the months in three languages, whole and short."""
    known: dict[str, int] = {"sept": 9, "marz": 3, "mrz": 3}
    for locale in LOCALES:
        for width in ("wide", "abbreviated"):
            for month, name in get_month_names(width, locale=locale).items():
                known.setdefault(fold(name).rstrip("."), month)
    return known


def with_century(text: str) -> str:
    """A birthday with all digits of its year; as it is where it has them, or could be of two centuries."""
    found = _SHORT_YEAR.fullmatch(text)
    if not found:
        return text
    this, year = dt.datetime.now(dt.UTC).year, int(found[2])
    likely = [century + year for century in (this // 100 * 100 - 100, this // 100 * 100)]
    likely = [one for one in likely if YOUNGEST <= this - one < 100]
    return f"{found[1]}{likely[0]}" if len(likely) == 1 else text
