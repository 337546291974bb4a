"""The numbers that the rows of a file bring: all are known before a range gives the first one (spec F3).

Else a number given to a row would be met further down as somebody's own, and two contacts become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugins.transfer.reading.reader import Reading
from plugins.transfer.reading.tables import Cells
from plugins.transfer.slots import leading, number_for
from plugins.transfer.uniting import LONGEST_NUMBER

FIELDS = frozenset({"functions", "number", "numbers"})
"""What of a row tells them."""
_LAST_DIGITS = re.compile(r"(.*[^0-9]|)([0-9]+)([^0-9]*)", re.DOTALL)


def brought(reading: Reading, rows: Iterable[Cells]) -> dict[str, list[str]]:
    """By function, the numbers beyond which a range has to go on; of those that differ in their last digits alone
    the highest, so that they are few however many rows there are.
    """
    maker = reading.maker.narrowed(FIELDS)
    if not maker.takes({"number", "numbers"}):
        return {}
    highest: dict[tuple[str, str, int, str], str] = {}
    for cells in rows:
        values = maker.made(0, cells).values
        for function in leading(values.get("functions", ())):
            number = number_for(values, function)
            if len(number) <= LONGEST_NUMBER and (parts := _LAST_DIGITS.fullmatch(number)):
                before, digits, behind = parts.groups()
                key = (function, before, len(digits), behind)
                highest[key] = max(highest.get(key, ""), number)
    found: dict[str, list[str]] = {}
    for (function, *_shape), number in highest.items():
        found.setdefault(function, []).append(number)
    return found
