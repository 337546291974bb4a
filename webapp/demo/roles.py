"""Which functions a made-up contact has, and what their fields say: drawn from the functions' own declarations.

Nothing here knows a function by name, so a third party's function is filled as well. Of contacts with a slot
that functions share, 40 % have the one that others follow and 30 % one that is final; of any other slot 15 %
have its function. Two of five that could have been converted were.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import sqlalchemy as sa

from webapp.administration.settings import value_list
from webapp.db import db
from webapp.demo.numbering import Number
from webapp.plugin import ContactFunction, Field
from webapp.registry import registry

AMOUNTS = (25_000, 50_000, 120_000, 250_000, 500_000, 1_000_000, 2_500_000)
PERCENTS = (200, 300, 500, 1_000, 2_000, 4_000, 5_000, 6_000, 8_000)
FIRST_DATE, DATES = dt.date(2025, 1, 1), 330
LOSS = ("lost", "loss")
"""Names of fields that only the few have who went elsewhere begin so."""
HOUR, DAY = 60, 24 * 60

Draw = Callable[[], float]


@dataclass(kw_only=True, slots=True)
class Role:
    """A function of one contact to be stored: from when until when (minutes), its number and its own fields.

    `values` are in the order of its columns; `filled` are those of them that ranges give, by name.
    """

    function: ContactFunction
    started: int
    values: list[Any]
    number: Number | None = None
    origin: str = "given"
    reserved: str | None = None
    filled: dict[str, str] = field(default_factory=dict)
    follows: Role | None = None
    ended: int | None = None


class Cast:
    """Gives functions, and fills in their fields."""

    def __init__(self, random: Random) -> None:
        self.draw: Draw = random.random
        dialect = db.session.connection().dialect
        functions = registry().functions()
        slots: dict[str, list[ContactFunction]] = defaultdict(list)
        for function in functions:
            slots[function.slot].append(function)
        self.slots = [
            [(_share(function, slot), function, _leading(function, slot)) for function in slot]
            for slot in slots.values()
        ]
        self.fields = {function.key: _Fields(function, dialect) for function in functions}

    def roles(self, since: int, currency: str) -> list[Role]:
        """The functions of one contact known since then; those that were converted stand before what they became."""
        found: list[Role] = []
        for slot in self.slots:
            chance = self.draw()
            for share, function, before in slot:
                if chance < share:
                    found += self.begin(function, before, since, currency)
                    break
                chance -= share
        return found

    def begin(self, function: ContactFunction, before: ContactFunction | None, since: int, currency: str) -> list[Role]:
        """One function, led up to by the one it was converted from where there was one."""
        draw = self.draw
        start = since + HOUR + int(draw() * (24 * DAY - HOUR)) // HOUR * HOUR
        own = self.fields[function.key]
        if before is None or draw() >= 0.4:
            return [Role(function=function, started=start, values=own.drawn(draw, currency))]
        end = start + DAY + int(draw() * 119 * DAY) // HOUR * HOUR
        led = self.fields[before.key].drawn(draw, currency, won=True)
        first = Role(function=before, started=start, values=led, ended=end)
        then = Role(function=function, started=end, values=own.drawn(draw, currency), follows=first)
        return [first, then]

    def values(self, role: Role) -> list[Any]:
        """What a role's own table holds of it, with what ranges have filled in."""
        if role.filled:
            self.fields[role.function.key].fill(role.values, role.filled)
        return role.values


class _Fields:
    """How rows of one function's own table are drawn, in the order of `columns`, as its database takes the values."""

    def __init__(self, function: ContactFunction, dialect: sa.Dialect) -> None:
        table = sa.inspect(function.model).local_table
        columns = [column for column in table.columns if column.name != "contact_function_id"]
        self.columns = ("contact_function_id", *(column.name for column in columns))
        defaults = [_default(column) for column in columns]
        taken = [
            column.type.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value) for column in columns
        ]
        self.blank = [take(default) for take, default in zip(taken, defaults, strict=True)]
        self.places = {column.key: place for place, column in enumerate(columns)}
        self.currency = self.places.get("currency")
        self.fields: list[tuple[int, bool, bool, Callable[[Draw, bool], Any], Callable[[Any], Any]]] = []
        for one in function.fields:
            place = self.places[one.name]
            if way := _way(one, defaults[place]):
                always = one.required or one.kind == "boolean"
                self.fields.append((place, always, one.name.startswith(LOSS), way, taken[place]))

    def fill(self, row: list[Any], filled: Mapping[str, str]) -> None:
        """Put in what was given, in place of what was drawn."""
        for name, value in filled.items():
            row[self.places[name]] = value

    def drawn(self, draw: Draw, currency: str, won: bool = False) -> list[Any]:
        """One row's values; `won` leaves out what ends in a loss."""
        row = self.blank.copy()
        lost = not won and draw() < 0.04
        for place, always, of_loss, way, take in self.fields:
            if (lost or not of_loss) and (always or draw() >= 0.35):
                value = way(draw, won)
                if value is not None:
                    row[place] = take(value)
        if self.currency is not None:
            row[self.currency] = currency
        return row


def _way(field: Field, default: Any) -> Callable[[Draw, bool], Any] | None:
    """How a value is drawn that the field's own check would take, None to leave it as it is; or no way at all."""
    if field.kind == "boolean":
        return lambda draw, won: not default if draw() < 0.03 else None
    if field.kind == "choice":
        # The last of a required choice is where a road ends: who went on never stood there.
        choices = [code for code, _label in field.choices]
        going_on = choices[:-1] if field.required else choices
        return lambda draw, won: _one_of(going_on if won else choices, draw)
    if field.kind == "value_list":
        codes = list(value_list(field.value_list, "en"))
        return (lambda draw, won: _one_of(codes, draw)) if codes else None
    if field.kind == "money":
        return lambda draw, won: _one_of(AMOUNTS, draw)
    if field.kind == "percent":
        return lambda draw, won: _one_of(PERCENTS, draw)
    if field.kind == "date":
        return lambda draw, won: FIRST_DATE + dt.timedelta(days=int(draw() * DATES))
    if field.kind == "text" and ("number" in field.name or "account" in field.name):
        return lambda draw, won: str(10_000 + int(draw() * 90_000))
    return None


def _one_of(things: Any, draw: Draw) -> Any:
    return things[int(draw() * len(things))]


def _default(column: sa.Column[Any]) -> Any:
    """Its plain default, else None: bulk inserts want every row alike."""
    return getattr(column.default, "arg", None) if getattr(column.default, "is_scalar", False) else None


def _share(function: ContactFunction, slot: list[ContactFunction]) -> float:
    if any(function.key in other.follows for other in slot):
        return 0.40
    return 0.30 if function.final else 0.15


def _leading(function: ContactFunction, slot: list[ContactFunction]) -> ContactFunction | None:
    """The function of the slot that is converted into this one."""
    return next((one for one in slot if one.key in function.follows), None)
