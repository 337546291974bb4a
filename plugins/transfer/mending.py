"""Decisions on staged rows, and cells that are mended in the browser (spec H2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from plugins.transfer import imports, rehearsing
from plugins.transfer.models import DECISIONS, PLANS, Import, StagedRow
from webapp.api import Invalid, Missing, Refused, _, clean, db

OFFERED: Mapping[str, tuple[str, ...]] = {
    "error": ("skip",),
    "double": ("create", "update", "skip"),
    "update": ("skip",),
    "create": ("skip",),
    "unchanged": (),
}
"""What can be decided for a row besides what is planned."""


def row_of(one: Import, number: int) -> StagedRow:
    """A staged row; raises `Missing`."""
    found = db.session.get(StagedRow, (one.id, number)) if 0 < number < 2**31 else None
    if found is None:
        raise Missing(_("This import has no such row."))
    return found


def _rehearsed(import_id: int) -> Import:
    one = imports.own(import_id)
    if one.job_id is not None:
        raise Refused(_("This file is imported already: what was decided for its rows can't be changed."))
    if imports.is_at_work(one.rehearsal_id):
        raise Refused(_("This import is being rehearsed: wait until that is done."))
    return one


def mend(import_id: int, number: int, cells: Mapping[int, str]) -> StagedRow:
    """Change cells of a row, by their columns, and find out anew what would become of it."""
    one = _rehearsed(import_id)
    row = row_of(one, number)
    mended = [*row.cells, *[""] * (len(one.headers) - len(row.cells))]
    for at, text in cells.items():
        if not 0 <= at < len(one.headers):
            raise Invalid(_("This row has no such column."))
        mended[at] = clean(text, multiline=True)[: rehearsing.LONGEST]
    # What was too much for the columns is what made it an error.
    row.cells, row.broken = mended[: len(one.headers)], ""
    db.session.flush()
    reading = imports.reading_of(one)
    rehearsing.plan(one, reading, rehearsing.staged_rows(one, [number]))
    db.session.refresh(row)
    if row.decision not in ("", *OFFERED[row.plan]):
        row.decision = ""
    return row


def decide(import_id: int, number: int, decision: str) -> StagedRow:
    """Decide for one row; empty: as planned."""
    one = _rehearsed(import_id)
    row = row_of(one, number)
    if decision not in ("", *OFFERED.get(row.plan, ())):
        raise Invalid(_("This can't be decided for such a row."))
    row.decision = decision
    db.session.flush()
    return row


def decide_all(import_id: int, plan: str, decision: str) -> int:
    """Decide the same for all rows of a plan; how many they are."""
    one = _rehearsed(import_id)
    if plan not in PLANS or decision not in ("", *OFFERED[plan]) or decision not in DECISIONS:
        raise Invalid(_("This can't be decided for such a row."))
    rows: Any = sa.update(StagedRow).where(StagedRow.import_id == one.id, StagedRow.plan == plan)
    done: Any = db.session.execute(rows.values(decision=decision), execution_options={"preserve_rowcount": True})
    db.session.expire_all()
    return int(done.rowcount)
