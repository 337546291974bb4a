"""Giving numbers (spec F3): the provider of the core's port `Numbering`.

A counter is moved by one `UPDATE … RETURNING` in the transaction of whoever needs the number. Its row stays locked
until that ends, so a number whose transaction is rolled back is simply given next. That it is unique is the
database's to say, by the keys of `contact_number`; numbers that are there already are passed over here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from plugins.number_ranges import values
from plugins.number_ranges.gaps import note_gap
from plugins.number_ranges.kinds import COMMON, Kind, acting, filling, kind, members, range_of, switch
from plugins.number_ranges.models import NumberBlock, RangeValue
from plugins.number_ranges.pattern import Pattern, period_of
from webapp.api import (
    ContactNumber,
    Refused,
    _,
    act,
    db,
    fetch,
    fold,
    in_one_range,
    insert_many,
    ngettext,
    registry,
    today,
)

WINDOW, WIDEST = 64, 4096
"""So many numbers are looked at together where the next ones are taken: at first, and at most."""
TYPED_BY = ("form", "list", "api")
"""Ways by which a number is typed by hand; what is imported is a number of one's own, and kept (spec F3)."""

_TABLE: Any = RangeValue.__table__
_HERE = sa.and_(
    _TABLE.c.range == sa.bindparam("key"),
    sa.or_(_TABLE.c.valid_from.is_(None), _TABLE.c.valid_from <= sa.bindparam("day", type_=sa.Date)),
    sa.or_(_TABLE.c.valid_to.is_(None), _TABLE.c.valid_to >= sa.bindparam("day", type_=sa.Date)),
)
_PERIOD = sa.case(
    (_TABLE.c.restart == "year", sa.bindparam("year", type_=sa.String)),
    (_TABLE.c.restart == "month", sa.bindparam("month", type_=sa.String)),
    else_="",
)
_GOES_ON = _TABLE.c.period == _PERIOD
_START = sa.case((_GOES_ON, _TABLE.c.next), else_=_TABLE.c.first)
_READ = sa.select(
    *(one for one in _TABLE.c if one.name not in ("next", "begins", "top", "period")),
    _START.label("next"),
    sa.case((_GOES_ON, _TABLE.c.begins), else_=_TABLE.c.first).label("begins"),
    sa.case((_GOES_ON, _TABLE.c.top)).label("top"),
    _PERIOD.label("period"),
).where(_HERE)
_MANY = sa.bindparam("many", type_=sa.BigInteger)
_TAKE = (
    sa.update(_TABLE)
    .where(_HERE)
    .values(
        next=_START + _TABLE.c.step * _MANY,
        top=_START + _TABLE.c.step * (_MANY - 1),
        begins=sa.case((_GOES_ON, _TABLE.c.begins), else_=_TABLE.c.first),
        period=_PERIOD,
    )
    .returning(_TABLE)
)


_HOLD = (
    sa.select(_TABLE.c.id)
    .where(_TABLE.c.range.in_(sa.bindparam("keys", expanding=True)))
    .order_by(_TABLE.c.id)
    .with_for_update()
)


def _hold() -> None:
    """Where several ranges act, lock all of them, always in the same order.

    A contact may need numbers of several; two that took them in other orders would wait for each other for ever.
    """
    if db.session.get_bind().dialect.name != "sqlite" and len(keys := acting()) > 1:
        fetch(_HOLD, {"keys": keys}, flush=False)


def _on(key: str, day: dt.date) -> dict[str, Any]:
    return {"key": key, "day": day, "year": period_of("year", day), "month": period_of("month", day)}


def valid_value(key: str, day: dt.date | None = None, *, lock: bool = False) -> Any:
    """The value of a range that is valid on a day (today), with its counter as that day's period has it; or None."""
    query = _READ.with_for_update() if lock else _READ
    return fetch(query, _on(key, day or today())).first()


