"""A row on its way into the base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from plugins.transfer import uniting
from plugins.transfer.held import Held
from plugins.transfer.keys import Keys, keys_of
from plugins.transfer.reading.card_picture import CardPicture
from plugins.transfer.reading.rows import Row
from plugins.transfer.slots import leading, number_for
from webapp.api import _

Before = dict[str, Any]
"""What taking a row back needs, as JSON."""
Outcome = Literal["created", "updated", "unchanged", "skipped", "refused"]


def _without_party(link: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in link.items() if name != "party"}


class Link(NamedTuple):
    """That a person is a contact person of a party from now on, and what holds for that."""

    party: Held
    values: dict[str, Any]


@dataclass
class Entry:
    """A row: what of it fits, by what it is found, what to warn of, by field; and what was decided about it.

    `contact`: whom it makes, or meets; `changes`: what of an existing one, as `update_contact` takes it; `begins`:
    functions that begin or get another number, with the number of its own or an empty text; `own`: functions' added
    fields that are to be noted; `links` that are to be made, `promoted`: companies where the person, who is linked
    there, becomes the primary contact, `parent`: the company above it from now on, `companies` that are made for these;
    `picture`: the one that the contact has from now on; `double`: of whom it may be one, and why; `kept`: the contact's
    warnings afterwards, None where they stay. `reason` and `fields` say why the row is refused, and what of it is to be
    mended.

    `old` values of a contact, those of its functions' own fields that are `replaced`, former numbers of functions that
    are `renumbered`, what it was `warned` of: of these `before` is made, which is what an undo needs.
    `spent`: functions whose range is used up, and what it says.
    """

    row: Row
    values: dict[str, Any]
    warnings: dict[str, str]
    keys: Keys
    functions: tuple[str, ...]
    outcome: Outcome = "unchanged"
    contact: Held | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, list[Any]] = field(default_factory=dict)
    begins: list[tuple[str, str]] = field(default_factory=list)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    promoted: list[Held] = field(default_factory=list)
    parent: Held | None = None
    companies: list[Held] = field(default_factory=list)
    picture: CardPicture | None = None
    double: tuple[Held, str] | None = None
    kept: dict[str, str] | None = None
    remarks: list[str] = field(default_factory=list)
    reason: str = ""
    fields: tuple[str, ...] = ()
    old: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, dict[str, Any]] = field(default_factory=dict)
    renumbered: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] | None = None
    before: Before | None = None
    spent: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row, columns: Mapping[str, str]) -> Entry:
        """The entry of a row; `columns` are fields by the file's headers."""
        if row.refused is not None:
            refused = cls(row, {"kind": "person"}, {}, Keys("person", "", named=False), ())
            refused.refuse(row.refused.told(_))
            return refused
        warnings: dict[str, str] = {}
        for message in row.warnings:
            name = columns.get(message.values.get("column", ""), "row")
            warnings[name] = " ".join(filter(None, (warnings.get(name), message.told(_))))
        values, unfit = uniting.fitting(row.values)
        warnings |= unfit
        return cls(row, values, warnings, keys_of(values), leading(values.get("functions", ())))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is before anything is decided: how it comes from another process."""
        return _entry, (self.row, self.values, self.warnings, self.keys, self.functions, self.reason)

    def refuse(self, reason: str, fields: tuple[str, ...] = ()) -> None:
        """It does not go in."""
        self.outcome, self.reason, self.fields = "refused", reason, fields
        self.contact = self.double = self.parent = None
        self.links, self.promoted, self.companies = [], [], []

    def number_of(self, function: str) -> str:
        """The number of its own that it has for a function: that function's, else the one of the row."""
        return number_for(self.values, function)

    def wanted_links(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The companies that a person is to be linked to, by name, and what holds for each link.

        Those that have ended come first: beside one that lasts no other is made.
        """
        links = self.values.get("links", ())
        for one in links:
            if "active_to" in one:
                yield one["party"], _without_party(one)
        if "employer" in self.values:
            place = {name: self.values[name] for name in ("role", "department") if name in self.values}
            yield self.values["employer"], place | ({"is_primary": True} if "is_primary" in self.values else {})
        for one in links:
            if "active_to" not in one:
                yield one["party"], _without_party(one)

    @property
    def name(self) -> str:
        """What its contact is called in a report."""
        values = self.values
        name = values.get("company_name") if values["kind"] == "company" else ""
        names = (values.get("first_name"), values.get("last_name"))
        reach = [item["value"] for kind in ("emails", "phones") for item in values.get(kind, [])]
        return name or " ".join(filter(None, names)) or next(iter(reach), "")


def _entry(
    row: Row, values: dict[str, Any], warnings: dict[str, str], keys: Keys, functions: tuple[str, ...], reason: str
) -> Entry:
    found = Entry(row, values, warnings, keys, functions)
    if reason:
        found.refuse(reason)
    return found
