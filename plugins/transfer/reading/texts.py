"""A file as text: its encoding is found out, and it is opened as often as wanted (spec H1)."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from plugins.transfer.reading.messages import EMPTY, ENCODING, NO_TEXT, Unreadable

SAMPLE = 64 * 1024
"""Bytes looked at to tell a text from something else."""
STRAY = 20
"""Bytes of a text for each zero in it, at least: programs leave one at the end of a cell. They are passed over."""

_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
"""What no text has, but a program's own format hardly lacks."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, whose mark its own begins with.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """The file from its beginning; one that was handed over open stays open."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        source.seek(0)
        yield source


class Text:
    """A file as text. `encoding` is what was told, else what is found out; raises `Unreadable` for what is no text."""

    def __init__(self, source: Path | BinaryIO, encoding: str | None = None) -> None:
        self.source = source
        self.encoding = encoding or self._find_encoding()

    @contextmanager
    def open(self) -> Iterator[io.TextIOWrapper]:
        """The file as text with its own line ends; raises `Unreadable` where it is of another encoding."""
        # cp1252 leaves five bytes undefined; a row that has one gets a warning instead of ending the import.
        errors = "replace" if self.encoding == "cp1252" else "strict"
        with opened(self.source) as stream:
            try:
                text = io.TextIOWrapper(stream, encoding=self.encoding, errors=errors, newline="")
            except (LookupError, ValueError):
                raise Unreadable(ENCODING, encoding=self.encoding) from None
            try:
                yield text
            except UnicodeError:
                raise Unreadable(ENCODING, encoding=self.encoding) from None
            finally:
                # Whoever stopped in the middle has closed the file already, perhaps.
                with suppress(ValueError):
                    text.detach()

    @contextmanager
    def aside(self) -> Iterator[io.TextIOWrapper]:
        """The same while somebody walks through it: a file that was handed over open stands afterwards as before."""
        at = None if isinstance(self.source, Path) else self.source.tell()
        try:
            with self.open() as text:
                yield text
        finally:
            if at is not None and not isinstance(self.source, Path):
                self.source.seek(at)

    def _find_encoding(self) -> str:
        with opened(self.source) as stream:
            sample = stream.read(SAMPLE)
            if not sample.strip():
                raise Unreadable(EMPTY)
            encoding = likely_encoding(sample)
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


def likely_encoding(sample: bytes) -> str:
    """What the beginning of a file looks like: by its mark, else by where it has zeros; UTF-8 where nothing speaks
    against it, a few stray zeros included. Raises `Unreadable` for what is no text.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if sample.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04")):
        raise Unreadable(NO_TEXT)
    if b"\x00" not in sample:
        return "utf-8"
    # European text in UTF-16 has a zero beside nearly every letter.
    zeros = [sample[start::2].count(0) * 2 / len(sample) for start in (0, 1)]
    if min(zeros) < 0.05 and max(zeros) > 0.4:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if sample.count(0) * STRAY <= len(sample) and not _CONTROLS.search(sample):
        return "utf-8"
    raise Unreadable(NO_TEXT)
