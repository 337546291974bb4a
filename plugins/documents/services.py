"""Adding, changing and removing the documents of contacts (spec D4, D7); no Flask here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

import sqlalchemy as sa
from babel.numbers import get_currency_precision

from plugins.documents import files, retention
from plugins.documents.models import Document
from webapp.api import (
    Field,
    Invalid,
    Missing,
    Refused,
    Stale,
    _,
    _l,
    act,
    coerce,
    db,
    field_words,
    load,
    need,
    now,
    record,
    setting,
    today,
    writable,
)

SOURCE = "document"
FOREVER = retention.FOREVER
FIELDS = (
    Field(name="type", label=_l("Type"), kind="choice", choices=retention.TYPES, required=True),
    Field(name="number", label=_l("Number"), max_length=60),
    Field(name="dated_on", label=_l("Date"), kind="date", required=True),
    Field(
        name="ends_on",
        label=_l("End of the contract"),
        kind="date",
        hint=_l("For contracts. Without an end, a contract is kept as long as it runs."),
    ),
    Field(name="amount", label=_l("Amount"), kind="money"),
    Field(name="currency", label=_l("Currency"), kind="currency"),
    Field(name="description", label=_l("Description"), kind="multiline", max_length=2000),
)
BY_NAME = {one.name: one for one in FIELDS}
WORDS = (
    *(one for one in FIELDS if one.kind != "money"),
    Field(name="amount", label=_l("Amount")),
    Field(name="kept_until", label=_l("To be kept until"), kind="date"),
    Field(name="file", label=_l("File")),
)
"""What the history tells of a document; amounts with their currency, as text."""
YEARS = (1900, 2200)
CORRECTED = dt.timedelta(days=1)
"""How long who may edit can correct what makes a document kept; later on it is a manager's."""


def find(document_id: int) -> Document:
    """A document, for a reader; raises `Missing`."""
    need("contacts.read")
    found = db.session.get(Document, document_id) if 0 < document_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such document any more."))
    return found


def add(contact_id: int, values: Mapping[str, Any], stream: BinaryIO | None = None, name: str = "") -> Document:
    """File a document, with what was sent as its file; raises `Invalid` with one sentence per field.

    A document of the same type and number that the contact has already is `Refused`, with its id as `existing`.
    """
    need("contacts.edit")
    made = Document(contact_id=contact_id, type="", number="", currency="", description="", file_name="")
    if stream is None:
        return _add(made, values)
    with files.received(stream) as incoming:
        made.file_name = files.bare_name(name, incoming.media_type)
        return _add(made, values, incoming)


def _add(made: Document, values: Mapping[str, Any], incoming: files.Incoming | None = None) -> Document:
    contact = writable(made.contact_id)
    _apply(made, {"currency": contact.currency or setting("company.currency")} | dict(values))
    _refuse_double(made)
    if incoming is not None:
        made.file_id = files.keep(incoming).id
    db.session.add(made)
    db.session.flush()
    changes = {f"{SOURCE}.{name}": (None, told) for name, told in _told(made).items() if told}
    record(made.contact_id, "document_added", changes, source=f"{SOURCE}:{made.id}")
    return made


def change(
    document_id: int,
    values: Mapping[str, Any],
    version: int | None = None,
    stream: BinaryIO | None = None,
    name: str = "",
) -> Document:
    """Change what `values` names; raises `Stale` where `version` is given and no longer the document's (spec A5).

    A document that came without a file can be given one; a file that is there stays as it is.
    """
    need("contacts.edit")
    if stream is None:
        return _change(document_id, values, version)
    with files.received(stream) as incoming:
        return _change(document_id, values, version, incoming, files.bare_name(name, incoming.media_type))


