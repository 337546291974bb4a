"""Contacts as rows of a file meet them: what they hold, without the session (spec H2).

One may be in the base, or be what an earlier row of the file would make: planning treats both alike.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from webapp.api import (
    Address,
    BankAccount,
    Contact,
    ContactLink,
    ContactNumber,
    ContactTag,
    Email,
    ExternalId,
    FunctionRow,
    Phone,
    SocialAccount,
    Tag,
    added_fields,
    among,
    contact_pictures,
    fetch,
    fill_added,
    fold,
)

AT_ONCE = 5000
"""Contacts, or values, of one statement."""
SINGLE = (
    "id", "kind", "first_name", "middle_name", "last_name", "company_name", "birth_date", "vat_id", "vat_id_normalised",
    "salutation", "title", "company_name2", "legal_form", "tax_number", "language", "currency", "category", "source",
    "website", "description", "country", "sort_name", "warnings", "version", "archived_at", "deleted_at",
    "merged_into_id", "anonymised_at", "parent_id",
)  # fmt: skip
_COLUMNS = tuple(getattr(Contact, name) for name in SINGLE)
LISTS = ("emails", "phones", "addresses", "external_ids", "numbers", "bank_accounts", "social_accounts")
_LISTED: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("emails", Email, ("id", "type", "value", "normalised", "is_primary")),
    ("phones", Phone, ("id", "type", "value", "normalised", "is_primary")),
    ("addresses", Address, ("id", "purpose", "street", "street2", "postal_code", "city", "region", "country")),
    ("external_ids", ExternalId, ("id", "source", "value")),
    ("numbers", ContactNumber, ("id", "function", "value", "folded", "valid_to")),
    ("bank_accounts", BankAccount, ("id", "holder", "iban", "bic", "is_primary")),
    ("social_accounts", SocialAccount, ("id", "network", "value")),
)
_PLURAL = (*LISTS, "tags")
SELDOM = frozenset({"bank_accounts", "social_accounts", "picture", "is_primary", "links"})
"""What is read only where rows have some."""
_SELDOM_IN = {
    "bank_accounts": "bank_accounts", "social_accounts": "social_accounts", "picture": "picture",
    "is_primary": "has_primary", "links": "has_primary",
}  # fmt: skip
"""Where a contact holds each of these."""


class Item:
    """One of the values of which a contact has several; `id` is None while it is only planned."""

    id: int | None = None
    normalised: str | None = None
    is_primary = False
    source = ""
    valid_to: dt.datetime | None = None
    purpose = street = street2 = postal_code = city = region = country = ""
    holder = iban = bic = network = type = value = ""

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    def is_present(self, function: str) -> bool:
        """Whether it is the number of that function now."""
        return bool(vars(self)["function"] == function and self.valid_to is None)


class Held:
    """A contact with all by which rows find it and that they can change.

    `functions`: those it has now, with their rows where these are in the base; `employers`: folded names of the
    companies that a person is or was linked to, `primary_at` those where it is the primary contact; `has_primary`:
    whether a company has one; `own`: what rows have said of its functions' added fields; `picture`: the digest of the
    one it has; `line`: of the row that makes it, where the base does not know it yet; `seldom`: what of
    `SELDOM` was read.
    """

    deleted_at: dt.datetime | None = None
    archived_at: dt.datetime | None = None
    merged_into_id: int | None = None
    anonymised_at: dt.datetime | None = None
    line: int | None = None
    version = 1
    picture = ""
    has_primary = False
    parent_id: int | None = None
    seldom: frozenset[str] = frozenset()

    def __init__(self, **values: Any) -> None:
        vars(self).update({name: [] for name in _PLURAL})
        vars(self).update(functions={}, employers=set(), primary_at=set(), own={}, **values)

    def __getattr__(self, name: str) -> Any:
        # Only what is not there is asked for here: values of which a row said nothing.
        if name not in SINGLE:
            raise AttributeError(name)
        return None if name == "birth_date" else ""

    id: int
    kind: str
    sort_name: str
    country: str
    vat_id_normalised: str | None
    warnings: dict[str, str] | None
    emails: list[Any]
    phones: list[Any]
    addresses: list[Any]
    external_ids: list[Any]
    numbers: list[Any]
    tags: list[str]
    functions: dict[str, int | None]
    employers: set[str]
    primary_at: set[str]
    own: dict[str, dict[str, Any]]

    @property
    def name(self) -> str:
        """As `Contact.name` tells it of one that is not anonymised."""
        if self.kind == "company":
            return str(self.company_name)
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)

    @property
    def is_listed(self) -> bool:
        """Whether lists show it."""
        return self.is_live and self.archived_at is None

    @property
    def is_live(self) -> bool:
        """Neither in the bin, nor merged away, nor anonymised."""
        return self.deleted_at is None and self.merged_into_id is None and self.anonymised_at is None

    def has_number(self, function: str, number: str) -> bool:
        """Whether it is or was the contact's number."""
        folded = fold(number)
        return any(one.function == function and one.folded == folded for one in self.numbers)


