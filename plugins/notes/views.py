"""The tab with a contact's notes: writing, changing, pinning, ticking off and removing them in place (spec A7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.notes import listing, services
from plugins.notes.models import ContactNote
from webapp.api import (
    Contact,
    Invalid,
    Stale,
    _,
    act,
    discard,
    elsewhere,
    field_text,
    file_context,
    load,
    main_contact,
    not_writable,
    redirect_to,
    render,
    resumable,
    resuming,
    right,
    safe_next,
    swap_target,
    take_form,
    toast,
    today,
    user_names,
)

blueprint = Blueprint("notes", __name__)
TARGET = "notes"
"""The element with the notes and the form for a new one: what is done to one is answered by all of them."""


@blueprint.route("/contacts/<int:id>/notes")
@right("contacts.read")
def index(id: int) -> Response:  # noqa: A002 - the address's own word
    """The notes of a contact, those kept on top first, then the newest, page by page."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("notes.index", contact.id)
    return _page(contact)


def _page(contact: Contact, status: int = 200, **more: Any) -> Response:
    after = request.args.get("after", "")
    page = listing.page_of(contact.id, after)
    context: dict[str, Any] = {
        "notes": page.notes,
        "next_url": url_for("notes.index", id=contact.id, after=page.next) if page.next else "",
        "first_url": url_for("notes.index", id=contact.id) if after else "",
        "values": {"follow_up_user_id": str(act().user_id or "")},
        "errors": {},
        **words(page.notes),
    }
    file = {"contact": contact} if swap_target() == TARGET else file_context(contact, "all", "notes")
    return render("notes/index.html", status, fragments={TARGET: "notes/_list.html"}, **(context | file | more))


def words(notes: Any) -> dict[str, Any]:
    """What the templates need to show notes: who wrote and follows up what, and what may be done."""
    people = {id_ for one in notes for id_ in (one.author_id, one.follow_up_user_id, one.done_by_id)}
    return {
        "fields": services.BY_NAME,
        "names": user_names(people),
        "today": today(),
        "may_rewrite": services.may_rewrite,
        "longest": services.LONGEST,
    }


@blueprint.route("/contacts/<int:id>/notes", methods=["POST"])
@resumable
@right("contacts.edit")
def add(id: int) -> Response:  # noqa: A002
    """Write a note; htmx gets the notes with it, a browser without scripts is led back to them."""
    contact = main_contact(id)
    values = _typed()
    if resuming():
        return _page(contact, values=values)
    sending = take_form(request.form.items(multi=True))
    if not sending.address:
        try:
            services.add(contact.id, values)
        except Invalid as error:
            discard()
            return _page(load(contact.id), 422, values=values, errors=error.errors)
        sending.address = url_for("notes.index", id=contact.id)
        toast(_("The note is saved."))
    return _answer(contact.id)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in services.BY_NAME}


def _answer(contact_id: int) -> Response:
    """The notes anew where htmx shows them, else the way back to where the form was."""
    if swap_target() == TARGET:
        return _page(load(contact_id))
    return redirect_to(safe_next(request.form.get("next")) or url_for("notes.index", id=contact_id))


@blueprint.route("/notes/<int:id>")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002
    """A note, to look at and to change: in its place among the others, or as a page of its own."""
    note = services.find(id)
    return _form(note, {name: field_text(field, getattr(note, name)) for name, field in services.BY_NAME.items()})


def _form(note: ContactNote, values: dict[str, str], status: int = 200, **more: Any) -> Response:
    contact = load(note.contact_id)
    context = {"note": note, "contact": contact, "values": values, "errors": {}, "message": "", "theirs": ""}
    return render(
        "notes/edit.html",
        status,
        fragments={_place(note): "notes/_edit.html"},
        inline=swap_target() == _place(note),
        locked=not act().may("contacts.edit") or not_writable(contact) is not None,
        **(context | words([note]) | more),
    )


@blueprint.route("/notes/<int:id>", methods=["POST"])
@resumable
@right("contacts.edit")
def change(id: int) -> Response:  # noqa: A002
    """Save what was typed."""
    note = services.find(id)
    values = _typed()
    if not services.may_rewrite(note):
        values["text"] = note.text
    if resuming():
        return _form(note, values)
    version = request.form.get("version", "")
    try:
        services.change(id, values, int(version) if version.isdecimal() and len(version) < 10 else -1)
    except Stale as error:
        discard()
        note = services.find(id)
        return _form(note, values, 409, message=error.message, theirs=note.text if note.text != values["text"] else "")
    except Invalid as error:
        discard()
        return _form(services.find(id), values, 422, errors=error.errors)
    toast(_("The note is saved."))
    if swap_target() == _place(note):
        return render("notes/_note.html", contact=load(note.contact_id), note=note, writable=True, **words([note]))
    return _answer(note.contact_id)


def _place(note: ContactNote) -> str:
    """The id of the element in which a note stands."""
    return f"note-{note.id}"


def _done(id: int, work: Callable[[int], object], said: str, undo: str = "") -> Response:  # noqa: A002
    contact_id = services.find(id).contact_id
    work(id)
    toast(said, undo=url_for(undo, id=id) if undo else "")
    return _answer(contact_id)


@blueprint.route("/notes/<int:id>/pin", methods=["POST"])
@right("contacts.edit")
def pin(id: int) -> Response:  # noqa: A002
    """Keep a note on top of the others."""
    return _done(id, services.pin, _("The note stays on top."), "notes.unpin")


@blueprint.route("/notes/<int:id>/unpin", methods=["POST"])
@right("contacts.edit")
def unpin(id: int) -> Response:  # noqa: A002
    """Let a note stand where its day puts it."""
    return _done(id, lambda one: services.pin(one, is_pinned=False), _("The note stands among the others again."))


@blueprint.route("/notes/<int:id>/tick-off", methods=["POST"])
@right("contacts.edit")
def tick_off(id: int) -> Response:  # noqa: A002
    """The follow-up is done."""
    return _done(id, services.tick_off, _("Ticked off."), "notes.reopen")


@blueprint.route("/notes/<int:id>/reopen", methods=["POST"])
@right("contacts.edit")
def reopen(id: int) -> Response:  # noqa: A002
    """The follow-up is to be done after all."""
    return _done(id, services.reopen, _("It is to be followed up again."))


@blueprint.route("/notes/<int:id>/remove", methods=["GET", "POST"])
@right("contacts.edit")
def remove(id: int) -> Response:  # noqa: A002
    """Ask before a note is removed; then remove it. What it said stays in the history."""
    note = services.find(id)
    if request.method == "GET":
        return render("notes/remove.html", contact=load(note.contact_id), note=note, **words([note]))
    contact_id = services.remove(id)
    toast(_("The note is removed; the history keeps what it said."))
    return redirect_to(url_for("notes.index", id=contact_id))
