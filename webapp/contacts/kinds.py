"""Changing a contact's kind, person to company and back (spec A3): same record, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.contacts import guards
from webapp.contacts.coerce import coerce
from webapp.contacts.derived import refresh
from webapp.contacts.fields import BY_NAME, COMPANY_ONLY, PERSON_ONLY
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.services import check_version, touch, writable
from webapp.db import db
from webapp.errors import Invalid, Refused
from webapp.events import ContactChanged
from webapp.history.services import Change, record
from webapp.i18n import _
from webapp.plugin import Blocker
from webapp.registry import registry

NAMES = {"person": ("first_name", "last_name"), "company": ("company_name",)}
"""The names that a contact of each kind gets, suggested by `suggested` and typed over if wanted."""


def other_kind(kind: str) -> str:
    """What it becomes."""
    return "company" if kind == "person" else "person"


def suggested(contact: Contact) -> dict[str, str]:
    """The names that it would have as the other kind, from those it has: the first word of two is a first name."""
    if contact.kind == "person":
        return {"company_name": contact.name}
    words = contact.company_name.split()
    if len(words) == 2:
        return {"first_name": words[0], "last_name": words[1]}
    return {"first_name": "", "last_name": contact.company_name[: BY_NAME["last_name"].max_length]}


def losing(contact: Contact) -> list[str]:
    """Fields that hold something and have no place in the other kind: it goes into the history (spec E3)."""
    gone = PERSON_ONLY if contact.kind == "person" else COMPANY_ONLY
    return [name for name in BY_NAME if name in gone and name not in _moved(contact) and getattr(contact, name)]


def _moved(contact: Contact) -> tuple[str, ...]:
    """The fields whose words are found again in the names of the other kind."""
    return ("first_name", "middle_name", "last_name") if contact.kind == "person" else ("company_name",)


def blockers(contact: Contact) -> list[Blocker]:
    """Why its kind can't be changed now, each with the click that resolves it.

    A contact person is a person, and a parent company is a company. A person may have contact persons too.
    """
    if contact.kind == "company":
        return list(guards.subsidiaries([contact.id]).get(contact.id, []))
    rows = db.session.execute(
        sa.select(ContactLink, Contact)
        .join(Contact, Contact.id == ContactLink.party_id)
        # What a merge laid aside is nobody's way in; it comes back with the party only.
        .where(ContactLink.person_id == contact.id, Contact.merged_into_id.is_(None))
        .order_by(Contact.sort_name, ContactLink.id)
    )
    held = [guards.of_link(link, party) for link, party in rows]
    why = _("A company can't be a contact person: first remove this link.")
    return [one if one.key == "primary_contact" else replace(one, remedy=why) for one in held]


def change_kind(
    contact_id: int, kind: str, version: int | None = None, names: Mapping[str, Any] | None = None
) -> Contact:
    """Make a person a company or a company a person; the contact unchanged where it is that already (spec A3).

    `names` are those it gets, as suggested unless given. Functions, links, values stay; what has no place in the
    other kind stands in the history. Raises `Stale` like an edit, `Refused` with `blockers`, `Invalid`.
    """
    need("contacts.edit")
    if kind not in NAMES:
        raise Invalid(_("A contact is a person or a company: choose one."), {"kind": _("Choose person or company.")})
    contact = writable(contact_id)
    check_version(contact.version, version)
    if contact.kind == kind:
        return contact
    if held := blockers(contact):
        raise Refused(
            _("%(name)s can't change its kind yet: resolve what is listed first.",
              name=contact.name or contact.sort_name),
            blockers=held,
        )  # fmt: skip
    wanted = _names(kind, {**suggested(contact), **(names or {})})
    changes: dict[str, Change] = {"kind": (contact.kind, kind)}
    for name in PERSON_ONLY | COMPANY_ONLY:
        empty = None if BY_NAME[name].kind == "date" else ""
        old, new = getattr(contact, name), wanted.get(name, empty)
        if old != new:
            setattr(contact, name, new)
            changes[name] = (old, new)
    contact.kind = kind
    if not (contact.name or contact.emails or contact.phones):
        message = _("A contact needs a name, an e-mail address or a phone: fill in one of them.")
        raise Invalid(message, {NAMES[kind][-1]: message})
    refresh(contact)
    touch(contact)
    record(contact.id, "kind_changed", changes)
    registry().publish(ContactChanged(contact_id=contact.id, fields=tuple(changes)))
    return contact


def _names(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in NAMES[kind]:
        try:
            found[name] = coerce(BY_NAME[name], given.get(name, ""))
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return found
