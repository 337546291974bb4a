"""Imports by the REST API: send a file, look at its rows, decide, import, take back (spec H2; contract)."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any, BinaryIO, cast

import marshmallow as ma
from flask import Response, jsonify, make_response, request, url_for
from flask_smorest import Blueprint

from plugins.transfer import imports, listing, mending, rehearsing, running, storing
from plugins.transfer.matching import DEFAULT_KEYS
from plugins.transfer.models import Import, StagedRow
from plugins.transfer.reading.opening import Reading
from plugins.transfer.rest_schemas import (
    Imports,
    ImportTold,
    NewImport,
    NewImportAsForm,
    NewImportInJson,
    Paging,
    RowMended,
    Rows,
    RowsWanted,
    RowTold,
)
from webapp.api import Invalid, Job, _, db, is_rehearsal, need, takes_files

blueprint = Blueprint("rest_imports", __name__, description="Files of contacts: rehearsed, imported, taken back.")
REQUEST = storing.LARGEST + storing.MEGABYTE
MULTIPART = "multipart/form-data"


# --- What is told ---------------------------------------------------------------------------------------------


def told(one: Import) -> dict[str, Any]:
    """An import as the API tells it."""
    summary = listing.summary_of(one)
    undo = running.undoing_of(one)
    try:
        reading = imports.reading_of(one) if one.erased_at is None else None
    except Invalid:
        reading = None
    return {
        "id": one.id,
        "file_name": one.file_name,
        "state": _state(one, undo),
        "total": one.total,
        "headers": one.headers,
        "columns": {reading.headers[at]: target.code for at, target in reading.layout.targets.items()}
        if reading
        else {},
        "match": one.match,
        "doubles": one.doubles,
        "plans": {key: many for key, many in summary.plans.items() if key},
        "flawed": summary.flawed,
        "outcomes": {key: many for key, many in summary.outcomes.items() if key},
        "undone": {key: many for key, many in summary.undone.items() if key},
        "rehearsal_job": one.rehearsal_id,
        "job": one.job_id,
        "undo_job": undo.id if undo is not None else None,
        "created_at": one.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _columns(reading: Reading) -> dict[str, str]:
    return {reading.headers[at]: target.code for at, target in reading.layout.targets.items()}


def _state(one: Import, undo: Job | None) -> str:
    if one.erased_at is not None:
        return "erased"
    if undo is not None:
        return "undoing" if undo.state in imports.AT_WORK else "undone"
    if one.job_id is not None:
        return "importing" if imports.is_at_work(one.job_id) else "imported"
    if one.rehearsal_id is not None:
        return "rehearsing" if imports.is_at_work(one.rehearsal_id) else "rehearsed"
    return "new"


def told_row(one: Import, row: StagedRow) -> dict[str, Any]:
    """A row as the API tells it."""
    details = row.details
    return {
        "number": row.number,
        "line": row.line,
        "cells": row.cells,
        "plan": row.plan or None,
        "reason": row.reason or row.broken,
        "other_id": row.other_id,
        "changes": details.get("changes", {}),
        "warnings": [
            {"column": one.headers[at] if 0 <= at < len(one.headers) else None, "text": text}
            for at, text in details.get("warnings", [])
        ],
        "decision": row.decision or None,
        "outcome": row.outcome or None,
        "told": row.told,
        "contact_id": row.contact_id,
        "undone": row.undone or None,
    }


def _wrong_cursor() -> Invalid:
    text = _("This page of the list is not known: start again at the first page.")
    unknown = Invalid(text)
    unknown.details["parameters"] = {"cursor": text}
    return unknown


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or int(cursor) >= 2**31:
        raise _wrong_cursor()
    return int(cursor)


# --- What is sent ---------------------------------------------------------------------------------------------


def _sent(schema: ma.Schema) -> dict[str, Any]:
    """What a body says; raises `Invalid` naming each field that is wrong."""
    body: Any = request.get_json(silent=True) if request.get_data() else {}
    return _checked(schema, body)


def _checked(schema: ma.Schema, body: Any) -> dict[str, Any]:
    try:
        values: dict[str, Any] = schema.load(body)
    except ma.ValidationError as error:
        raise _invalid(error.messages) from None
    values.pop("dry_run", None)
    return values


def _invalid(messages: Any) -> Invalid:
    found = Invalid(_("Please correct what is marked."))
    found.details["messages"] = {"json": messages}
    return found


def _file() -> tuple[BinaryIO, str, dict[str, Any]]:
    """The file, its name, and what was said of it."""
    if request.mimetype == MULTIPART:
        sent = request.files.get("file")
        body: dict[str, Any] = request.form.to_dict()
        if "match" in body:
            body["match"] = [one for one in body["match"].split(",") if one]
        values = _checked(NewImport(), body)
        if sent is None or not sent.filename:
            raise _invalid({"file": [_("This is needed.")]})
        return cast(BinaryIO, sent.stream), sent.filename, values
    values = _sent(NewImportInJson())
    try:
        content = base64.b64decode(values.pop("content"), validate=True)
    except (binascii.Error, ValueError):
        raise _invalid({"content": ["Not valid base64."]}) from None
    return io.BytesIO(content), values.pop("file_name"), values


BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"schema": NewImportInJson}, MULTIPART: {"schema": NewImportAsForm}},
}


@blueprint.route("/imports", methods=["POST"])
@blueprint.doc(requestBody=BODY)
@blueprint.response(201, ImportTold)
@blueprint.alt_response(200, schema=ImportTold, description="What a dry run would have found")
@takes_files(REQUEST)
def create() -> Response:
    """Send a file and rehearse its import

    As JSON with the file in base64, 2 MB at most, or as a form (`multipart/form-data`) with its `file`. Nothing of it
    is written: what would become of each row is told under `/imports/{import_id}/rows`, of long files once the
    rehearsal is done.
    """
    need("contacts.manage")
    stream, name, values = _file()
    one = imports.take_in(stream, name, {"kind": values.get("kind")}, values.get("mapping", ""))
    if unknown := {header: ["Unknown column."] for header in values.get("columns", {}) if header not in one.headers}:
        raise _invalid({"columns": unknown})
    columns = one.mapping.get("columns", {}) | {key: code or "" for key, code in values.get("columns", {}).items()}
    constants = one.mapping.get("constants", {}) | {
        key: text or "" for key, text in values.get("constants", {}).items()
    }
    wanted = imports.Wanted(
        columns=columns,
        constants=constants,
        country=values.get("country") or one.mapping.get("country", ""),
        kind=values.get("kind", ""),
        match=values.get("match", DEFAULT_KEYS),
        doubles=values.get("doubles", "create"),
    )
    imports.set_mapping(one.id, wanted)
    rehearsing.rehearse(one.id)
    body = told(one)
    if is_rehearsal():
        return jsonify(body | {"id": None, "rehearsal_job": None})
    answer = jsonify(body)
    answer.status_code = 201
    answer.headers["Location"] = url_for("rest_imports.show", import_id=one.id)
    return answer


@blueprint.route("/imports")
@blueprint.arguments(Paging, location="query", unknown=ma.RAISE)
@blueprint.response(200, Imports)
def index(arguments: dict[str, Any]) -> Response:
    """List imports

    The newest first.
    """
    need("contacts.manage")
    found = imports.page(_place(arguments["cursor"]) or None)
    page = found[: arguments["limit"]]
    following = str(page[-1].id) if len(found) > len(page) else None
    return jsonify(items=[told(one) for one in page], next=following)


@blueprint.route("/imports/<int:import_id>")
@blueprint.response(200, ImportTold)
def show(import_id: int) -> Response:
    """Read an import"""
    return jsonify(told(imports.load(import_id)))


@blueprint.route("/imports/<int:import_id>/rows")
@blueprint.arguments(RowsWanted, location="query", unknown=ma.RAISE)
@blueprint.response(200, Rows)
def rows(arguments: dict[str, Any], import_id: int) -> Response:
    """Read the rows of an import

    In the order of the file; `show` narrows them to a plan, an outcome, what taking them back did, or to those with
    cells to look at (`flawed`).
    """
    one = imports.load(import_id)
    page = listing.page_of(one, arguments["show"], _place(arguments["cursor"]), arguments["limit"])
    return jsonify(items=[told_row(one, row) for row in page.rows], next=str(page.next) if page.next else None)


@blueprint.route("/imports/<int:import_id>/rows/<int:number>", methods=["PATCH"])
@blueprint.doc(requestBody={"required": True, "content": {"application/json": {"schema": RowMended}}})
@blueprint.response(200, RowTold)
def mend(import_id: int, number: int) -> Response:
    """Mend a row, or decide what is done with it

    Cells are named by their headers; what would become of the row is told anew.
    """
    need("contacts.manage")
    sent = _sent(RowMended())
    one = imports.load(import_id)
    row = mending.row_of(one, number)
    if unknown := [header for header in sent.get("cells", {}) if header not in one.headers]:
        raise _invalid({"cells": {unknown[0]: ["Unknown column."]}})
    if sent.get("cells"):
        places = {one.headers.index(header): text for header, text in sent["cells"].items()}
        row = mending.mend(import_id, number, places)
    if "decision" in sent:
        row = mending.decide(import_id, number, sent["decision"] or "")
    return jsonify(told_row(one, row))


@blueprint.route("/imports/<int:import_id>/start", methods=["POST"])
@blueprint.response(202, ImportTold)
@blueprint.alt_response(200, schema=ImportTold, description="What a dry run would have started")
def start(import_id: int) -> Response:
    """Import the rows

    As they were rehearsed and decided. Asked for twice it runs once; `job` tells how far it is.
    """
    return _accepted(running.start(import_id))


@blueprint.route("/imports/<int:import_id>/undo", methods=["POST"])
@blueprint.response(202, ImportTold)
@blueprint.alt_response(200, schema=ImportTold, description="What a dry run would have started")
def undo(import_id: int) -> Response:
    """Take an import back

    What it created goes for good, what it updated is set back; what was worked on since stays, and its row says so.
    """
    return _accepted(running.take_back(import_id))


def _accepted(one: Import) -> Response:
    db.session.flush()
    answer = jsonify(told(one))
    answer.status_code = 200 if is_rehearsal() else 202
    return answer


@blueprint.route("/imports/<int:import_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(200, schema=ImportTold, description="What a dry run would have removed")
def delete(import_id: int) -> Response:
    """Remove a file that was not imported"""
    need("contacts.manage")
    before = told(imports.load(import_id))
    imports.discard_import(import_id)
    return jsonify(before) if is_rehearsal() else make_response("", 204)
