"""Contact persons: links from a person to a party, each with its own role and flags (spec B4, D2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.administration.settings import zone
from webapp.contacts import guards
from webapp.contacts.coerce import coerce
from webapp.contacts.fields import LINK_FIELDS
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import load
from webapp.contacts.services import check_version, touch, writable
from webapp.db import db
from webapp.errors import Invalid, Missing, Refused
from webapp.history.services import Change, record
from webapp.i18n import _


def today() -> dt.date:
    """The present day in the firm's time zone (design: days are counted there)."""
    return dt.datetime.now(zone()).date()


def load_link(link_id: int) -> ContactLink:
    """A link; raises `Missing`."""
    need("contacts.read")
    link = db.session.get(ContactLink, link_id) if 0 < link_id < 2**63 else None
    if link is None:
        raise Missing(_("There is no such link."))
    return link


def persons_of(party_id: int, limit: int | None = None) -> Sequence[ContactLink]:
    """Links of a party to its persons, primary first, then open before ended ones, by name."""
    return _ordered(ContactLink.party_id == party_id, ContactLink.person, limit)


def parties_of(person_id: int, limit: int | None = None) -> Sequence[ContactLink]:
    """Links of a person to the parties where it is a contact person."""
    return _ordered(ContactLink.person_id == person_id, ContactLink.party, limit)


WHICH = ("open", "ended", "all")
"""Which links the tab shows; a link is open until the day after its "active to"."""
PAGE = 50


@dataclass(frozen=True, kw_only=True)
class LinksPage:
    """A page of links; `next` is the cursor of the page after it, empty on the last."""

    links: Sequence[ContactLink]
    next: str = ""


def page_of(party_id: int, which: str = "open", after: str = "") -> LinksPage:
    """The links of a party that the tab shows, `PAGE` at a time; a cursor that is none begins again."""
    order = _order()
    query = _linked(ContactLink.party_id == party_id, ContactLink.person).where(*_which(which))
    last = db.session.get(ContactLink, int(after)) if after.isdecimal() and len(after) < 19 else None
    if last is not None and last.party_id == party_id:
        key = (not last.is_primary, last.active_to is not None, last.person.sort_name, last.id)
        query = query.where(sa.tuple_(*order) > sa.tuple_(*(sa.literal(one) for one in key)))
    found = db.session.scalars(query.limit(PAGE + 1)).all()
    return LinksPage(links=found[:PAGE], next=str(found[PAGE - 1].id) if len(found) > PAGE else "")


def counts_of(party_id: int) -> dict[str, int]:
    """How many links of a party are open, ended, all: one statement."""
    ended = sa.func.count().filter(*_which("ended"))
    total, gone = db.session.execute(
        sa.select(sa.func.count(), ended)
        .select_from(ContactLink)
        .join(ContactLink.person)
        .where(ContactLink.party_id == party_id, *_THERE)
    ).one()
    return {"open": total - gone, "ended": gone, "all": total}


def primary_of(party_id: int) -> Contact | None:
    """The party's primary contact."""
    return db.session.scalar(
        sa.select(Contact)
        .join(ContactLink, ContactLink.person_id == Contact.id)
        .where(ContactLink.party_id == party_id, ContactLink.is_primary, *_THERE)
    )


def linked_among(party_id: int, person_ids: Sequence[int]) -> set[int]:
    """Which of these persons have an open link to the party already."""
    query = sa.select(ContactLink.person_id).where(
        ContactLink.party_id == party_id, ContactLink.person_id.in_(person_ids or [0]), ContactLink.active_to.is_(None)
    )
    return set(db.session.scalars(query))


_THERE = (Contact.deleted_at.is_(None), Contact.merged_into_id.is_(None))


def _which(which: str) -> list[sa.ColumnElement[bool]]:
    if which == "ended":
        return [ContactLink.active_to < today()]
    if which == "open":
        return [sa.or_(ContactLink.active_to.is_(None), ContactLink.active_to >= today())]
    return []


