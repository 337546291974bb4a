"""Which functions a made-up contact has, and what their fields say: drawn from the functions' own declarations.

Nothing here knows a function by name, so a third party's function is filled as well. Of contacts with a slot
that functions share, 40 % have the one that others follow and 30 % one that is final; of any other slot 15 %
have its function. Two of five that could have been converted were.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa

from webapp.administration.settings import value_list
from webapp.contacts.models import ContactNumber
from webapp.db import db
from webapp.plugin import ContactFunction, Field
from webapp.registry import registry

FIRST_NUMBER = 10_001
AMOUNTS = (25_000, 50_000, 120_000, 250_000, 500_000, 1_000_000, 2_500_000)
PERCENTS = (200, 300, 500, 1_000, 2_000, 4_000, 5_000, 6_000, 8_000)
LOSS = ("lost", "loss")
"""Names of fields that only the few have who went elsewhere begin so."""


@dataclass(kw_only=True)
class Role:
    """A function of one contact to be stored: from when until when, its number and its own fields."""

    function: ContactFunction
    started_at: dt.datetime
    number: str
    origin: str
    values: dict[str, Any]
    follows: Role | None = None
    ended_at: dt.datetime | None = None


class Cast:
    """Gives functions and numbers; reads once what the base has already."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.slots: dict[str, list[ContactFunction]] = defaultdict(list)
        for function in registry().functions():
            self.slots[function.slot].append(function)
        self.codes = {
            field.value_list: list(value_list(field.value_list, "en"))
            for function in registry().functions()
            for field in function.fields
            if field.value_list
        }
        self.numbers = {function.key: _next_number(function) for function in registry().functions()}

    def roles(self, since: dt.datetime, currency: str) -> list[Role]:
        """The functions of one contact known since then; those that were converted stand before what they became."""
        found: list[Role] = []
        for functions in self.slots.values():
            chance = self.random.random()
            for function in functions:
                share = _share(function, functions)
                if chance < share:
                    found += self.begin(function, functions, since, currency)
                    break
                chance -= share
        return found

    def begin(
        self, function: ContactFunction, slot: list[ContactFunction], since: dt.datetime, currency: str
    ) -> list[Role]:
        """One function, led up to by the one it was converted from where there was one."""
        start = since + dt.timedelta(hours=self.random.randrange(1, 24 * 60))
        before = next((one for one in slot if one.key in function.follows), None)
        if before is None or self.random.random() >= 0.4:
            number = self.number(function)
            values = self.values(function, currency)
            return [Role(function=function, started_at=start, number=number, origin="given", values=values)]
        first = Role(
            function=before,
            started_at=start,
            number=self.number(before),
            origin="given",
            values=self.values(before, currency, won=True),
            ended_at=start + dt.timedelta(hours=self.random.randrange(24, 24 * 120)),
        )
        assert first.ended_at is not None
        then = Role(
            function=function,
            started_at=first.ended_at,
            number=first.number,
            origin="kept",
            values=self.values(function, currency),
            follows=first,
        )
        return [first, then]

    def number(self, function: ContactFunction) -> str:
        """The next number of the function's range: its letter and a count."""
        number = self.numbers[function.key]
        self.numbers[function.key] += 1
        return f"{_letter(function)}{number}"

    def values(self, function: ContactFunction, currency: str, won: bool = False) -> dict[str, Any]:
        """A row for the function's own table, all columns named; `won` leaves out what ends in a loss."""
        row = blank(function.model)
        del row["contact_function_id"]
        lost = not won and self.random.random() < 0.04
        for field in function.fields:
            if not field.name.startswith(LOSS) or lost:
                value = self.value(field, row[field.name], won)
                row[field.name] = row[field.name] if value is None else value
        if "currency" in row:
            row["currency"] = currency
        return row

    def value(self, field: Field, default: Any, won: bool) -> Any:
        """A value the field's own check would take; None to leave it as it is."""
        random = self.random
        if field.kind == "boolean":
            return not default if random.random() < 0.03 else None
        if not field.required and random.random() < 0.35:
            return None
        if field.kind == "choice":
            # The last of a required choice is where a road ends: who went on never stood there.
            choices = field.choices[:-1] if field.required and won else field.choices
            return random.choice(choices)[0]
        if field.kind == "value_list":
            codes = self.codes[field.value_list]
            return random.choice(codes) if codes else None
        if field.kind == "money":
            return random.choice(AMOUNTS)
        if field.kind == "percent":
            return random.choice(PERCENTS)
        if field.kind == "date":
            return dt.date(2025, 1, 1) + dt.timedelta(days=random.randrange(330))
        if field.kind == "text" and ("number" in field.name or "account" in field.name):
            return f"{random.randrange(10_000, 99_999)}"
        return None


def blank(model: type[Any]) -> dict[str, Any]:
    """The model's columns with their plain defaults, else None: bulk inserts want every row alike."""
    return {
        column.key: getattr(column.default, "arg", None) if getattr(column.default, "is_scalar", False) else None
        for column in sa.inspect(model).columns
    }


def _share(function: ContactFunction, slot: list[ContactFunction]) -> float:
    if any(function.key in other.follows for other in slot):
        return 0.40
    return 0.30 if function.final else 0.15


def _letter(function: ContactFunction) -> str:
    return function.key[0].upper()


def _next_number(function: ContactFunction) -> int:
    """The first count beyond all numbers of this form that the function has or had."""
    letter = _letter(function).lower()
    taken = db.session.scalars(
        sa.select(ContactNumber.folded).where(
            ContactNumber.function == function.key, ContactNumber.folded.startswith(letter)
        )
    )
    counts = [int(one[1:]) for one in taken if one[1:].isdecimal()]
    return max([FIRST_NUMBER - 1, *counts]) + 1
