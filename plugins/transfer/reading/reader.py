"""Reading a CSV file of contacts: encoding, separator, header and date order are found out.

The file is walked through three times (encoding; count and date order; rows, one by one) and never held in
memory, however long it is (spec H1; contract: `carnet import`). What is no table of contacts at all is
`Unreadable`; what is wrong with a row is said on the row.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from plugins.transfer.reading.cells import FUNCTIONS, DateOrder, slash_order
from plugins.transfer.reading.headers import IDENTIFYING, NONE, Layout, Target, lay_out
from plugins.transfer.reading.rows import Message, Row, RowMaker
from webapp.api import N_, clean, unguarded

SAMPLE = 64 * 1024
"""Bytes looked at to tell a text from something else."""
LONGEST_LINE = 1024 * 1024
"""Signs: a longer line is no line of a table."""
LONGEST_ROW = 4 * 1024 * 1024
"""Signs of a row with all the line ends in its quoted cells."""
FIRST_LINES = 30
"""The header is looked for in so many lines; lists with a title above it have a few."""
SEPARATORS = (";", ",", "\t", "|")

EMPTY = N_("This file is empty: choose another file, or export it again.")
ONLY_HEADER = N_("This file has column names but no rows: choose another file, or export it again.")
BINARY = N_("This file is not a text file: open it in your spreadsheet and save it as CSV UTF-8.")
ENCODING = N_("This file can't be read as %(encoding)s: choose another encoding, or save it as CSV UTF-8.")
NO_HEADER = N_(
    "No column name is known in this file: its first line must name the columns, such as Last name, Company, E-mail."
)
NO_NAMES = N_("No column of this file says who the contacts are: add a column Last name, Company, E-mail or Phone.")
NO_TABLE = N_("Line %(line)s of this file is too long for a table: save it as CSV UTF-8.")
UNCLOSED = N_(
    "The quotation mark opened in this row is never closed, so that lines %(line)s to %(last)s are one cell: close it."
)
TOO_LONG = N_("A cell of this row is too long, up to line %(last)s: look for a quotation mark that is not closed.")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unreadable(Exception):  # noqa: N818 - reads as what the file is
    """The file as a whole can't be read; `message` names the remedy."""

    def __init__(self, sentence: str, **values: str) -> None:
        self.message = Message(sentence, values)
        super().__init__(str(self.message))


