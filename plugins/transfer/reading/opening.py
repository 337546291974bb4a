"""The one way in: a file of contacts, whatever its kind, which is told by its content (spec H1)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO

from plugins.transfer.reading.card_table import CardTable
from plugins.transfer.reading.csv_table import CsvTable
from plugins.transfer.reading.json_table import JsonTable
from plugins.transfer.reading.messages import Unreadable
from plugins.transfer.reading.reader import Reading
from plugins.transfer.reading.sheet_table import SIGNS, SheetTable
from plugins.transfer.reading.texts import SAMPLE, Text, opened

_CARD = re.compile(r"\s*(?:\ufeff\s*)?BEGIN\s*:\s*VCARD", re.IGNORECASE)
_JSON = re.compile(r"[\s\ufeff]*\[\s*[\]{]")
__all__ = ["Reading", "Unreadable", "open_reading"]


def open_reading(
    source: Path | BinaryIO,
    name: str = "",
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    **told: Any,
) -> Reading:
    """Read a file of contacts; what is not told is found out.

    `encoding` and `separator` are those of a text, `sheet` that of a workbook; all else is told as to `Reading`.
    `name` is what the file is called. Raises `Unreadable`.
    """
    with opened(source) as stream:
        beginning = stream.read(SAMPLE)
    if beginning.startswith(SIGNS):
        return Reading(SheetTable(source, sheet), **told)
    text = Text(source, encoding)
    with text.open() as lines:
        sample = lines.read(SAMPLE)
    if _JSON.match(sample) or name.lower().endswith(".json"):
        return Reading(JsonTable(text), **told)
    is_card = _CARD.match(sample) or name.lower().endswith((".vcf", ".vcard"))
    return Reading(CardTable(text) if is_card else CsvTable(text, separator), **told)
