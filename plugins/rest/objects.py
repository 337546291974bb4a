"""Contacts, links and history as the API tells them: many at once, by a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.api import (
    LINK_FIELDS,
    Contact,
    ContactLink,
    HistoryEntry,
    contacts_told,
    may_see,
    moment_told,
    user_names,
    value_told,
)

Object = dict[str, Any]
NAMES = {"responsible_id": "responsible"}
"""What the API calls otherwise than the column."""


def contact(one: Contact) -> Object:
    """One contact."""
    return contacts_told([one.id])[0]


def link(one: ContactLink) -> Object:
    """A contact person's place at a party."""
    return {
        "id": one.id,
        "person_id": one.person_id,
        "party_id": one.party_id,
        "person": one.person.name,
        "party": one.party.name,
        **{f.name: value_told(f, getattr(one, f.name), "") for f in LINK_FIELDS},
        "created_at": moment_told(one.created_at),
        "version": one.version,
    }


def entries(rows: Sequence[HistoryEntry]) -> list[Object]:
    """The history, with the names of who did it; values that this caller may not see are left out."""
    names = user_names({row.user_id for row in rows})
    return [
        {
            "id": row.id,
            "contact": row.contact_id,
            "came_from": row.came_from_id,
            "at": moment_told(row.at),
            "user": row.user_id,
            "user_name": names.get(row.user_id or 0),
            "way": row.way,
            "action": row.action,
            "changes": {NAMES.get(name, name): list(pair) for name, pair in row.changes.items() if may_see(name)},
            "source": row.source,
        }
        for row in rows
    ]