class Reading:
    """A CSV file of contacts; iterate over it for its rows, as often as wanted, one iteration at a time.

    `encoding`, `separator`, `order` (of dates with slashes) and `kind` may be given where finding out fails;
    `functions` maps folded words to functions, `added` names of columns to fields that the firm has added.
    Attributes: `headers`, `ignored` (names of unused columns),
    `form` (carnet, google, outlook), `language` of the headers, `total` (rows that are not blank).
    Raises `Unreadable`.
    """

    def __init__(
        self,
        source: Path | BinaryIO,
        *,
        encoding: str | None = None,
        separator: str | None = None,
        order: DateOrder | None = None,
        kind: str | None = None,
        functions: Mapping[str, str] = FUNCTIONS,
        added: Mapping[str, Target] = NONE,
    ) -> None:
        self.source, self.kind, self.functions, self.added = source, kind, functions, added
        self.encoding = encoding or self._find_encoding()
        self.separator, self.headers, self._header_line = self._find_header(separator)
        self.layout: Layout = lay_out(self.headers, self.added)
        if not any(target.field in IDENTIFYING for target in self.layout.targets.values()):
            raise Unreadable(NO_NAMES)
        self.ignored: tuple[str, ...] = tuple(dict.fromkeys(self.layout.ignored.values()))
        self.form, self.language = self.layout.form, self.layout.language
        self.total, found = self._survey()
        self.order: DateOrder = order or found
        if not self.total:
            raise Unreadable(ONLY_HEADER)

    def __iter__(self) -> Iterator[Row]:
        maker = RowMaker(self.headers, self.layout, self.order, self.kind, self.functions)
        for line, cells in self._table():
            yield maker.make(line, cells) if isinstance(cells, list) else Row(line, refused=cells)

    def _table(self) -> Iterator[tuple[int, list[str] | Message]]:
        """Line and cells of each row that is not blank, or why it has none."""
        with self._text() as text:
            for line, cells in _rows(_Lines(text), self.separator):
                if line > self._header_line and (isinstance(cells, Message) or any(map(str.strip, cells))):
                    yield line, cells

    def _survey(self) -> tuple[int, DateOrder]:
        """The number of rows, and what the dates with slashes show: days first unless they say otherwise."""
        dates = [at for at, target in self.layout.targets.items() if target.field == "birth_date"]
        total, seen = 0, set()
        for _line, cells in self._table():
            total += 1
            if isinstance(cells, list):
                seen |= {slash_order(clean(unguarded(cells[at]))) for at in dates if at < len(cells)}
        seen.discard(None)
        if len(seen) > 1:
            return total, "mixed"
        return total, "month" if "month" in seen else "day"

    def _find_encoding(self) -> str:
        with self._bytes() as stream:
            sample = stream.read(SAMPLE)
            if not sample.strip():
                raise Unreadable(EMPTY)
            encoding = next((name for mark, name in _MARKS if sample.startswith(mark)), "utf-8")
            if encoding != "utf-16" and (b"\x00" in sample or sample.startswith((b"%PDF", b"PK\x03\x04"))):
                raise Unreadable(BINARY)
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                while sample:
                    decoder.decode(sample)
                    sample = stream.read(SAMPLE)
                decoder.decode(b"", final=True)
            except UnicodeError:
                if encoding != "utf-8":
                    raise Unreadable(ENCODING, encoding=encoding.upper()) from None
                return "cp1252"
        return encoding

    def _find_header(self, separator: str | None) -> tuple[str, list[str], int]:
        """Separator, column names and the line that holds them: where most names are known."""
        with self._text() as text:
            lines = _Lines(text)
            first = [line for _at, line in zip(range(FIRST_LINES), lines, strict=False)]
        if not any(line.strip("\ufeff \t\r\n;,|") for line in first):
            raise Unreadable(EMPTY)
        told = first[0].strip().lower()
        if told.startswith("sep=") and len(told) == 5:
            separator = separator or told[4]
        best: tuple[int, str, list[str], int] | None = None
        for candidate in [separator] if separator else SEPARATORS:
            for line, cells in _rows(_Lines(io.StringIO("".join(first), newline="")), candidate):
                headers = [] if isinstance(cells, Message) else [clean(unguarded(cell)) for cell in cells]
                known = len(lay_out(headers, self.added).targets)
                if not known and sum(map(bool, headers)) < 2:
                    continue  # a blank line, or a title above the table
                if known and (best is None or known > best[0]):
                    best = (known, candidate, headers, line)
                break
        if best is None:
            raise Unreadable(NO_HEADER)
        return best[1], _without_empty_tail(best[2]), best[3]

    @contextmanager
    def _bytes(self) -> Iterator[BinaryIO]:
        if isinstance(self.source, Path):
            with self.source.open("rb") as stream:
                yield stream
        else:
            self.source.seek(0)
            yield self.source

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        """The file as text with its own line ends."""
        # cp1252 leaves five bytes undefined; a row that has one gets a warning instead of ending the import.
        errors = "replace" if self.encoding == "cp1252" else "strict"
        with self._bytes() as stream:
            try:
                text = io.TextIOWrapper(stream, encoding=self.encoding, errors=errors, newline="")
            except LookupError:
                raise Unreadable(ENCODING, encoding=self.encoding) from None
            try:
                yield text
            except UnicodeError:
                raise Unreadable(ENCODING, encoding=self.encoding) from None
            finally:
                # Whoever stopped in the middle has closed the file already, perhaps.
                with suppress(ValueError):
                    text.detach()


class _Lines:
    """Lines of a text, counted; `ended` once the last one is taken and another was asked for."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.text, self.number, self.ended, self.taken = text, 0, False, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_LINE + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.taken += len(line)
        if len(line) > LONGEST_LINE or self.taken > LONGEST_ROW:
            raise Unreadable(NO_TABLE, line=str(self.number))
        return line


def _rows(lines: _Lines, separator: str) -> Iterator[tuple[int, list[str] | Message]]:
    """Each row with the line where it begins, or a message where the table is broken there."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    while True:
        line, lines.taken = lines.number + 1, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, Message(TOO_LONG, {"last": str(lines.number)})
            continue
        if lines.ended:
            # Only inside quotation marks does the reader ask for a line beyond the last one.
            yield line, Message(UNCLOSED, {"line": str(line), "last": str(lines.number)})
            return
        yield line, cells


def _without_empty_tail(headers: Sequence[str]) -> list[str]:
    """Spreadsheets write empty names for columns that were once used."""
    last = max((at for at, header in enumerate(headers) if header), default=-1)
    return list(headers[: last + 1])
