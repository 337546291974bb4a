"""CSV that people open in spreadsheets: no cell is taken for a formula there (spec H4)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_SIGNS = tuple("=+-@\t\r\n\x00＝＋－＠")
_DUBIOUS = frozenset((*_SIGNS, "'", *(chr(one) for one in range(0x3001) if chr(one).isspace())))
"""What a cell that needs a guard begins with; all other cells are left alone at a glance."""


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguarded` gives it back as it was.

    An apostrophe stands before a text that begins, blanks aside, with one of the signs; and before one that looks as if
    it had been guarded already.
    """
    return f"'{cell}" if _begins_with_sign(cell.lstrip("'")) else cell


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that guards a spreadsheet against formulas (libs 5.2)."""
    return cell[1:] if cell.startswith("'") and _begins_with_sign(cell.lstrip("'")) else cell


def _begins_with_sign(text: str) -> bool:
    return text.startswith(_SIGNS) or text.lstrip().startswith(_SIGNS)


def csv_lines(rows: Iterable[Sequence[str]], *, first: bool = False) -> str:
    """Rows as CSV, every cell quoted; `first` is the file's beginning, whose mark tells spreadsheets it is UTF-8."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(
        [guarded(cell) if cell[:1] in _DUBIOUS else cell for cell in row] for row in rows
    )
    return ("\ufeff" if first else "") + text.getvalue()
