"""A program of its own that reads a workbook from stdin and writes its rows to stdout as lines of JSON.

What it reads was made by others: it runs apart from the application, with little memory and time and without its
secrets, and hands over nothing but text (libs 5.2, ASVS 1.5). Lines are `{"sheet": name}`, then of that sheet
`[line, cell, …]`; `{"error": word}` is the last one where it can't go on. Its only argument is a list
of the one sheet to read, or of none.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import zipfile
from contextlib import suppress
from typing import Any, BinaryIO

MEMORY = 768 * 1024 * 1024
"""Bytes of address space: enough for 200,000 rows of contacts."""
SECONDS = 60
CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How workbooks begin that are not packed."""
MOST_PARTS = 2000
MOST_BYTES = 400 * 1024 * 1024
"""Bytes that a workbook's parts may have once they are unpacked, counted while unpacking: what it declares may lie."""
BOMB, BOMB_FROM = 200, 1024 * 1024
"""A part larger than this is refused where it is so many times its packed size; sheets are about ten times."""


def main() -> None:
    """Write what there is, or the error."""
    with suppress(ImportError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    stream = sys.stdin.buffer
    try:
        told = "password" if is_locked(stream) else "large" if is_bomb(stream) else ""
        say({"error": told} if told else write_sheets(stream, json.loads(sys.argv[1])))
    except MemoryError:
        say({"error": "large"})
    except Exception as error:
        # Whatever is wrong with it: the application tells the user, and nothing here is worth a traceback.
        say({"error": "password" if type(error).__name__ == "PasswordError" else "damaged"})


def say(told: dict[str, str] | None) -> None:
    """One line about what follows."""
    if told is not None:
        sys.stdout.write(json.dumps(told) + "\n")


def is_locked(stream: BinaryIO) -> bool:
    """Whether a password protects it: then it is an old container with one encrypted part."""
    locked = False
    if stream.read(len(CONTAINER)) == CONTAINER:
        locked = "EncryptedPackage".encode("utf-16-le") in stream.read(MOST_BYTES)
    stream.seek(0)
    return locked


def is_bomb(stream: BinaryIO) -> bool:
    """Whether it unpacks to more than any list of contacts; old workbooks are not packed."""
    if not zipfile.is_zipfile(stream):
        stream.seek(0)
        return False
    total = 0
    with zipfile.ZipFile(stream) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS:
            return True
        for part in parts:
            size = 0
            with packed.open(part) as opened:
                while piece := opened.read(1024 * 1024):
                    size += len(piece)
                    if total + size > MOST_BYTES or (size > BOMB_FROM and size > BOMB * max(part.compress_size, 1)):
                        return True
            total += size
    stream.seek(0)
    return False


def write_sheets(stream: BinaryIO, wanted: list[str]) -> dict[str, str] | None:
    """Write the rows of the wanted sheet, or of all; the error where there is no such sheet."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_filelike(stream)
    names = [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    for name in names:
        say({"sheet": name})
        if not wanted or name in wanted:
            write_rows(workbook.get_sheet_by_name(name))
    return {"error": "sheet"} if wanted and not set(wanted) & set(names) else None


def write_rows(sheet: Any) -> None:
    """Each row that is not empty, with its number."""
    write = sys.stdout.write
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [one if type(one) is str else text_of(one) for one in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            write(json.dumps([number, *texts]) + "\n")


def text_of(value: Any) -> str:
    """A cell as people would type it; dates are ISO, whole numbers have no point."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    main()
