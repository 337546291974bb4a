"""Numbers of contact functions: unique per function for ever, former ones included (spec F3, B5)."""

from __future__ import annotations

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


def take(contact: Contact, function: str, typed: Any, follows: str | None) -> None:
    """The number of a function that begins: the typed one, else that of the function it follows, else the next."""
    value = _cleaned(typed)
    origin = "typed"
    if not value and follows:
        value, origin = present(contact.id, follows), "kept"
    if not value:
        value, origin = registry().service(Numbering).give(function) or "", "given"
    if follows:
        retire(contact.id, follows)
    if value:
        _set(contact, function, value, origin)
    refresh(contact)


def put(contact: Contact, function: str, typed: Any) -> Change | None:
    """Change the number by hand; the old one stays as a former number. Returns the change, if any."""
    value, old = _cleaned(typed), present(contact.id, function)
    if value == old:
        return None
    retire(contact.id, function)
    if value:
        _set(contact, function, value, "typed")
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
    folded = fold(value)
    row = db.session.scalar(
        sa.select(ContactNumber).where(ContactNumber.function == function, ContactNumber.folded == folded)
    )
    if row is None:
        contact.numbers.append(ContactNumber(function=function, value=value, folded=folded, origin=origin))
    elif row.contact_id == contact.id:
        row.value, row.valid_to = value, None
    else:
        raise not_free(value)


def not_free(value: str) -> Refused:
    """A number is, or was, another contact's."""
    return Refused(_("Number %(number)s is or was another contact's: choose a free one.", number=value), field="number")
