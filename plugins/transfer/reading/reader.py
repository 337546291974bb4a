"""A file of contacts, read: columns, what each holds, how cells are written, and the rows (spec H1).

The file is walked through twice at the beginning (header; count, samples and forms) and once for each reading of its
rows, and never held in memory, however long it is. What is no table of contacts at all is `Unreadable`; what is wrong
with a row is said on the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from plugins.transfer.reading import cells as read
from plugins.transfer.reading.cells import FUNCTIONS, DateOrder
from plugins.transfer.reading.dates import PARTS, date_columns
from plugins.transfer.reading.headers import NONE, Layout, lay_out
from plugins.transfer.reading.messages import NO_HEADER, Message, Unreadable
from plugins.transfer.reading.refused import Remarked
from plugins.transfer.reading.rows import Constant, Forms, Row, RowMaker
from plugins.transfer.reading.suggesting import suggestions
from plugins.transfer.reading.tables import Cells, Table
from plugins.transfer.reading.targets import IDENTIFYING, Target, chosen, is_added, offered_targets, target_of
from webapp.api import N_, clean, unguarded

SAMPLES, SHOWN, LOOKED_AT = 3, 60, 200
"""Samples per column, their signs, and the rows in which they are looked for."""
WIDEST = 2000
"""Columns of a table; there is no such list of contacts."""

TOO_WIDE = N_("This file has more than %(most)s columns: leave only those of contacts in it.")


class Reading:
    """A table of contacts; iterate over it for its rows, as often as wanted, one iteration at a time.

    All that is found out may be told instead: `order` (of dates with slashes), `decimal` sign, `header` (the line of
    the column names, 0 for none), `columns` (codes of targets by column name, "" to leave one out). `constants` are
    texts by code of a target for rows that say nothing there, `country` that of phone numbers written without one,
    `kind` what rows are that do not say it. `functions` maps folded words to functions, `added` names of columns to
    fields that the firm has added, `lists` the `key` of a word to its code, by value list. `demanding`: raise where
    nobody could be told by the columns; without it `lacks` says so, and the columns can be chosen.

    Attributes: `headers` (each once), `samples` (by column, the first different cells), `layout`, `ignored` (names of
    unused columns), `form` (carnet, or the program), `language` of the headers, `total` (rows that are not blank);
    `order`, `decimal`, `header`; the `maker` of its rows; of the table `file` (its kind), `encoding`, `separator`,
    `sheet`, `sheets`. Raises `Unreadable`.
    """

    def __init__(
        self,
        table: Table,
        *,
        kind: str | None = None,
        functions: Mapping[str, str] = FUNCTIONS,
        added: Mapping[str, Target] = NONE,
        lists: Mapping[str, Mapping[str, str]] = {},
        order: DateOrder | None = None,
        decimal: str | None = None,
        header: int | None = None,
        columns: Mapping[str, str] = {},
        constants: Mapping[str, str] = {},
        country: str | None = None,
        demanding: bool = True,
    ) -> None:
        self.table, self.functions, self._added, self._told = table, functions, added, columns
        self.file = table.kind
        self.header, headers = self._find_header(header, demanding)
        self._width = len(headers) if table.kind == "csv" else WIDEST
        headers = _without_empty_tail(headers) if self.header else headers
        self._remarked = Remarked.among(headers) if self.header else Remarked()
        front, behind, _named = self._remarked
        headers = headers[front : len(headers) - behind]
        if len(headers) > WIDEST:
            raise Unreadable(TOO_WIDE, most=str(WIDEST))
        self.headers = _each_once(headers)
        self.encoding, self.separator = table.encoding, table.separator
        self.sheet, self.sheets = table.sheet, table.sheets
        self.layout = _mapped(table.layout or lay_out(headers, added), self.headers, columns)
        self.form, self.language = self.layout.form, self.layout.language
        self.ignored: tuple[str, ...] = tuple(dict.fromkeys(self.layout.ignored.values()))
        self.constants = _constants(constants)
        held = {target.field for target in (*self.layout.targets.values(), *self.constants)}
        self.lacks: Message | None = None if held & IDENTIFYING else Message(table.without_names)
        if self.lacks and demanding:
            raise Unreadable(table.without_names)
        self.samples: list[list[str]] = [[] for _header in self.headers]
        self.total, found, sign = self._survey()
        if not self.total:
            raise Unreadable(table.without_rows)
        self.order: DateOrder = order or found
        self.decimal = sign if decimal is None else decimal
        forms = Forms(self.order, self.decimal, country or "", kind if kind in ("person", "company") else None)
        width = self._width - front - behind
        self.maker = RowMaker(self.headers, self.layout, forms, width, functions, lists, self.constants, table.picture)

    def __iter__(self) -> Iterator[Row]:
        make = self.maker.made
        for line, cells in self.cells():
            yield make(line, cells)

    def read(self, line: int, raw: Sequence[str]) -> Row:
        """One row from these cells, in the order of `headers`: a row that was mended."""
        return self.maker.make(line, list(raw))

    def suggestions(self) -> dict[int, str]:
        """A target's code for each column that is not used, where its name or its cells look like one."""
        return suggestions(self.headers, self.samples, self.layout)

    def cells(self) -> Iterator[tuple[int, Cells]]:
        """Line and cells of each row that is not blank, or why it has none."""
        begin, remarked = self.header, self._remarked
        is_remarked = bool(remarked.front or remarked.behind)
        for line, cells in self.table.rows(self._width):
            if is_remarked:
                cells = remarked.without(cells)
            if line > begin and (isinstance(cells, Message) or (any(cells) and any(map(str.strip, cells)))):
                yield line, cells

    def _survey(self) -> tuple[int, DateOrder, str]:
        """The number of rows, and what dates with slashes and decimal signs show; notes samples by the way."""
        dates = [at for at, target in self.layout.targets.items() if target.field == "birth_date" or is_added(target)]
        numbers = [at for at, target in self.layout.targets.items() if is_added(target)]
        total, orders, signs = 0, set(), set()
        for _line, cells in self.cells():
            total += 1
            if not isinstance(cells, list):
                continue
            if total <= LOOKED_AT:
                self._note_samples(cells)
            for at in dates:
                if at < len(cells) and "/" in cells[at]:
                    orders.add(read.slash_order(clean(unguarded(cells[at]))))
            for at in numbers:
                if at < len(cells):
                    signs.add(read.decimal_sign(cells[at]))
        orders.discard(None)
        signs.discard("")
        order: DateOrder = "mixed" if len(orders) > 1 else "month" if "month" in orders else "day"
        return total, order, signs.pop() if len(signs) == 1 else ""

    def _note_samples(self, cells: Sequence[str]) -> None:
        for known, cell in zip(self.samples, cells, strict=False):
            if len(known) < SAMPLES and (text := clean(unguarded(cell[: SHOWN + 1]))):
                text = text if len(text) <= SHOWN else text[:SHOWN] + "…"
                if text not in known:
                    known.append(text)

    def _find_header(self, told: int | None, demanding: bool) -> tuple[int, list[str]]:
        """Line and names of the header, where most names are known; settles how the table is understood."""
        if self.table.headers is not None:
            return 0, self.table.headers
        if told is not None:
            return self._header_at(told)
        best: tuple[int, str, list[str], int] | None = None
        for way in self.table.ways:
            found = self._known(way)
            if found and (best is None or found[0] > best[0]):
                best = (found[0], way, *found[1:])
                if self.table.takes_first:
                    break
        if best is None:
            if demanding:
                raise Unreadable(NO_HEADER)
            return self._header_at(None)
        self.table.take(best[1])
        return best[3], best[2]

    def _known(self, way: str) -> tuple[int, list[str], int] | None:
        """How many names the first line that could be a header has that are known, these names, and the line."""
        for line, cells in self.table.first(way):
            headers = _names(cells)
            targets = lay_out(headers, self._added).targets
            known = len(targets) + sum(name in self._told for at, name in enumerate(headers) if at not in targets)
            if known:
                return known, headers, line
            if sum(map(bool, headers)) >= 2:
                return None  # neither a blank line nor a title above the table
        return None

    def _header_at(self, told: int | None) -> tuple[int, list[str]]:
        """The header of that line (0: none; None: the first with two names), in the way that has most cells there."""
        best: tuple[int, str, list[str], int] = (0, "", [], 0)
        for way in self.table.ways:
            for line, cells in self.table.first(way):
                names = _names(cells)
                filled = len(_without_empty_tail(names))
                fits = filled > 1 if told is None else line >= told and bool(filled)
                if fits:
                    if filled > best[0]:
                        best = (filled, way, names, line)
                    break
        if not best[0]:
            raise Unreadable(NO_HEADER)
        self.table.take(best[1])
        return (0, [""] * len(best[2])) if told == 0 else (best[3], best[2])


