"""Values of which a contact has several: united without doubles, with one primary, nothing dropped (spec E3, E5).

An entry that the main contact has already stays with the absorbed contact, where the undo finds it as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.merge.steps import Change
from webapp.api import digits, fold

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the entries of one table are compared; `name` is the collection's."""

    name: str
    table: str
    key: Callable[[Row], Any]
    has_primary: bool = False


def _address(row: Row) -> tuple[str, ...]:
    return tuple(fold(str(row[name])) for name in ("street", "street2", "postal_code", "city", "region", "country"))


KINDS = (
    Kind(
        name="emails", table="contact_email", has_primary=True,
        key=lambda row: row["normalised"] or fold(row["value"]),
    ),
    Kind(
        name="phones", table="contact_phone", has_primary=True,
        key=lambda row: row["normalised"] or digits(row["value"]) or fold(row["value"]),
    ),
    Kind(name="addresses", table="contact_address", key=_address),
    Kind(
        name="bank_accounts", table="contact_bank_account", has_primary=True,
        key=lambda row: row["normalised"] or fold(row["iban"]).replace(" ", ""),
    ),
    Kind(
        name="social_accounts", table="contact_social_account",
        key=lambda row: (row["network"], fold(row["value"])),
    ),
)  # fmt: skip
BY_TABLE = {one.table: one for one in KINDS}


@dataclass(kw_only=True)
class United:
    """The entries of the result in their order, whose they were, those kept aside as doubles, and the changes.

    `moves` are the ids of the rows that the main contact gets. `chosen` is whose primary entry, or main address, leads.
    """

    kind: Kind
    rows: list[Row] = field(default_factory=list)
    doubles: list[tuple[Row, Row]] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    renamed: list[Row] = field(default_factory=list)
    chosen: int | None = None

    @property
    def first(self) -> Row | None:
        """The primary entry, or the main address."""
        return self.rows[0] if self.rows else None


def unite(kind: Kind, order: Sequence[int], rows: Sequence[Row], wanted: int | None) -> United:
    """Put the entries of contacts together; `order` begins with the main contact, `wanted` is whose shall lead."""
    found = United(kind=kind)
    main_id = order[0]
    by_contact: dict[int, list[Row]] = {one: [] for one in order}
    for row in sorted(rows, key=lambda one: (one["position"], one["id"])):
        by_contact[row["contact_id"]].append(row)
    leader = _leader(kind, order, by_contact, wanted)
    found.chosen = leader["contact_id"] if leader else None
    purposes: dict[int, str | None] = {}
    for contact_id in order:
        for row in by_contact[contact_id]:
            purpose = row.get("purpose")
            if purpose == "main" and row is not leader and not contact_id == main_id == found.chosen:
                # There is one main address; another one is kept beside it, and nothing is sent there by itself.
                purpose = "other"
            same = None if contact_id == main_id else _same(found, row, purpose, purposes)
            if same is not None:
                found.doubles.append((row, same))
                leader = same if leader is row else leader
                continue
            purposes[row["id"]] = purpose
            found.rows.append(row)
            if contact_id != main_id:
                found.moves.append(row["id"])
    _settle(found, leader, purposes)
    return found


def _leader(kind: Kind, order: Sequence[int], by_contact: Mapping[int, list[Row]], wanted: int | None) -> Row | None:
    """The entry that will be the primary one, or the main address: of who is wanted, else of the first who has any."""
    for contact_id in ([] if wanted is None else [wanted]) + list(order):
        rows = by_contact[contact_id]
        if kind.has_primary:
            leading = [row for row in rows if row["is_primary"]] or rows
        else:
            leading = [row for row in rows if row.get("purpose") == "main"]
        if leading:
            key, purpose = kind.key(leading[0]), leading[0].get("purpose")
            twins = (row for row in by_contact[order[0]] if kind.key(row) == key and row.get("purpose") == purpose)
            return next(twins, leading[0])
    return None


def _same(found: United, row: Row, purpose: str | None, purposes: Mapping[int, str | None]) -> Row | None:
    """The entry of the result that says the same: of an address for nothing in particular, any of that place."""
    key = found.kind.key(row)
    return next(
        (one for one in found.rows if found.kind.key(one) == key and purpose in (purposes[one["id"]], "other")), None
    )


def _settle(found: United, leader: Row | None, purposes: Mapping[int, str | None]) -> None:
    """Write down what changes in the rows: their order, the one primary entry, the one main address."""
    found.rows.sort(key=lambda row: row is not leader)
    for position, row in enumerate(found.rows):
        after: dict[str, Any] = {"position": position}
        if found.kind.has_primary:
            after["is_primary"] = row is leader
        if purposes[row["id"]] != row.get("purpose"):
            after["purpose"] = purposes[row["id"]]
            found.renamed.append(row)
        after = {name: value for name, value in after.items() if row[name] != value}
        if after:
            before = {name: row[name] for name in after}
            found.changes.append(Change(table=found.kind.table, key=(row["id"],), before=before, after=after))