def give(key: str, many: int = 1) -> list[str]:
    """The next numbers of a range; raises `Refused` where it has not so many left, or no value is valid today."""
    day = today()
    _hold()
    row = fetch(_TAKE, _on(key, day) | {"many": many}, flush=False).first()
    if row is None and _begin(key):
        row = fetch(_TAKE, _on(key, day) | {"many": many}, flush=False).first()
    if row is None:
        raise not_valid(kind(key))
    found, pattern, start = kind(key), Pattern.on(row, day), row.next - row.step * many
    counters: Sequence[int] = range(start, row.next, row.step)
    if row.next - row.step > pattern.last or taken(found, pattern, counters):
        counters = _pick(found, pattern, start, row.step, many)
        if len(counters) < many:
            raise exhausted(found, len(counters))
        moved = sa.update(RangeValue).where(RangeValue.id == row.id)
        fetch(moved.values(next=counters[-1] + row.step, top=counters[-1]))
    numbers = pattern.texts(counters)
    if many > 1:
        who = act()
        block = {"range": key, "first": numbers[0], "last": numbers[-1], "many": many, "way": who.way}
        insert_many(NumberBlock, [{**block, "source": who.source or "", "user_id": who.user_id}])
    return numbers


def _begin(key: str) -> bool:
    """Give a range its first value, as its plug-in proposes it, where it acts and nobody has set it yet."""
    return kind(key).is_on and values.ensure(key)


def coming(key: str, value: Any, day: dt.date, many: int = 1) -> list[str]:
    """The numbers that a value as `valid_value` reads it would give next, `many` at most; nothing is changed."""
    pattern = Pattern.on(value, day)
    return pattern.texts(_pick(kind(key), pattern, value.next, value.step, many))


def _pick(found: Kind, pattern: Pattern, start: int, step: int, many: int) -> list[int]:
    """The first `many` counters from `start` on whose numbers nobody has or had; fewer where the range ends."""
    picked: list[int] = []
    width = max(many, WINDOW)
    while start <= pattern.last and len(picked) < many:
        window = range(start, min(start + width * step, pattern.last + 1), step)
        held = taken(found, pattern, window)
        picked += [one for one in window if one not in held][: many - len(picked)]
        start, width = start + width * step, min(width * 2, WIDEST)
    return picked


def taken(found: Kind, pattern: Pattern, counters: Sequence[int]) -> set[int]:
    """Those of these counters whose numbers are there already, present or former ones."""
    texts = {fold(text): one for one, text in zip(counters, pattern.texts(counters), strict=True)}
    if found.asked:
        column = found.asked.column
        # Said in these words, the index of what is filled in is used.
        is_filled = column != sa.literal_column("''")
        rows = fetch(sa.select(column).where(is_filled, column.in_(pattern.texts(counters)))).scalars()
        return {texts[fold(one)] for one in rows}
    if not found.functions:
        return set()
    return {texts[one] for one in fetch(_these(found.shares), {"folded": list(texts)}, flush=False).scalars()}


@cache
def _these(shares: tuple[str, ...]) -> sa.Select[Any]:
    """Which numbers of functions that share theirs are there, of some that are asked for."""
    asked = ContactNumber.folded.in_(sa.bindparam("folded", expanding=True))
    return sa.select(ContactNumber.folded).where(in_one_range(shares[0], shares), asked)


def push(key: str, numbers: Iterable[str]) -> None:
    """Move the counter beyond numbers that came from elsewhere, and note those that it jumps over (spec F3).

    A number that is the range's last moves nothing: it is passed over when its turn comes.
    """
    day = today()
    value = valid_value(key, day)
    if value is None:
        return
    pattern = Pattern.on(value, day)
    counters = {one for number in numbers if (one := pattern.counter(number)) is not None}
    if not _highest(value, pattern, counters):
        return
    _hold()
    value = valid_value(key, day, lock=True)
    if value is None or not (top := _highest(value, pattern, counters)):
        return
    following = _beyond(value, pattern, top)
    moved = sa.update(RangeValue).where(RangeValue.id == value.id)
    fetch(moved.values(next=following, top=top, begins=value.begins, period=value.period))
    if following - value.step > value.next or value.next not in counters:
        note_gap(key, pattern, value.step, value.next, following - value.step, reason=_reason())