def _order() -> tuple[sa.ColumnElement[Any], ...]:
    """Primary first, then open before ended ones, by name: as columns that all ascend, for the cursor."""
    return (
        sa.not_(ContactLink.is_primary),
        ContactLink.active_to.is_not(None),
        Contact.sort_name.expression,
        ContactLink.id.expression,
    )


def _linked(where: sa.ColumnElement[bool], other: Any) -> sa.Select[ContactLink]:
    """Links with the contact on their other side, and what is shown of it: a fixed number of statements."""
    shown = sa.orm.contains_eager(other)
    return (
        sa.select(ContactLink)
        .join(other)
        .where(where, *_THERE)
        .order_by(*_order())
        .options(shown.selectinload(Contact.emails), shown.selectinload(Contact.phones))
    )


def _ordered(where: sa.ColumnElement[bool], other: Any, limit: int | None) -> Sequence[ContactLink]:
    return db.session.scalars(_linked(where, other).limit(limit)).all()


def create(party_id: int, person_id: int, values: Mapping[str, Any], *, move_primary: bool = False) -> ContactLink:
    """Link a person to a party. `move_primary` says yes to taking the mark from the present primary contact."""
    need("contacts.edit")
    party, person = _both(party_id, person_id)
    if party.id == person.id:
        raise Invalid(_("A contact can't be its own contact person."), {"person_id": _("Choose another person.")})
    if person.kind != "person":
        raise Invalid(_("Only a person can be a contact person."), {"person_id": _("Choose a person.")})
    _refuse_second(party, person, None)
    link = ContactLink(person_id=person.id, party_id=party.id)
    changes = _apply(link, party, values, move_primary)
    db.session.add(link)
    db.session.flush()
    _note(party, person, "linked", changes)
    return link


def update(
    link_id: int, values: Mapping[str, Any], version: int | None = None, *, move_primary: bool = False
) -> ContactLink:
    """Change what holds for a link; raises `Stale` like contacts do."""
    need("contacts.edit")
    link = load_link(link_id)
    # The first step of removing a link: an anonymised contact could otherwise never be parted (spec D2).
    only_unticks = values.keys() == {"is_primary"} and values["is_primary"] is False
    party, person = _both(link.party_id, link.person_id, parting=only_unticks)
    db.session.refresh(link)
    check_version(link.version, version)
    changes = _apply(link, party, values, move_primary)
    if link.active_to is None:
        _refuse_second(party, person, link.id)
    if changes:
        link.version += 1
        db.session.flush()
        _note(party, person, "link_changed", changes)
    return link


def remove(link_id: int, version: int | None = None) -> None:
    """Remove a link; the primary contact's can't be (spec D2). Raises `Stale` like a change does."""
    need("contacts.edit")
    link = load_link(link_id)
    party, person = _both(link.party_id, link.person_id, parting=True)
    db.session.refresh(link)
    check_version(link.version, version)
    if link.is_primary:
        raise Refused(
            _("The primary contact can't be unlinked: untick “Primary contact” and save, then remove the link.")
        )
    db.session.delete(link)
    db.session.flush()
    _note(party, person, "unlinked", {"role": (link.role, None)} if link.role else {})


def untick_primary(link_id: int) -> ContactLink:
    """Take the mark of the primary contact off a link, where it is there: the first step of removing it (spec D2)."""
    need("contacts.edit")
    link = load_link(link_id)
    party, person = _both(link.party_id, link.person_id, parting=True)
    db.session.refresh(link)
    if link.is_primary:
        link.is_primary = False
        link.version += 1
        db.session.flush()
        _note(party, person, "link_changed", {"is_primary": (True, False)})
    return link


