"""The tab with a contact's documents, adding and changing them, and their files (spec D4)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from plugins.documents import files, guessing, listing, retention, services
from plugins.documents.models import Document, StoredFile
from webapp.api import (
    Contact,
    Invalid,
    Missing,
    Refused,
    Stale,
    _,
    db,
    discard,
    elsewhere,
    field_text,
    file_context,
    load,
    main_contact,
    ngettext,
    not_writable,
    redirect_to,
    render,
    resumable,
    resuming,
    right,
    safe_next,
    setting,
    swap_target,
    take_form,
    takes_files,
    toast,
    today,
)

blueprint = Blueprint("documents", __name__)
MOST_AT_ONCE = 100
"""Megabytes of files that one form brings; larger ones are sent one by one, as the page's script does it."""
MOST_FILES = 50
REQUEST = (MOST_AT_ONCE + 1) * files.MEGABYTE
BY_NAME = "by_name"
"""The choice of a type by the words in a file's name."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of a file that was sent; `twin` is a document of the same contact that has the same content."""

    name: str
    document: Document | None = None
    twin: int | None = None
    reason: str = ""


@blueprint.route("/contacts/<int:id>/documents")
@right("contacts.read")
def index(id: int) -> Response:  # noqa: A002 - the address's own word
    """The documents of a contact, the newest first, page by page."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("documents.index", contact.id)
    return _page(contact)


def _page(contact: Contact, status: int = 200, **more: Any) -> Response:
    kind, year = request.args.get("type", ""), request.args.get("year", "")
    wanted = listing.Wanted(
        type=kind if kind in retention.LABELS else "",
        year=int(year) if year.isdecimal() and 1900 <= int(year[:5]) <= 2200 else None,
    )
    after = request.args.get("after", "")
    page = listing.page_of(contact.id, wanted, after)
    kept: dict[str, Any] = {name: value for name, value in (("type", wanted.type), ("year", wanted.year)) if value}
    context: dict[str, Any] = {
        "documents": page.documents,
        "files": page.files,
        "summary": listing.summary_of(contact.id),
        "wanted": wanted,
        "next_url": url_for("documents.index", id=contact.id, after=page.next, **kept) if page.next else "",
        "first_url": url_for("documents.index", id=contact.id, **kept) if after else "",
        "sent": [],
        "given": {"type": BY_NAME, "dated_on": today().isoformat()},
        "error": "",
        **words(),
    }
    return render(
        "documents/index.html",
        status,
        fragments={"documents": "documents/_list.html"},
        **(context | file_context(contact, "all", "documents") | more),
    )


def words() -> dict[str, Any]:
    """What the templates say of documents."""
    return {
        "TYPES": retention.LABELS,
        "FOREVER": retention.FOREVER,
        "BY_NAME": BY_NAME,
        "fields": services.BY_NAME,
        "must_be_kept": services.must_be_kept,
        "accepted": ",".join(ending for endings in files.ENDINGS.values() for ending in endings),
        "largest": files.LARGEST,
        "most": files.LARGEST // files.MEGABYTE,
    }


@blueprint.route("/contacts/<int:id>/documents", methods=["POST"])
@takes_files(REQUEST)
@right("contacts.edit")
def upload(id: int) -> Response:  # noqa: A002
    """File what was dropped or chosen: each file a document of its own; what can't be taken says why."""
    contact = load(id)
    chosen = [one for one in request.files.getlist("files") if one.filename]
    given = {"type": request.form.get("type", BY_NAME), "dated_on": request.form.get("dated_on", "")}
    if not chosen or len(chosen) > MOST_FILES:
        text = _("Choose the files first.") if not chosen else _("These are too many files: at most 50 at once.")
        return _page(contact, 422, given=given, error=text)
    one_by_one = swap_target() == "uploads"
    sending = take_form([] if one_by_one else _content(chosen))
    if sending.address:
        return redirect_to(sending.address)
    sent = [_filed(id, one, given) for one in chosen]
    refused = [one for one in sent if one.document is None]
    if one_by_one:
        return render("documents/_sent.html", 422 if refused else 200, sent=sent, **words())
    if len(refused) < len(sent):
        sending.address = url_for("documents.index", id=id)
    if refused:
        return _page(load(id), 422, given=given, sent=sent)
    toast(ngettext("%(num)s document is filed.", "%(num)s documents are filed.", len(sent)))
    if twins := sum(1 for one in sent if one.twin is not None):
        toast(_twice(twins))
    return redirect_to(sending.address)


def _twice(number: int) -> str:
    return ngettext(
        "%(num)s of these files is with this contact already: look whether it is needed twice.",
        "%(num)s of these files are with this contact already: look whether they are needed twice.",
        number,
    )


def _content(chosen: Sequence[FileStorage]) -> list[tuple[str, str]]:
    """What was sent, for whoever asks whether it was sent before."""
    named = [("file", f"{_size(one)} {one.filename}") for one in chosen]
    return [*request.form.items(multi=True), *named]


def _size(one: FileStorage) -> int:
    size = one.stream.seek(0, os.SEEK_END)
    one.stream.seek(0)
    return size


def _filed(contact_id: int, one: FileStorage, given: dict[str, str]) -> Sent:
    name = str(one.filename)
    kind = guessing.type_of(name) if given["type"] == BY_NAME else given["type"]
    values = {"type": kind, "dated_on": given["dated_on"] or today()}
    try:
        with db.session.begin_nested():
            made = services.add(contact_id, values, _stream(one), name)
        return Sent(name=made.file_name, document=made, twin=listing.twin_of(made))
    except Invalid as error:
        return Sent(name=_short(name), reason=next(iter(error.errors.values()), error.message))
    except Refused as error:
        return Sent(name=_short(name), reason=error.message)


