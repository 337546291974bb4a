"""Cases: receiving a request, verifying who asks, taking longer, and finding what is open (spec D5)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.privacy.models import PrivacyCase
from webapp.api import (
    Contact,
    Field,
    Invalid,
    Missing,
    Refused,
    _,
    _l,
    act,
    among,
    coerce,
    db,
    load,
    need,
    numbers_of,
    shown_number,
    today,
)

TERM, LONGER = 1, 3
"""Months from the day of the request to its answer; with the extension for complex ones (GDPR art. 12(3))."""
CHANNELS = {
    "email": _l("by e-mail"),
    "letter": _l("by letter"),
    "phone": _l("by phone"),
    "desk": _l("face to face"),
    "other": _l("otherwise"),
}
FIELDS = (
    Field(name="requester", label=_l("Who asks"), max_length=200, required=True),
    Field(name="email", label=_l("E-mail to answer to"), max_length=320),
    Field(name="received_on", label=_l("Received on"), kind="date", required=True),
    Field(name="channel", label=_l("How"), kind="choice", choices=tuple(CHANNELS.items()), required=True),
    Field(
        name="note",
        label=_l("Note"),
        kind="multiline",
        max_length=2000,
        hint=_l("What was asked for, and how the person shows who it is. It goes when the case is done."),
    ),
)
REASON = Field(name="reason", label=_l("Reason, without personal data"), kind="text", max_length=500, required=True)


def months_later(day: dt.date, number: int) -> dt.date:
    """The same day so many months later, or the last day of that month (Regulation 1182/71, art. 3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def receive(contact_id: int, values: Mapping[str, Any]) -> PrivacyCase:
    """Begin a case; raises `Invalid` with a sentence per field, `Refused` where nothing is left to erase."""
    need("privacy")
    contact = load(contact_id, lock=True)
    if contact.merged_into_id is not None:
        raise Refused(
            _("This contact was merged into another: open the case for that one."), merged_into=contact.merged_into_id
        )
    if contact.anonymised_at is not None:
        raise Refused(_("This contact is anonymised already."))
    checked, errors = read(FIELDS, values)
    received = checked.get("received_on")
    if received is not None and not today() - dt.timedelta(days=3660) <= received <= today():
        errors["received_on"] = _("This day lies in the future, or too far back.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    made = PrivacyCase(
        contact_id=contact.id,
        responsible_id=act().user_id,
        due_on=months_later(checked["received_on"], TERM),
        **checked,
    )
    db.session.add(made)
    db.session.flush()
    return made


def read(fields: Sequence[Field], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Checked values, and a sentence for each that is wrong."""
    checked: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in fields:
        try:
            checked[one.name] = coerce(one, values.get(one.name, ""))
        except ValueError as error:
            errors[one.name] = str(error)
    return checked, errors


def load_case(case_id: int, *, lock: bool = False) -> PrivacyCase:
    """A case; raises `Missing`. `lock` holds it until the commit."""
    need("privacy")
    query = sa.select(PrivacyCase).where(PrivacyCase.id == case_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < case_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such case."))
    return found


def open_case(case_id: int) -> PrivacyCase:
    """A case that can still be changed, locked; raises `Refused` where it is done."""
    case = load_case(case_id, lock=True)
    if case.state != "open":
        raise Refused(_("This case is done: its certificate stays as it is."))
    return case


def verify(case_id: int) -> PrivacyCase:
    """Note that whoever asks is who they say (GDPR art. 12(6))."""
    case = open_case(case_id)
    if case.verified_on is None:
        case.verified_on = today()
        case.version += 1
    return case


def extend(case_id: int, reason: str) -> PrivacyCase:
    """Take two months more, once; the reason is told to the person within the first (GDPR art. 12(3))."""
    case = open_case(case_id)
    if case.extended_on is not None:
        raise Refused(_("This case was extended already: it can be only once."))
    if today() > case.due_on:
        raise Refused(_("Its term is over: a case is extended within its first month."))
    field = Field(name="extension_reason", label=_l("Why it takes longer"), max_length=500, required=True)
    checked, errors = read((field,), {"extension_reason": reason})
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    case.extension_reason, case.extended_on = checked["extension_reason"], today()
    case.due_on = months_later(case.received_on, LONGER)
    case.version += 1
    return case


def cases(state: str, after: tuple[dt.date, int] | None, limit: int) -> list[PrivacyCase]:
    """Open cases, the most urgent first, or those that are done, the newest first; behind a place of the list."""
    need("privacy")
    key = sa.tuple_(PrivacyCase.due_on, PrivacyCase.id)
    query = sa.select(PrivacyCase).where(PrivacyCase.state == state)
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], sa.Date), sa.literal(after[1]))
        query = query.where(key > place if state == "open" else key < place)
    columns = (PrivacyCase.due_on, PrivacyCase.id)
    order = columns if state == "open" else tuple(one.desc() for one in columns)
    return list(db.session.scalars(query.order_by(*order).limit(limit)))


def count_open() -> int:
    """How many wait for an answer."""
    query = sa.select(sa.func.count()).select_from(PrivacyCase).where(PrivacyCase.state == "open")
    return db.session.scalar(query) or 0


def contacts_of(found: Sequence[PrivacyCase]) -> dict[int, Contact]:
    """The contacts that cases are about, by id, one statement."""
    ids = {one.contact_id for one in found if one.contact_id is not None}
    query = sa.select(Contact).where(among(Contact.id, ids))
    return {one.id: one for one in db.session.scalars(query)} if ids else {}


def known_by(contact_id: int) -> str:
    """The number that is typed to confirm, and stands in the certificate: the contact's own, else its id."""
    return shown_number(numbers_of([contact_id]).get(contact_id, {})) or str(contact_id)


def open_of(contact_id: int) -> list[PrivacyCase]:
    """The open cases of a contact, the most urgent first."""
    query = sa.select(PrivacyCase).where(PrivacyCase.contact_id == contact_id, PrivacyCase.state == "open")
    return list(db.session.scalars(query.order_by(PrivacyCase.due_on, PrivacyCase.id)))


def days_left(case: PrivacyCase) -> int:
    """Days until it is due; below zero it is overdue."""
    return (case.due_on - today()).days
