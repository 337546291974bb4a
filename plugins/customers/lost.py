"""Lost customers (spec D8): a date, a reason and words; marked in the file or many at once, and taken back there.

A customer is lost while its `lost_on` is set. Who marks one without saying when means today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from plugins.customers.models import Customer
from plugins.customers.services import LOST_FIELDS, LOST_REASONS, lost_words, reason_words
from webapp.api import (
    Contact,
    Field,
    FunctionRow,
    Missing,
    Outcome,
    Stale,
    _,
    _l,
    among,
    db,
    each,
    field_text,
    need,
    ngettext,
    place,
    save_fields,
    today,
)

YES, NO = "yes", "no"
NAMES = tuple(one.name for one in LOST_FIELDS)
Values = Mapping[str, Any]

_OF = sa.select(FunctionRow.contact_id).join(Customer, Customer.contact_function_id == FunctionRow.id)
_LIVE = (FunctionRow.function == "customer", FunctionRow.ended_at.is_(None))


def _customer(contact_id: int) -> Customer | None:
    query = sa.select(Customer).join(FunctionRow, FunctionRow.id == Customer.contact_function_id)
    return db.session.scalar(query.where(FunctionRow.contact_id == contact_id, *_LIVE))


def noted(contact_id: int) -> dict[str, str]:
    """What is noted of the loss, as a form has it; raises `Missing` for who is no customer."""
    need("contacts.read")
    customer = _customer(contact_id)
    if customer is None:
        raise Missing(_("This contact is no customer."))
    return {one.name: field_text(one, getattr(customer, one.name)) for one in LOST_FIELDS}


def mark(contact_id: int, values: Values, was: Mapping[str, str] | None = None) -> None:
    """Note that a customer is lost; raises `Stale` where another noted otherwise than `was` meanwhile."""
    present = noted(contact_id)
    wanted = _wanted(values)
    if was is not None and present not in (dict(was), {**present, **wanted}):
        raise Stale(_("Someone else noted something about the loss meanwhile: compare, then save again."), current=0)
    save_fields(contact_id, "customer", wanted)


def take_back(contact_id: int) -> bool:
    """The customer is not lost after all; what was noted stays in the history. False where it was none."""
    if not any(noted(contact_id).values()):
        return False
    save_fields(contact_id, "customer", dict.fromkeys(NAMES, ""))
    return True


def _wanted(values: Values) -> dict[str, str]:
    found = {name: str(values.get(name) or "") for name in NAMES}
    return {**found, "lost_on": found["lost_on"] or today().isoformat()}


# --- Lists and the file -----------------------------------------------------------------------------------


def choices() -> list[tuple[str, Any]]:
    """What the filter offers: lost or not, then the reasons."""
    return [(YES, _("Yes")), (NO, _("No")), *LOST_REASONS]


def where(value: str) -> sa.ColumnElement[bool]:
    """The customers that are lost, for a reason, or not at all; raises ValueError for another value."""
    here = [FunctionRow.contact_id == Contact.id, *_LIVE]
    if value == NO:
        return _OF.where(*here, Customer.lost_on.is_(None)).exists()
    return _OF.where(*here, *_lost([value])).exists()


def ids(values: Sequence[str]) -> sa.Select[Any] | None:
    """The same from an index of the few that are lost; it knows nothing of the others."""
    if NO in values:
        return None
    # Begun with the few: a join would be begun with all functions.
    found = sa.select(Customer.contact_function_id).where(*_lost(values))
    return sa.select(FunctionRow.contact_id).where(FunctionRow.id.in_(found), FunctionRow.ended_at.is_(None))


def _lost(values: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Customer.lost_on.is_not(None)]
    if YES in values:
        return conditions
    if unknown := [one for one in values if one not in dict(LOST_REASONS)]:
        raise ValueError(unknown[0])
    return [*conditions, Customer.lost_reason.in_(values)]


def told(contact_ids: Sequence[int]) -> dict[int, str]:
    """The badge of the lists: since when and why, of those that are lost."""
    query = _OF.add_columns(Customer.lost_on, Customer.lost_reason)
    rows = db.session.execute(
        query.where(among(FunctionRow.contact_id, contact_ids), *_LIVE, Customer.lost_on.is_not(None))
    )
    return {row.contact_id: _badge(row) for row in rows}


def hint(contact: Any) -> list[tuple[str, str]]:
    """The badge at the head of the file."""
    customer = _customer(contact.id)
    if customer is None or customer.lost_on is None:
        return []
    return [(_badge(customer), place("contacts.file", id=contact.id, view="customer"))]


def _badge(of: Any) -> str:
    return " · ".join(part for part in (lost_words(of.lost_on), reason_words(of.lost_reason)) if part)


# --- Many at once -----------------------------------------------------------------------------------------


def fields(values: Values) -> Sequence[Field]:
    """When, why, and in words."""
    day, reason, words = LOST_FIELDS
    return (replace(day, hint=_l("Left empty: today")), reason, words)


def mark_many(contact_ids: Sequence[int], values: Values) -> dict[int, Outcome]:
    """Mark them; one that is lost already stays as it is noted."""

    def one(contact_id: int, _values: Values) -> Outcome:
        before = noted(contact_id)
        if before["lost_on"]:
            return Outcome("skipped", _("It is marked as lost already."))
        mark(contact_id, values)
        return Outcome("done", before=[before, noted(contact_id)])

    return each(one)(sorted(contact_ids), values)


def check_mark(contact_ids: Sequence[int], values: Values) -> dict[int, Outcome]:
    """Who is lost already."""
    reason = _("It is marked as lost already.")
    return {one: Outcome("skipped", reason) for one in told(contact_ids)}


def take_back_many(contact_ids: Sequence[int], values: Values) -> dict[int, Outcome]:
    """Take the mark from them."""

    def one(contact_id: int, _values: Values) -> Outcome:
        before = noted(contact_id)
        if not take_back(contact_id):
            return Outcome("skipped", _("It is not marked as lost."))
        return Outcome("done", before=[before, noted(contact_id)])

    return each(one)(sorted(contact_ids), values)


def check_take_back(contact_ids: Sequence[int], values: Values) -> dict[int, Outcome]:
    """Who is not lost."""
    reason = _("It is not marked as lost.")
    lost = told(contact_ids)
    return {one: Outcome("skipped", reason) for one in contact_ids if one not in lost}


def back(befores: Mapping[int, Any], values: Values) -> dict[int, Outcome]:
    """Note again what was noted before, unless it was changed since."""

    def one(contact_id: int, _values: Values) -> Outcome:
        old, new = befores[contact_id]
        if noted(contact_id) != new:
            return Outcome("skipped", _("It was changed since: what stands there now stays."))
        save_fields(contact_id, "customer", old)
        return Outcome("done")

    return each(one)(sorted(befores), values)


def title(lost: bool) -> Callable[[int, Values], str]:
    """Verb and number."""

    def words(number: int, values: Values) -> str:
        if lost:
            return ngettext("Mark %(num)s customer as lost", "Mark %(num)s customers as lost", number)
        return ngettext("Mark %(num)s customer as not lost", "Mark %(num)s customers as not lost", number)

    return words