def _change(
    document_id: int,
    values: Mapping[str, Any],
    version: int | None,
    incoming: files.Incoming | None = None,
    file_name: str = "",
) -> Document:
    writable(find(document_id).contact_id)
    found = _locked(document_id)
    if version is not None and version != found.version:
        raise Stale(
            _("Someone else saved this document while you were writing. Look at it again, and change what is left."),
            current=found.version,
        )
    before, was = _told(found), _Term.of(found)
    _apply(found, values)
    _refuse_double(found)
    if incoming is not None:
        if found.file_id is not None:
            raise Refused(_("This document has a file already: add another document for this one."))
        found.file_id, found.file_name = files.keep(incoming).id, file_name
    after = _told(found)
    changes = {f"{SOURCE}.{name}": (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        if _Term.of(found) != was:
            _bind(found, was)
        found.version += 1
        found.updated_at = now()
        record(found.contact_id, "document_changed", changes, source=f"{SOURCE}:{found.id}")
    return found


@dataclass(frozen=True, kw_only=True)
class _Term:
    """All that tells until when a document must be kept, as it was before a change."""

    type: str
    dated_on: dt.date
    kept_until: dt.date | None
    least_until: dt.date | None

    @classmethod
    def of(cls, document: Document) -> _Term:
        return cls(
            type=document.type,
            dated_on=document.dated_on,
            kept_until=document.kept_until,
            least_until=document.least_until,
        )


def _bind(document: Document, was: _Term) -> None:
    """A slip is corrected on the same day; after that no paper gets rid of its term by another type or date.

    A contract without end may end, with what its end makes of its term: not with a term that is over already, nor with
    less than the paper had to be kept before it had no end. Raises `Refused` for whoever is no manager.
    """
    is_open = document.kept_until == FOREVER
    if act().may("contacts.manage") or now() - document.created_at <= CORRECTED:
        document.least_until = None
        return
    if was.kept_until == FOREVER and document.type == was.type and not is_open:
        if document.dated_on != was.dated_on or not must_be_kept(document):
            raise Refused(
                _("Only a manager can end this contract so that it need not be kept any more, or change its date.")
            )
        _refuse_less(was.least_until, document.kept_until)
    else:
        _refuse_less(was.kept_until, document.kept_until)
    if is_open and was.kept_until != FOREVER:
        document.least_until = was.kept_until
    elif not is_open:
        document.least_until = None


def _refuse_less(before: dt.date | None, after: dt.date | None) -> None:
    if before is not None and before >= today() and (after is None or after < before):
        if before == FOREVER:
            raise Refused(_("This contract must be kept while it runs, and for years after. Enter its end first."))
        raise Refused(
            _(
                "This document must be kept until %(day)s: only a manager can change its type or dates to less.",
                day=shown_day(before),
            )
        )


def remove(document_id: int) -> Document:
    """Remove a document for good; raises `Refused` while it must be kept, with the last day of that (spec D4)."""
    need("contacts.edit")
    contact = load(find(document_id).contact_id, lock=True)
    if contact.deleted_at is not None:
        need("contacts.manage")
    found = _locked(document_id)
    if must_be_kept(found):
        raise Refused(kept_sentence(found), kept_until=_iso(found.kept_until))
    _remove([found])
    return found


def remove_over(contact_id: int) -> int:
    """Remove all documents of a contact that need not be kept (any more); returns how many went."""
    need("contacts.manage")
    load(contact_id, lock=True)
    query = sa.select(Document).where(Document.contact_id == contact_id, sa.not_(is_kept())).with_for_update()
    found = list(db.session.scalars(query.order_by(Document.id)))
    _remove(found)
    return len(found)


def _remove(found: list[Document]) -> None:
    for one in found:
        changes = {f"{SOURCE}.{name}": (told, None) for name, told in _told(one).items() if told}
        record(one.contact_id, "document_removed", changes)
        db.session.delete(one)
    db.session.flush()
    files.let_go(one.file_id for one in found if one.file_id is not None)


def is_kept() -> sa.ColumnElement[bool]:
    """Whether a row must be kept today."""
    return sa.and_(Document.kept_until.is_not(None), Document.kept_until >= today())


def must_be_kept(document: Document) -> bool:
    """The same of a document that was read."""
    return document.kept_until is not None and document.kept_until >= today()


def kept_sentence(document: Document) -> str:
    """Until when a document must be kept, and what can be done."""
    if document.kept_until == FOREVER:
        return _("This contract must be kept while it runs, and for years after. Enter its end first.")
    return _(
        "This document must be kept until %(day)s. It can be removed after that day.",
        day=shown_day(document.kept_until),
    )


def shown_day(day: dt.date | None) -> str:
    """A day in words."""
    return str(field_words(BY_NAME["dated_on"], day))


def refresh_term(document: Document) -> None:
    """Work out anew until when a document must be kept, by the terms as they are set now."""
    document.term_country = retention.country()
    document.term_years = retention.term(document.type)
    document.kept_until = retention.last_day(document.type, document.dated_on, document.ends_on, document.term_years)


def _locked(document_id: int) -> Document:
    query = sa.select(Document).where(Document.id == document_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise Missing(_("There is no such document any more."))
    return found


def _apply(document: Document, values: Mapping[str, Any]) -> None:
    """Set what is named, checked; raises `Invalid` with all errors at once."""
    errors: dict[str, str] = {}
    given = dict(values)
    currency = _coerced("currency", given.pop("currency", document.currency), errors) or str(
        setting("company.currency")
    )
    for name in given.keys() - BY_NAME.keys():
        errors[name] = _("There is no field “%(field)s”.", field=str(name)[:60])
    checked: dict[str, Any] = {}
    for name in BY_NAME.keys() & given.keys():
        checked[name] = _coerced(name, given[name], errors, currency)
    if currency != document.currency and "amount" not in given and document.amount is not None:
        errors["currency"] = _("Give the amount as well: it is in another currency now.")
    wanted = {name: checked.get(name, getattr(document, name)) for name in ("type", "dated_on", "ends_on")}
    if not errors.keys() & {"type", "dated_on", "ends_on"}:
        _check_dates(wanted, errors)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    for name, value in checked.items():
        setattr(document, name, value)
    document.currency = currency
    refresh_term(document)


def _coerced(name: str, raw: Any, errors: dict[str, str], currency: str = "") -> Any:
    try:
        return coerce(BY_NAME[name], raw, currency=currency)
    except ValueError as error:
        errors[name] = str(error)
        return None


def _check_dates(wanted: Mapping[str, Any], errors: dict[str, str]) -> None:
    for name, text in (
        ("type", _("“%(field)s” is needed: fill it in.", field=BY_NAME["type"].label)),
        ("dated_on", _("“%(field)s” is needed: fill it in.", field=BY_NAME["dated_on"].label)),
    ):
        if not wanted[name]:
            errors[name] = text
    for name in ("dated_on", "ends_on"):
        if wanted[name] and not YEARS[0] <= wanted[name].year <= YEARS[1]:
            errors[name] = _("This day lies too far away: check the year.")
    if wanted["ends_on"] and wanted["type"] and wanted["type"] != "contract":
        errors["ends_on"] = _("Only a contract has an end: leave this empty.")
    elif wanted["ends_on"] and wanted["dated_on"] and wanted["ends_on"] < wanted["dated_on"]:
        errors["ends_on"] = _("A contract ends after its date: check both days.")


def _refuse_double(document: Document) -> None:
    """A firm's invoicing sends each paper once; what comes again is told which document it is already."""
    if not document.number:
        return
    query = sa.select(Document.id).where(
        Document.contact_id == document.contact_id,
        Document.type == document.type,
        Document.number == document.number,
    )
    if document.id is not None:
        query = query.where(Document.id != document.id)
    with db.session.no_autoflush:
        existing = db.session.scalar(query.order_by(Document.id).limit(1))
    if existing is not None:
        label = retention.LABELS[document.type]
        raise Refused(
            _("%(type)s %(number)s is here already: open that one.", type=label, number=document.number),
            existing=existing,
        )


def _told(document: Document) -> dict[str, Any]:
    """What the history keeps of a document."""
    return {
        "type": document.type,
        "number": document.number,
        "dated_on": _iso(document.dated_on),
        "ends_on": _iso(document.ends_on),
        "amount": amount_text(document),
        "description": document.description,
        "file": document.file_name,
        "kept_until": _iso(document.kept_until) if document.kept_until != FOREVER else None,
    }


def amount_text(document: Document) -> str:
    """The amount as a decimal number with its currency."""
    if document.amount is None:
        return ""
    return f"{decimal_text(document.amount, document.currency)} {document.currency}"


def decimal_text(amount: int, currency: str) -> str:
    """Minor units as a decimal number with the currency's digits."""
    return str(Decimal(amount).scaleb(-get_currency_precision(currency)))


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def field_shown(document: Document, name: str) -> str:
    """A field of a document in words."""
    return str(field_words(BY_NAME[name], getattr(document, name), document.currency))
