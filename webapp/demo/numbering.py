"""The numbers of made-up contacts, as the services would give them: from whoever provides `Numbering`, in blocks.

Where nobody does, or a range is used up, they are invented: the function's letter and a count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.contacts.models import ContactNumber
from webapp.db import db
from webapp.errors import Refused
from webapp.functions.numbers import reserved_for, scope_of
from webapp.plugin import ContactFunction
from webapp.ports import NULL, Numbering
from webapp.registry import registry
from webapp.text import fold, natural

FIRST_NUMBER = 10_001


@dataclass(slots=True)
class Number:
    """A number as it is shown, as it is compared and as it sorts; and what it is reserved in, by its first row."""

    value: str = ""
    folded: str = ""
    sorts: str = ""
    reserved: str | None = None

    def become(self, value: str) -> None:
        """The text that it has been given."""
        self.value, self.folded = value, fold(value)
        self.sorts = natural(self.folded)


class Numbers:
    """Gives the roles of many contacts their numbers; reads once how functions share and hand on theirs."""

    def __init__(self, functions: Sequence[ContactFunction]) -> None:
        self.numbering = registry().service(Numbering)
        keys = [function.key for function in functions]
        self.shares = {key: tuple(self.numbering.shares(key)) for key in keys}
        self.scopes = {key: scope_of(key, self.shares[key]) for key in keys}
        self.keeps = {(key, one) for key in keys for one in keys if self.numbering.keeps(key, one)}
        self.is_invented = self.numbering is NULL[Numbering]
        self.begins = {key for key in keys if self.is_invented or self._begins(key)}
        self.filled = {key: dict(self.numbering.filled(key)) for key in keys}
        self.counts: dict[tuple[str, str], int] = {}

    def _begins(self, key: str) -> bool:
        """Whether a function has a number from its start; a range that is used up says so too, by refusing."""
        found = self._tried(key, 1)
        return found is None or bool(found)

    def _tried(self, key: str, many: int) -> Sequence[str] | None:
        """What a range would give; None where it has not so many left. None of it is taken."""
        whole = db.session.begin_nested()
        try:
            return self.numbering.give(key, many)
        except Refused:
            return None
        finally:
            whole.rollback()

    def number(self, roles: Iterable[Sequence[Any]]) -> None:
        """Give all these contacts' roles their numbers, contact by contact, each in the order of its functions' time.

        All that one range gives are taken at once. What ranges fill in besides is filled in.
        """
        wanted: dict[str, list[Any]] = defaultdict(list)
        fields: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for of_contact in roles:
            present: dict[str, Number] = {}
            for role in sorted(of_contact, key=_started):
                self._decide(role, present, wanted)
                for name, range_key in self.filled[role.function.key].items():
                    fields[name, range_key].append(role)
        for some in wanted.values():
            for role, text in zip(some, self._given(some), strict=True):
                role.number.become(text)
        for (name, range_key), some in fields.items():
            given = self._taken(range_key, len(some))
            for role, text in zip(some, given or [""] * len(some), strict=True):
                role.filled[name] = text

    def _decide(self, role: Any, present: dict[str, Number], wanted: dict[str, list[Any]]) -> None:
        """By the rules of `webapp.functions.numbers.take`: the number handed on, else one shown, else the next."""
        key, before = role.function.key, role.follows.function.key if role.follows else None
        left = present.pop(before, None) if before else None
        number = left if before and (key, before) in self.keeps else None
        number = number or next((present[one] for one in self.shares[key] if one in present), None)
        if number is not None:
            role.number, role.origin = number, "kept"
            role.reserved = reserved_for(key, self.shares[key], [number])
        elif key in self.begins:
            number = role.number = Number(reserved=self.scopes[key])
            role.reserved = self.scopes[key]
            wanted[self.scopes[key]].append(role)
        if number is not None:
            present[key] = number

    def _given(self, some: Sequence[Any]) -> Sequence[str]:
        found = None if self.is_invented else self._taken(some[0].function.key, len(some))
        return found or [self._invented(one.function) for one in some]

    def _taken(self, key: str, many: int) -> Sequence[str] | None:
        """The next numbers of a range. As many again stay free: who adds a contact by hand is to get one."""
        return self.numbering.give(key, many) if self._tried(key, 2 * many) is not None else None

    def _invented(self, function: ContactFunction) -> str:
        """The next number of a function's own: its letter and a count."""
        letter, scope = function.key[0].upper(), self.scopes[function.key]
        count = self.counts.get((scope, letter)) or _beyond(letter.lower(), self.shares[function.key])
        self.counts[scope, letter] = count + 1
        return f"{letter}{count}"


def _started(role: Any) -> int:
    return int(role.started)


def _beyond(letter: str, functions: Sequence[str]) -> int:
    """The first count beyond all numbers of this form that the functions have or had."""
    # As it sorts, such a number is its letter and 15 digits: the highest of them stands first or nearly so.
    alike = sa.select(ContactNumber.sort_value).where(
        ContactNumber.function.in_(functions), ContactNumber.sort_value.like(letter + 15 * "_")
    )
    ordered = db.session.scalars(alike.order_by(ContactNumber.sort_value.desc()).execution_options(yield_per=100))
    last = next((int(one[1:]) for one in ordered if one[1:].isdecimal()), 0)
    ordered.close()
    return max(FIRST_NUMBER - 1, last) + 1
