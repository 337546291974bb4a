"""Many ids in little memory: a file of a million rows makes a million contacts."""

from __future__ import annotations

from collections.abc import Iterable

WIDTH = 1024
"""Ids of one block, which is one number: ids that are given one after the other take a bit each."""


class Ids:
    """A set of ids."""

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}

    def update(self, ids: Iterable[int]) -> None:
        """Add these."""
        for one in ids:
            block, at = divmod(one, WIDTH)
            self._blocks[block] = self._blocks.get(block, 0) | 1 << at

    def __contains__(self, one: int) -> bool:
        block, at = divmod(one, WIDTH)
        return bool(self._blocks.get(block, 0) >> at & 1)