def _names(cells: Cells) -> list[str]:
    return [] if isinstance(cells, Message) else [clean(unguarded(cell)) for cell in cells]


def _without_empty_tail(headers: Sequence[str]) -> list[str]:
    """Spreadsheets write empty names for columns that were once used."""
    last = max((at for at, header in enumerate(headers) if header), default=-1)
    return list(headers[: last + 1])


def _each_once(headers: Sequence[str]) -> list[str]:
    """The names, so that each speaks of one column: "E-mail", "E-mail (2)"; nameless ones by their place."""
    taken: set[str] = set()
    names = []
    for at, header in enumerate(headers):
        name = bare = header or f"#{at + 1}"
        again = count(2)
        while name in taken:
            name = f"{bare} ({next(again)})"
        taken.add(name)
        names.append(name)
    return names


def _mapped(found: Layout, names: Sequence[str], columns: Mapping[str, str]) -> Layout:
    """The layout with the targets that were chosen by hand."""
    targets, ignored = dict(found.targets), {at: names[at] for at in found.ignored}
    for at, target in chosen(columns, names, found.targets).items() if columns else ():
        targets.pop(at, None)
        ignored.pop(at, None)
        if target is None:
            ignored[at] = names[at]
        else:
            targets[at] = target
    if not date_columns(targets):
        # A year and a month are no date without the day.
        for at in [at for at, target in targets.items() if target in PARTS]:
            del targets[at]
            ignored[at] = names[at]
    return found._replace(targets=dict(sorted(targets.items())), ignored=ignored)


def _constants(told: Mapping[str, str]) -> dict[Target, Constant]:
    if not told:
        return {}
    labels = {one.code: one.label for one in offered_targets()}
    return {
        target_of(code): Constant(text, labels[code]) for code, text in told.items() if code in labels and text.strip()
    }
