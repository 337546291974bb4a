"""What an import did, row by row where there is something to say (contract: `carnet import`)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from plugins.transfer.entry import Entry
from webapp.api import _, guarded


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that did not go in: why, and its cells as they were in the file."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a row that did go in: a cell left empty, a function that was refused."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Double:
    """A row whose contact may be a double of another. `contact_id` is None where the row was skipped for it."""

    line: int
    name: str
    contact_id: int | None
    other_name: str
    other_id: int
    reason: str


@dataclass
class Report:
    """Counts of rows, and the rows to look at. A double counts beside what was done with it.

    `stopped`: before the end of the file. `employers`: companies made because rows name them.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    doubles: int = 0
    refused: int = 0
    employers: int = 0
    ignored: tuple[str, ...] = ()
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    likely: list[Double] = field(default_factory=list)
    stopped: bool = False

    def tell(self, entry: Entry) -> None:
        """Count a row, and keep what there is to say of it."""
        line, outcome, contact = entry.row.line, entry.outcome, entry.contact
        if outcome == "refused":
            self.refuse(line, entry.reason, entry.row.raw)
            return
        if outcome != "skipped":
            setattr(self, outcome, getattr(self, outcome) + 1)
        if entry.double is not None:
            other, why = entry.double
            self.doubles += 1
            made = contact.id if contact is not None and outcome != "skipped" else None
            name = other.name or other.sort_name
            self.likely.append(Double(line, entry.name, made, name, other.id, _(why)))
        self.employers += len(entry.companies)
        for text in (*entry.warnings.values(), *entry.remarks):
            self.remark(line, text)

    def refuse(self, line: int, reason: str, cells: tuple[str, ...]) -> None:
        """Count a row that did not go in."""
        self.refused += 1
        self.refusals.append(Refusal(line, reason, cells))

    def remark(self, line: int, text: str) -> None:
        """Note something about a row that went in."""
        self.remarks.append(Remark(line, text))

    def __str__(self) -> str:
        """The promised last line."""
        names = ("created", "updated", "unchanged", "doubles", "refused")
        return " ".join(f"{name}={getattr(self, name)}" for name in names)


def write_refusals(target: TextIO, headers: Iterable[str], refusals: Iterable[Refusal]) -> None:
    """The refused rows as CSV: line, reason, their cells; no cell is a formula to a spreadsheet (spec H4)."""
    writer = csv.writer(target)
    writer.writerow(["line", "reason", *map(guarded, headers)])
    for one in refusals:
        writer.writerow([one.line, *map(guarded, (one.reason, *one.cells))])
