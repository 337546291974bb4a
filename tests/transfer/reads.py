"""Reads tables of contacts as `carnet import` does, from what a test writes down."""

from __future__ import annotations

import io
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
