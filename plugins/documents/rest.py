"""Documents by the REST API: what a firm's invoicing sends, what is there, their files (contract)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, BinaryIO, cast

import marshmallow as ma
from flask import Response, jsonify, make_response, request, url_for
from flask_smorest import Blueprint

from plugins.documents import files, listing, retention, services
from plugins.documents.models import Document, StoredFile
from plugins.documents.views import REQUEST, download
from webapp.api import Contact, Gone, Invalid, Missing, _, db, is_rehearsal, load, need, takes_files

blueprint = Blueprint("rest_documents", __name__, description="Invoices, contracts … of contacts, and their files.")
LARGEST_ID = 2**63 - 1
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
AMOUNT = r"(0|[1-9][0-9]{0,12})(\.[0-9]{1,4})?"
NAMES = {"date": "dated_on"}
"""What the API calls otherwise than the column."""
MULTIPART = "multipart/form-data"


class Id(ma.fields.Integer):
    """An id: a whole number, or its digits in a form, which knows texts alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and request.mimetype == MULTIPART and value.isascii() and value.isdecimal():
            value = int(value[:20])
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return value


def _day(**more: Any) -> ma.fields.String:
    return ma.fields.String(allow_none=True, metadata={"format": "date"}, **more)


class NewDocument(ma.Schema):
    """A document to file."""

    contact_id = Id(required=True, validate=ma.validate.Range(min=1, max=LARGEST_ID))
    type = ma.fields.String(required=True, validate=ma.validate.OneOf(list(retention.LABELS)))
    number = ma.fields.String(
        allow_none=True,
        validate=ma.validate.Length(max=60),
        metadata={"description": "Of a type, each number once for a contact: 409 with the id that has it"},
    )
    date = ma.fields.String(required=True, metadata={"format": "date"})
    ends_on = _day()
    amount = ma.fields.String(allow_none=True, metadata={"description": 'A decimal string, such as "1234.50"'})
    currency = ma.fields.String(allow_none=True, metadata={"description": "ISO 4217; the contact's where left out"})
    description = ma.fields.String(allow_none=True, validate=ma.validate.Length(max=2000))
    dry_run = ma.fields.Boolean()


class NewDocumentWithFile(NewDocument):
    """The same as a form, with the file itself."""

    file = ma.fields.String(
        metadata={"format": "binary", "description": "PDF, PNG, JPEG, GIF, WebP or TIFF, at most 50 MB"}
    )


class FileOfDocument(ma.Schema):
    """What was sent with a document."""

    name = ma.fields.String(required=True)
    size = ma.fields.Integer(required=True)
    media_type = ma.fields.String(required=True)


class DocumentTold(ma.Schema):
    """A document. `kept_until` is null where it need not be kept, and while a contract has no end (`is_kept`)."""

    id = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "null in a dry run"})
    contact_id = ma.fields.Integer(required=True)
    type = ma.fields.String(required=True)
    number = ma.fields.String(required=True, allow_none=True)
    date = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(required=True, allow_none=True)
    amount = ma.fields.String(required=True, allow_none=True)
    currency = ma.fields.String(required=True)
    description = ma.fields.String(required=True, allow_none=True)
    kept_until = ma.fields.Date(required=True, allow_none=True)
    is_kept = ma.fields.Boolean(required=True)
    file = ma.fields.Nested(FileOfDocument, required=True, allow_none=True)
    created_at = ma.fields.String(required=True, metadata={"format": "date-time"})
    updated_at = ma.fields.String(required=True, metadata={"format": "date-time"})
    version = ma.fields.Integer(required=True)


class Documents(ma.Schema):
    """A page of documents, the newest first."""

    items = ma.fields.List(ma.fields.Nested(DocumentTold), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class Narrowing(ma.Schema):
    """Which documents of a contact."""

    type = ma.fields.String(load_default="", validate=ma.validate.OneOf(list(retention.LABELS)))
    year = ma.fields.Integer(load_default=None, validate=ma.validate.Range(*services.YEARS))
    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    cursor = ma.fields.String(load_default="", validate=ma.validate.Length(max=40))


def told(one: Document, file: StoredFile | None) -> dict[str, Any]:
    """A document as the API tells it."""
    return {
        "id": one.id,
        "contact_id": one.contact_id,
        "type": one.type,
        "number": one.number or None,
        "date": one.dated_on.isoformat(),
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "amount": None if one.amount is None else services.decimal_text(one.amount, one.currency),
        "currency": one.currency,
        "description": one.description or None,
        "kept_until": one.kept_until.isoformat() if one.kept_until not in (None, retention.FOREVER) else None,
        "is_kept": services.must_be_kept(one),
        "file": {"name": one.file_name, "size": file.size, "media_type": file.media_type} if file else None,
        "created_at": _moment(one.created_at),
        "updated_at": _moment(one.updated_at),
        "version": one.version,
    }


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _told(one: Document) -> dict[str, Any]:
    return told(one, listing.files_of([one]).get(one.file_id or 0))


def _sent() -> dict[str, Any]:
    """What a body says, as the services take it; raises `Invalid` naming each field that is wrong."""
    is_form = request.mimetype == MULTIPART
    body: Any = request.form.to_dict() if is_form else (request.get_json(silent=True) if request.get_data() else {})
    try:
        values: dict[str, Any] = NewDocument().load(body)
    except ma.ValidationError as error:
        raise _invalid(error.messages) from None
    values.pop("dry_run", None)
    wrong = {name: ["Not a valid date."] for name in ("date", "ends_on") if _misses(values.get(name), DAY)}
    if _misses(values.get("amount"), AMOUNT):
        wrong["amount"] = ["Not a valid decimal string."]
    if wrong:
        raise _invalid(wrong)
    if values.get("amount"):
        values["amount"] = Decimal(values["amount"])
    return {NAMES.get(name, name): value for name, value in values.items()}


def _misses(value: str | None, pattern: str) -> bool:
    return bool(value) and re.fullmatch(pattern, str(value)) is None


def _invalid(messages: Any) -> Invalid:
    found = Invalid(_("Please correct what is marked."))
    found.details["messages"] = {"json": messages}
    return found


def _readable(contact_id: int) -> Contact:
    contact = load(contact_id)
    if contact.deleted_at is not None:
        raise Gone(_("This contact is in the bin: ask a manager to restore it."))
    return contact


def _found(document_id: int) -> Document:
    found = services.find(document_id)
    _readable(found.contact_id)
    return found


BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": NewDocument},
        MULTIPART: {"schema": NewDocumentWithFile},
    },
}