def _stream(one: FileStorage) -> BinaryIO:
    return cast(BinaryIO, one.stream)


def _short(name: str) -> str:
    return files.bare_name(name, "application/pdf")[:-4] if len(name) > 80 else name


@blueprint.route("/contacts/<int:id>/documents/new", methods=["GET", "POST"])
@takes_files(REQUEST)
@resumable
@right("contacts.edit")
def new(id: int) -> Response:  # noqa: A002
    """Note a document with all that is known of it, with or without a file."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("documents.new", contact.id)
    if reason := not_writable(contact):
        raise reason
    if request.method == "GET":
        currency = contact.currency or str(setting("company.currency"))
        return _form(contact, {"type": "invoice", "dated_on": today().isoformat(), "currency": currency})
    values = _typed()
    if resuming():
        return _form(contact, values)
    file = request.files.get("file")
    sending = take_form(_content([file] if file else []))
    if sending.address:
        return redirect_to(sending.address)
    try:
        made = services.add(id, values, _stream(file) if file else None, (file.filename if file else "") or "")
    except (Invalid, Refused) as error:
        discard()
        return _form(load(id), values, error.status, error=error)
    toast(_("The document is filed."))
    sending.address = url_for("documents.index", id=made.contact_id)
    return redirect_to(sending.address)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in services.BY_NAME}


def _form(
    contact: Contact,
    values: dict[str, str],
    status: int = 200,
    *,
    document: Document | None = None,
    error: Invalid | Refused | None = None,
    theirs: Sequence[tuple[str, str]] = (),
) -> Response:
    errors = dict(error.errors) if isinstance(error, Invalid) else {}
    existing = error.details.get("existing") if error is not None else None
    return render(
        "documents/edit.html",
        status,
        contact=contact,
        document=document,
        file=listing.files_of([document]).get(document.file_id or 0) if document else None,
        values=values,
        errors=errors,
        message=error.message if error is not None and not errors else "",
        existing=existing,
        theirs=theirs,
        **words(),
    )


@blueprint.route("/documents/<int:id>")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002
    """A document, to look at and to change."""
    found = services.find(id)
    return _form(load(found.contact_id), _stored(found), document=found)


@blueprint.route("/documents/<int:id>", methods=["POST"])
@takes_files(REQUEST)
@resumable
@right("contacts.edit")
def change(id: int) -> Response:  # noqa: A002
    """Save what was typed, and the file that was chosen."""
    found = services.find(id)
    contact = load(found.contact_id)
    values = _typed()
    if resuming():
        return _form(contact, values, document=found)
    version = request.form.get("version", "")
    file = request.files.get("file")
    try:
        services.change(
            id,
            values,
            int(version) if version.isdecimal() and len(version) < 10 else -1,
            _stream(file) if file else None,
            (file.filename if file else "") or "",
        )
    except Stale as error:
        discard()
        found = services.find(id)
        return _form(load(found.contact_id), values, 409, document=found, error=error, theirs=_theirs(found, values))
    except (Invalid, Refused) as error:
        discard()
        found = services.find(id)
        return _form(load(found.contact_id), values, error.status, document=found, error=error)
    toast(_("The document is saved."))
    return redirect_to(url_for("documents.index", id=found.contact_id))


def _stored(document: Document) -> dict[str, str]:
    return {
        name: field_text(field, getattr(document, name), document.currency) for name, field in services.BY_NAME.items()
    }


def _theirs(document: Document, mine: dict[str, str]) -> list[tuple[str, str]]:
    """What stands in the document now and was typed otherwise: label and value."""
    stored = _stored(document)
    return [
        (str(services.BY_NAME[name].label), services.field_shown(document, name))
        for name, value in stored.items()
        if value != mine[name]
    ]


@blueprint.route("/documents/<int:id>/file")
@right("contacts.read")
def file(id: int) -> Response:  # noqa: A002
    """The file of a document: to be saved, never shown by the browser as a page of ours (ASVS 3.2.1)."""
    return download(services.find(id))


def download(document: Document) -> Response:
    """A document's file as it came in; raises `Missing` where there is none."""
    stored = db.session.get(StoredFile, document.file_id) if document.file_id is not None else None
    if stored is None:
        raise Missing(_("This document has no file."))
    path = files.path_of(stored.digest)
    if not path.is_file():
        raise Missing(_("This file is not in the data folder: ask who runs the server to look with “carnet doctor”."))
    answer = send_file(
        path,
        mimetype=stored.media_type,
        as_attachment=True,
        download_name=document.file_name or files.bare_name("", stored.media_type),
        etag=stored.digest,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer


@blueprint.route("/documents/<int:id>/remove", methods=["GET", "POST"])
@right("contacts.edit")
def remove(id: int) -> Response:  # noqa: A002
    """Ask before a document is removed, for there is no way back; then remove it."""
    found = services.find(id)
    if request.method == "GET":
        kept = services.kept_sentence(found) if services.must_be_kept(found) else ""
        return render("documents/remove.html", contact=load(found.contact_id), document=found, kept=kept, **words())
    contact_id = found.contact_id
    services.remove(id)
    toast(_("The document is removed."))
    return redirect_to(url_for("documents.index", id=contact_id))


@blueprint.route("/contacts/<int:id>/documents/remove-over", methods=["POST"])
@right("contacts.manage")
def remove_over(id: int) -> Response:  # noqa: A002
    """Remove all documents that need not be kept (any more)."""
    number = services.remove_over(id)
    toast(ngettext("%(num)s document is removed.", "%(num)s documents are removed.", number))
    return redirect_to(safe_next(request.form.get("next")) or url_for("documents.index", id=id))
