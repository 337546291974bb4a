"""Writing and reading the history (spec A4)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from webapp.acting import act
from webapp.db import db, now
from webapp.history.models import HistoryEntry
from webapp.many_rows import insert_many

Change = tuple[Any, Any]


def record(
    contact_id: int,
    action: str,
    changes: Mapping[str, Change] | None = None,
    source: str | None = None,
    came_from_id: int | None = None,
    about_id: int | None = None,
) -> None:
    """Note what was done to a contact, in the present actor's name; `changes` is `{field: (old, new)}`.

    `came_from_id` is the contact that it tells of, where that was merged into this one. `about_id` is another contact
    that `changes` name: they are blanked where that one is anonymised (spec D5).
    """
    who = act()
    db.session.add(
        HistoryEntry(
            contact_id=contact_id,
            came_from_id=came_from_id,
            about_id=about_id,
            user_id=who.user_id,
            way=who.way,
            action=action,
            changes={key: [plain(old), plain(new)] for key, (old, new) in (changes or {}).items()},
            source=source or who.source,
        )
    )


def record_many(action: str, changes: Mapping[int, Mapping[str, Change]]) -> None:
    """Note the same for many contacts, one statement; `changes` are by contact id."""
    record_all([Note(contact_id, action, of_one) for contact_id, of_one in changes.items()])


class Note(NamedTuple):
    """What `record` takes, for one of many."""

    contact_id: int
    action: str
    changes: Mapping[str, Change]
    came_from_id: int | None = None
    about_id: int | None = None


def record_all(notes: Iterable[Note]) -> None:
    """Note what was done to contacts, in this order, one statement."""
    who, moment = act(), now()
    rows = [
        {
            "contact_id": one.contact_id,
            "came_from_id": one.came_from_id,
            "about_id": one.about_id,
            "at": moment,
            "user_id": who.user_id,
            "way": who.way,
            "action": one.action,
            "changes": {key: [plain(old), plain(new)] for key, (old, new) in one.changes.items()},
            "source": who.source,
        }
        for one in notes
    ]
    insert_many(HistoryEntry, rows)


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What narrows a history: empty and None narrow nothing. `since` is included, `until` is not."""

    action: str = ""
    way: str = ""
    user_id: int | None = None
    field: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """As conditions on `history_entry`."""
        found: list[sa.ColumnElement[bool]] = []
        if self.action:
            found.append(HistoryEntry.action == self.action)
        if self.way:
            found.append(HistoryEntry.way == self.way)
        if self.user_id is not None:
            found.append(HistoryEntry.user_id == self.user_id)
        if self.field:
            # As the JSON is written: a quotation mark inside a value has a backslash before it.
            written = f"{json.dumps(self.field)}: ["
            found.append(sa.cast(HistoryEntry.changes, sa.Text).contains(written, autoescape=True))
        if self.since is not None:
            found.append(HistoryEntry.at >= self.since)
        if self.until is not None:
            found.append(HistoryEntry.at < self.until)
        return found


def of_contact(
    contact_id: int, before: int | None = None, limit: int = 50, wanted: Wanted | None = None
) -> list[HistoryEntry]:
    """The newest entries of a contact first; `before` is the last entry's id of the page before."""
    query = sa.select(HistoryEntry).where(HistoryEntry.contact_id == contact_id)
    if before is not None:
        query = query.where(HistoryEntry.id < before)
    if wanted is not None:
        query = query.where(*wanted.conditions())
    return list(db.session.scalars(query.order_by(HistoryEntry.id.desc()).limit(limit)))


def actors_of(contact_id: int) -> list[int | None]:
    """Who has changed a contact; None is the system."""
    query = sa.select(HistoryEntry.user_id).where(HistoryEntry.contact_id == contact_id).distinct()
    return list(db.session.scalars(query.order_by(HistoryEntry.user_id)))
