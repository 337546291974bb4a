"""CSV that people open in spreadsheets: no cell is taken for a formula there (spec H4)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_SIGNS = tuple("=+-@\t\r\n\x00＝＋－＠")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguarded` gives it back as it was.

    An apostrophe stands before a text that begins, blanks aside, with one of the signs.
    """
    return f"'{cell}" if cell.startswith(_SIGNS) or cell.lstrip().startswith(_SIGNS) else cell


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that guards a spreadsheet against formulas (libs 5.2)."""
    bare = cell.removeprefix("'")
    return bare if bare.startswith(_SIGNS) or bare.lstrip().startswith(_SIGNS) else cell


def csv_lines(rows: Iterable[Sequence[str]], *, first: bool = False) -> str:
    """Rows as CSV, every cell quoted; `first` is the file's beginning, whose mark tells spreadsheets it is UTF-8."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([guarded(cell) for cell in row] for row in rows)
    return ("\ufeff" if first else "") + text.getvalue()