@blueprint.route("/documents", methods=["POST"])
@blueprint.doc(requestBody=BODY)
@blueprint.response(201, DocumentTold)
@blueprint.alt_response(200, schema=DocumentTold, description="What a dry run would have filed")
@takes_files(REQUEST)
def create() -> Response:
    """File a document

    As JSON, or as a form (`multipart/form-data`) with the same fields and its `file`. A type and number that the
    contact has already is refused with the id of that document under `existing`.
    """
    need("contacts.edit")
    sent = _sent()
    contact_id = sent.pop("contact_id")
    try:
        load(contact_id)
    except Missing as error:
        raise Invalid(error.message, {"contact_id": error.message}) from None
    file = request.files.get("file") if request.mimetype == MULTIPART else None
    stream = cast(BinaryIO, file.stream) if file is not None else None
    made = _renamed(lambda: services.add(contact_id, sent, stream, (file.filename if file else "") or ""))
    body = _told(made)
    if is_rehearsal():
        return jsonify(body | {"id": None})
    answer = jsonify(body)
    answer.status_code = 201
    answer.headers["Location"] = url_for("rest_documents.show", document_id=made.id)
    return answer


def _renamed(work: Callable[[], Document]) -> Document:
    """Do it, and name what is wrong as the API does."""
    back = {column: name for name, column in NAMES.items()}
    try:
        return work()
    except Invalid as error:
        raise Invalid(error.message, {back.get(name, name): text for name, text in error.errors.items()}) from None


@blueprint.route("/contacts/<int:id>/documents")
@blueprint.arguments(Narrowing, location="query", unknown=ma.RAISE)
@blueprint.response(200, Documents)
@blueprint.alt_response(307, description="It was merged: the main contact's are at `Location`")
def index(arguments: dict[str, Any], id: int) -> Response:  # noqa: A002 - the address's own word
    """List the documents of a contact

    The newest first, of one type or year where that is asked for.
    """
    need("contacts.read")
    contact = _readable(id)
    if contact.merged_into_id is not None:
        moved = make_response("", 307)
        moved.headers["Location"] = url_for("rest_documents.index", id=contact.merged_into_id)
        return moved
    if arguments["cursor"] and listing.read_cursor(arguments["cursor"]) is None:
        text = _("This page of the list is not known: start again at the first page.")
        unknown = Invalid(text)
        unknown.details["parameters"] = {"cursor": text}
        raise unknown
    wanted = listing.Wanted(type=arguments["type"], year=arguments["year"])
    page = listing.page_of(id, wanted, arguments["cursor"], arguments["limit"])
    items = [told(one, page.files.get(one.file_id or 0)) for one in page.documents]
    return jsonify(items=items, next=page.next or None)


@blueprint.route("/documents/<int:document_id>")
@blueprint.response(200, DocumentTold)
def show(document_id: int) -> Response:
    """Read a document"""
    return jsonify(_told(_found(document_id)))


@blueprint.route("/documents/<int:document_id>/file")
@blueprint.doc(
    responses={200: {"description": "The file", "content": {kind: {"schema": {}} for kind in files.ENDINGS}}}
)
def file(document_id: int) -> Response:
    """Download the file of a document"""
    return download(_found(document_id))


@blueprint.route("/documents/<int:document_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(200, schema=DocumentTold, description="What a dry run would have removed")
def delete(document_id: int) -> Response:
    """Remove a document

    For good, with its file. While it must be kept it is refused, with the last day of that as `kept_until`.
    """
    need("contacts.edit")
    before = _told(_found(document_id))
    services.remove(document_id)
    db.session.flush()
    return jsonify(before) if is_rehearsal() else make_response("", 204)
