"""One row of a file as the values of a contact, in the shape of the API object (contract: `carnet import`).

A bad cell is left empty and becomes a warning; a row without a name, company, e-mail or phone is refused,
with its reason. Sentences are English msgids with named places, told through gettext where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from plugins.transfer import added
from plugins.transfer.reading import cells as read
from plugins.transfer.reading.dates import date_columns, of_parts
from plugins.transfer.reading.draft import Draft
from plugins.transfer.reading.headers import Layout
from plugins.transfer.reading.messages import Broken, Message
from plugins.transfer.reading.tables import Cells
from plugins.transfer.reading.targets import Target
from webapp.api import N_, clean, unguarded

NOBODY = N_("This row has no name, company, e-mail or phone: fill in one of them.")
TOO_MANY = N_(
    "This row has %(cells)s cells under %(columns)s column names: put a text that contains the separator "
    "in quotation marks."
)
GARBLED = N_("Some signs of this row could not be read: save the file as CSV UTF-8 and import it again.")
_UNREADABLE_SIGN = "\ufffd"


@dataclass(frozen=True)
class Row:
    """A row of the file.

    `line`: where it begins, counted from 1 as editors do. `values`: keys of the API object, only those with
    content, and always `kind`; of a person `employer` is the company's name, `role` and `department` its place there;
    `numbers` are those of functions, beside `number`. `cells`: content of columns that are not used, by header.
    `raw`: all cells as they were. `refused` says why the row can't become a contact.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    refused: Message | None = None
    cells: dict[str, str] = field(default_factory=dict)
    raw: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        # Half of the time that the names of the fields would take.
        return Row, (self.line, self.values, self.warnings, self.refused, self.cells, self.raw)


class Forms(NamedTuple):
    """How cells are written: the order of dates with slashes, the decimal sign (none: either), the country of phone
    numbers without one, and the kind of rows that do not say it themselves.
    """

    order: read.DateOrder = "day"
    decimal: str = ""
    country: str = ""
    kind: str | None = None


class Constant(NamedTuple):
    """What a row is given whose own cells say nothing of a target, and what that target is called."""

    text: str
    label: str


class RowMaker:
    """Makes rows by a layout. `functions` and the value `lists` are codes by the words for them; `picture` gives the
    bytes of the one that a cell stands for. A row has at most `width` cells, of which the last ones may have no name.
    """

    def __init__(
        self,
        headers: Sequence[str],
        layout: Layout,
        forms: Forms,
        width: int,
        functions: Mapping[str, str],
        lists: Mapping[str, Mapping[str, str]],
        constants: Mapping[Target, Constant],
        picture: Callable[[str], bytes],
    ) -> None:
        self.headers, self.layout, self.forms, self.width = headers, layout, forms, width
        self.functions, self.lists, self.picture = functions, lists, picture
        self.readers: dict[Target, added.Reader | None] = {}
        self._birth = date_columns(layout.targets)
        self._columns = [
            (at, target, headers[at], Draft.taking(target))
            for at, target in layout.targets.items()
            if at not in self._birth.values()
        ]
        self._ignored = list(layout.ignored.items())
        self.constants = constants
        self._constants = [(target, one, Draft.taking(target)) for target, one in constants.items()]

    def reader(self, target: Target) -> added.Reader | None:
        """Who reads the cells of a field that the firm has added."""
        if target not in self.readers:
            found = added.field_called(target.group, target.field)
            self.readers[target] = added.Reader(found) if found is not None else None
        return self.readers[target]

    def takes(self, fields: Collection[str]) -> bool:
        """Whether a column, or what each row is given, is one of these fields."""
        return any(target.field in fields for target in (*self.layout.targets.values(), *self.constants))

    def narrowed(self, fields: Collection[str]) -> RowMaker:
        """One that reads these fields alone: where little of many rows is asked for."""
        targets = {at: target for at, target in self.layout.targets.items() if target.field in fields}
        constants = {target: one for target, one in self.constants.items() if target.field in fields}
        layout = self.layout._replace(targets=targets, ignored={})
        told = (self.forms, self.width, self.functions, self.lists, constants, self.picture)
        return RowMaker(self.headers, layout, *told)

    @property
    def is_movable(self) -> bool:
        """Whether another process may make the rows: of pictures, the cells only say where in the file they are."""
        return all(target.field != "picture" for target in self.layout.targets.values())

    def __reduce__(self) -> tuple[Any, ...]:
        told = (self.headers, self.layout, self.forms, self.width, self.functions, self.lists, self.constants)
        return RowMaker, (*told, no_picture)

    def made(self, line: int, cells: Cells) -> Row:
        """The row for what a table has there."""
        if isinstance(cells, Message):
            return Row(line, refused=cells, raw=cells.raw if isinstance(cells, Broken) else ())
        return self.make(line, cells)

    def make(self, line: int, raw: Sequence[str]) -> Row:
        """The row for these cells, of which any may be missing; never raises."""
        if len(raw) > self.width and any(map(str.strip, raw[self.width :])):
            counts = {"cells": str(len(raw)), "columns": str(self.width)}
            return Row(line, refused=Message(TOO_MANY, counts), raw=tuple(raw))
        draft, garbled = Draft(self), False
        width = len(raw)
        for at, target, header, take in self._columns:
            if at < width and (cell := raw[at]) and (text := _plain(cell)):
                garbled = garbled or _UNREADABLE_SIGN in text
                take(draft, target, text, header)
        if garbled:
            draft.warnings.append(Message(GARBLED))
        if self._constants:
            self._fill(draft, raw)
        if self._birth:
            self._take_birth(draft, raw)
        unused = {}
        for at, name in self._ignored:
            if at < width and (cell := raw[at]) and (text := _plain(cell)):
                unused[name] = text
        for at in range(len(self.headers), width):
            if raw[at].strip():
                unused[f"#{at + 1}"] = _plain(raw[at])
        nobody = None if draft.is_somebody else Message(NOBODY)
        values = draft.values()
        return Row(line, values, tuple(draft.warnings), nobody, unused, tuple(raw))

    def unfit_constants(self) -> Sequence[Message]:
        """What is wrong with the constants."""
        draft = Draft(self)
        for target, constant, take in self._constants:
            take(draft, target, constant.text, constant.label)
        return draft.warnings

    def _take_birth(self, draft: Draft, raw: Sequence[str]) -> None:
        """The date of birth whose year, month and day have columns of their own."""
        told = {part: _plain(raw[at]) for part, at in self._birth.items() if at < len(raw) and raw[at].strip()}
        if told:
            first = self.headers[self._birth[next(iter(told))]]
            target = Target("birth_date")
            Draft.taking(target)(draft, target, of_parts(told), first)

    def _fill(self, draft: Draft, raw: Sequence[str]) -> None:
        said = {
            (target.field, target.part) for at, target, *_rest in self._columns if at < len(raw) and raw[at].strip()
        }
        for target, constant, take in self._constants:
            if target.field in ("tags", "functions") or (target.field, target.part) not in said:
                take(draft, target, constant.text, constant.label)


def no_picture(cell: str) -> bytes:
    """The file is not at hand."""
    raise ValueError(cell)


def _plain(cell: str) -> str:
    """A cell as it was before a spreadsheet or program guarded it, trimmed."""
    return clean(unguarded(cell) if cell[0] == "'" else cell, multiline=True)
