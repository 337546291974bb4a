"""How far a range is, and why numbers of it are missing (spec F3): for the page, as CSV, and for `carnet doctor`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from plugins.number_ranges import given, rules, values
from plugins.number_ranges.allocation import coming, expected, valid_value
from plugins.number_ranges.kinds import Kind, kinds
from plugins.number_ranges.models import NumberBlock, NumberGap
from plugins.number_ranges.pattern import Pattern, day_after
from webapp.api import ContactNumber, _, _l, db, need, today

NEARLY = 0.9
"""The share of a range that is used when a warning is due."""
SOON = dt.timedelta(days=30)
"""So long before the last value of a range ends, a warning is due."""
SHOWN = 100
"""Gaps, or blocks, on the page; the CSV has all."""

REASONS = {
    "hand": _l("Jumped over: a higher number was typed by hand"),
    "import": _l("Jumped over by an import"),
    "settings": _l("Jumped over in the settings"),
    "purged": _l("The contact was deleted for good: its number stays reserved"),
    "unknown": _l("No reason is known"),
}


@dataclass(frozen=True, kw_only=True)
class State:
    """How far a range is: how many numbers of the form at hand are there, how many are left, and what is wrong."""

    kind: Kind
    next: str
    given: int
    free: int
    used: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Numbers that nobody has: from `first` to `last`, `many` of them, since when and why."""

    first: str
    last: str
    many: int
    reason: str
    source: str
    at: dt.datetime | None
    user_id: int | None = None


