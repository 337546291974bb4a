"""Several values in one cell: a line for each, its parts between bars (`work | anna@firm.example | primary`).

A bar, a line's end or a backslash that belongs to a part has a backslash before it, so that whatever is written is read
again as it was; blanks around a part do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ESCAPED = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": "\\n"})
_PART = re.compile(r"((?:[^\\|]|\\.|\\$)*)(?:\||$)")


def written(entries: Iterable[Sequence[str]]) -> str:
    """A cell; the empty parts at an entry's end are left out."""
    return "\n".join([line(entry) for entry in entries])


def line(entry: Sequence[str]) -> str:
    """One entry, as one line of a cell."""
    filled = list(entry)
    while filled and not filled[-1]:
        filled.pop()
    text = "".join(filled)
    if "|" in text or "\\" in text or "\n" in text:
        filled = [part.translate(_ESCAPED) for part in filled]
    return " | ".join(filled)


def read(cell: str) -> list[list[str]]:
    """The parts of each line that says something; never raises."""
    return [_parts(line) for line in cell.split("\n") if line.strip()]


def _parts(line: str) -> list[str]:
    found = [match[1] for match in _PART.finditer(line)]
    # The end of the line is met once more behind its last part.
    return [re.sub(r"\\(.)", _meant, part.strip()) for part in found[:-1] or found]


def _meant(sign: re.Match[str]) -> str:
    return "\n" if sign[1] == "n" else sign[1]
