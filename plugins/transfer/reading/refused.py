"""A file of refused rows that is sent again: the columns which Carnet put beside its own are passed over (spec H1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from plugins.transfer.reading.messages import Broken
from plugins.transfer.reading.tables import Cells
from plugins.transfer.reading.targets import key

FRONT = ("line", "reason")
"""As `carnet import --errors` writes them, before the columns of the file."""
BEHIND = frozenset({("line", "reason"), ("ligne", "motif"), ("zeile", "grund")})
"""As they stand behind the columns where refused rows are downloaded, in the language of whoever does it."""


class Remarked(NamedTuple):
    """How many columns at the front and behind are remarks of ours; `width`: of all columns that have a name."""

    front: int = 0
    behind: int = 0
    width: int = 0

    @classmethod
    def among(cls, headers: Sequence[str]) -> Remarked:
        """Found by the names, which are there more than once where a file went to and fro."""
        names = [key(header) for header in headers]
        front, last = 0, len(names)
        while tuple(names[front : front + 2]) == FRONT and last - front > 2:
            front += 2
        while tuple(names[last - 2 : last]) in BEHIND and last - front > 2:
            last -= 2
        return cls(front, len(names) - last, len(names))

    def without(self, cells: Cells) -> Cells:
        """The cells of a row as they were in its own file."""
        if not isinstance(cells, list):
            own = self.width - self.behind
            return replace(cells, raw=cells.raw[self.front : own]) if isinstance(cells, Broken) else cells
        # A row with more cells than it may have ends with what is ours all the same, before what a spreadsheet adds.
        filled = max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
        end = max(self.width, filled)
        return cells[self.front : end - self.behind] + cells[end:]
