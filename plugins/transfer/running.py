"""The import itself: a job on the staged rows, each with its decision, and what became of it (spec H2)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from plugins.transfer import imports, own_numbers, rehearsing
from plugins.transfer.ids import Ids
from plugins.transfer.models import Import, StagedRow
from plugins.transfer.reading.tables import Cells
from plugins.transfer.services import columns_of
from plugins.transfer.writing import write_rows
from webapp.api import (
    INLINE,
    Chunk,
    Job,
    Refused,
    _,
    act,
    acting,
    db,
    fetch,
    job_way_back,
    ngettext,
    run_job_here,
    undo_job,
    update_many,
)

KIND = "transfer_import"
"""The kind of jobs that import, and of those that take an import back; `params` as of a rehearsal."""
CHUNK = 2000
FOUND_OUT_S = 60
"""Seconds after which it is found out anew whether a range is used up: that costs as much as some hundreds of rows."""


def start(import_id: int) -> Import:
    """Import the rows as they are planned and decided: few at once, many by a job. Asked for twice, it runs once.

    Raises `Refused` where the rows were not rehearsed as they are now.
    """
    one = imports.own(import_id)
    if one.job_id is not None:
        return one
    job = db.session.get(Job, one.rehearsal_id) if one.rehearsal_id is not None else None
    if job is None or job.state != "done":
        raise Refused(_("Rehearse this import first: nothing was written yet."))
    made = rehearsing.begin(KIND, one, way="import")
    one.job_id = made.id
    db.session.flush()
    if made.total <= INLINE:
        run_job_here(made)
    return one


def take_back(import_id: int) -> Import:
    """Take the whole import back, by a job; raises `Refused` where there is no way back."""
    one = imports.own(import_id)
    if one.job_id is None:
        raise Refused(_("This file was not imported: there is nothing to take back."))
    job = undo_job(one.job_id)
    if job.total <= INLINE:
        run_job_here(job)
    return one


def undoing_of(one: Import) -> Job | None:
    """The job that takes an import back."""
    if one.job_id is None:
        return None
    return db.session.scalar(sa.select(Job).where(Job.undo_of_id == one.job_id))


def undoings_of(some: Sequence[Import]) -> dict[int, Job]:
    """The jobs that take imports back, by the import's job: one statement."""
    ids = [one.job_id for one in some if one.job_id is not None]
    query = sa.select(Job).where(Job.undo_of_id.in_(ids))
    return {int(job.undo_of_id or 0): job for job in db.session.scalars(query)} if ids else {}


def way_back(one: Import) -> str:
    """Why the import can't be taken back now, in a sentence; empty where it can."""
    if not imports.may_change(one):
        return _("Only who sent this file, or an administrator, can take its import back.")
    job = db.session.get(Job, one.job_id or 0)
    if job is None:
        return _("Its results are gone after 90 days: it can't be taken back any more.")
    return job_way_back(job)


def title(params: Mapping[str, Any], total: int) -> str:
    """Verb and number."""
    return ngettext("Import %(num)s row of “%(name)s”", "Import %(num)s rows of “%(name)s”", total, name=params["name"])


class Made(Ids):
    """The contacts that an import has made so far: those of this chunk, and those of chunks before."""

    def __init__(self, import_id: int) -> None:
        super().__init__()
        self.import_id = import_id

    def __contains__(self, contact_id: int) -> bool:
        if super().__contains__(contact_id):
            return True
        query = sa.select(StagedRow.number).where(
            StagedRow.contact_id == contact_id, StagedRow.import_id == self.import_id, StagedRow.outcome == "created"
        )
        return db.session.scalar(query.limit(1)) is not None


def _spent(kept: Any) -> tuple[float | None, dict[str, str]]:
    """Functions whose range was used up in a chunk before, and since when; somebody may have made it longer since."""
    if kept is None or not 0 <= time.time() - kept[0] < FOUND_OUT_S:
        return None, {}
    return kept[0], dict(kept[1])


def _cells(one: Import) -> Iterator[Cells]:
    """The cells of all rows of an import, as they are staged; of rows that are broken none."""
    at = 0
    query = sa.select(StagedRow.number, StagedRow.cells).where(StagedRow.import_id == one.id, StagedRow.broken == "")
    while rows := fetch(query.where(StagedRow.number > at).order_by(StagedRow.number).limit(CHUNK)).all():
        yield from (row.cells for row in rows)
        at = rows[-1].number


def run(chunk: Chunk) -> None:
    """Write a chunk of rows."""
    one = rehearsing.still_there(chunk.params)
    reading = imports.reading_of(one)
    staged = rehearsing.staged_rows(one, [item.position for item in chunk.items])
    rows = rehearsing.parsed(reading, staged)
    numbers = {row.line: number for number, row in rows.items()}
    decisions = {rows[number].line: row["decision"] for number, row in staged.items() if row["decision"]}
    since, spent = _spent(chunk.data.get("spent"))
    if "numbers" not in chunk.data:
        chunk.data["numbers"] = own_numbers.brought(reading, _cells(one))
    with acting(replace(act(), way="import", source=f"import:{one.id}")):
        written = write_rows(
            [rows[number] for number in sorted(rows)],
            rehearsing.options_of(one, one.doubles),
            columns_of(reading),
            decisions,
            Made(one.id),
            spent,
            chunk.data["numbers"],
        )
    chunk.data["spent"] = [time.time() if since is None else since, spent] if spent else None
    fates = {numbers[found.line]: found for found in written}
    update_many(
        StagedRow,
        [
            {
                "import_id": one.id,
                "number": number,
                "outcome": fate.outcome,
                "told": " ".join(filter(None, (fate.reason, *fate.warnings.values(), *fate.remarks))),
                "contact_id": None if fate.outcome == "skipped" else fate.contact_id,
            }
            for number, fate in fates.items()
        ],
        by=("import_id", "number"),
    )
    for item in chunk.items:
        fate = fates.get(item.position)
        if fate is None:
            chunk.failed(item, _("This row is no longer there."))
        elif fate.outcome == "refused":
            chunk.failed(item, fate.reason)
        elif fate.outcome == "skipped":
            chunk.skipped(item, _("Skipped, as decided."))
        elif fate.before is None:
            chunk.skipped(item, _("Nothing new in this row."))
        else:
            chunk.done(item, before={"row": item.position, "of": fate.before})
