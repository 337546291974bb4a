"""Rehearsing an import: what would become of each row, without a trace in the base (spec H2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plugins.transfer.deciding import Deciding
from plugins.transfer.entry import Before, Entry, Outcome
from plugins.transfer.ids import Ids
from plugins.transfer.matching import look_up
from plugins.transfer.memory import Noted
from plugins.transfer.options import Decision, Options
from plugins.transfer.reading.rows import Row
from webapp.api import _, need, no_collector

NO_DECISIONS: Mapping[int, Decision] = {}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What becomes of a row, in plain values.

    `contact_id`: the contact that it meets, None for a new one and for one that the row of `contact_line` makes.
    `changes`: old and new value by field, of functions as `function.customer`, of the company as `employer`. `double`:
    of whom it is a likely double (`contact_id`, or the `line` that makes it, `name`, `reason`). `reason` and `fields`:
    why it is refused and what of it is to be mended. `warnings`: sentences by field; `remarks`: others.
    """

    line: int
    outcome: Outcome
    name: str
    contact_id: int | None = None
    contact_line: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    double: dict[str, Any] | None = None
    reason: str = ""
    fields: tuple[str, ...] = ()
    warnings: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Written(Plan):
    """What became of a row; `before` is what an undo of it needs, None where nothing was done."""

    employer_id: int | None = None
    before: Before | None = None


class Planner:
    """Plans the rows of a file, chunk after chunk; `columns` are fields by the file's headers.

    What the rows would make is kept in a temporary file, or at `memory` where another process goes on with the next
    chunk. Nothing is written to the base.
    """

    def __init__(self, options: Options, columns: Mapping[str, str], memory: Path | None = None) -> None:
        self.options, self.columns = options, columns
        self.noted = Noted(memory)
        self.ids = self.noted.next_id()

    def plan(self, rows: Iterable[Row], decisions: Mapping[int, Decision] = NO_DECISIONS) -> list[Plan]:
        """What would become of the next rows; `decisions`, by line, go before the options."""
        return [plan_of(one) for one in self.decide([Entry.of(row, self.columns) for row in rows], decisions)]

    def decide(self, entries: list[Entry], decisions: Mapping[int, Decision] = NO_DECISIONS) -> list[Entry]:
        """The same as entries, which know more."""
        need("contacts.manage")
        with no_collector():
            return self._decide(entries, decisions)

    def _decide(self, entries: list[Entry], decisions: Mapping[int, Decision]) -> list[Entry]:
        waiting = [one for one in entries if one.outcome != "refused"]
        if entries:
            self.noted.begin(entries[0].row.line)
        known = look_up(((one.keys, one.values) for one in waiting), self.options.match, self.noted)
        deciding = Deciding(known, self.options, self.ids, Ids(), decisions)
        for entry in waiting:
            deciding.decide(entry)
        self.noted.note(list(deciding.touched.values()), known.marks)
        return entries


def plan_of(entry: Entry) -> Plan:
    """What was decided about a row, in plain values."""
    return Plan(**_values(entry))


def written_of(entry: Entry) -> Written:
    """What was done with a row, in plain values."""
    values, contact = _values(entry), entry.contact
    if contact is not None:
        values |= {"contact_id": contact.id, "contact_line": None}
    return Written(**values, employer_id=next((one.id for one in entry.companies), None), before=entry.before)


def _values(entry: Entry) -> dict[str, Any]:
    double = None
    if entry.double is not None:
        other, why = entry.double
        double = {
            "contact_id": other.id if other.id > 0 else None,
            "line": other.line,
            "name": other.name or other.sort_name,
            "reason": _(why),
        }
    contact = None if entry.outcome == "created" else entry.contact
    return {
        "line": entry.row.line,
        "outcome": entry.outcome,
        "name": entry.name,
        "contact_id": contact.id if contact is not None and contact.id > 0 else None,
        "contact_line": contact.line if contact is not None and contact.id < 0 else None,
        "changes": entry.shown if entry.outcome == "updated" else {},
        "double": double,
        "reason": entry.reason,
        "fields": entry.fields,
        "warnings": entry.warnings,
        "remarks": tuple(entry.remarks),
    }
