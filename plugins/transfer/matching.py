"""Which contact a row of a file speaks of: the same one by a key, or one that it may be a double of (spec H3).

The contacts that a chunk of rows can meet are read in a few statements and kept by their keys; what the chunk
itself writes joins them, so that two rows of one file find each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.api import (
    N_,
    Contact,
    ContactLink,
    ContactNumber,
    Email,
    ExternalId,
    Phone,
    Refused,
    _,
    check_email,
    check_phone,
    check_vat,
    db,
    digits,
    fold,
    functions_of,
    registry,
    setting,
    sort_name,
)

KEYS = ("number", "external_id", "email", "vat_id", "name")
"""What rows can be matched by (contract: `--match`)."""
DEFAULT_KEYS = ("number", "external_id")
SAME_EMAIL, SAME_PHONE, SAME_NAME = N_("same e-mail"), N_("same phone"), N_("same name and postal code")
AT_ONCE = 1000
"""Values per statement: both databases limit how many one may carry."""


@dataclass(frozen=True)
class Keys:
    """By what a row, or a contact, is found. `name` is the sort name, `named` whether it is made of names."""

    kind: str
    name: str
    named: bool
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    postal_codes: frozenset[str] = frozenset()
    vat: str = ""
    external: str = ""
    number: str = ""

    @property
    def marks(self) -> set[tuple[str, str]]:
        """All keys, each with its kind."""
        found = {("email", one) for one in self.emails} | {("phone", one) for one in self.phones}
        single = (("vat", self.vat), ("name", self.name), ("external", self.external), ("number", self.number))
        return found | {mark for mark in single if mark[1]}


def keys_of(values: Mapping[str, Any]) -> Keys:
    """The keys of a row's values."""
    names = [values.get(name, "") for name in ("first_name", "last_name", "company_name")]
    addresses: list[dict[str, str]] = values.get("addresses", [])
    main = [one for one in addresses if one.get("purpose") == "main"] or addresses
    country = (main[0].get("country") if main else "") or str(setting("company.country"))
    emails = [item["value"] for item in values.get("emails", [])]
    phones = [item["value"] for item in values.get("phones", [])]
    name = sort_name(values["kind"], *names)
    return Keys(
        kind=values["kind"],
        name=(name or fold(emails[0] if emails else "") or (digits(phones[0]) if phones else ""))[:400],
        named=bool(name),
        emails=frozenset(filter(None, (check_email(one).normalised for one in emails))),
        phones=frozenset(filter(None, (check_phone(one, country).normalised for one in phones))),
        postal_codes=_postal_codes(one.get("postal_code", "") for one in addresses),
        vat=(check_vat(values["vat_id"], country).normalised or "") if "vat_id" in values else "",
        external=values.get("external_id", ""),
        number=fold(values.get("number", "")),
    )