def remove_many(*, party_id: int | None = None, person_id: int | None = None) -> int:
    """Remove the links that hold a party, or a person, back from deletion, primary contacts' aside (spec D1, D2).

    At most `guards.AT_A_CLICK` of them at once; returns how many.
    """
    need("contacts.edit")
    found = guards.links_that_hold(party_id=party_id, person_id=person_id)
    for one in found:
        remove(one)
    return len(found)


def _both(party_id: int, person_id: int, *, parting: bool = False) -> tuple[Contact, Contact]:
    """Lock both contacts, the lower id first, so that two requests never wait for each other.

    To part them, neither has to be writable otherwise: an anonymised contact would hold the other one for ever.
    """
    locked = {one: load(one, lock=True) if parting else writable(one) for one in sorted({party_id, person_id})}
    if any(one.merged_into_id is not None for one in locked.values()):
        raise Missing(_("There is no such link."))
    return locked[party_id], locked[person_id]


def _refuse_second(party: Contact, person: Contact, link_id: int | None) -> None:
    query = sa.select(ContactLink.id).where(
        ContactLink.party_id == party.id, ContactLink.person_id == person.id, ContactLink.active_to.is_(None)
    )
    if link_id is not None:
        query = query.where(ContactLink.id != link_id)
    with db.session.no_autoflush:
        if db.session.scalar(query) is not None:
            raise Refused(
                _("%(person)s is a contact person of %(party)s already: change that link.",
                  person=person.name, party=party.name)
            )  # fmt: skip


def _apply(link: ContactLink, party: Contact, values: Mapping[str, Any], move_primary: bool) -> dict[str, Change]:
    known = {field.name for field in LINK_FIELDS}
    errors = {name: _("There is no field “%(field)s”.", field=str(name)[:60]) for name in values.keys() - known}
    wanted: dict[str, Any] = {}
    for field in LINK_FIELDS:
        if field.name in values:
            try:
                wanted[field.name] = coerce(field, values[field.name])
            except ValueError as error:
                errors[field.name] = str(error)
    start, end = wanted.get("active_from", link.active_from), wanted.get("active_to", link.active_to)
    if start and end and start > end:
        errors["active_to"] = _("“Active to” lies before “Active from”: correct one of the dates.")
    if wanted.get("is_primary", link.is_primary) and end and end < today():
        errors["is_primary"] = _("A link that has ended can't be the primary contact's.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    if wanted.get("is_primary") and not link.is_primary:
        _move_primary(party, link, move_primary)
    changes: dict[str, Change] = {}
    for name, new in wanted.items():
        old = getattr(link, name)
        if new != old and (new or old):
            setattr(link, name, new)
            changes[name] = (old, new)
    return changes


def _move_primary(party: Contact, link: ContactLink, allowed: bool) -> None:
    """At most one primary per party: ticking a second asks whether it moves."""
    with db.session.no_autoflush:
        present = db.session.scalar(
            sa.select(ContactLink).where(ContactLink.party_id == party.id, ContactLink.is_primary)
        )
    if present is None or present is link:
        return
    if not allowed:
        raise Refused(
            _("%(person)s is the primary contact of %(party)s: confirm that the mark moves.",
              person=present.person.name, party=party.name),
            confirm="move_primary",
        )  # fmt: skip
    present.is_primary = False
    present.version += 1
    db.session.flush()
    changes = {"is_primary": (True, False), "person": (None, present.person.name)}
    record(party.id, "link_changed", changes, about_id=present.person_id)


def _note(party: Contact, person: Contact, action: str, changes: dict[str, Change]) -> None:
    """Both files tell of the link; the lists' count of persons is the party's."""
    touch(party)
    is_gone = action == "unlinked"
    who: Change = (person.name, None) if is_gone else (None, person.name)
    where: Change = (party.name, None) if is_gone else (None, party.name)
    record(party.id, action, {**changes, "person": who}, about_id=person.id)
    record(person.id, action, {**changes, "party": where}, about_id=party.id)
