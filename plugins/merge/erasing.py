"""Merges that were taken back left values of one contact in the history of another: they go with it (spec D5)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webapp.api import HistoryEntry, Merge, MergedContact, Subject, among, blanked, fetch, update_many

TOLD = ("merged", "not_kept", "merge_undone")
"""Lines that tell of the other contact's values."""


def _lines(subject: Subject) -> list[tuple[int, dict[str, Any]]]:
    part = sa.select(MergedContact.merge_id).where(among(MergedContact.contact_id, subject.ids))
    took_part = sa.or_(among(Merge.main_id, subject.ids), Merge.id.in_(part))
    merges = fetch(sa.select(Merge.id, Merge.main_id).where(took_part))
    ids, mains = [], set()
    for row in merges:
        ids.append(row.id)
        mains.add(row.main_id)
    if not ids:
        return []
    absorbed = fetch(sa.select(MergedContact.contact_id).where(among(MergedContact.merge_id, ids)))
    others = ({row.contact_id for row in absorbed} | mains) - {*subject.ids, None}
    query = sa.select(HistoryEntry.id, HistoryEntry.changes).where(
        among(HistoryEntry.contact_id, others),
        HistoryEntry.action.in_(TOLD),
        HistoryEntry.source.in_([f"merge:{one}" for one in ids]),
    )
    return [(row.id, row.changes) for row in fetch(query) if row.changes != blanked(row.changes)]


def find(subject: Subject) -> int:
    """How many such lines there are."""
    return len(_lines(subject))


def erase(subject: Subject) -> int:
    """Which fields a merge changed stays to be seen, not their values."""
    found = _lines(subject)
    update_many(HistoryEntry, [{"id": one, "changes": blanked(changes)} for one, changes in found])
    return len(found)
