"""Numbers that a range leaves out, written down with why (spec F3)."""

from __future__ import annotations

import sqlalchemy as sa

from plugins.number_ranges.models import NumberGap
from plugins.number_ranges.pattern import Pattern
from webapp.api import act, fetch, insert_many


def note_gap(
    key: str, pattern: Pattern, step: int, first: int, last: int, *, reason: str, source: str | None = None
) -> None:
    """Write down that a range leaves out its counters from `first` to `last`, or go on with what was noted last."""
    who = act()
    source = (who.source or "") if source is None else source
    latest = fetch(sa.select(NumberGap.__table__).where(NumberGap.range == key).order_by(NumberGap.id.desc())).first()
    same = {"prefix": pattern.prefix, "suffix": pattern.suffix, "length": pattern.length, "step": step}
    same |= {"reason": reason, "source": source[:200], "user_id": who.user_id}
    if latest and latest.last == first - step and all(getattr(latest, name) == one for name, one in same.items()):
        fetch(sa.update(NumberGap).where(NumberGap.id == latest.id).values(last=last))
        return
    insert_many(NumberGap, [{"range": key, "first": first, "last": last, **same}])
