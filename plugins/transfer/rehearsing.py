"""What would become of each row of a file: told row by row before anything is written (spec H2).

The rows are staged from the file the first time; from then on their cells are those of the table, as they were mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from plugins.transfer import imports, storing
from plugins.transfer.models import Import, StagedRow
from plugins.transfer.options import Options
from plugins.transfer.planning import Plan, Planner
from plugins.transfer.reading.messages import Broken, Message
from plugins.transfer.reading.opening import Reading
from plugins.transfer.reading.rows import Row
from plugins.transfer.services import columns_of
from webapp.api import (
    INLINE,
    Chunk,
    Job,
    Refused,
    _,
    db,
    insert_many,
    ngettext,
    place,
    run_job_here,
    start_job,
    update_many,
)

KIND = "transfer_rehearsal"
"""The kind of jobs that rehearse; `params`: `import` (id), `name` (of the file), `back`."""
CHUNK = 2000
"""Rows that are looked at together."""
LONGEST = 32_000
"""Characters of a cell that are kept: longer ones are no cells."""
PLANS = {"created": "create", "updated": "update", "unchanged": "unchanged", "refused": "error"}


def rehearse(import_id: int) -> Import:
    """Find out what would become of each row: few at once, many by a job. Raises `Refused` once it is imported."""
    one = imports.changeable(import_id)
    imports.check_names(one)
    job = begin(KIND, one)
    one.rehearsal_id = job.id
    db.session.flush()
    if job.total <= INLINE:
        run_job_here(job)
    return one


def begin(kind: str, one: Import, *, way: str = "job") -> Job:
    """A job on all rows of an import, each its place."""
    params = {"import": one.id, "name": one.file_name, "back": place("transfer.show", id=one.id)}
    # The records are rows of the file: contacts come of them only in the end.
    rows = cast(Sequence[int], [None] * one.total)
    return start_job(kind, params, rows, total=one.total, way=way)  # type: ignore[arg-type]


def title(params: Mapping[str, Any], total: int) -> str:
    """Verb and number."""
    return ngettext(
        "Rehearse %(num)s row of “%(name)s”", "Rehearse %(num)s rows of “%(name)s”", total, name=params["name"]
    )


def final(params: Mapping[str, Any]) -> str:
    """There is nothing to take back."""
    return _("A rehearsal changes nothing.")


def run(chunk: Chunk) -> None:
    """Stage and plan a chunk of rows."""
    one = still_there(chunk.params)
    reading = imports.reading_of(one)
    numbers = [item.position for item in chunk.items]
    staged = stage(one, reading, numbers)
    # What earlier rows would make is kept from chunk to chunk, whichever process does the next one.
    memory = storing.path_of(f"{one.file}.plan")
    if 1 in numbers:
        memory.unlink(missing_ok=True)
    plan(one, reading, staged, memory)
    if chunk.is_last:
        memory.unlink(missing_ok=True)
    for item in chunk.items:
        if item.position in staged:
            chunk.done(item)
        else:
            chunk.failed(item, _("The file has no such row any more: send it again."))


def still_there(params: Mapping[str, Any]) -> Import:
    """The import that a job is about; raises `Refused` where it is gone."""
    one = db.session.get(Import, params["import"])
    if one is None or one.erased_at is not None:
        raise Refused(_("What was kept of this import has been erased: send the file again."))
    return one


Staged = dict[int, dict[str, Any]]
"""`line`, `cells`, `broken`, `decision` by number of the row."""
_walks: dict[str, tuple[int, Iterator[Row]]] = {}
"""Files that this process walks through, by their names: the number of the next row, and those that follow."""


def stage(one: Import, reading: Reading, numbers: Sequence[int]) -> Staged:
    """The rows of these numbers as they are staged; those that are not yet are read from the file."""
    found = staged_rows(one, numbers)
    missing = [number for number in numbers if number not in found]
    made = []
    for number, row in _walk(one, reading, missing):
        cells = [cell[:LONGEST] for cell in row.raw]
        # What is wrong with the cells themselves is found out anew each time they are read.
        is_broken = row.refused is not None and (not row.raw or isinstance(row.refused, Broken))
        broken = row.refused.told(_) if row.refused is not None and is_broken else ""
        found[number] = {"line": row.line, "cells": cells, "broken": broken, "decision": ""}
        made.append(
            {"import_id": one.id, "number": number, "line": row.line, "cells": cells, "broken": broken, "details": {}}
        )
    insert_many(StagedRow, made)
    return found


def staged_rows(one: Import, numbers: Sequence[int]) -> Staged:
    """Those of these rows that are staged already."""
    table = StagedRow
    query = sa.select(table.number, table.line, table.cells, table.broken, table.decision, table.plan).where(
        table.import_id == one.id,
        table.number.between(min(numbers, default=0), max(numbers, default=0)),
        table.number.in_(numbers),
    )
    return {row.number: dict(row._mapping) for row in db.session.execute(query)}


def _walk(one: Import, reading: Reading, numbers: Sequence[int]) -> Iterator[tuple[int, Row]]:
    """Rows of the file by their numbers; goes on where this process last was in it."""
    if not numbers:
        return
    first, last, wanted = numbers[0], numbers[-1], set(numbers)
    at, rows = _walks.pop(one.file, (0, None))
    if rows is None or at > first:
        _close(rows)
        at, rows = 1, iter(reading)
    for row in islice(rows, last - at + 1):
        if at in wanted:
            yield at, row
        at += 1
    if last >= one.total or at <= last:
        _close(rows)
        return
    _walks[one.file] = (at, rows)
    while len(_walks) > imports.OPENED:
        _close(_walks.pop(next(iter(_walks)))[1])


def _close(rows: Any) -> None:
    """Let go of the file that rows come from, where they come from one."""
    if hasattr(rows, "close"):
        rows.close()


def parsed(reading: Reading, staged: Staged) -> dict[int, Row]:
    """The rows as values of contacts."""
    return {
        number: Row(row["line"], refused=Message(row["broken"]))
        if row["broken"]
        else reading.read(row["line"], row["cells"])
        for number, row in staged.items()
    }


def options_of(one: Import, doubles: str) -> Options:
    """How the rows of an import are matched."""
    return Options(match=tuple(one.match), doubles=doubles)  # type: ignore[arg-type]


def plan(one: Import, reading: Reading, staged: Staged, memory: Path | None = None) -> None:
    """Write down what would become of these rows, as they are now; nothing else is changed."""
    rows = parsed(reading, staged)
    columns = columns_of(reading)
    planner = Planner(options_of(one, "create"), columns, memory)
    ordered = sorted(rows)
    plans = planner.plan([rows[number] for number in ordered])
    places = {field: reading.headers.index(header) for header, field in reversed(columns.items())}
    update_many(
        StagedRow,
        [
            {"import_id": one.id, "number": number} | _planned(rows[number], found, reading, places)
            for number, found in zip(ordered, plans, strict=True)
        ],
        by=("import_id", "number"),
    )


def _planned(row: Row, found: Plan, reading: Reading, places: Mapping[str, int]) -> dict[str, Any]:
    """`places` are columns by field."""
    warnings = [[_column(reading, message), message.told(_)] for message in row.warnings]
    told = {str(text) for _at, text in warnings}
    warnings += [[places.get(name, -1), text] for name, text in found.warnings.items() if not _is_told(text, told)]
    warnings += [[-1, text] for text in found.remarks]
    what, other_id, reason, twin = PLANS.get(found.outcome, "error"), found.contact_id, found.reason, found.contact_line
    details: dict[str, Any] = {"name": found.name, "warnings": warnings}
    if found.double is not None:
        what, other_id, reason = "double", found.double["contact_id"], found.double["reason"]
        twin, details["other"] = found.double["line"], found.double["name"]
    if twin is not None:
        details["twin"] = twin
    if found.changes:
        details["changes"] = {name: [_words(old), _words(new)] for name, (old, new) in found.changes.items()}
    if what == "error":
        details["mend"] = [places[name] for name in found.fields if name in places]
    return {
        "plan": what,
        "flawed": bool(warnings),
        "reason": reason,
        "other_id": other_id,
        "details": details,
    }


def _is_told(text: str, told: set[str]) -> bool:
    """Whether a sentence, or each that it is made of, was told already."""
    return text in told or any(one in text for one in told)


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _column(reading: Reading, message: Message) -> int:
    """The column that a warning is about; -1 where it is about the whole row."""
    header = message.values.get("column", "")
    return reading.headers.index(header) if header in reading.headers else -1