def _postal_codes(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(bare for code in codes if (bare := fold(code).replace(" ", "")))


def keys_of_contact(contact: Contact) -> Keys:
    """The keys of a contact whose collections are loaded."""
    return Keys(
        kind=contact.kind,
        name=contact.sort_name,
        named=bool(contact.name),
        emails=frozenset(one.normalised for one in contact.emails if one.normalised),
        phones=frozenset(one.normalised for one in contact.phones if one.normalised),
        postal_codes=_postal_codes(one.postal_code for one in contact.addresses),
        vat=contact.vat_id_normalised or "",
    )


@dataclass
class Known:
    """The contacts that a chunk's rows can meet, by their keys.

    `functions`: live functions by contact; `employers`: folded names of the companies a person is or was
    linked to; `companies`: ids of live companies by folded name, the oldest first.
    """

    contacts: dict[int, Contact] = field(default_factory=dict)
    functions: dict[int, list[str]] = field(default_factory=dict)
    employers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    companies: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by: dict[tuple[str, str], dict[int, None]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: dict[str, list[tuple[int | None, str, bool]]] = field(default_factory=lambda: defaultdict(list))
    _keys: dict[int, Keys] = field(default_factory=dict)

    def add(self, contact: Contact) -> None:
        """Contact is there now, or has changed."""
        keys = keys_of_contact(contact)
        self.contacts[contact.id], self._keys[contact.id] = contact, keys
        if contact.is_live and contact.archived_at is None and contact.kind == "company" and keys.named:
            companies = self.companies[keys.name]
            if contact.id not in companies:
                companies.append(contact.id)
        for mark in keys.marks | {("external", one.value) for one in contact.external_ids if not one.source}:
            self._by[mark][contact.id] = None
        for number in contact.numbers:
            held = (contact.id, number.function, number.valid_to is None)
            if held not in self._numbers[number.folded]:
                self._numbers[number.folded].append(held)

    def knows_none(self, marks: Iterable[tuple[str, str]]) -> bool:
        """Whether no contact has any of these keys."""
        return not any(
            value in self._numbers if kind == "number" else (kind, value) in self._by for kind, value in marks
        )

    def holders(self, number: str, functions: Iterable[str]) -> list[int | None]:
        """Who has or had a number in any of these functions."""
        wanted = set(functions)
        return [one for one, function, _is_present in self._numbers.get(fold(number), ()) if function in wanted]

    def owners(self, external: str) -> Iterable[int]:
        """Whose external id it is, or which main contact it leads to."""
        return self._by.get(("external", external), {}).keys()

    def find(self, keys: Keys, functions: Sequence[str], match: Sequence[str]) -> Contact | None:
        """The contact that the row names by one of the keys of `match`, in their order.

        Raises `Refused` where a key fits several contacts, or one in the bin or of the other kind.
        """
        for key in match:
            if key == "number":
                found = self._by_number(keys.number, functions)
            elif key == "external_id":
                found = self._with("external", keys.external)
            elif key == "name":
                found = self._alike(keys, self._with("name", keys.name)) if keys.named else []
            elif key == "vat_id":
                found = self._alike(keys, self._with("vat", keys.vat))
            else:
                found = self._alike(keys, [one for value in keys.emails for one in self._with("email", value)])
            distinct = list({one.id: one for one in found}.values())
            if len(distinct) > 1:
                raise Refused(
                    _("This row fits several contacts by %(key)s: give it a number or an external id.", key=key)
                )
            if distinct:
                return self._usable(distinct[0], keys)
        return None

    def _usable(self, contact: Contact, keys: Keys) -> Contact:
        if contact.deleted_at is not None:
            raise Refused(_("%(name)s, the contact of this row, is in the bin: restore it first.", name=contact.name))
        if keys.named and contact.name and contact.kind != keys.kind:
            raise Refused(
                _("%(name)s is a company in Carnet and a person in this row: correct the type or the number.",
                  name=contact.name)
                if contact.kind == "company"
                else _("%(name)s is a person in Carnet and a company in this row: correct the type or the number.",
                       name=contact.name)
            )  # fmt: skip
        return contact

    def _with(self, kind: str, value: str) -> list[Contact]:
        return [self.contacts[one] for one in self._by.get((kind, value), ())] if value else []

    def _by_number(self, number: str, functions: Sequence[str]) -> list[Contact]:
        """Who has the number in a function of the row's slots, else who had it; any function where it names none."""
        slots = {found.slot for one in functions if (found := registry().function(one))}
        held = []
        for contact_id, function, is_present in self._numbers.get(number, ()) if number else ():
            known = registry().function(function)
            if contact_id in self.contacts and (not slots or (known is not None and known.slot in slots)):
                held.append((self.contacts[contact_id], is_present))
        return [one for one, is_present in held if is_present] or [one for one, _present in held]

    def _alike(self, keys: Keys, found: Sequence[Contact]) -> list[Contact]:
        """Those of the row's kind that can be changed; where several fit, the ones of its name."""
        same = [one for one in found if one.is_live and (one.kind == keys.kind or not keys.named)]
        distinct = {one.id: one for one in same}
        named = [one for one in distinct.values() if keys.named and one.sort_name == keys.name]
        return named if len(distinct) > 1 and named else list(distinct.values())

    def likely(self, keys: Keys) -> list[tuple[Contact, str]]:
        """Live contacts of which the row may be a double, with why, the most certain first.

        Colleagues share their firm's phone: between persons it counts only where the names have a word in common.
        """
        found: dict[int, tuple[Contact, str]] = {}
        for one in self._same_name(keys):
            if self._keys[one.id].postal_codes & keys.postal_codes:
                found[one.id] = (one, SAME_NAME)
        for kind, values, why in (("email", keys.emails, SAME_EMAIL), ("phone", keys.phones, SAME_PHONE)):
            for value in sorted(values):
                for one in self._with(kind, value):
                    fits = kind == "email" or self._may_be_one(keys, self._keys[one.id])
                    if one.id not in found and _is_listed(one) and one.kind == keys.kind and fits:
                        found[one.id] = (one, why)
        return list(found.values())

    def _same_name(self, keys: Keys) -> list[Contact]:
        return [one for one in self._with("name", keys.name) if _is_listed(one) and one.kind == keys.kind]

    @staticmethod
    def _may_be_one(one: Keys, other: Keys) -> bool:
        if one.kind == "company" or not one.named or not other.named:
            return True
        return bool(set(one.name.split()) & set(other.name.split()))

    def namesakes(self, keys: Keys) -> Iterator[tuple[Contact, bool]]:
        """Live contacts of the same name, and whether nothing but a name is known of them."""
        for one in self._same_name(keys):
            yield one, not (one.emails or one.phones or one.addresses or one.numbers or one.external_ids)

    def fuller(self, contact: Contact, keys: Keys) -> bool:
        """Whether the contact can be reached where the row says nothing."""
        theirs = self._keys[contact.id]
        return bool(theirs.emails - keys.emails or theirs.phones - keys.phones
                    or theirs.postal_codes - keys.postal_codes)  # fmt: skip


def _is_listed(contact: Contact) -> bool:
    return contact.is_live and contact.archived_at is None


def look_up(rows: Iterable[tuple[Keys, str]]) -> Known:
    """Read all contacts that rows of these keys and employers can meet; the same number of statements for any rows."""
    rows = list(rows)
    known, ids = Known(), set[int]()
    emails = {one for keys, _employer in rows for one in keys.emails}
    phones = {one for keys, _employer in rows for one in keys.phones}
    vats = {keys.vat for keys, _employer in rows if keys.vat}
    employers = {fold(employer) for _keys, employer in rows if employer}
    names = {keys.name for keys, _employer in rows if keys.name} | employers
    external = {keys.external for keys, _employer in rows if keys.external}
    numbers = {keys.number for keys, _employer in rows if keys.number}
    for column, target, values in (
        (Email.normalised, Email.contact_id, emails),
        (Phone.normalised, Phone.contact_id, phones),
        (Contact.vat_id_normalised, Contact.id, vats),
        (Contact.sort_name, Contact.id, names),
        (ExternalId.value, ExternalId.contact_id, external),
        (ContactNumber.folded, ContactNumber.contact_id, numbers),
    ):
        for some in _portions(values):
            ids |= {one for one in db.session.scalars(sa.select(target).where(column.in_(some))) if one is not None}
    contacts = load_contacts(ids)
    mains = {one.merged_into_id for one in contacts if one.merged_into_id is not None}
    contacts += load_contacts(mains - ids)
    for one in sorted(contacts, key=lambda contact: contact.id):
        if one.merged_into_id is None and one.anonymised_at is None:
            known.add(one)
    _follow_merged(known, contacts)
    for some in _portions(known.contacts):
        known.functions |= functions_of(some)
        if employers:
            linked = sa.select(ContactLink.person_id, Contact.sort_name).where(ContactLink.person_id.in_(some))
            for person_id, name in db.session.execute(linked.join(Contact, Contact.id == ContactLink.party_id)):
                known.employers[person_id].add(name)
    return known


def _follow_merged(known: Known, contacts: Sequence[Contact]) -> None:
    """What a merged contact was known by leads to the main contact (design: external ids)."""
    for one in contacts:
        if one.merged_into_id in known.contacts:
            for external in one.external_ids:
                if not external.source:
                    known._by["external", external.value][one.merged_into_id] = None
            for number in one.numbers:
                known._numbers[number.folded].append((one.merged_into_id, number.function, False))


def load_contacts(ids: Iterable[int]) -> list[Contact]:
    """Contacts with all by which rows find them, in the same number of statements for any."""
    found: list[Contact] = []
    collections = (
        Contact.emails, Contact.phones, Contact.addresses, Contact.external_ids, Contact.tag_links, Contact.numbers,
    )  # fmt: skip
    for some in _portions(ids):
        query = sa.select(Contact).where(Contact.id.in_(some)).options(*map(selectinload, collections))
        found += db.session.scalars(query)
    return found


def _portions(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(sorted(values))
    while some := list(islice(rest, AT_ONCE)):
        yield some
