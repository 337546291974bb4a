"""Rows of a file on their way to being decided about: read, fitted and keyed, which needs nothing of other contacts.

It is half of the work on a new contact. A long file leaves it to a second process, which is one chunk ahead.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from plugins.transfer.entry import Entry
from plugins.transfer.reading.reader import Reading
from plugins.transfer.reading.rows import RowMaker
from plugins.transfer.reading.tables import Cells
from webapp.api import Beside, check_phone, know_phones, no_collector

CHUNK = 2000
"""Rows per transaction."""
HELPED = 10_000
"""From so many rows on a second process helps: it takes a second to begin."""
Lines = Sequence[tuple[int, Cells]]


@dataclass(frozen=True)
class Preparing:
    """Makes entries of lines; `columns` are fields by the file's headers."""

    maker: RowMaker
    columns: Mapping[str, str]

    def __call__(self, lines: Lines) -> list[Entry]:
        """The entries of these lines."""
        with no_collector():
            return [Entry.of(self.maker.made(*one), self.columns) for one in lines]


class PreparingThere(Preparing):
    """The same in another process, with what was found out about phones: whoever writes them asks again."""

    def __call__(self, lines: Lines) -> Any:
        """The entries, and what `know_phones` takes."""
        entries = super().__call__(lines)
        asked = {(item["value"], one.keys.country) for one in entries for item in one.values.get("phones", ())}
        return entries, {key: check_phone(*key) for key in asked}


def prepared(reading: Reading, columns: Mapping[str, str], *, alone: bool) -> Generator[list[Entry]]:
    """The entries of a file's rows, a chunk at a time; `alone` where nobody is to help.

    Close the iterator where it is not walked to its end.
    """
    lines, here = reading.cells(), Preparing(reading.maker, columns)
    is_long = reading.total >= HELPED and (os.cpu_count() or 1) > 1 and reading.maker.is_movable
    there = Beside(PreparingThere, reading.maker, columns) if is_long and not alone else None
    try:
        # The other process has the time of the first chunk to begin.
        yield here(list(islice(lines, CHUNK)))
        some = list(islice(lines, CHUNK))
        if there is not None and some:
            there.ask(some)
        while some:
            with no_collector():
                found = there.answer() if there is not None else None
            following = list(islice(lines, CHUNK))
            if there is not None and found is None:
                there.close()
                there = None
            if there is not None and following:
                there.ask(following)
            if found is None:
                yield here(some)
            else:
                entries, phones = found
                know_phones(phones)
                yield entries
            some = following
    finally:
        if there is not None:
            there.close()
