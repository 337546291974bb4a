"""Numbers of contact functions: unique for ever, former ones included (spec F3, B5).

Which number comes next, and which functions show the same one, is said by whoever provides `Numbering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.derived import refresh
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import db, now
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
    if value:
        numbering.check(function, value)
    if not value and follows and numbering.keeps(function, follows):
        value, origin = present(contact.id, follows), "kept"
    if not value:
        value, origin = _shown_by_others(contact.id, numbering.shares(function), {function, follows}), "kept"
    if not value:
        value, origin = next(iter(numbering.give(function)), ""), "given"
    if follows:
        retire(contact.id, follows)
    if value:
        _set(contact, function, value, origin)
    if origin == "typed" and value:
        _set_others(contact, function, value)
        numbering.note(function, [value])
    refresh(contact)


def put(contact: Contact, function: str, typed: Any) -> Change | None:
    """Change the number by hand; the old one stays as a former number. Returns the change, if any.

    Functions that show the same number change with it (spec F1).
    """
    value, old = _cleaned(typed), present(contact.id, function)
    if value == old:
        return None
    numbering = registry().service(Numbering)
    if value:
        numbering.check(function, value)
    retire(contact.id, function)
    if value:
        _set(contact, function, value, "typed")
        _set_others(contact, function, value)
        numbering.note(function, [value])
    refresh(contact)
    return (old or None, value or None)


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
    rows = db.session.scalars(
        sa.select(ContactNumber).where(ContactNumber.function.in_({function, *shares}), ContactNumber.folded == folded)
    ).all()
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
    scope = SHARED if len(set(shares)) > 1 else function
    return None if any(row.reserved == scope for row in rows) else scope


def _shown_by_others(contact_id: int, shares: Sequence[str], but: set[str | None]) -> str:
    """The number of a function of the contact that shows the same one, `but` those that begin or end."""
    return next((found for one in shares if one not in but and (found := present(contact_id, one))), "")


def _set_others(contact: Contact, function: str, value: str) -> None:
    """Let the contact's other functions that show the same number show this one."""
    for one in registry().service(Numbering).shares(function):
        if one != function and present(contact.id, one) not in ("", value):
            retire(contact.id, one)
            _set(contact, one, value, "kept")


def not_free(value: str) -> Refused:
    """A number is, or was, another contact's."""
    return Refused(_("Number %(number)s is or was another contact's: choose a free one.", number=value), field="number")
