"""Writers of a SQLite file take turns, whether threads of one process or several processes.

SQLite lets a writer that waits look for the lock ever more rarely, so that one that writes again at once, such as a
job, always comes before it: single writers were seen to wait for seconds. Here the writers stand in a line: a lock on
a file beside the database. Only who is first in it looks for SQLite's lock, and often; who has just written has to
stand in line again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # pragma: no cover - there is no such lock on Windows: SQLite's own waiting has to do.
    fcntl = None  # type: ignore[assignment]

LINE_S = 0.002
"""Seconds between two looks of those who have just come into line."""
HASTE = 50
"""After each second that somebody stood in line, so many more looks in that time: the longer, the sooner first."""
FIRST_S = 0.0003
"""Seconds between two looks of who is first."""


def begin(connection: sqlite3.Connection, file: str, patience_s: float) -> bool:
    """Begin a writing transaction on the database `file` when its turn has come.

    Returns False where it had not come after `patience_s` seconds.
    """
    began = time.monotonic()
    until = began + patience_s
    with _first_in_line(f"{file}-turn", began, until):
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    raise
            else:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(FIRST_S)


@contextmanager
def _first_in_line(path: str, began: float, until: float) -> Iterator[None]:
    """Wait until nobody stands before; no longer than `until`, and not at all where no such file can be made."""
    with ExitStack() as stack:
        with suppress(OSError):
            line = stack.enter_context(Path(path).open("ab"))
            while fcntl and (moment := time.monotonic()) < until and not _is_first(line):
                time.sleep(LINE_S / (1 + HASTE * (moment - began)))
        yield


def _is_first(line: BinaryIO) -> bool:
    try:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