def telling(key: str, numbers: Iterable[str]) -> list[str]:
    """The two highest numbers of a range: the range's last one, which moves nothing, may be among them."""
    day = today()
    value = valid_value(key, day)
    if value is None:
        return []
    pattern = Pattern.on(value, day)
    counted = {one: number for number in numbers if (one := pattern.counter(number)) is not None}
    return [counted[one] for one in sorted(counted)[-2:]]


def _highest(value: Any, pattern: Pattern, counters: Collection[int]) -> int:
    """The highest counter beyond which the range can go on; 0 for none."""
    return max((one for one in counters if _beyond(value, pattern, one)), default=0)


def _beyond(value: Any, pattern: Pattern, counter: int) -> int:
    """The next counter after one; 0 where that is behind already, or the range would have none left."""
    if counter < value.next:
        return 0
    steps = (counter - value.next) // value.step + 1
    following = int(value.next + steps * value.step)
    return following if following <= pattern.last else 0


def _reason() -> str:
    return "import" if act().way == "import" else "hand"


def not_valid(found: Kind) -> Refused:
    """No value of a range is valid today."""
    text = _(
        "No number range is valid today for “%(range)s”: an administrator sets one in Settings, under Number ranges.",
        range=found.label,
    )
    return Refused(text, field="number")


def exhausted(found: Kind, left: int) -> Refused:
    """A range has no more numbers, or not so many."""
    text = (
        ngettext(
            "The number range “%(range)s” has only %(num)s number left: an administrator gives it more digits, "
            "or another prefix, in Settings.",
            "The number range “%(range)s” has only %(num)s numbers left: an administrator gives it more digits, "
            "or another prefix, in Settings.",
            left,
            range=found.label,
        )
        if left
        else _(
            "The number range “%(range)s” is used up: an administrator gives it more digits, or another prefix, in "
            "Settings.",
            range=found.label,
        )
    )
    return Refused(text, field="number")


def expected(key: str, day: dt.date) -> Any:
    """The value of a range that is valid on a day, or, where nobody has set any yet, what it would begin with."""
    return valid_value(key, day) or (None if values.all_of(key) else values.proposal(key))


class Ranges:
    """`Numbering`, from the ranges that the firm has set."""

    def preview(self, function: str) -> str | None:
        """What would come next, as things stand."""
        key, day = self._gives(function), today()
        value = expected(key, day) if key else None
        return next(iter(coming(key, value, day)), None) if value is not None else None

    def give(self, function: str, many: int = 1) -> Sequence[str]:
        """The next numbers of the range."""
        key = self._gives(function)
        return give(key, many) if key else ()

    def check(self, function: str, value: str) -> None:
        """A range may give all its numbers itself."""
        key = range_of(function)
        if not key or act().way not in TYPED_BY:
            return
        valid = valid_value(key)
        if valid is not None and not valid.manual:
            text = _(
                "The range “%(range)s” gives its numbers itself: leave the number empty, or let an administrator allow "
                "typing in Settings, under Number ranges.",
                range=kind(key).label,
            )
            raise Refused(text, field="number")

    def note(self, function: str, numbers: Sequence[str]) -> None:
        """Those given from now on lie beyond."""
        if key := range_of(function):
            push(key, numbers)

    def telling(self, function: str, numbers: Sequence[str]) -> Sequence[str]:
        """The highest of the range."""
        key = range_of(function)
        return telling(key, numbers) if key else ()

    def shares(self, function: str) -> Sequence[str]:
        """All functions of the same range."""
        key = range_of(function)
        return tuple(one.key for one in members(key)) if key == COMMON else (function,)

    def keeps(self, function: str, follows: str) -> bool:
        """Within one range, unless the firm wants a new number (spec F1)."""
        key = range_of(function)
        return bool(key) and key == range_of(follows) and switch(function, "keeps")

    def filled(self, function: str) -> Mapping[str, str]:
        """Accounts that are given in turn."""
        return filling(function)

    def _gives(self, function: str) -> str:
        """The range that gives a function's numbers by itself, when it begins; else nothing."""
        key = range_of(function)
        is_late = bool(key) and registry().function(function) is not None and not switch(function, "starts")
        return "" if is_late else key
