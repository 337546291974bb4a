"""What plug-ins add to made-up contacts, such as proposals: rows of their own tables, drawn from the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from webapp.plugin.made_up import DemoChunk
from webapp.registry import registry


class Offered:
    """The rows of all plug-ins that offer some, from one seed."""

    def __init__(self, seed: int) -> None:
        offers = registry().offers("demo_rows")
        self.columns: dict[str, tuple[str, ...]] = {}
        for one in offers:
            self.columns |= one.columns
        # Each draws from a row of its own, so that none changes what the others are.
        self._begun = [one.begin(Random(f"{one.key} {seed}")) for one in offers]  # noqa: S311 - no secret

    @property
    def with_ids(self) -> list[str]:
        """The tables whose rows are given their ids beforehand."""
        return [table for table, columns in self.columns.items() if columns[0] == "id"]

    def add(self, rows: dict[str, list[Any]], chunk: DemoChunk) -> None:
        """Add the rows of a chunk to those that are there, by table."""
        for made in self._begun:
            for table, some in made(chunk).items():
                rows[table] += some
