"""Of whom everything is to go, and by which words they are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from webapp.text import digits, fold

SHORTEST = 3
"""Texts of fewer signs occur everywhere: they name nobody."""
APART = re.compile(r"[\W_]+")
PHONE = 8
"""Digits at the end of a phone number that make it known, however its beginning is written."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Contacts that are anonymised together: one, and those that were merged into it.

    `texts` are what was noted of them, now or formerly, as it was typed and in its normal forms: all that is text, of
    `SHORTEST` signs and more. `names` are those among them that name nobody else: names, e-mails, phones, accounts.
    """

    ids: Sequence[int]
    texts: frozenset[str]
    names: frozenset[str] = frozenset()

    def is_named_in(self, text: str) -> bool:
        """Whether a text names one of them, in whatever spelling: as whole words, or by a phone number's digits."""
        words = _words(text)
        # Names of files have other signs for blanks.
        if any(one in words for one in self._folded) or any(one in _parted(words) for one in self._apart):
            return True
        found = digits(text)
        return len(found) >= PHONE and any(one in found for one in self._phones)

    def named_among(self, value: Any) -> bool:
        """Whether anything of a JSON value names one of them."""
        return any(self.is_named_in(one) for one in strings(value))

    def is_noted(self, text: str) -> bool:
        """Whether a text is, as a whole, something that was noted of them."""
        return fold(text) in self._noted

    @cached_property
    def _noted(self) -> frozenset[str]:
        return frozenset(fold(one) for one in self.texts)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(one for name in self.names if len(one := _words(name)) > SHORTEST + 2)

    @cached_property
    def _apart(self) -> frozenset[str]:
        return frozenset(_parted(one) for one in self._folded if "@" not in one)

    @cached_property
    def _phones(self) -> frozenset[str]:
        written = (name for name in self.names if name.strip("+ ")[:1].isdigit() or name[:1] in "(+")
        return frozenset(found[-PHONE:] for one in written if len(found := digits(one)) >= PHONE)


def _words(text: str) -> str:
    """The folded words of a text, a blank before and after each; an address in it is one word."""
    parted = "".join(sign if sign.isalnum() or sign in "@.-_+" else " " for sign in fold(text))
    return f" {' '.join(word.strip('.-_+') for word in parted.split())} "


def _parted(words: str) -> str:
    """The same with what is joined by other signs as several words."""
    return f" {APART.sub(' ', words).strip()} "


def strings(value: Any) -> Iterable[str]:
    """All texts of a JSON value, the keys of its objects too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (str(key), *strings(each))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)
