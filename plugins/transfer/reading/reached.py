"""Whether what stands for a name is only how to reach somebody: an e-mail or a phone, in whatever writing (spec H1)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers
from phonenumbers import MatchType

from webapp.api import fold

_PHONE = re.compile(r"\+?[\d\s().\-–/]+")
FEWEST, ALIKE = 6, 8
"""Digits of a number that may be taken for another writing of one, and those at the end by which it is the same."""
_SAME = (MatchType.EXACT_MATCH, MatchType.NSN_MATCH, MatchType.SHORT_NSN_MATCH)


def is_reach(shown: str, emails: Iterable[str], phones: Iterable[str]) -> bool:
    """Whether this text is one of these e-mails or phones."""
    if "@" in shown:
        return any(fold(shown) == fold(one) for one in emails)
    return is_phone(shown) and any(_is_same(shown, one) for one in phones)


def is_phone(text: str) -> bool:
    """Whether it is written as phones are, without a letter: a name with a number in it is none."""
    return bool(_PHONE.fullmatch(text)) and len(_digits(text)) >= FEWEST


def _is_same(one: str, other: str) -> bool:
    """By the last digits, as a country stands before a number or not; else by what is known of numbers."""
    first, second = _digits(one), _digits(other)
    if first == second or (min(len(first), len(second)) >= ALIKE and first[-ALIKE:] == second[-ALIKE:]):
        return True
    return len(second) >= FEWEST and phonenumbers.is_number_match(one, other) in _SAME


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())
