"""What the API does with what was sent: the services of the core, in the API's words. No Flask here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from plugins.rest import added
from webapp.api import (
    CONTACT_COLLECTIONS,
    Contact,
    ContactLink,
    Gone,
    Invalid,
    Missing,
    Refused,
    _,
    act,
    activate,
    archive_contact,
    check_version,
    create_contact,
    db,
    functions_of,
    load,
    save_fields,
    update_contact,
    writable,
)

RENAMED = {"responsible": "responsible_id"}
OWN = ("functions", "fields", "archived", "version")
"""What of a body the contact's own service does not take."""


def readable(contact_id: int, *, binned: bool = False) -> Contact:
    """A contact that is not in the bin; managers who ask for it see that as well. Raises `Gone` (410)."""
    contact = load(contact_id)
    is_binned = contact.deleted_at is not None and contact.merged_into_id is None
    if is_binned and not (binned and act().may("contacts.manage")):
        raise Gone(_("This contact is in the bin: a manager can restore it."))
    return contact


def changeable(contact_id: int, version: int | None = None) -> Contact:
    """The contact, locked; raises `Stale` where `version` is not its present one."""
    readable(contact_id)
    contact = writable(contact_id)
    check_version(contact.version, version)
    return contact


def create(sent: Mapping[str, Any]) -> Contact:
    """A new contact with its functions; raises what is wrong by the names in which it was sent."""
    functions, own = sent.get("functions", []), sent.get("fields", {})
    for key in own.keys() - set(functions):
        raise Invalid(_("Please correct what is marked."), {f"fields.{key}": _("Name this under “functions” as well.")})
    added.ask(sent, "", sent["kind"])
    for key in functions:
        added.ask(own.get(key) or {}, key, place=f"fields.{key}.")
    with _named_as_sent(sent):
        contact = create_contact(_values(sent, None))
    # One with a number of its own first: where functions share their numbers, none is given to the others then.
    for index, key in sorted(enumerate(functions), key=lambda pair: not (own.get(pair[1]) or {}).get("number")):
        with _inside(f"fields.{key}", f"functions.{index}"):
            activate(contact.id, key, added.flat(own.get(key) or {}))
    return contact


def activate_with(contact_id: int, key: str, own: Mapping[str, Any]) -> bool:
    """Give a contact a function, with what is required of it; or set fields of the one that it has."""
    if key not in functions_of([contact_id]).get(contact_id, ()):
        added.ask(own, key)
    try:
        return activate(contact_id, key, added.flat(own))
    except Invalid as error:
        raise Invalid(error.message, {added.called(name): text for name, text in error.errors.items()}) from None


def change(contact_id: int, sent: Mapping[str, Any], version: int | None) -> Contact:
    """Change what is named (RFC 7396 in spirit: null clears, a list is replaced whole)."""
    contact = changeable(contact_id, version)
    if values := _values(sent, contact):
        with _named_as_sent(sent):
            update_contact(contact_id, values)
    for key, own in sent.get("fields", {}).items():
        with _inside(f"fields.{key}", f"fields.{key}"):
            save_fields(contact_id, key, added.flat(own))
    if "archived" in sent:
        archive_contact(contact_id, sent["archived"])
    return contact


def _values(sent: Mapping[str, Any], contact: Contact | None) -> dict[str, Any]:
    """What the contact's service takes: its own names, and the one external id without a system among the others."""
    values = {RENAMED.get(name, name): value for name, value in added.flat(sent).items() if name not in OWN}
    if "external_id" in values:
        given = values.pop("external_id")
        if "external_ids" not in values:
            present = contact.external_ids if contact else []
            values["external_ids"] = [{"id": one.id, "source": one.source, "value": one.value} for one in present]
        others, bare = list(values["external_ids"] or []), None
        for one in others:
            if not one.get("source") and bare is None:
                bare = one
        if bare is not None:
            others.remove(bare)
        if given:
            others.append({**(bare or {}), "source": "", "value": given})
        values["external_ids"] = others
    for collection in CONTACT_COLLECTIONS:
        for item in values.get(collection.name) or []:
            # The services read an id that is none of the contact's as a new entry: nothing is lost.
            item.update({name: "" for name, value in item.items() if value is None})
    return values


@contextmanager
def _named_as_sent(sent: Mapping[str, Any]) -> Iterator[None]:
    """Errors by the names that the caller used."""
    try:
        yield
    except Invalid as error:
        names = {own: name for name, own in RENAMED.items()}
        if "external_id" in sent:
            names["external_ids"] = "external_id"
        raise Invalid(
            error.message, {names.get(name, added.called(name)): text for name, text in error.errors.items()}
        ) from None


@contextmanager
def _inside(fields: str, whole: str) -> Iterator[None]:
    """Errors of a function, by where it stands in the body."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            error.message, {f"{fields}.{added.called(name)}": text for name, text in error.errors.items()}
        ) from None
    except Missing as error:
        raise Invalid(_("Please correct what is marked."), {whole: error.message}) from None
    except Refused as error:
        if field := error.details.get("field"):
            error.details["field"] = f"{fields}.{field}"
        raise


@contextmanager
def named_in_body(name: str) -> Iterator[None]:
    """A contact that the body names and that is not there is an error of the body, not of the address."""
    try:
        yield
    except (Missing, Gone) as error:
        raise Invalid(_("Please correct what is marked."), {name: error.message}) from None


def links_of(contact_id: int, after: int, limit: int) -> list[ContactLink]:
    """A party's contact persons and a person's places, by id; none whose other side is in the bin or merged away."""
    person, party = sa.orm.aliased(Contact), sa.orm.aliased(Contact)
    query = (
        sa.select(ContactLink)
        .join(person, person.id == ContactLink.person_id)
        .join(party, party.id == ContactLink.party_id)
        .where(
            sa.or_(ContactLink.party_id == contact_id, ContactLink.person_id == contact_id),
            ContactLink.id > after,
            sa.or_(person.id == contact_id, sa.and_(person.deleted_at.is_(None), person.merged_into_id.is_(None))),
            sa.or_(party.id == contact_id, sa.and_(party.deleted_at.is_(None), party.merged_into_id.is_(None))),
        )
        .options(
            sa.orm.contains_eager(ContactLink.person.of_type(person)),
            sa.orm.contains_eager(ContactLink.party.of_type(party)),
        )
        .order_by(ContactLink.id)
        .limit(limit + 1)
    )
    return list(db.session.scalars(query))
