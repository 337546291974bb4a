"""Numbers of contact functions: unique for ever, former ones included (spec F3, B5).

Which number comes next, and which functions show the same one, is said by whoever provides `Numbering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from webapp.contacts.derived import refresh
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import db, fetch, now
from webapp.errors import Invalid, Refused
from webapp.history.services import Change
from webapp.i18n import _
from webapp.ports import Numbering
from webapp.registry import registry
from webapp.text import clean, fold

LONGEST = 60
SHARED = "common"
"""What numbers of functions that share a range are reserved in."""


def take(contact: Contact, function: str, typed: Any, follows: str | None) -> None:
    """The number of a function that begins: the typed one, else one it has already, else the next.

    It has one already where the function it follows hands it on, or where another one shows the same number.
    Raises `Refused` where the typed number is another contact's, or may not be typed, or none is left to give.
    """
    numbering = registry().service(Numbering)
    value, origin = _cleaned(typed), "typed"
    held = _present_ones(contact.id, flush=any(one.id is None for one in contact.numbers))
    if value and value in (held.get(one) for one in (follows or function, *numbering.shares(function))):
        origin = "kept"
    elif value:
        numbering.check(function, value)
    else:
        value, origin = _handed_on(held, function, follows), "kept"
    if not value:
        value, origin = next(iter(numbering.give(function)), ""), "given"
    if origin == "typed":
        # Before the number is written: two that take it at once, one typed and one given, must not wait crosswise.
        numbering.note(function, [value])
    if follows:
        retire(contact.id, follows)
    if value:
        _set(contact, function, value, origin)
    if origin == "typed":
        _set_others(contact, function, value)
    refresh(contact)


def put(contact: Contact, function: str, typed: Any) -> Change | None:
    """Change the number by hand; the old one stays as a former number. Returns the change, if any.

    Functions that show the same number change with it (spec F1).
    """
    value, old = _cleaned(typed), present(contact.id, function)
    if value == old:
        return None
    numbering = registry().service(Numbering)
    own = {one.folded for one in contact.numbers if one.function == function}
    if fold(value) not in own:
        # To have none, or one that it never had, is for the range to allow; its own former number it may have again.
        numbering.check(function, value)
    if value:
        numbering.note(function, [value])
    retire(contact.id, function)
    if value:
        _set(contact, function, value, "typed")
        _set_others(contact, function, value)
    refresh(contact)
    return (old or None, value or None)


def fill(function: str, own: Any) -> None:
    """Fill the fields of a function that begins which take their values from ranges, where nothing was typed."""
    numbering = registry().service(Numbering)
    for name, key in numbering.filled(function).items():
        if typed := getattr(own, name):
            _note_field(numbering, name, key, typed)
        else:
            setattr(own, name, next(iter(numbering.give(key)), ""))


def note_fields(function: str, changes: Mapping[str, Change]) -> None:
    """Tell the ranges what was typed into fields that they fill; raises `Refused` where that may not be."""
    numbering = registry().service(Numbering)
    for name, key in numbering.filled(function).items():
        if typed := changes.get(name, ("", ""))[1]:
            _note_field(numbering, name, key, typed)


def _note_field(numbering: Numbering, name: str, key: str, typed: str) -> None:
    try:
        numbering.check(key, typed)
    except Refused as error:
        error.details["field"] = name
        raise
    numbering.note(key, [typed])


def present(contact_id: int, function: str) -> str:
    """The number in use, or an empty text."""
    return (
        db.session.scalar(
            sa.select(ContactNumber.value).where(
                ContactNumber.contact_id == contact_id,
                ContactNumber.function == function,
                ContactNumber.valid_to.is_(None),
            )
        )
        or ""
    )


def retire(contact_id: int, function: str) -> None:
    """End the present number; it stays reserved and found."""
    db.session.execute(
        sa.update(ContactNumber)
        .where(
            ContactNumber.contact_id == contact_id,
            ContactNumber.function == function,
            ContactNumber.valid_to.is_(None),
        )
        .values(valid_to=now())
        .execution_options(synchronize_session="fetch")
    )


def _cleaned(typed: Any) -> str:
    value = clean(str(typed)) if typed not in (None, "") else ""
    if len(value) > LONGEST:
        message = _("A number has at most %(most)s characters.", most=LONGEST)
        raise Invalid(message, {"number": message})
    return value


def _set(contact: Contact, function: str, value: str, origin: str) -> None:
    folded, shares = fold(value), registry().service(Numbering).shares(function)
    # What is given is free: whoever gives it has looked, and the database keeps it apart whatever runs at once.
    same = sa.select(ContactNumber).where(in_one_range(function, shares), ContactNumber.folded == folded)
    rows = db.session.scalars(same).all() if origin != "given" else []
    if any(row.contact_id != contact.id for row in rows):
        raise not_free(value)
    own = next((row for row in rows if row.function == function), None)
    if own is not None:
        own.value, own.valid_to = value, None
        return
    contact.numbers.append(
        ContactNumber(
            function=function, value=value, folded=folded, origin=origin, reserved=reserved_for(function, shares, rows)
        )
    )


def reserved_for(function: str, shares: Iterable[str], rows: Iterable[Any]) -> str | None:
    """What the database keeps a number apart in: the functions that share a range as one, else the function.

    None where the contact has the number in one of them already (`rows`): one row is enough to keep others out.
    """
    scope = scope_of(function, shares)
    return None if any(row.reserved == scope for row in rows) else scope


def scope_of(function: str, shares: Iterable[str]) -> str:
    """What the numbers of a function that shares them with others are reserved in."""
    return SHARED if len(set(shares)) > 1 else function


def in_one_range(function: str, shares: Iterable[str]) -> sa.ColumnElement[bool]:
    """The numbers from which those of a function are kept apart.

    Among them are those that were reserved while a function shared its numbers that has a range of its own now.
    """
    return _in_one_range(frozenset({function, *shares}), scope_of(function, shares))


@cache
def _in_one_range(names: frozenset[str], scope: str) -> sa.ColumnElement[bool]:
    return sa.or_(ContactNumber.function.in_(sorted(names)), ContactNumber.reserved == scope)


def foreseen(contact_id: int, function: str, follows: str | None = None) -> str | None:
    """The number that a contact would have with a function, were none typed: one of its own, or the next (spec F4)."""
    held = _present_ones(contact_id)
    return _handed_on(held, function, follows) or registry().service(Numbering).preview(function)


_PRESENT = sa.select(ContactNumber.function, ContactNumber.value).where(
    ContactNumber.contact_id == sa.bindparam("contact"), ContactNumber.valid_to.is_(None)
)


def _present_ones(contact_id: int, *, flush: bool = True) -> dict[str, str]:
    """The contact's numbers in use, by function."""
    return {row.function: row.value for row in fetch(_PRESENT, {"contact": contact_id}, flush=flush)}


def _handed_on(held: Mapping[str, str], function: str, follows: str | None) -> str:
    """The number with which a function begins because the contact has it: of the one it follows, or a shared one."""
    numbering = registry().service(Numbering)
    if follows and follows in held and numbering.keeps(function, follows):
        return held[follows]
    shares = (one for one in numbering.shares(function) if one not in (function, follows))
    return next((held[one] for one in shares if one in held), "")


def _set_others(contact: Contact, function: str, value: str) -> None:
    """Let the contact's other functions that show the same number show this one."""
    for one in registry().service(Numbering).shares(function):
        if one != function and present(contact.id, one) not in ("", value):
            retire(contact.id, one)
            _set(contact, one, value, "kept")


def not_free(value: str) -> Refused:
    """A number is, or was, another contact's."""
    return Refused(_("Number %(number)s is or was another contact's: choose a free one.", number=value), field="number")
