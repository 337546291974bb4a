"""Reads tables of contacts as `carnet import` does, from what a test writes down."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import Any

from plugins.transfer.reading.opening import Reading, open_reading
from plugins.transfer.reading.rows import Row


def reading(text: str, encoding: str = "utf-8", **told: Any) -> Reading:
    return open_reading(io.BytesIO(text.encode(encoding)), lists={"titles": {"dr": "dr"}}, **told)


def rows(text: str, **told: Any) -> list[Row]:
    return list(reading(text, **told))


def row(text: str, **told: Any) -> Row:
    (only,) = rows(text, **told)
    return only


def values(text: str, **told: Any) -> dict[str, Any]:
    found = row(text, **told)
    assert not found.warnings
    assert found.refused is None
    return found.values


def opened(text: str | bytes, **told: Any) -> Reading:
    content = text if isinstance(text, bytes) else text.encode()
    return open_reading(io.BytesIO(content), lists={"titles": {"dr": "dr"}}, **told)


def only_card(text: str | bytes, **told: Any) -> dict[str, Any]:
    (row,) = opened(text, **told)
    assert (row.refused, row.warnings) == (None, ())
    return row.values


def card(lines: str, version: str = "3.0") -> str:
    return f"BEGIN:VCARD\nVERSION:{version}\n{lines.strip()}\nEND:VCARD\n".replace("\n", "\r\n")


def counted(path: Path) -> tuple[int, int]:
    """How many rows a file has, and how many bytes were held at most while they were read."""
    tracemalloc.start()
    try:
        count = sum(1 for _row in open_reading(path))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
