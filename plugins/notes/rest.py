"""Notes by the REST API (contract: `GET POST /contacts/{id}/notes`), and what is to be followed up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response, jsonify, make_response, url_for
from flask_smorest import Blueprint

from plugins.notes import days, following, listing, services
from plugins.notes.following import ALL, FollowUps
from plugins.notes.models import ContactNote
from webapp.api import Contact, Gone, Invalid, _, db, is_rehearsal, load, need

blueprint = Blueprint("rest_notes", __name__, description="Notes of contacts, and what is to be followed up.")
Object = dict[str, Any]
LARGEST_ID = 2**63 - 1
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NAMES = {"is_pinned": "pinned", "follow_up_on": "follow_up", "follow_up_user_id": "follow_up"}
"""What the API calls otherwise than the services."""


def _strict_id(**more: Any) -> ma.fields.Integer:
    return ma.fields.Integer(strict=True, validate=ma.validate.Range(min=1, max=LARGEST_ID), **more)


class NewFollowUp(ma.Schema):
    """When to come back to it, and who does; the caller's user where `user` is left out."""

    on = ma.fields.String(required=True, validate=ma.validate.Length(max=10), metadata={"format": "date"})
    user = _strict_id(allow_none=True)


class NewNote(ma.Schema):
    """A note to write."""

    text = ma.fields.String(required=True, validate=ma.validate.Length(max=services.LONGEST))
    pinned = ma.fields.Boolean()
    follow_up = ma.fields.Nested(NewFollowUp, allow_none=True)
    dry_run = ma.fields.Boolean()


class NoteChange(ma.Schema):
    """What changes of a note; `follow_up` null takes it away."""

    text = ma.fields.String(validate=ma.validate.Length(max=services.LONGEST))
    pinned = ma.fields.Boolean()
    follow_up = ma.fields.Nested(NewFollowUp, allow_none=True)
    version = ma.fields.Integer(strict=True)
    dry_run = ma.fields.Boolean()


class TickingOff(ma.Schema):
    """A body without fields of its own."""

    dry_run = ma.fields.Boolean()


class FollowUpTold(ma.Schema):
    """A follow-up; `done_at` is null while it is open."""

    on = ma.fields.Date(required=True)
    user = ma.fields.Integer(required=True, allow_none=True)
    done_at = ma.fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    done_by = ma.fields.Integer(required=True, allow_none=True)


class NoteTold(ma.Schema):
    """A note."""

    id = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "null in a dry run"})
    contact_id = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
    pinned = ma.fields.Boolean(required=True)
    author = ma.fields.Integer(required=True, allow_none=True)
    follow_up = ma.fields.Nested(FollowUpTold, required=True, allow_none=True)
    created_at = ma.fields.String(required=True, metadata={"format": "date-time"})
    updated_at = ma.fields.String(required=True, metadata={"format": "date-time"})
    version = ma.fields.Integer(required=True)