def state(found: Kind) -> State:
    """How far one range is today."""
    need("settings")
    value = expected(found.key, today())
    warnings = _time_warnings(found)
    if value is None:
        warnings.insert(0, _("No number range is valid today: set one, or no number is given."))
        return State(kind=found, next="", given=0, free=0, used=0.0, warnings=tuple(warnings))
    pattern = Pattern.on(value, today())
    free = max(0, (pattern.last - value.next) // value.step + 1)
    size = max(1, (pattern.last - value.begins) // value.step + 1)
    used = 1 - free / size
    if not free:
        warnings.append(_("It is used up: give it more digits, or another prefix."))
    elif used >= NEARLY:
        warnings.append(
            _("Nearly used up: %(free)s numbers are left. Give it more digits, or another prefix.", free=free)
        )
    return State(
        kind=found,
        next=next(iter(coming(found.key, value, today())), ""),
        given=given.count(found, pattern, value.begins, value.next - 1),
        free=free,
        used=used,
        warnings=tuple(warnings),
    )


def states() -> list[State]:
    """All ranges that act."""
    return [state(one) for one in kinds() if one.is_on]


def _time_warnings(found: Kind) -> list[str]:
    """Where no value follows the last one, or one that is valid today."""
    day = today()
    ends = [(one.valid_from, one.valid_to) for one in values.all_of(found.key)]
    here = next((end for begin, end in ends if (begin or day) <= day <= (end or day)), None)
    if here is None or here - day > SOON or any(begin == day_after(here) for begin, _end in ends):
        return []
    return [_("After %(day)s no number range is valid: add the next one.", day=rules.day_words(here))]


# --- Gaps -------------------------------------------------------------------------------------------------


def gaps(found: Kind) -> Iterator[Gap]:
    """All numbers that the range left out or that are nobody's any more, the newest reason first, with why."""
    need("settings")
    notes = db.session.scalars(sa.select(NumberGap).where(NumberGap.range == found.key).order_by(NumberGap.id.desc()))
    for note in notes.all():
        pattern = Pattern(note.prefix, note.suffix, note.length)
        for first, last in _free_runs(found, pattern, note.first, note.last, note.step):
            yield _gap(pattern, first, last, note.step, note.reason, note.source, note.at, note.user_id)
    yield from _purged(found)
    yield from _unexplained(found)


def first_gaps(found: Kind, most: int = SHOWN) -> tuple[list[Gap], bool]:
    """Those that a page shows, and whether there are more."""
    some = list(islice(gaps(found), most + 1))
    return some[:most], len(some) > most


def _gap(
    pattern: Pattern, first: int, last: int, step: int, reason: str, source: str, at: Any, user_id: int | None = None
) -> Gap:
    many = (last - first) // step + 1
    ends = (pattern.text(first), pattern.text(last))
    return Gap(first=ends[0], last=ends[1], many=many, reason=reason, source=source, at=at, user_id=user_id)


def _free_runs(found: Kind, pattern: Pattern, first: int, last: int, step: int) -> Iterator[tuple[int, int]]:
    """What lies between the numbers that are there, on the grid of the range's step."""
    start = first
    for counter in given.counters(found, pattern, first, last):
        if (counter - first) % step:
            continue
        if counter > start:
            yield start, counter - step
        start = counter + step
    if start <= last:
        yield start, start + (last - start) // step * step


def _purged(found: Kind) -> Iterator[Gap]:
    """Numbers whose contact is gone: they stay reserved for ever."""
    if not found.functions:
        return
    query = sa.select(ContactNumber.value, sa.func.max(ContactNumber.valid_to)).where(
        ContactNumber.contact_id.is_(None), given.scope(found)
    )
    for value, at in db.session.execute(query.group_by(ContactNumber.value).order_by(sa.func.min(ContactNumber.id))):
        yield Gap(first=value, last=value, many=1, reason="purged", source="", at=at)


def _unexplained(found: Kind) -> Iterator[Gap]:
    """Counters behind the present one whose number is nowhere, and that no note explains: there should be none."""
    value = valid_value(found.key)
    if value is None or found.asked:
        # What a field held before is not kept, so nobody knows who had it.
        return
    pattern = Pattern.on(value, today())
    last = value.next - value.step
    if last < value.begins:
        return
    noted = _noted(found, pattern, value)
    expected = (last - value.begins) // value.step + 1
    if given.count(found, pattern, value.begins, last) + sum((b - a) // value.step + 1 for a, b in noted) == expected:
        return
    for first, end in _free_runs(found, pattern, value.begins, last, value.step):
        for start, stop in _without(first, end, noted, value.step):
            yield _gap(pattern, start, stop, value.step, "unknown", "", None)


def _noted(found: Kind, pattern: Pattern, value: Any) -> list[tuple[int, int]]:
    """The runs of free numbers that are explained, in order and apart."""
    notes = db.session.execute(
        sa.select(NumberGap.first, NumberGap.last, NumberGap.step).where(
            NumberGap.range == found.key,
            NumberGap.prefix == pattern.prefix,
            NumberGap.suffix == pattern.suffix,
            NumberGap.length == pattern.length,
        )
    ).all()
    runs = {run for first, last, step in notes for run in _free_runs(found, pattern, first, last, step)}
    return sorted((first, last) for first, last in runs if first >= value.begins and last < value.next)


def _without(first: int, last: int, noted: Sequence[tuple[int, int]], step: int) -> Iterator[tuple[int, int]]:
    start = first
    for begin, end in noted:
        if end < start or begin > last:
            continue
        if begin > start:
            yield start, begin - step
        start = max(start, end + step)
    if start <= last:
        yield start, last


def blocks(found: Kind, most: int = SHOWN) -> Sequence[NumberBlock]:
    """Numbers that were given together, the newest first."""
    need("settings")
    query = sa.select(NumberBlock).where(NumberBlock.range == found.key).order_by(NumberBlock.id.desc())
    return db.session.scalars(query.limit(most)).all()


def findings() -> list[str]:
    """What `carnet doctor` says of the ranges, in its language."""
    with force_locale("en"):
        return _findings()


def _findings() -> list[str]:
    found = []
    for one in states():
        found += [f"Number range {one.kind.label}: {text}" for text in one.warnings]
        missing = list(_unexplained(one.kind))
        if missing:
            first = missing[0]
            number = sum(gap.many for gap in missing)
            found.append(
                f"Number range {one.kind.label}: {number} numbers are missing without a known reason, the first is "
                f"{first.first}. See Settings, Number ranges."
            )
    return found
