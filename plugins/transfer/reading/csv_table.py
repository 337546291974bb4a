"""CSV: lines parted by a separator that is found out. What is broken in a row is said on the row (spec H1)."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress

from plugins.transfer.reading.messages import EMPTY, NO_TABLE, Broken, Message, Unreadable
from plugins.transfer.reading.tables import FIRST_LINES, Cells, Table
from plugins.transfer.reading.texts import Text
from webapp.api import N_

LONGEST_LINE = 1024 * 1024
"""Signs: a longer line is no line of a table."""
LONGEST_ROW = 4 * 1024 * 1024
"""Signs of a row with all the line ends in its quoted cells."""
LONGEST_CELL = 128 * 1024
"""Signs of a cell that goes in."""
SEPARATORS = (";", ",", "\t", "|")
csv.field_size_limit(LONGEST_ROW)

UNCLOSED = N_("The quotation mark opened in this row is never closed: close it.")
UNCLOSED_LINES = N_(
    "The quotation mark opened in this row is never closed, so that lines %(line)s to %(last)s are one cell: close it."
)
TOO_LONG = N_("A cell of this row is too long, up to line %(last)s: look for a quotation mark that is not closed.")


class CsvTable(Table):
    """A text as a table; its ways are the separators. A told one that can't be one is found out, too.

    Raises `Unreadable` for a text without signs.
    """

    def __init__(self, text: Text, separator: str | None = None) -> None:
        self.text, self.encoding = text, text.encoding
        with text.open() as stream:
            lines = _Lines(stream)
            self._first: list[str] = []
            with suppress(csv.Error):
                self._first += (line for _at, line in zip(range(FIRST_LINES), lines, strict=False))
        if lines.cut and not self._first:
            raise Unreadable(NO_TABLE, line="1")
        if not any(line.strip("\ufeff \t\r\n;,|") for line in self._first):
            raise Unreadable(EMPTY)
        told = self._first[0].strip().lower()
        if not separator and told.startswith("sep="):
            separator = told[4:]
        is_one = separator is not None and len(separator) == 1 and separator not in '"\r\n'
        self._ways = (str(separator),) if is_one else SEPARATORS
        self.separator = self._ways[0]

    @property
    def ways(self) -> Sequence[str]:
        """The separators it may have."""
        return self._ways

    def take(self, way: str) -> None:
        """Read it with this separator."""
        self.separator = way

    def first(self, way: str) -> Iterator[tuple[int, Cells]]:
        """Its first rows by this separator."""
        return _rows(_Lines(io.StringIO("".join(self._first), newline="")), way, 0)

    def rows(self, width: int) -> Iterator[tuple[int, Cells]]:
        """Each row with the line where it begins."""
        with self.text.open() as stream:
            yield from _rows(_Lines(stream), self.separator, width)


class _Lines:
    """Lines of a text, counted. Those of the row at hand are kept, to be given out again where the row is broken.

    `ended`: the last one is taken and another was asked for. `cut`: a line was too long and is left out.
    """

    def __init__(self, text: io.TextIOBase) -> None:
        self.text, self.number, self.ended, self.cut = text, 0, False, False
        self.row: list[str] = []
        self.size = 0
        self.again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self.text.readline(LONGEST_LINE)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if len(line) >= LONGEST_LINE or self.size > LONGEST_ROW:
            self.cut = True
            while len(line) >= LONGEST_LINE and not line.endswith("\n"):
                line = self.text.readline(LONGEST_LINE)
            raise csv.Error
        self.row.append(line)
        return line

    def begin_row(self) -> int:
        """Forget the row before; the line of the next one."""
        self.row, self.size = [], 0
        return self.number + 1

    def skip(self, separator: str, width: int) -> None:
        """Pass over what is left of a row that is too long: up to a line that looks like a row of its own."""
        while width > 1 and (line := self.text.readline(LONGEST_LINE)):
            if line.count(separator) == width - 1:
                self.again.append(line)
                return
            self.number += line.endswith("\n")

    def give_back(self) -> None:
        """Give all lines of the row at hand but its first out again."""
        back = self.row[1:]
        self.again.extendleft(reversed(back))
        self.number -= len(back)
        self.ended = False


def _rows(lines: _Lines, separator: str, width: int) -> Iterator[tuple[int, Cells]]:
    """Each row with the line where it begins, or a message where the table is broken there.

    A row that swallows the next ones, since its quotation mark is never closed, gives them back where each of them
    has as many cells as the table has columns.
    """
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    while True:
        line = lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if _are_rows(lines.row[1:], separator, width):
                yield line, _unclosed(lines, separator, width)
            else:
                lines.skip(separator, width)
                yield line, Message(TOO_LONG, {"last": str(lines.number)})
            continue
        if not lines.ended and _is_closed_too_late(lines.row, len(cells), separator, width):
            yield line, _unclosed(lines, separator, width)
        elif not lines.ended:
            is_long = lines.size > LONGEST_CELL and max(map(len, cells), default=0) > LONGEST_CELL
            yield line, Message(TOO_LONG, {"last": str(lines.number)}) if is_long else cells
        # Only inside quotation marks does the reader ask for a line beyond the last one.
        elif _are_rows(lines.row[1:], separator, width):
            broken = _unclosed(lines, separator, width)
            reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
            yield line, broken
        else:
            told = {"line": str(line), "last": str(lines.number)}
            yield line, Broken(UNCLOSED_LINES, told, _bare(lines.row, separator, width))
            return


def _unclosed(lines: _Lines, separator: str, width: int) -> Broken:
    """What is said of the first line of a row, whose other lines are rows of their own."""
    lines.give_back()
    return Broken(UNCLOSED, raw=_bare(lines.row[:1], separator, width))


def _bare(lines: Sequence[str], separator: str, width: int) -> tuple[str, ...]:
    """The cells of a row in which quotation marks mean nothing, for whoever mends it; the last one holds the rest."""
    return tuple("".join(lines).rstrip("\r\n").split(separator, max(width, 1) - 1))


def _is_closed_too_late(lines: Sequence[str], cells: int, separator: str, width: int) -> bool:
    """Whether the mark that ends a cell of a row is the one that opens another: of a later line, or of its own."""
    if len(lines) > 1:
        is_swallowing = _are_rows(lines[1:], separator, width)
    else:
        is_swallowing = cells < width and '"' in lines[0] and lines[0].count(separator) == width - 1
    # Other signs than a separator stand right behind that mark.
    return is_swallowing and _strictly(lines, separator) is None


def _are_rows(lines: Sequence[str], separator: str, width: int) -> bool:
    """Whether each of these lines is a row of its own: a text with line ends in a cell hardly ever looks like it."""
    return width > 1 and bool(lines) and all(_is_row(line, separator, width) for line in lines)


def _is_row(line: str, separator: str, width: int) -> bool:
    if not line.strip() or line.count(separator) == width - 1:
        return True
    return '"' in line and _strictly([line], separator) == width


def _strictly(lines: Sequence[str], separator: str) -> int | None:
    """The cells of a row whose quotation marks are all where they belong; None where one is not.

    Blanks between a mark and the separator behind it do no harm.
    """
    behind = re.compile(rf'"[ \t]+(?={re.escape(separator)}|[\r\n]|$)')
    trimmed = [behind.sub('"', line) for line in lines]
    try:
        return len(next(csv.reader(trimmed, delimiter=separator, skipinitialspace=True, strict=True)))
    except csv.Error:
        return None
