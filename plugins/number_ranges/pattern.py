"""What a number of a range looks like: prefix, so many digits, suffix; and what stands for the date in it (spec F1)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.api import fold

TOKENS = {"{yyyy}": "%Y", "{yy}": "%y", "{mm}": "%m"}
"""What is filled in on the day a number is given: year in four and in two digits, month."""
LONGEST_LENGTH = 15
"""Digits of a counter: as many as numbers are sorted by."""
LONGEST_AFFIX = 20
_BRACES = re.compile(r"\{[^{}]*\}?|\}")


def unknown_tokens(text: str) -> list[str]:
    """What stands in braces and is none of `TOKENS`, and braces without their other half."""
    return [found for found in _BRACES.findall(text) if found not in TOKENS]


def tokens_in(*texts: str) -> set[str]:
    """The tokens that stand there."""
    return {token for token in TOKENS if any(token in text for text in texts)}


def filled(text: str, day: dt.date) -> str:
    """A prefix or suffix as it is on a day."""
    for token, code in TOKENS.items():
        # strftime pads no year before 1000, and nobody gives numbers then.
        text = text.replace(token, day.strftime(code))
    return text


@dataclass(frozen=True, slots=True)
class Pattern:
    """Numbers of one form: `length` digits, neither more nor less, between a prefix and a suffix without tokens."""

    prefix: str
    suffix: str
    length: int

    @classmethod
    def on(cls, value: Any, day: dt.date) -> Pattern:
        """The pattern of a `RangeValue` on a day."""
        return cls(filled(value.prefix, day), filled(value.suffix, day), value.length)

    @property
    def last(self) -> int:
        """The highest counter that fits."""
        return int(10**self.length) - 1

    def text(self, counter: int) -> str:
        """A counter as a number: 12 of length 5 with the prefix K- is K-00012."""
        return f"{self.prefix}{counter:0{self.length}d}{self.suffix}"

    def texts(self, counters: Sequence[int]) -> list[str]:
        """Many of them."""
        return [self.text(one) for one in counters]

    def counter(self, number: str) -> int | None:
        """The counter of a number of this form, however its letters are written; None for one of another form."""
        # Folded with a letter beside them, so that a blank at the end of a prefix stays.
        head, tail = fold(f"{self.prefix}x")[:-1], fold(f"x{self.suffix}")[1:]
        folded = fold(number)
        digits = folded[len(head) : len(folded) - len(tail) if tail else None]
        if not (folded.startswith(head) and folded.endswith(tail) and len(digits) == self.length):
            return None
        return int(digits) if digits.isascii() and digits.isdecimal() and head + digits + tail == folded else None


def period_of(restart: str, day: dt.date) -> str:
    """What a counter that begins again each year or month belongs to on a day; "" for one that never does."""
    return {"year": f"{day:%Y}", "month": f"{day:%Y-%m}"}.get(restart, "")


def day_after(day: dt.date | None) -> dt.date | None:
    """The following day; None where there is none, since an end may be written as the last day of all."""
    return day + dt.timedelta(days=1) if day is not None and day < dt.date.max else None
