"""What an undo needs to take a row of an import back, as JSON (spec H2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.transfer.entry import Before, Entry
from plugins.transfer.held import Held
from webapp.api import HistoryEntry, act, among, fetch

PARTS: Mapping[str, tuple[str, ...]] = {
    "emails": ("id", "type", "value", "is_primary"),
    "phones": ("id", "type", "value", "is_primary"),
    "addresses": ("id", "purpose", "street", "street2", "postal_code", "city", "region", "country"),
    "external_ids": ("id", "source", "value"),
}


def held(contact: Held, names: Iterable[str]) -> dict[str, Any]:
    """What a contact holds under these names, as `update_contact` takes it and JSON keeps it."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(contact, name)
        if name in PARTS:
            value = [{part: getattr(one, part, "") for part in PARTS[name]} for one in value]
        found[name] = plain(value)
    return found


def plain(value: Any) -> Any:
    """The value as JSON keeps it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def note(entries: Sequence[Entry]) -> None:
    """Let entries that have been written carry what takes them back."""
    written = [one for one in entries if one.outcome in ("created", "updated")]
    ids = {one.contact.id for one in written if one.contact is not None}
    ids |= {company.id for one in written for company in one.companies}
    latest = sa.select(HistoryEntry.contact_id, sa.func.max(HistoryEntry.id)).where(among(HistoryEntry.contact_id, ids))
    found: Any = fetch(latest.group_by(HistoryEntry.contact_id))
    lines: dict[int, int] = {row[0]: row[1] for row in found}
    for one in written:
        one.before = _before(one, lines)


def _before(entry: Entry, lines: Mapping[int, int]) -> Before:
    """`line`: the last line of the contact's history then; `source`: by which this import's own lines are known."""
    contact = entry.contact
    assert contact is not None
    found: Before = {"id": contact.id, "line": lines.get(contact.id, 0), "source": act().source}
    if entry.outcome == "created":
        found["new"] = True
    else:
        found |= {"old": entry.old, "own": entry.replaced, "numbers": entry.renumbered, "warnings": entry.warned}
        found["functions"] = [key for key, _number in entry.begins if key not in entry.renumbered]
        if entry.picture is not None:
            found["picture"] = True
        found["promoted"] = [one.id for one in entry.promoted]
    found["parties"] = [one.party.id for one in entry.links]
    found["companies"] = [{"id": one.id, "line": lines.get(one.id, 0)} for one in entry.companies]
    return found
