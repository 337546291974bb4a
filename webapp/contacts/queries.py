"""Reading contacts: the states (design: decided once), loading with rights, and what a list of names needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, aliased
from sqlalchemy.orm.attributes import set_committed_value

from webapp.acting import act, need
from webapp.contacts.models import Contact, ContactLink, ContactNumber, Picture
from webapp.db import db, now
from webapp.errors import Gone, Missing
from webapp.functions.models import FunctionRow
from webapp.i18n import _
from webapp.text import fold

MOST_OF_A_NUMBER = 5
"""Anonymised contacts that are named for one number: each function may have given it."""
LIVE = (
    Contact.deleted_at.is_(None),
    Contact.merged_into_id.is_(None),
    Contact.anonymised_at.is_(None),
    Contact.archived_at.is_(None),
)
"""What makes a contact one of the lists': the base of all of them."""
ARCHIVED = (*LIVE[:-1], Contact.archived_at.is_not(None))
"""What a list shows instead when the archived contacts are asked for (design: states)."""


def live() -> sa.Select[Any]:
    """All contacts that lists, pickers and searches show."""
    return sa.select(Contact).where(*LIVE)


def load(contact_id: int, *, lock: bool = False) -> Contact:
    """A contact in whatever state, for a reader; raises `Missing`. `lock` holds its row until the commit."""
    need("contacts.read")
    if not 0 < contact_id < 2**63:
        raise Missing(_("There is no such contact."))
    if lock and (held := _locks().get(contact_id)) is not None and _is_current(held):
        return held
    query = sa.select(Contact).where(Contact.id == contact_id)
    if lock:
        # Not against FOR KEY SHARE: rows that refer to the contact may be inserted meanwhile.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    contact = db.session.scalar(query)
    if contact is None:
        raise Missing(_("There is no such contact."))
    if lock:
        locked(contact)
    return contact


def refuse_binned(contact: Contact) -> None:
    """Raises `Gone` for a contact in the bin whose file this user may not see, nor what lies in it (design: states)."""
    if contact.deleted_at is not None and not act().may("contacts.manage"):
        raise Gone(_("This contact is in the bin: ask a manager to restore it."))


def locked(contact: Contact) -> None:
    """This transaction holds the contact's row, or has made it: nobody else changes it until the commit."""
    _locks()[contact.id] = contact


def _is_current(contact: Contact) -> bool:
    state = sa.inspect(contact)
    return state.persistent and not state.expired


def _locks() -> WeakValueDictionary[int, Contact]:
    locks: WeakValueDictionary[int, Contact] = db.session().info.setdefault("carnet_locks", WeakValueDictionary())
    return locks


@event.listens_for(Session, "after_transaction_end")
def _unlock(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop("carnet_locks", None)


@event.listens_for(Session, "after_soft_rollback")
def _unlock_rolled_back(session: Session, previous: SessionTransaction) -> None:
    # Back to a savepoint, PostgreSQL gives up the locks taken since; which ones, nobody says.
    session.info.pop("carnet_locks", None)


def touch(contact: Contact) -> None:
    """A change that others must notice: the version goes up, the lists show it as changed now."""
    contact.version += 1
    contact.updated_at = now()


def anonymised_by_number(q: str) -> Sequence[Contact]:
    """Anonymised contacts that have, or had, exactly this number: nothing else finds them (design: states)."""
    if not any(sign.isdigit() for sign in q):
        return []
    number = sa.select(ContactNumber.contact_id).where(ContactNumber.folded == fold(q)[:80])
    query = sa.select(Contact).where(
        Contact.id.in_(number),
        Contact.anonymised_at.is_not(None),
        Contact.deleted_at.is_(None),
        Contact.merged_into_id.is_(None),
    )
    return db.session.scalars(query.order_by(Contact.id).limit(MOST_OF_A_NUMBER)).all()


def functions_of(ids: Iterable[int]) -> dict[int, list[str]]:
    """Keys of the live functions of many contacts, one statement."""
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        sa.select(FunctionRow.contact_id, FunctionRow.function)
        .where(FunctionRow.contact_id.in_(list(ids)), FunctionRow.ended_at.is_(None))
        .order_by(FunctionRow.function)
    )
    for contact_id, function in rows:
        found.setdefault(contact_id, []).append(function)
    return found


def numbers_of(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Present numbers by function of many contacts, one statement."""
    found: dict[int, dict[str, str]] = {}
    rows = db.session.execute(
        sa.select(ContactNumber.contact_id, ContactNumber.function, ContactNumber.value).where(
            ContactNumber.contact_id.in_(ids), ContactNumber.valid_to.is_(None)
        )
    )
    for contact_id, function, value in rows:
        found.setdefault(contact_id or 0, {})[function] = value
    return found


def former_numbers(contact_id: int) -> list[str]:
    """Numbers that a contact had and has no more, each once, the newest first."""
    query = sa.select(ContactNumber).where(ContactNumber.contact_id == contact_id)
    return list(former_of(db.session.scalars(query)))


def former_of(numbers: Iterable[ContactNumber]) -> dict[str, dt.datetime]:
    """The same of numbers that were read already, each with the moment until which it was in use."""
    rows = list(numbers)
    present = {one.value for one in rows if one.valid_to is None}
    found: dict[str, dt.datetime] = {}
    for moment, value in sorted(((one.valid_to, one.value) for one in rows if one.valid_to is not None), reverse=True):
        if value not in present:
            found.setdefault(value, moment)
    return found


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What the head of a file shows of other tables: how many contact persons, whether there is a picture, and whether
    other contacts were merged into this one."""

    persons: int
    picture: bool
    merged: bool


def glance(contact: Contact) -> Glance:
    """One statement for the head; collections of which the contact has nothing are not asked for again."""
    persons = (
        sa.select(sa.func.count())
        .select_from(ContactLink)
        .join(Contact, Contact.id == ContactLink.person_id)
        .where(ContactLink.party_id == contact.id, Contact.deleted_at.is_(None), Contact.merged_into_id.is_(None))
        .scalar_subquery()
    )
    has = {
        name: sa.select(model.id).where(_belongs(model) == contact.id).exists().label(name)
        for name, model in ((one.key, one.mapper.class_) for one in sa.inspect(Contact).relationships)
    }
    picture = sa.select(Picture.id).where(Picture.contact_id == contact.id).exists().label("picture")
    other = aliased(Contact)
    merged = sa.select(other.id).where(other.merged_into_id == contact.id).exists().label("merged")
    row = db.session.execute(sa.select(persons.label("persons"), picture, merged, *has.values())).one()
    for name in has.keys() - vars(contact).keys():
        if not getattr(row, name):
            set_committed_value(contact, name, [])
    return Glance(persons=row.persons, picture=row.picture, merged=row.merged)


def _belongs(model: Any) -> Any:
    """The column by which rows belong to a contact; contacts themselves to the one that absorbed them."""
    return model.merged_into_id if model is Contact else model.contact_id


def persons_count(party_ids: Sequence[int]) -> dict[int, int]:
    """How many contact persons each party has, one statement."""
    rows = db.session.execute(
        sa.select(ContactLink.party_id, sa.func.count())
        .join(Contact, Contact.id == ContactLink.person_id)
        .where(ContactLink.party_id.in_(party_ids), Contact.deleted_at.is_(None))
        .group_by(ContactLink.party_id)
    )
    return {row.party_id: row[1] for row in rows}