def country_of(addresses: Sequence[Any]) -> str:
    """The country of the main address, else of the first."""
    main = next((one for one in addresses if one.purpose == "main"), None) or next(iter(addresses), None)
    return str(main.country) if main is not None else ""


def complete(contacts: Sequence[Held], seldom: Collection[str]) -> None:
    """Let contacts that were read for other rows hold what is read seldom, too."""
    lacking = {one.id: one for one in contacts if one.id > 0 and not one.seldom.issuperset(seldom)}
    for fresh in read(lacking, seldom):
        one = lacking[fresh.id]
        # Two names may stand for one place, where an earlier row has planned something already.
        held = {_SELDOM_IN[name] for name in one.seldom}
        for place in {_SELDOM_IN[name] for name in seldom} - held:
            setattr(one, place, getattr(fresh, place))
        one.seldom |= fresh.seldom


def read(ids: Iterable[int], seldom: Collection[str] = ()) -> list[Held]:
    """Contacts of the base by their ids, in the order of these: a fixed number of statements for each 5,000.

    `seldom`: which of what is read only where it is needed is.
    """
    found: list[Held] = []
    for some in portions(ids):
        found += _read(some, seldom)
    return found


def _rows(query: Any) -> Any:
    return fetch(query)


def _read(ids: Sequence[int], seldom: Collection[str]) -> list[Held]:
    rows = fetch(sa.select(*_COLUMNS).where(among(Contact.id, ids)).order_by(Contact.id))
    found = {row[0]: Held(**dict(zip(SINGLE, row, strict=True)), seldom=frozenset(seldom)) for row in rows}
    for name, model, columns in _LISTED:
        if name in SELDOM and name not in seldom:
            continue
        order = model.id if name in ("external_ids", "numbers") else model.position
        of_these = sa.select(model.contact_id, *(getattr(model, one) for one in columns)).where(
            among(model.contact_id, ids)
        )
        for row in fetch(of_these.order_by(model.contact_id, order)):
            vars(found[row[0]])[name].append(Item(**dict(zip(columns, row[1:], strict=True))))
    tagged = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
    for contact_id, name in _rows(tagged.where(among(ContactTag.contact_id, ids))):
        found[contact_id].tags.append(name)
    live = sa.select(FunctionRow.contact_id, FunctionRow.function, FunctionRow.id).where(
        among(FunctionRow.contact_id, ids), FunctionRow.ended_at.is_(None)
    )
    for contact_id, function, row_id in _rows(live.order_by(FunctionRow.function)):
        found[contact_id].functions[function] = row_id
    linked = sa.select(ContactLink.person_id, Contact.sort_name, ContactLink.is_primary).join(
        Contact, Contact.id == ContactLink.party_id
    )
    for person_id, company, is_primary in _rows(linked.where(among(ContactLink.person_id, ids))):
        found[person_id].employers.add(company)
        if is_primary:
            found[person_id].primary_at.add(company)
    if not {"is_primary", "links"}.isdisjoint(seldom):
        primary = sa.select(ContactLink.party_id).where(among(ContactLink.party_id, ids), ContactLink.is_primary)
        for (party_id,) in _rows(primary):
            found[party_id].has_primary = True
    if "picture" in seldom:
        for contact_id, digest in contact_pictures.digests(ids):
            found[contact_id].picture = digest
    for one in found.values():
        one.tags.sort(key=str.casefold)
    if added_fields(""):
        fill_added("", found.values())
    return list(found.values())


def portions(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Sorted, so many at once that a statement can carry them."""
    rest = iter(sorted(values))
    while some := list(islice(rest, AT_ONCE)):
        yield some


def texts(changes: Mapping[str, Any], contact: Any) -> dict[str, list[Any]]:
    """What `uniting.difference` would change, as it was and as it will be, for showing."""
    shown: dict[str, list[Any]] = defaultdict(list)
    for name, new in changes.items():
        old = getattr(contact, name)
        shown[name] = [_text(old), _text(new)]
    return dict(shown)


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    if isinstance(value, dict):
        return ", ".join(str(value[name]) for name in _SHOWN if value.get(name))
    if isinstance(value, Item):
        return _text(vars(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


_SHOWN = ("value", "iban", "street", "street2", "postal_code", "city", "region", "country")
