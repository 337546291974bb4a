"""What the rows of a file would make, kept beside the base: a rehearsal writes nothing there (spec H2).

In a SQLite file of its own, so that neither a million rows nor a process that ends is a problem.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from plugins.transfer.held import Held
from plugins.transfer.keys import Marks

AT_ONCE = 500
"""Values of one statement."""
TABLES = (
    "CREATE TABLE IF NOT EXISTS held (id INTEGER, line INTEGER, data BLOB NOT NULL, PRIMARY KEY (id, line))",
    "CREATE INDEX IF NOT EXISTS held_line ON held (line)",
    "CREATE TABLE IF NOT EXISTS mark (mark INTEGER, id INTEGER, PRIMARY KEY (mark, id)) WITHOUT ROWID",
)


class Noted:
    """The contacts that earlier rows would have made or changed; in a temporary file, or at `path` to go on later."""

    def __init__(self, path: Path | None = None) -> None:
        self.base = sqlite3.connect(str(path) if path else "", isolation_level=None)
        self.line = 0
        # Nothing of it is worth waiting for: after a crash one rehearses again.
        for statement in ("PRAGMA synchronous=OFF", "PRAGMA journal_mode=OFF", *TABLES):
            self.base.execute(statement)

    def begin(self, line: int) -> None:
        """The row of this line is planned next: what a plan of it, or of later ones, has left is no longer so.

        A process may have ended before anybody heard of its plans.
        """
        self.line = line
        self.base.execute("DELETE FROM held WHERE line >= ?", (line,))

    def next_id(self) -> Iterator[int]:
        """Ids of contacts that are only planned: below zero, as the base has none."""
        lowest = self.base.execute("SELECT min(id) FROM held").fetchone()[0] or 0
        number = min(lowest, 0)
        while True:
            number -= 1
            yield number

    def recall(self, marks: Marks) -> list[Held]:
        """The contacts that have any of these keys."""
        found: set[int] = set()
        for some in _portions([_hashed(*mark) for mark in marks]):
            asked = f"SELECT id FROM mark WHERE mark IN ({', '.join('?' * len(some))})"  # noqa: S608
            found.update(row[0] for row in self.base.execute(asked, some))
        return self.changed(found)

    def changed(self, ids: Iterable[int]) -> list[Held]:
        """Those of these contacts that earlier rows would have made or changed, as they would be."""
        found: list[Held] = []
        for some in _portions(list(ids)):
            asked = (
                f"SELECT data FROM held WHERE id IN ({', '.join('?' * len(some))})"  # noqa: S608
                " AND line = (SELECT max(line) FROM held later WHERE later.id = held.id)"
            )
            found += [pickle.loads(row[0]) for row in self.base.execute(asked, some)]  # noqa: S301 - our own, just written
        return found

    def note(self, contacts: Sequence[Held], marks_of: Callable[[Held], Marks]) -> None:
        """Keep what rows have made or changed, to be found by all their marks and numbers."""
        marks: set[tuple[int, int]] = set()
        for one in contacts:
            marks.update((_hashed(*mark), one.id) for mark in marks_of(one))
            marks.update((_hashed("number", number.folded), one.id) for number in one.numbers)
        self.base.execute("BEGIN")
        self.base.executemany(
            "INSERT INTO held VALUES (?, ?, ?)", [(one.id, self.line, pickle.dumps(one, -1)) for one in contacts]
        )
        self.base.executemany("INSERT OR IGNORE INTO mark VALUES (?, ?)", sorted(marks))
        self.base.execute("COMMIT")

    def close(self) -> None:
        """No more is asked."""
        self.base.close()


def _hashed(kind: str, value: str) -> int:
    return int.from_bytes(blake2b(f"{kind} {value}".encode(), digest_size=8).digest(), "big", signed=True)


def _portions(values: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some
