"""Cutting what links a contact to others, where an administrator deletes it all the same (spec D4).

Each other file tells of it, and the contact's own does too.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import load, touch
from webapp.db import db
from webapp.events import ContactChanged
from webapp.history.services import Change, record
from webapp.registry import registry


def links_of_person(contact_id: int) -> None:
    """A contact person leaves its parties."""
    _cut(ContactLink.person_id == contact_id, contact_id)


def links_of_party(contact_id: int) -> None:
    """A party loses its contact persons."""
    _cut(ContactLink.party_id == contact_id, contact_id)


def subsidiaries_of(contact_id: int, limit: int | None = None) -> int:
    """Contacts no longer have this one as their parent company, at most `limit` of them; how many they were."""
    query = sa.select(Contact.id).where(Contact.parent_id == contact_id, Contact.merged_into_id.is_(None))
    children = db.session.scalars(query.order_by(Contact.id).limit(limit)).all()
    for one in children:
        child = load(one, lock=True)
        child.parent_id = None
        touch(child)
        record(one, "changed", {"parent_id": (contact_id, None)})
        registry().publish(ContactChanged(contact_id=one, fields=("parent_id",)))
    db.session.flush()
    return len(children)


def _cut(where: sa.ColumnElement[bool], contact_id: int) -> None:
    links = db.session.scalars(sa.select(ContactLink).where(where).order_by(ContactLink.id)).all()
    held = {one: load(one, lock=True) for one in _both(links)}
    for link in links:
        person, party = held[link.person_id], held[link.party_id]
        told: dict[str, Change] = {"role": (link.role, None)} if link.role else {}
        if link.is_primary:
            told["is_primary"] = (True, False)
        db.session.delete(link)
        touch(party if person.id == contact_id else person)
        record(party.id, "unlinked", {**told, "person": (person.name, None)}, about_id=person.id)
        record(person.id, "unlinked", {**told, "party": (party.name, None)}, about_id=party.id)
    db.session.flush()


def _both(links: Sequence[ContactLink]) -> list[int]:
    """Both sides of all, the lowest id first, so that two requests never wait for each other."""
    return sorted({side for one in links for side in (one.person_id, one.party_id)})
