"""The one way in: a file of contacts, whatever its kind, which is told by its content (spec H1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from plugins.transfer.reading.csv_table import CsvTable
from plugins.transfer.reading.messages import Unreadable
from plugins.transfer.reading.reader import Reading
from plugins.transfer.reading.tables import Table
from plugins.transfer.reading.texts import Text

__all__ = ["Reading", "Unreadable", "open_reading"]


def open_reading(
    source: Path | BinaryIO,
    name: str = "",
    *,
    encoding: str | None = None,
    separator: str | None = None,
    **told: Any,
) -> Reading:
    """Read a file of contacts; what is not told is found out.

    `encoding` and `separator` are those of a text; all else is told as to `Reading`. Raises `Unreadable`.
    """
    return Reading(_table(source, encoding, separator), **told)


def _table(source: Path | BinaryIO, encoding: str | None, separator: str | None) -> Table:
    return CsvTable(Text(source, encoding), separator)
