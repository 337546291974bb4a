"""One row of a file as the values of a contact, in the shape of the API object (contract: `carnet import`).

A bad cell is left empty and becomes a warning; a row without a name, company, e-mail or phone is refused,
with its reason. Sentences are English msgids with named places, told through gettext where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.transfer import added
from plugins.transfer.reading import cells as read
from plugins.transfer.reading.headers import SINGLE, Layout, Target
from webapp.api import ADDED_PREFIX, N_, clean, fold, unguarded

DATE = N_("“%(value)s” in column “%(column)s” is no date that can be read: write it like 1980-12-31.")
TWO_DATES = N_("“%(value)s” in column “%(column)s” can be two dates: write it like 1980-12-31.")
COUNTRY = N_("“%(value)s” in column “%(column)s” is no known country: write its name or a code such as FR.")
FUNCTION = N_("“%(value)s” in column “%(column)s” is no contact function: write prospect, customer or supplier.")
KIND = N_("“%(value)s” in column “%(column)s” is no type of contact: write person or company.")
UNFIT = N_("“%(value)s” does not fit into “%(column)s”: correct it, and type it in.")
GARBLED = N_("Some signs of this row could not be read: save the file as CSV UTF-8 and import it again.")
NOBODY = N_("This row has no name, company, e-mail or phone: fill in one of them.")
TOO_MANY = N_(
    "This row has %(cells)s cells under %(columns)s column names: put a text that contains the separator "
    "in quotation marks."
)
SHOWN = 60
"""Signs of a bad cell that a warning repeats."""

_UNREADABLE_SIGN = "\ufffd"


@dataclass(frozen=True)
class Message:
    """An English sentence with named places (`%(column)s`) and what goes there."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language that `translate` (gettext) speaks; English without it."""
        return translate(self.text) % self.values if self.values else translate(self.text)

    def __str__(self) -> str:
        return self.told()


