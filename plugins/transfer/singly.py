"""Rows by the services, step by step: those that change what is there, and those that fail among others."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from plugins.transfer import added, uniting
from plugins.transfer.befores import plain
from plugins.transfer.deciding import FUNCTION_REFUSED, NUMBER_REFUSED, WARNING
from plugins.transfer.entry import Entry
from webapp.api import (
    N_,
    CarnetError,
    Contact,
    ContactLink,
    Refused,
    _,
    activate,
    contact_pictures,
    create_contact,
    db,
    fetch,
    function_values,
    link_person,
    load,
    save_fields,
    touch,
    update_contact,
    update_link,
    writable,
)

PARENT_REFUSED = N_("The parent company was not taken over: %(reason)s")


def create(entry: Entry) -> None:
    """Make the contact of a row; raises `CarnetError` where it can't be."""
    contact = create_contact(uniting.new_contact(entry.values))
    assert entry.contact is not None
    entry.contact.id = contact.id
    _complete(contact, entry)
    contact.warnings = (contact.warnings or {}) | (entry.kept or {})


def employ(entry: Entry) -> None:
    """Make the companies that a row names and that are not there."""
    for company in entry.companies:
        company.id = create_contact({"kind": "company", "company_name": company.company_name}).id


def update(entry: Entry) -> None:
    """Let a contact have what was decided; raises `CarnetError` where it can't."""
    assert entry.contact is not None
    contact = update_contact(entry.contact.id, entry.changes) if entry.changes else load(entry.contact.id)
    _complete(contact, entry)
    if entry.kept is not None:
        contact = writable(contact.id)
        touch(contact)
        # Those that values bring with them stay as these are now.
        own = {name: text for name, text in (contact.warnings or {}).items() if not name.startswith(WARNING)}
        contact.warnings = own | {name: text for name, text in entry.kept.items() if name.startswith(WARNING)}


def portray(entries: Iterable[Entry]) -> None:
    """Give contacts the pictures of their rows."""
    given = [(one.contact.id, one.picture.content) for one in entries if one.picture and one.contact]
    if given:
        contact_pictures.give_many(given)


def note_own(entry: Entry) -> None:
    """Note what a row says in fields that the firm has added to functions."""
    if entry.own and entry.contact is not None:
        rows = function_values(entry.contact.id, list(entry.own))
        for key, values in entry.own.items():
            if key in rows and (changes := added.difference(rows[key], key, values)):
                entry.replaced[key] = {name: plain(getattr(rows[key], name)) for name in changes}
                save_fields(entry.contact.id, key, changes)


def _complete(contact: Contact, entry: Entry) -> None:
    for key, number in entry.begins:
        try:
            _begin(contact, key, number, entry)
        except CarnetError as error:
            # The row's other values go in all the same: a rule about one function is no reason to lose them.
            entry.remarks.append(_(FUNCTION_REFUSED, reason=error.message))
            if error.details.get("field") == "number":
                entry.spent[key] = error.message
    note_own(entry)
    for one in entry.links:
        link_person(one.party.id, contact.id, one.values)
    for party in entry.promoted:
        if (link_id := _open_link(contact.id, party.id)) is not None:
            update_link(link_id, {"is_primary": True})
    _subordinate(entry)


def _open_link(person_id: int, party_id: int) -> int | None:
    query = sa.select(ContactLink.id).where(
        ContactLink.person_id == person_id, ContactLink.party_id == party_id, ContactLink.active_to.is_(None)
    )
    return fetch(query).scalars().first()


def _subordinate(entry: Entry) -> None:
    """Set the company that stands above the contact of a row; where that can't be, the other values go in."""
    if entry.parent is not None and entry.contact is not None:
        try:
            with db.session.begin_nested():
                update_contact(entry.contact.id, {"parent_id": entry.parent.id})
        except CarnetError as error:
            reason = " ".join(getattr(error, "errors", {}).values()) or error.message
            entry.remarks.append(_(PARENT_REFUSED, reason=reason))


def _begin(contact: Contact, key: str, number: str, entry: Entry) -> None:
    if number:
        try:
            with db.session.begin_nested():
                activate(contact.id, key, {"number": number})
        except Refused as error:
            if error.details.get("field") != "number":
                raise
            entry.warnings["number"] = _(NUMBER_REFUSED, reason=error.message)
        else:
            return
    with db.session.begin_nested():
        activate(contact.id, key)
