"""Writing and reading the history (spec A4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from webapp.acting import act
from webapp.db import db
from webapp.history.models import HistoryEntry

Change = tuple[Any, Any]


def record(
    contact_id: int, action: str, changes: Mapping[str, Change] | None = None, source: str | None = None
) -> None:
    """Note what was done to a contact, in the present actor's name; `changes` is `{field: (old, new)}`."""
    who = act()
    db.session.add(
        HistoryEntry(
            contact_id=contact_id,
            user_id=who.user_id,
            way=who.way,
            action=action,
            changes={key: [plain(old), plain(new)] for key, (old, new) in (changes or {}).items()},
            source=source or who.source,
        )
    )


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def of_contact(contact_id: int, before: int | None = None, limit: int = 50) -> list[HistoryEntry]:
    """The newest entries of a contact first; `before` is the last entry's id of the page before."""
    query = sa.select(HistoryEntry).where(HistoryEntry.contact_id == contact_id)
    if before is not None:
        query = query.where(HistoryEntry.id < before)
    return list(db.session.scalars(query.order_by(HistoryEntry.id.desc()).limit(limit)))
