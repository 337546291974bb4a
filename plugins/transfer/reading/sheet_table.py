"""Workbooks: XLSX, and what else the library reads (XLS, ODS); a child process reads them (spec H1).

What it tells is kept as text in a temporary file without a name, which goes with the table.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO

from plugins.transfer.reading import sheet_child
from plugins.transfer.reading.messages import EMPTY, Unreadable
from plugins.transfer.reading.tables import FIRST_LINES, Cells, Table
from plugins.transfer.reading.texts import opened
from webapp.api import N_

SIGNS = (b"PK\x03\x04", sheet_child.CONTAINER)
"""How a workbook begins: packed, or one of before 2007, or one with a password."""
MOST_ROWS = 200_000
MOST_BYTES = 512 * 1024 * 1024
"""Of its text, kept in a temporary file."""
SECONDS = 120
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMPDIR")
"""What the child may know of where it runs."""
BATCH = 64 * 1024
"""Bytes read at once of what is kept."""

PASSWORD = N_("This workbook is protected by a password: save it without one, or as CSV UTF-8.")
DAMAGED = N_("This workbook can't be read: open it in your spreadsheet and save it as XLSX or CSV UTF-8.")
LARGE = N_("This workbook is too large to be read (at most %(rows)s rows): save its sheet as CSV UTF-8.")
NO_SHEET = N_("This workbook has no sheet of that name: choose one of its sheets.")
_ERRORS = {"password": PASSWORD, "damaged": DAMAGED, "large": LARGE, "sheet": NO_SHEET}


class SheetTable(Table):
    """A workbook as a table: one of its sheets, the first with a known header. Raises `Unreadable`."""

    kind = "xlsx"
    takes_first = True

    def __init__(self, source: Path | BinaryIO, sheet: str | None = None) -> None:
        self._kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - read as long as the table is there
        self._lock = threading.Lock()
        weakref.finalize(self, self._kept.close)
        self._places: dict[str, tuple[int, int]] = {}
        self._read(source, sheet)
        self.sheets = tuple(self._places)
        self._ways = [one for one, (begin, end) in self._places.items() if end > begin]
        if not self._ways:
            raise Unreadable(EMPTY)
        self.sheet = self._ways[0]

    @property
    def ways(self) -> Sequence[str]:
        """The sheets that have rows."""
        return self._ways

    def take(self, way: str) -> None:
        """Read this sheet."""
        self.sheet = way

    def first(self, way: str) -> Iterator[tuple[int, Cells]]:
        """The first rows of a sheet."""
        return islice(self._rows(way), FIRST_LINES)

    def rows(self, width: int) -> Iterator[tuple[int, Cells]]:
        """Each row of the sheet with its number."""
        return self._rows(self.sheet)

    def _rows(self, sheet: str) -> Iterator[tuple[int, Cells]]:
        at, end = self._places[sheet]
        while at < end:
            # Another reader, of another thread perhaps, moves the place meanwhile.
            with self._lock:
                self._kept.seek(at)
                lines = self._kept.readlines(BATCH)
            for line in lines:
                if at >= end:
                    return
                at += len(line)
                number, *cells = json.loads(line)
                yield number, cells

    def _read(self, source: Path | BinaryIO, sheet: str | None) -> None:
        """Let the child read it; keep its lines."""
        with opened(source) as stream, tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream, copy)
            copy.seek(0)
            command = [sys.executable, "-P", sheet_child.__file__, json.dumps([sheet] if sheet else [])]
            known = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
            child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=known | {"PYTHONUTF8": "1"}
            )
        timer = threading.Timer(SECONDS, child.kill)
        timer.start()
        try:
            with child:
                self._keep(child.stdout)  # type: ignore[arg-type]
        finally:
            timer.cancel()
            with suppress(OSError):
                child.kill()
        if child.returncode:
            # Killed by a limit of its own, or by an allocation that it was not given.
            raise Unreadable(LARGE, rows=str(MOST_ROWS))

    def _keep(self, lines: IO[bytes]) -> None:
        name, begin, rows, size = "", 0, 0, 0
        for line in lines:
            if line.startswith(b"["):
                rows += 1
                size += len(line)
                if rows > MOST_ROWS + FIRST_LINES or size > MOST_BYTES:
                    raise Unreadable(LARGE, rows=str(MOST_ROWS))
                self._kept.write(line)
                self._places[name] = (begin, size)
                continue
            told = json.loads(line)
            if "error" in told:
                raise Unreadable(_ERRORS[told["error"]], rows=str(MOST_ROWS))
            name, begin = told["sheet"], size
            self._places[name] = (begin, begin)
