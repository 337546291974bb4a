"""A chunk: the records of a job that are done in one transaction, and what became of each (spec G3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.plugin import Outcome, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A record: its place in the job, its contact, and, where a job is taken back, what that kept of it `before`."""

    position: int
    contact_id: int | None
    before: Any = None


@dataclass(kw_only=True)
class Chunk:
    """What a job's kind is given: the job's `params`, the `items` to do now, and `data`, kept until the next chunk.

    `data` holds JSON and is saved with the outcomes or not at all. `undo_of` is the job that is taken back here.
    Each item is told about once, by `done`, `skipped` or `failed`; one that nobody told about has failed.
    """

    job_id: int
    params: dict[str, Any]
    items: Sequence[Item]
    data: dict[str, Any]
    undo_of: int | None = None
    is_last: bool = False
    told: dict[int, Outcome] = field(default_factory=dict)

    def done(self, item: Item, before: Any = None, reason: Text = "") -> None:
        """It is done; `before` (JSON) is what taking it back needs."""
        self.tell(item, Outcome("done", reason, before))

    def skipped(self, item: Item, reason: Text) -> None:
        """There was nothing to do."""
        self.tell(item, Outcome("skipped", reason))

    def failed(self, item: Item, reason: Text) -> None:
        """It could not be done; nothing of it may be left in the transaction."""
        self.tell(item, Outcome("failed", reason))

    def tell(self, item: Item, outcome: Outcome) -> None:
        """What became of it."""
        self.told[item.position] = outcome

    def counts(self) -> Counter[str]:
        """How many were done, skipped, failed."""
        return Counter(one.what for one in self.told.values())
