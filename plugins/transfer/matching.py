"""Which contact a row of a file speaks of: the same one by a key, or one that it may be a double of (spec H3).

The contacts that a chunk of rows can meet are read in a few statements and kept by their keys; what the chunk
itself writes joins them, so that two rows of one file find each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from plugins.transfer.held import SELDOM, Held, complete, portions, read
from plugins.transfer.keys import (
    CALLER,
    NAMING,
    PLACE,
    Keys,
    Marks,
    calling,
    keys_of_contact,
    marks_of,
    named_companies,
    postal_codes_of,
)
from webapp.api import (
    N_,
    Address,
    Contact,
    ContactNumber,
    Email,
    ExternalId,
    Numbering,
    Phone,
    Refused,
    _,
    fetch,
    fold,
    registry,
    scope_of,
    tuples,
    within,
)

KEYS = ("number", "external_id", "email", "vat_id", "name")
"""What rows can be matched by (contract: `--match`)."""
FIELDS = {"number": "number", "external_id": "external_id", "email": "emails", "vat_id": "vat_id", "name": "last_name"}
"""What of a row each of them is."""
DEFAULT_KEYS = ("number", "external_id")
SAME_EMAIL, SAME_PHONE, SAME_NAME = N_("same e-mail"), N_("same phone"), N_("same name and postal code")


class Memory(Protocol):
    """What earlier rows of a file would have made, where nothing is written (`plugins.transfer.memory`)."""

    def recall(self, marks: Marks) -> list[Held]:
        """The contacts that have any of these keys."""

    def changed(self, ids: Iterable[int]) -> list[Held]:
        """Those of these contacts that earlier rows would have changed, as they would be."""


@dataclass
class Known:
    """The contacts that a chunk's rows can meet, by their keys.

    `reserved`: whose numbers are, or were, by their folded text: contact (None where it is gone), function, what it is
    reserved in.
    """

    contacts: dict[int, Held] = field(default_factory=dict)
    reserved: dict[str, list[tuple[int | None, str, str | None]]] = field(default_factory=lambda: defaultdict(list))
    _by: dict[tuple[str, str], dict[int, None]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: dict[str, list[tuple[int, str, bool]]] = field(default_factory=lambda: defaultdict(list))
    _keys: dict[int, Keys] = field(default_factory=dict)
    _marks: dict[int, Marks] = field(default_factory=dict)

    def add(self, contact: Held, keys: Keys | None = None) -> None:
        """Contact is there now, or has changed."""
        keys = keys or keys_of_contact(contact)
        for mark in self._marks.get(contact.id, ()):
            self._by[mark].pop(contact.id, None)
        self.contacts[contact.id], self._keys[contact.id] = contact, keys
        marks = self._marks[contact.id] = marks_of(contact, keys)
        if contact.is_listed and contact.kind == "company" and keys.named:
            marks.add(("company", keys.name))
        for mark in marks:
            self._by[mark][contact.id] = None
        for number in contact.numbers:
            held = (contact.id, number.function, number.valid_to is None)
            if held not in self._numbers[number.folded]:
                self._numbers[number.folded].append(held)

    def marks(self, contact: Held) -> Marks:
        """All by which a contact that was added is found but its numbers."""
        return self._marks[contact.id]

    def company(self, name: str) -> Held | None:
        """The oldest live company of that folded name."""
        return next(iter(self._with("company", name)), None)

    def is_free(self, contact: Held | None, function: str, number: str) -> bool:
        """Whether a contact may have this number in a function, since nobody else has or had it there (spec F3)."""
        folded = fold(number)
        if folded not in self.reserved:
            return True
        shares = registry().service(Numbering).shares(function)
        names, scope = {function, *shares}, scope_of(function, shares)
        mine = None if contact is None else contact.id
        return not any(
            owner != mine or owner is None
            for owner, name, kept_in in self.reserved[folded]
            if name in names or kept_in == scope
        )

    def reserve(self, contact: Held, function: str, number: str) -> None:
        """The number is this contact's from now on."""
        scope = scope_of(function, registry().service(Numbering).shares(function))
        self.reserved[fold(number)].append((contact.id, function, scope))

    def owners(self, external: str) -> Iterable[int]:
        """Whose external id it is, or which main contact it leads to."""
        return self._by[("external", external)].keys() if ("external", external) in self._by else ()

    def find(self, keys: Keys, functions: Sequence[str], match: Sequence[str]) -> Held | None:
        """The contact that the row names by one of the keys of `match`, in their order.

        Raises `Refused` where a key fits several contacts, or one in the bin or of the other kind.
        """
        for key in match:
            if key == "number":
                found = self._by_numbers(keys, functions)
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
                    _("This row fits several contacts by %(key)s: give it a number or an external id.", key=key),
                    fields=(FIELDS[key],),
                )
            if distinct:
                return self._usable(distinct[0], keys)
        return None

    def _usable(self, contact: Held, keys: Keys) -> Held:
        if contact.deleted_at is not None:
            raise Refused(_("%(name)s, the contact of this row, is in the bin: restore it first.", name=contact.name))
        if keys.named and contact.name and contact.kind != keys.kind:
            raise Refused(
                _("%(name)s is a company in Carnet and a person in this row: correct the type or the number.",
                  name=contact.name)
                if contact.kind == "company"
                else _("%(name)s is a person in Carnet and a company in this row: correct the type or the number.",
                       name=contact.name),
                fields=("kind",),
            )  # fmt: skip
        return contact

    def _with(self, kind: str, value: str) -> list[Held]:
        found = self._by.get((kind, value)) if value else None
        return [self.contacts[one] for one in found] if found else []

    def _by_numbers(self, keys: Keys, functions: Sequence[str]) -> list[Held]:
        """Whom the row's number names, else the first of its functions' numbers that names somebody.

        A customer and a supplier of one row may be two contacts: the other's number is then told to be taken.
        """
        asked = [(keys.number, functions), *((number, (function,)) for function, number in keys.numbers)]
        return next(filter(None, (self._by_number(number, slots) for number, slots in asked)), [])

    def _by_number(self, number: str, functions: Sequence[str]) -> list[Held]:
        """Who has the number in a function of the row's slots, else who had it; any function where it names none."""
        slots = {found.slot for one in functions if (found := registry().function(one))}
        held = []
        for contact_id, function, is_present in self._numbers.get(number, ()) if number else ():
            known = registry().function(function)
            if contact_id in self.contacts and (not slots or (known is not None and known.slot in slots)):
                held.append((self.contacts[contact_id], is_present))
        return [one for one, is_present in held if is_present] or [one for one, _present in held]

    def _alike(self, keys: Keys, found: Sequence[Held]) -> list[Held]:
        """Those of the row's kind that can be changed; where several fit, the ones of its name."""
        same = [one for one in found if one.is_live and (one.kind == keys.kind or not keys.named)]
        distinct = {one.id: one for one in same}
        named = [one for one in distinct.values() if keys.named and one.sort_name == keys.name]
        return named if len(distinct) > 1 and named else list(distinct.values())

    def likely(self, keys: Keys) -> list[tuple[Held, str]]:
        """Live contacts of which the row may be a double, with why, the most certain first.

        Colleagues share their firm's phone: between persons it counts only where the names have a word in common.
        """
        found: dict[int, tuple[Held, str]] = {}
        for one in self._same_name(keys):
            if self._keys[one.id].postal_codes & keys.postal_codes:
                found[one.id] = (one, SAME_NAME)
        for kind, values, why in (("email", keys.emails, SAME_EMAIL), ("phone", keys.phones, SAME_PHONE)):
            for value in sorted(values):
                for one in self._with(kind, value):
                    fits = kind == "email" or self._may_be_one(keys, self._keys[one.id])
                    if one.id not in found and one.is_listed and one.kind == keys.kind and fits:
                        found[one.id] = (one, why)
        return list(found.values())

    def _same_name(self, keys: Keys) -> list[Held]:
        return [one for one in self._with("name", keys.name) if one.is_listed and one.kind == keys.kind]

    @staticmethod
    def _may_be_one(one: Keys, other: Keys) -> bool:
        if one.kind == "company" or not one.named or not other.named:
            return True
        return bool(set(one.name.split()) & set(other.name.split()))

    def namesakes(self, keys: Keys) -> Iterator[tuple[Held, bool]]:
        """Live contacts of the same name, and whether nothing but a name is known of them."""
        for one in self._same_name(keys):
            yield one, not (one.emails or one.phones or one.addresses or one.numbers or one.external_ids)

    def fuller(self, contact: Held, keys: Keys) -> bool:
        """Whether the contact can be reached where the row says nothing."""
        theirs = self._keys[contact.id]
        return bool(theirs.emails - keys.emails or theirs.phones - keys.phones
                    or theirs.postal_codes - keys.postal_codes)  # fmt: skip


