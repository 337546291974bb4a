"""Made-up contacts as plug-ins get them, to add rows of their own (`DemoRows`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContact:
    """A made-up contact. `since` and what is in `functions` are minutes: by the function's key when it began and when
    it ended, None where it has not."""

    id: int
    kind: str
    language: str
    currency: str
    since: int
    functions: Mapping[str, tuple[int, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoChunk:
    """Some thousand contacts, and what their rows are made with.

    `moment` and `day` make of minutes what the database takes; `ids[table]` gives the ids of a table that is filled.
    `way` and `source` are what lines of the history say. `searched[id]` is a list to which a plug-in adds the texts by
    which the search finds a contact, those of its `SearchedText`.
    """

    contacts: Sequence[DemoContact]
    moment: Callable[[int], str]
    day: Callable[[int], str]
    ids: Mapping[str, Iterator[int]]
    way: str
    source: str | None
    searched: defaultdict[int, list[str]]