@dataclass(frozen=True)
class Row:
    """A row of the file.

    `line`: where it begins, counted from 1 as editors do. `values`: keys of the API object, only those with
    content, and always `kind`; of a person `employer` is the company's name. `cells`: content of columns that
    are not used, by header. `raw`: all cells as they were. `refused` says why the row can't become a contact.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    refused: Message | None = None
    cells: dict[str, str] = field(default_factory=dict)
    raw: tuple[str, ...] = ()


class RowMaker:
    """Makes rows by a layout: `kind` for rows without a type of their own, `order` of dates with slashes."""

    def __init__(
        self,
        headers: Sequence[str],
        layout: Layout,
        order: read.DateOrder,
        kind: str | None,
        functions: Mapping[str, str],
    ) -> None:
        self.headers, self.layout, self.order = headers, layout, order
        self.kind, self.functions = kind, functions
        self.readers: dict[Target, added.Reader | None] = {}

    def reader(self, target: Target) -> added.Reader | None:
        """Who reads the cells of a field that the firm has added."""
        if target not in self.readers:
            field_ = added.field_called(target.group, target.field)
            self.readers[target] = added.Reader(field_) if field_ is not None else None
        return self.readers[target]

    def make(self, line: int, raw: Sequence[str]) -> Row:
        """The row for these cells, of which any may be missing; never raises."""
        if any(cell.strip() for cell in raw[len(self.headers) :]):
            counts = {"cells": str(len(raw)), "columns": str(len(self.headers))}
            return Row(line, refused=Message(TOO_MANY, counts), raw=tuple(raw))
        texts = [clean(unguarded(cell), multiline=True) for cell in raw]
        draft = _Draft(self)
        for index, target in self.layout.targets.items():
            if index < len(texts) and texts[index]:
                draft.add(target, texts[index], self.headers[index])
        ignored = self.layout.ignored.items()
        unused = {name: texts[index] for index, name in ignored if index < len(texts) and texts[index]}
        nobody = None if draft.is_somebody else Message(NOBODY)
        return Row(line, draft.values(), tuple(draft.warnings), nobody, unused, tuple(raw))


class _Draft:
    """The values of one row while its cells are read."""

    def __init__(self, maker: RowMaker) -> None:
        self.maker = maker
        self.warnings: list[Message] = []
        self.single: dict[str, str] = {}
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.functions: list[str] = []
        self.reach: dict[str, list[dict[str, str]]] = {"emails": [], "phones": []}
        self.labels: dict[tuple[str, str], str] = {}
        self.numbered: list[tuple[dict[str, str], tuple[str, str]]] = []
        self.places: dict[str, dict[str, list[str]]] = {}
        self.added: dict[str, dict[str, Any]] = {}

    @property
    def is_somebody(self) -> bool:
        """Whether there is anything by which the contact can be known."""
        names = ("first_name", "last_name", "full_name", "company_name")
        return any(self.single.get(name) for name in names) or any(self.reach.values())

    def add(self, target: Target, text: str, column: str) -> None:
        if _UNREADABLE_SIGN in text and Message(GARBLED) not in self.warnings:
            self.warnings.append(Message(GARBLED))
        if target.field in SINGLE:
            self._add_single(target.field, clean(text), column)
        elif target.field.startswith(ADDED_PREFIX):
            self._add_added(target, text, column)
        elif target.field == "description":
            self.texts.append(text)
        elif target.field == "tags":
            self.tags += read.tags(text)
        elif target.field == "functions":
            self._add_functions(text, column)
        elif target.field == "addresses":
            self._add_line(target, text, column)
        elif target.part == "type":
            self.labels[target.field, target.group] = text
        else:
            self._add_reach(target, text)

    def values(self) -> dict[str, Any]:
        """What there is, by the keys of the API object."""
        values: dict[str, Any] = {"kind": "person", **self._names()}
        for item, at in self.numbered:
            item["type"] = read.reach_type(self.labels.get(at, ""), at[0])
        more: dict[str, Any] = {
            "emails": self.reach["emails"],
            "phones": self.reach["phones"],
            "addresses": self._addresses(),
            "description": "\n".join(self.texts),
            "tags": list(dict.fromkeys(self.tags)),
            "functions": list(dict.fromkeys(self.functions)),
        }
        more["added"] = added.of_kind(self.added.get("", {}), values["kind"])
        more["own"] = {owner: own for owner, own in self.added.items() if owner}
        kept = ("birth_date", "vat_id", "website", "external_id", "number")
        more |= {name: self.single[name] for name in kept if name in self.single}
        return values | {name: value for name, value in more.items() if value}

    def _warn(self, sentence: str, text: str, column: str) -> None:
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        self.warnings.append(Message(sentence, {"value": shown, "column": column}))

    def _add_single(self, name: str, text: str, column: str) -> None:
        if name == "kind":
            kind = read.KINDS.get(fold(text))
            if kind is None:
                self._warn(KIND, text, column)
                return
            text = kind
        elif name == "birth_date":
            if read.is_no_date(text):
                return
            date = read.read_date(text, self.maker.order)
            if date is None:
                both = self.maker.order == "mixed" and read.read_date(text, "day") is not None
                self._warn(TWO_DATES if both else DATE, text, column)
                return
            text = date
        self.single[name] = text

    def _add_added(self, target: Target, text: str, column: str) -> None:
        reader = self.maker.reader(target)
        value = reader.read(text, self.maker.order) if reader is not None else None
        if value is None:
            self._warn(UNFIT, text, column)
            return
        self.added.setdefault(target.group, {})[target.field] = value

    def _add_functions(self, text: str, column: str) -> None:
        for word in read.words(text.replace("/", ",").replace("+", ",").replace("&", ",")):
            function = self.maker.functions.get(fold(word))
            if function is None:
                self._warn(FUNCTION, word, column)
            else:
                self.functions.append(function)

    def _add_reach(self, target: Target, text: str) -> None:
        for value in read.emails(text) if target.field == "emails" else read.phones(text):
            item = {"value": clean(value), "type": target.group}
            self.reach[target.field].append(item)
            if target.part:
                self.numbered.append((item, (target.field, target.group)))

    def _add_line(self, target: Target, text: str, column: str) -> None:
        place = self.places.setdefault(target.group, {})
        if target.part == "country":
            code = read.read_country(text)
            if code is None:
                self._warn(COUNTRY, clean(text), column)
                return
            text = code
        elif target.part == "type":
            self.labels["addresses", target.group] = text
            return
        lines = [clean(line) for line in text.split("\n") if line.strip()]
        if target.part == "street":
            place.setdefault("street", []).extend(lines[:1])
            place.setdefault("street2", []).extend(lines[1:])
        else:
            place.setdefault(target.part, []).extend(lines)

    def _addresses(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        for group, parts in self.places.items():
            formatted = parts.pop("formatted", [])
            if formatted and not any(parts.values()):
                parts = {"street": formatted[:1], "street2": formatted[1:]}
            address = {part: ", ".join(lines) for part, lines in parts.items() if lines}
            if not address:
                continue
            purpose = read.address_purpose(self.labels.get(("addresses", group), ""))
            if not purpose:
                purpose = "other" if any(one["purpose"] == "main" for one in found) else "main"
            found.append(address | {"purpose": purpose})
        return found

    def _names(self) -> dict[str, str]:
        """Kind and names: the row's own type, else what it was told, else what the names show."""
        first, last = self.single.get("first_name", ""), self.single.get("last_name", "")
        middle, full = self.single.get("middle_name", ""), self.single.get("full_name", "")
        company = self.single.get("company_name", "")
        kind = self.single.get("kind") or self.maker.kind
        if not kind:
            kind = "company" if company and not (first or last or full) else "person"
        if kind == "company":
            company = company or full or " ".join(filter(None, (first, last)))
            if company in (full, " ".join(filter(None, (first, last)))):
                first = last = middle = ""
        elif full and not (first or last):
            first, last = _split(full)
        names = {"first_name": first, "middle_name": middle, "last_name": last, "company_name": company}
        if kind == "person":
            names["employer"] = company
        return {"kind": kind, **{name: text for name, text in names.items() if text}}


def _split(full: str) -> tuple[str, str]:
    """First and last name: parted by a comma, else before a small word (de, von), else the last word."""
    if full.count(",") == 1:
        last, first = (part.strip() for part in full.split(","))
        return first, last
    parts = full.split()
    small = next((at for at, word in enumerate(parts) if at and word[0].islower()), len(parts) - 1)
    return " ".join(parts[:small]), " ".join(parts[small:])