class Notes(ma.Schema):
    """A page of notes."""

    items = ma.fields.List(ma.fields.Nested(NoteTold), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class NotesPaging(ma.Schema):
    """A page of them."""

    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    cursor = ma.fields.String(load_default="", validate=ma.validate.Length(max=60))


class FollowUpsWanted(NotesPaging):
    """Which follow-ups."""

    user = ma.fields.Integer(load_default=None, validate=ma.validate.Range(min=1, max=LARGEST_ID))
    when = ma.fields.String(load_default="", validate=ma.validate.OneOf(["", *days.WHEN, days.DONE]))


def told(one: ContactNote) -> Object:
    """A note as the API tells it."""
    follow_up = None
    if one.follow_up_on is not None:
        follow_up = {
            "on": one.follow_up_on.isoformat(),
            "user": one.follow_up_user_id,
            "done_at": _moment(one.done_at),
            "done_by": one.done_by_id,
        }
    return {
        "id": one.id,
        "contact_id": one.contact_id,
        "text": one.text,
        "pinned": one.is_pinned,
        "author": one.author_id,
        "follow_up": follow_up,
        "created_at": _moment(one.created_at),
        "updated_at": _moment(one.updated_at),
        "version": one.version,
    }


def _moment(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _values(sent: Mapping[str, Any]) -> Object:
    """What the services take of a body; raises `Invalid` for a day that is none."""
    found: Object = {}
    if "text" in sent:
        found["text"] = sent["text"]
    if "pinned" in sent:
        found["is_pinned"] = sent["pinned"]
    if "follow_up" in sent:
        asked = sent["follow_up"] or {"on": ""}
        if asked["on"] and not DAY.fullmatch(asked["on"]):
            text = _("“%(field)s” is not a date: write it like 2026-12-31.", field="follow_up.on")
            raise Invalid(text, {"follow_up": text})
        found["follow_up_on"] = asked["on"]
        if "user" in asked or not asked["on"]:
            found["follow_up_user_id"] = asked.get("user")
    return found


def _named(error: Invalid) -> Invalid:
    """What is wrong, named as the body names it."""
    return Invalid(error.message, {NAMES.get(name, name): text for name, text in error.errors.items()})


def _readable(contact_id: int) -> Contact:
    contact = load(contact_id)
    if contact.deleted_at is not None:
        raise Gone(_("This contact is in the bin: ask a manager to restore it."))
    return contact


def _found(note_id: int) -> ContactNote:
    found = services.find(note_id)
    _readable(found.contact_id)
    return found


def _unknown_page() -> Invalid:
    text = _("This page of the list is not known: start again at the first page.")
    found = Invalid(text)
    found.details["parameters"] = {"cursor": text}
    return found


@blueprint.route("/contacts/<int:id>/notes")
@blueprint.arguments(NotesPaging, location="query", unknown=ma.RAISE)
@blueprint.response(200, Notes)
@blueprint.alt_response(307, description="It was merged: the main contact's are at `Location`")
def index(arguments: Object, id: int) -> Response:  # noqa: A002 - the address's own word
    """List the notes of a contact

    Those kept on top first, then the newest.
    """
    need("contacts.read")
    contact = _readable(id)
    if contact.merged_into_id is not None:
        moved = make_response("", 307)
        moved.headers["Location"] = url_for("rest_notes.index", id=contact.merged_into_id)
        return moved
    if arguments["cursor"] and listing.read_cursor(arguments["cursor"]) is None:
        raise _unknown_page()
    page = listing.page_of(id, arguments["cursor"], arguments["limit"])
    return jsonify(items=[told(one) for one in page.notes], next=page.next or None)


@blueprint.route("/contacts/<int:id>/notes", methods=["POST"])
@blueprint.arguments(NewNote)
@blueprint.response(201, NoteTold)
@blueprint.alt_response(200, schema=NoteTold, description="What a dry run would have written")
def create(sent: Object, id: int) -> Response:  # noqa: A002
    """Write a note

    Signed by the token's user; a follow-up shows under "To follow up" until it is ticked off.
    """
    need("contacts.edit")
    try:
        made = services.add(id, _values(sent))
    except Invalid as error:
        raise _named(error) from None
    body = told(made)
    if is_rehearsal():
        return jsonify(body | {"id": None})
    answer = jsonify(body)
    answer.status_code = 201
    answer.headers["Location"] = url_for("rest_notes.show", note_id=made.id)
    return answer


@blueprint.route("/notes/<int:note_id>")
@blueprint.response(200, NoteTold)
def show(note_id: int) -> Response:
    """Read a note"""
    return jsonify(told(_found(note_id)))


@blueprint.route("/notes/<int:note_id>", methods=["PATCH"])
@blueprint.arguments(NoteChange)
@blueprint.response(200, NoteTold)
def change(sent: Object, note_id: int) -> Response:
    """Change a note

    Its text: who wrote it, and managers. With `version`, a note that was saved since is 409. Another day opens a
    follow-up again.
    """
    need("contacts.edit")
    _found(note_id)
    try:
        return jsonify(told(services.change(note_id, _values(sent), sent.get("version"))))
    except Invalid as error:
        raise _named(error) from None


@blueprint.route("/notes/<int:note_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(200, schema=NoteTold, description="What a dry run would have removed")
def delete(note_id: int) -> Response:
    """Remove a note

    The history keeps what it said.
    """
    need("contacts.edit")
    before = told(_found(note_id))
    services.remove(note_id)
    db.session.flush()
    return jsonify(before) if is_rehearsal() else make_response("", 204)


@blueprint.route("/notes/<int:note_id>/tick-off", methods=["POST"])
@blueprint.arguments(TickingOff)
@blueprint.response(200, NoteTold)
def tick_off(sent: Object, note_id: int) -> Response:
    """Tick the follow-up off

    Whoever comes second changes nothing. A note without follow-up is 422.
    """
    need("contacts.edit")
    _found(note_id)
    services.tick_off(note_id)
    return jsonify(told(services.find(note_id)))


@blueprint.route("/notes/<int:note_id>/reopen", methods=["POST"])
@blueprint.arguments(TickingOff)
@blueprint.response(200, NoteTold)
def reopen(sent: Object, note_id: int) -> Response:
    """Open the follow-up again"""
    need("contacts.edit")
    _found(note_id)
    services.reopen(note_id)
    return jsonify(told(services.find(note_id)))


@blueprint.route("/follow-ups")
@blueprint.arguments(FollowUpsWanted, location="query", unknown=ma.RAISE)
@blueprint.response(200, Notes)
def follow_ups(wanted: Object) -> Response:
    """List what is to be followed up

    By day, of one `user` where that is asked for; `when` is `overdue`, `today`, `week` (the rest of it), `later`, or
    `done` for what was ticked off, the last one first.
    """
    need("contacts.read")
    who = str(wanted["user"]) if wanted["user"] else ALL
    is_done = wanted["when"] == days.DONE
    if wanted["cursor"] and following.read_cursor(wanted["cursor"], is_done=is_done) is None:
        raise _unknown_page()
    query = FollowUps(who=who, when=wanted["when"], after=wanted["cursor"], size=wanted["limit"])
    page = following.page(query)
    return jsonify(items=[told(note) for note, _contact in page.rows], next=page.next or None)
