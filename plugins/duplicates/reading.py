"""Contacts read from the database as profiles: a fixed number of statements for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from plugins.duplicates.profiles import Profile, profile
from webapp.api import Address, BankAccount, Contact, Email, Phone, fetch, live

FIELDS = frozenset(
    {
        "kind", "first_name", "middle_name", "last_name", "birth_date", "company_name", "company_name2", "website",
        "vat_id", "tax_number", "emails", "phones", "addresses", "bank_accounts",
    }
)  # fmt: skip
"""What a profile is made of."""
_COLUMNS = (
    Contact.id, Contact.version, Contact.kind, Contact.first_name, Contact.middle_name, Contact.last_name,
    Contact.birth_date, Contact.company_name, Contact.company_name2, Contact.website, Contact.vat_id,
    Contact.tax_number,
)  # fmt: skip
_NAMES = tuple(column.key for column in _COLUMNS[2:])
_BIRTH = _NAMES.index("birth_date")


Plain = list[Any]
"""A contact as JSON takes it: id, version, its single values, e-mails, phones, IBANs, addresses."""


def read(where: sa.ColumnElement[bool], of_contact: Any) -> dict[int, tuple[int, Profile]]:
    """Version and profile of the live contacts that fulfil a condition; `of_contact(column)` is it for their rows."""
    return profiles(plain(where, of_contact))


def plain(where: sa.ColumnElement[bool], of_contact: Any) -> list[Plain]:
    """The same as they are read: five statements for all."""
    contacts: Any = fetch(live().with_only_columns(*_COLUMNS).where(where)).all()
    emails = _lists(sa.select(Email.contact_id, Email.value), Email, of_contact)
    phones = _lists(sa.select(Phone.contact_id, Phone.value, Phone.normalised), Phone, of_contact)
    ibans = _lists(sa.select(BankAccount.contact_id, BankAccount.iban), BankAccount, of_contact)
    addresses = _lists(
        sa.select(
            Address.contact_id, Address.street, Address.street2, Address.postal_code, Address.city, Address.region,
            Address.country,
        ),
        Address,
        of_contact,
    )  # fmt: skip
    found = []
    for contact_id, version, *values in contacts:
        values[_BIRTH] = values[_BIRTH].isoformat() if values[_BIRTH] else ""
        lists = [[row[1:] for row in one.get(contact_id, ())] for one in (emails, phones, ibans, addresses)]
        found.append([contact_id, version, values, *lists])
    return found


def profiles(found: Iterable[Plain]) -> dict[int, tuple[int, Profile]]:
    """Version and profile of contacts by id."""
    return {
        contact_id: (
            version,
            profile(
                dict(zip(_NAMES, values, strict=True)),
                emails=[one[0] for one in emails],
                phones=[(one[0], one[1]) for one in phones],
                ibans=[one[0] for one in ibans],
                addresses=addresses,
            ),
        )
        for contact_id, version, values, emails, phones, ibans, addresses in found
    }


def _lists(query: Any, model: Any, of_contact: Any) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in fetch(query.where(of_contact(model.contact_id)).order_by(model.contact_id, model.position)):
        found[row[0]].append(tuple(row))
    return found


def typed(values: Mapping[str, Any]) -> Profile:
    """The profile of what is being typed: the API object of a contact, whatever is in it."""

    def items(name: str) -> list[Mapping[str, Any]]:
        found = values.get(name)
        return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []

    def text(values: Mapping[str, Any], name: str) -> str:
        found = values.get(name)
        return found.strip()[:400] if isinstance(found, str) else ""

    single = {name: text(values, name) for name in FIELDS}
    parts = ("street", "street2", "postal_code", "city", "region", "country")
    return profile(
        single,
        emails=[text(one, "value") for one in items("emails")],
        phones=[(text(one, "value"), None) for one in items("phones")],
        ibans=[text(one, "iban") for one in items("bank_accounts")],
        addresses=[tuple(text(one, name) for name in parts) for one in items("addresses")],
    )
