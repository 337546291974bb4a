"""The numbers that the rows of a file bring: all are known before a range gives the first one (spec F3).

Else a number given to a row would be met further down as somebody's own, and two contacts become one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plugins.transfer.reading.reader import Reading
from plugins.transfer.reading.tables import Cells
from plugins.transfer.slots import leading, number_for
from webapp.api import Numbering, registry

FIELDS = frozenset({"functions", "number", "numbers"})
"""What of a row tells them."""
MANY = 2000
"""Numbers of one function that are kept before the highest are looked for."""
Numbers = Mapping[str, Sequence[str]]
"""Numbers by function."""


def brought(reading: Reading, rows: Iterable[Cells]) -> dict[str, list[str]]:
    """By function the few numbers of these rows beyond which a range has to go on; nothing is held, or written."""
    maker = reading.maker.narrowed(FIELDS)
    if not maker.takes({"number", "numbers"}):
        return {}
    tell = registry().service(Numbering).telling
    found: dict[str, list[str]] = defaultdict(list)
    for cells in rows:
        for function, number in _of(maker.made(0, cells).values):
            found[function].append(number)
            if len(found[function]) >= MANY:
                found[function] = [*tell(function, found[function])]
    return {function: few for function, numbers in found.items() if (few := [*tell(function, numbers)])}


def joined(numbers: Numbers, rows: Iterable[Mapping[str, Any]]) -> Numbers:
    """These numbers, and those of rows by their values."""
    found: dict[str, list[str]] = defaultdict(list, {function: [*some] for function, some in numbers.items()})
    for values in rows:
        for function, number in _of(values):
            found[function].append(number)
    return found


def _of(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The numbers of a row by the functions that it begins."""
    wanted = ((function, number_for(values, function)) for function in leading(values.get("functions", ())))
    return [(function, number) for function, number in wanted if number]
