"""The kinds of files, each written batch by batch: nothing of what is behind is needed for what comes next.

What a writer must remember lies in `state`, JSON, which a job keeps from chunk to chunk.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from plugins.transfer.vcards.writing import card
from webapp.api import csv_lines

Rows = Sequence[Any]
State = dict[str, Any]


class Writer(Protocol):
    """Makes the bytes of a file: `begin` with its first rows at hand, `more` for each batch of rows, `end`."""

    def begin(self, head: Sequence[str], rows: Rows, state: State) -> bytes:
        """What stands before all rows; `head` are the names of the columns, where there are any."""

    def more(self, rows: Rows, state: State) -> bytes:
        """These rows."""

    def end(self, state: State) -> bytes:
        """What stands behind all rows."""


class CsvWriter:
    """UTF-8 with its mark, every cell quoted and none a formula; the import takes the guard off again."""

    def begin(self, head: Sequence[str], rows: Rows, state: State) -> bytes:
        """The names of the columns."""
        return csv_lines([head], first=True).encode()

    def more(self, rows: Rows, state: State) -> bytes:
        """A line for each row."""
        return csv_lines(rows).encode()

    def end(self, state: State) -> bytes:
        """Nothing."""
        return b""


class JsonWriter:
    """One array, an object to a line, so that programs may also read it line by line."""

    def begin(self, head: Sequence[str], rows: Rows, state: State) -> bytes:
        """The array's beginning."""
        return b"["

    def more(self, rows: Rows, state: State) -> bytes:
        """Objects, the first of all without a comma before it."""
        if not rows:
            return b""
        lines = ",\n".join([json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in rows])
        before, state["begun"] = ",\n" if state.get("begun") else "\n", True
        return f"{before}{lines}".encode()

    def end(self, state: State) -> bytes:
        """The array's end."""
        return b"\n]\n"


class CardWriter:
    """vCards of one version, one behind the other."""

    def __init__(self, version: str) -> None:
        self.version = version

    def begin(self, head: Sequence[str], rows: Rows, state: State) -> bytes:
        """Nothing."""
        return b""

    def more(self, rows: Rows, state: State) -> bytes:
        """A card for each contact."""
        return "".join([card(one, self.version) for one in rows]).encode()

    def end(self, state: State) -> bytes:
        """Nothing."""
        return b""