def look_up(
    rows: Iterable[tuple[Keys, Mapping[str, Any]]], match: Sequence[str], memory: Memory | None = None
) -> Known:
    """Read all contacts that rows of these keys and values can meet; the same number of statements for any rows.

    `match`: by what a row names its contact, of `KEYS`.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    marks: Marks = set()
    seldom: set[str] = set()
    for keys, values in rows:
        marks |= keys.wanted(by_name="name" in match)
        if not NAMING.isdisjoint(values):
            marks.update(("company", fold(one)) for one in named_companies(values))
        seldom |= SELDOM & values.keys()
    for kind, value in marks:
        wanted[kind].add(value)
    known, ids = Known(), set[int]()
    known.reserved |= _reserved(wanted["number"])
    ids |= {owner for held in known.reserved.values() for owner, _function, _scope in held if owner is not None}
    for kind, column, target, *narrowed in _PLACES:
        for some in portions(wanted[kind]):
            ids.update(fetch(sa.select(target).where(within(column, some), *narrowed)).scalars())
    ids |= _at_places(wanted[PLACE])
    ids |= _with_phones(wanted[CALLER])
    found = read(ids, seldom)
    mains = {one.merged_into_id for one in found if one.merged_into_id is not None}
    found += read(mains - ids, seldom)
    if memory is not None:
        anew = {one.id: one for one in (*memory.changed(one.id for one in found), *memory.recall(marks))}
        complete(list(anew.values()), seldom)
        found = [one for one in found if one.id not in anew] + list(anew.values())
    for one in sorted(found, key=_age):
        if one.merged_into_id is None and one.anonymised_at is None:
            known.add(one)
    _follow_merged(known, found)
    for one in found if memory is not None else ():
        for number in one.numbers:
            if number.id is None:
                known.reserve(one, number.function, number.value)
    return known


_IN_LISTS = (Contact.deleted_at.is_(None), Contact.merged_into_id.is_(None), Contact.anonymised_at.is_(None))
_LISTED = (*_IN_LISTS, Contact.archived_at.is_(None))
_PLACES: tuple[tuple[Any, ...], ...] = (
    ("email", Email.normalised, Email.contact_id),
    ("phone", Phone.normalised, Phone.contact_id),
    ("vat", Contact.vat_id_normalised, Contact.id),
    # In these two parts, since the indexes are: nobody else is found by a name.
    ("name", Contact.sort_name, Contact.id, *_LISTED),
    ("name", Contact.sort_name, Contact.id, Contact.archived_at.is_not(None)),
    ("company", Contact.sort_name, Contact.id, Contact.kind == "company", *_LISTED),
    ("external", ExternalId.value, ExternalId.contact_id, ExternalId.source == ""),
)
"""Where contacts are found by each kind of key but a number, as the indexes hold them."""


def _at_places(wanted: Collection[str]) -> set[int]:
    """The contacts in lists that have one of these names together with its postal code."""
    found: set[int] = set()
    for some in portions({one.rpartition(" ")[0] for one in wanted}):
        query = sa.select(Contact.id, Contact.sort_name, Address.postal_code).join(
            Address, Address.contact_id == Contact.id
        )
        for contact_id, name, code in tuples(query.where(within(Contact.sort_name, some), *_LISTED)):
            if any(f"{name} {one}" in wanted for one in postal_codes_of((code,))):
                found.add(contact_id)
    return found


def _with_phones(wanted: Collection[str]) -> set[int]:
    """Who in lists answers one of these phones, by kind and word of the name."""
    found: set[int] = set()
    columns = (Contact.kind, Contact.sort_name, Contact.first_name, Contact.middle_name, Contact.last_name)
    for some in portions({one.split(" ")[1] for one in wanted}):
        query = sa.select(Phone.contact_id, Phone.normalised, *columns).join(Contact, Contact.id == Phone.contact_id)
        for contact_id, phone, kind, name, *names in tuples(query.where(within(Phone.normalised, some), *_LISTED)):
            if any(f"{kind} {phone} {word}" in wanted for word in calling(kind, name, named=any(names))):
                found.add(contact_id)
    return found


def _reserved(numbers: Iterable[str]) -> dict[str, list[tuple[int | None, str, str | None]]]:
    """Whose these numbers are or were: looked for as the two indexes hold them, by function and by range."""
    keys = [one.key for one in registry().all_functions()]
    scopes = {scope_of(key, registry().service(Numbering).shares(key)) for key in keys}
    columns = (ContactNumber.folded, ContactNumber.contact_id, ContactNumber.function, ContactNumber.reserved)
    found: dict[str, dict[tuple[int | None, str, str | None], None]] = {}
    for some in portions(numbers):
        for place in (ContactNumber.function.in_(keys), ContactNumber.reserved.in_(sorted({*keys, *scopes}))):
            rows: Any = fetch(sa.select(*columns).where(place, within(ContactNumber.folded, some)))
            for row in rows:
                found.setdefault(row[0], {})[row[1], row[2], row[3]] = None
    return {folded: list(whose) for folded, whose in found.items()}


def _age(contact: Held) -> tuple[bool, int]:
    """Contacts of the base first, by their age, then what rows would make, in the order of these."""
    return (contact.id < 0, abs(contact.id))


def _follow_merged(known: Known, contacts: Sequence[Held]) -> None:
    """What a merged contact was known by leads to the main contact (design: external ids)."""
    for one in contacts:
        if one.merged_into_id in known.contacts:
            for external in one.external_ids:
                if not external.source:
                    known._by["external", external.value][one.merged_into_id] = None
            for number in one.numbers:
                known._numbers[number.folded].append((one.merged_into_id, number.function, False))
