"""What a range is set to, and since when: checked against the numbers that there are (spec F1, F3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.number_ranges import rules
from plugins.number_ranges.gaps import note_gap
from plugins.number_ranges.kinds import SECTION, Kind, kind
from plugins.number_ranges.models import NumberGap, RangeValue
from plugins.number_ranges.pattern import Pattern, day_after, period_of
from plugins.number_ranges.wanted import NAMES, Wanted
from webapp.api import Invalid, Missing, Refused, Stale, _, db, need, setting_changes, today

FIRST = 10_001
"""Where a function's own range begins until someone sets it."""


def page_of(key: str) -> str:
    """The name under which the changes of a range are kept."""
    return f"{SECTION}.{key}.range"


def all_of(key: str) -> Sequence[RangeValue]:
    """The values of a range in the order of their time."""
    query = sa.select(RangeValue).where(RangeValue.range == key)
    return sorted(db.session.scalars(query), key=lambda one: (one.valid_from or dt.date.min, one.id))


def load(key: str, value_id: int) -> RangeValue:
    """One of them; raises `Missing`."""
    found = db.session.get(RangeValue, value_id)
    if found is None or found.range != key:
        raise Missing(_("There is no such value of this number range any more."))
    return found


def as_now(value: RangeValue) -> Wanted:
    """A value with its counter as it is in the period at hand: one that begins again has, perhaps."""
    names = {name: getattr(value, name) for name in NAMES}
    day = max(today(), value.valid_from or today())
    begins_again = value.restart != "never" and value.period != period_of(value.restart, day)
    return Wanted(**names | ({"next": value.first} if begins_again else {}))


def proposal(key: str) -> Wanted:
    """What a further value of a range begins with: the day after the last one, and otherwise as that."""
    values = all_of(key)
    if values:
        last = values[-1]
        names = {name: getattr(last, name) for name in NAMES}
        return Wanted(**names | {"valid_from": day_after(last.valid_to), "valid_to": None})
    asked = kind(key).asked
    return Wanted(
        prefix=asked.prefix if asked else key[:1].upper(), suffix="", length=asked.length if asked else 5, step=1,
        next=asked.first if asked else FIRST, restart="never", first=1, valid_from=None, valid_to=None, manual=True,
    )  # fmt: skip


def ensure(key: str) -> bool:
    """Let a range that begins to act have a value; whether it had none."""
    if all_of(key):
        return False
    # Two that come first must not set it twice.
    setting_changes.hold()
    if not all_of(key):
        _add(key, proposal(key))
    return True


def _add(key: str, wanted: Wanted) -> RangeValue:
    day = wanted.first_day()
    row = RangeValue(
        range=key, begins=wanted.next, period=period_of(wanted.restart, day), **{n: getattr(wanted, n) for n in NAMES}
    )
    db.session.add(row)
    db.session.flush()
    return row


def save(key: str, value_id: int | None, given_values: Mapping[str, Any], version: int | None = None) -> RangeValue:
    """Set a value of a range, or add one; what is not given stays as it is. Numbers that were given never change.

    Raises `Stale` where someone saved it since `version`, `Invalid` for what can't work.
    """
    need("settings")
    found = kind(key)
    setting_changes.hold()
    row = load(key, value_id) if value_id is not None else None
    if row is not None:
        # The counter moves with each number that is given: none is while it is set.
        db.session.refresh(row, with_for_update=True)
    if row is not None and version is not None and version != row.version:
        raise Stale(
            _("Someone else saved this number range while you were writing. Compare both versions and choose."),
            current=row.version,
        )
    before, wanted, errors = judged(found, row, given_values)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    if row is None:
        row = _add(key, wanted)
        setting_changes.note(page_of(key), "range_added", _told(None, wanted), subject=str(row.id))
        return row
    changes = _told(before, wanted)
    if changes:
        _move(found, row, before, wanted)
        row.version += 1
        setting_changes.note(page_of(key), "changed", changes, subject=str(row.id))
    return row


def judged(
    found: Kind, row: RangeValue | None, given_values: Mapping[str, Any]
) -> tuple[Wanted, Wanted, dict[str, str]]:
    """A value as it is, and as it would be with what is given; and what of that can't work, by field."""
    before = as_now(row) if row is not None else proposal(found.key)
    wanted = Wanted(**{name: getattr(before, name) for name in NAMES} | _filled_up(given_values))
    others = [one for one in all_of(found.key) if one is not row]
    return before, wanted, rules.errors(found, row, others, before, wanted)


def remove(key: str, value_id: int) -> None:
    """Take a value away that has not given a number yet; raises `Refused` for another one."""
    need("settings")
    setting_changes.hold()
    row = load(key, value_id)
    if row.top is not None or len(all_of(key)) == 1:
        raise Refused(_("This value has given numbers, or is the only one: end it by “Valid to” instead."))
    setting_changes.note(page_of(key), "range_removed", _told(as_now(row), None), subject=str(row.id))
    db.session.delete(row)


def _filled_up(given_values: Mapping[str, Any]) -> dict[str, Any]:
    """What is left empty where there must be something stays as it was; but a date may be empty."""
    return {
        name: one for name, one in given_values.items() if one not in (None, "") or name not in ("restart", "first")
    }


def _told(before: Wanted | None, after: Wanted | None) -> dict[str, tuple[Any, Any]]:
    found = {}
    for name in NAMES:
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new and (old or new):
            found[name] = (old, new)
    return found


def _move(found: Kind, row: RangeValue, before: Wanted, wanted: Wanted) -> None:
    """Write a value, and why its range leaves numbers out by that."""
    day = wanted.first_day()
    old, pattern = Pattern.on(before, day), Pattern.on(wanted, day)
    period = period_of(wanted.restart, day)
    is_same = (old, before.step) == (pattern, wanted.step)
    begins = row.begins if row.period == period or row.restart == "never" else row.first
    if not is_same:
        # Of another form none was given yet: it begins where it stands.
        begins = wanted.next
    elif wanted.next > before.next:
        last = before.next + (wanted.next - 1 - before.next) // wanted.step * wanted.step
        note_gap(found.key, pattern, wanted.step, before.next, last, reason="settings", source="")
    elif wanted.next < before.next:
        # What was left out from there on is given now.
        left_out = sa.and_(NumberGap.range == found.key, NumberGap.prefix == pattern.prefix,
                           NumberGap.suffix == pattern.suffix, NumberGap.length == pattern.length)  # fmt: skip
        db.session.execute(sa.delete(NumberGap).where(left_out, NumberGap.first >= wanted.next))
        shorter = sa.update(NumberGap).where(left_out, NumberGap.last >= wanted.next)
        db.session.execute(shorter.values(last=wanted.next - 1))
        begins = min(begins, wanted.next)
    for name in NAMES:
        setattr(row, name, getattr(wanted, name))
    row.begins, row.period = begins, period
    if not is_same:
        row.top = None
