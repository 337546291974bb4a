"""Editing a contact: the whole of it on a page, or one part in its place; two people at once (spec A4, A5)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from webapp.contacts import services
from webapp.contacts.forms import PART, ContactForm, compare, function_inputs
from webapp.contacts.models import Contact
from webapp.contacts.overview import overview
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Invalid, Refused, Stale
from webapp.functions.models import FunctionRow
from webapp.functions.services import live_rows, save_fields
from webapp.history.services import Change, of_contact, record
from webapp.htmx import redirect_to, render, target, toast
from webapp.i18n import _
from webapp.keptforms import resumable, resuming
from webapp.lists.views import responsible_names
from webapp.registry import registry
from webapp.security import right


@blueprint.route("/contacts/<int:id>/edit", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def edit(id: int) -> Response:  # noqa: A002 - the address's own word
    """Edit a contact and the fields of the functions that the view shows, or the one `part` that is named."""
    contact = load(id)
    view, part = request.values.get("view", "all"), request.values.get("part", "")
    if request.method == "GET":
        services.writable(id)
        return _form_page(ContactForm.of(contact, _rows(id, view, part), part), contact, view)
    present = ContactForm.of(contact, _rows(id, view, part), part)
    form = ContactForm.posted(request.form, contact.kind, present.functions, part)
    if form.change(request.form.get("add", ""), request.form.get("remove", "")) or resuming():
        return _form_page(form, contact, view)
    if form.gone:
        form.errors = form.gone
        return _form_page(form, contact, view, 409)
    try:
        try:
            _save(id, form, present, contact.currency)
        except Stale:
            discard()
            if (answer := _conflict(id, form, view)) is not None:
                return answer
    except Invalid as error:
        discard()
        form.errors = _named(error.errors, form)
        return _form_page(form, load(id), view, 422)
    except Refused as error:
        if "field" not in error.details:
            raise
        discard()
        form.errors = {f"{one.key}.{error.details['field']}": error.message for one in form.functions}
        return _form_page(form, load(id), view, 409)
    toast(_("Your changes are saved."))
    if _in_place(part):
        return render("contacts/_part_saved.html", part=part, **overview(load(id), view))
    return redirect_to(url_for("contacts.file", id=id, view=None if view == "all" else view))


def _rows(contact_id: int, view: str, part: str) -> list[FunctionRow]:
    """The functions whose fields the form shows."""
    if part in PART:
        return []
    wanted = part or view
    rows = [row for row in live_rows(contact_id) if wanted in ("all", row.function)]
    if part and (not rows or not registry().is_function_enabled(part)):
        abort(404)
    return rows


def _in_place(part: str) -> bool:
    """Whether the form is asked for in the place of the part that it edits."""
    return bool(part) and target() == f"part-{part}"


def _form_page(
    form: ContactForm, contact: Contact, view: str, status: int = 200, template: str = "contacts/edit.html", **more: Any
) -> Response:
    part = form.part
    title = PART[part].label if part in PART else form.functions[0].label if part else ""
    return render(
        template,
        status,
        fragments={f"part-{part}": template.replace("/", "/_", 1)} if part else None,
        form=form,
        contact=contact,
        view=view,
        part=part,
        part_title=title,
        in_place=_in_place(part),
        **more,
    )


def _save(contact_id: int, form: ContactForm, present: ContactForm, currency: str) -> None:
    aside = _resolve(form, present, currency)
    services.update(contact_id, form.contact_values(), form.version)
    if aside:
        record(contact_id, "set_aside", aside)
    for function in form.functions:
        save_fields(contact_id, function.key, form.function_values(function.key))


def _named(errors: dict[str, str], form: ContactForm) -> dict[str, str]:
    """A function's errors carry its key, so that they stand at its fields."""
    own = {one.name: function.key for function in form.functions for one in function_inputs(function)}
    known = {*form.values, *form.items}
    return {
        (f"{own[name]}.{name}" if name in own and name not in known else name): text for name, text in errors.items()
    }


def _resolve(form: ContactForm, present: ContactForm, currency: str) -> dict[str, Change]:
    """Take over what was chosen on the page with both versions: `choice-<field>` is `theirs` or `mine`.

    Returns the values of one's own that are not kept, for the history.
    """
    aside: dict[str, Change] = {}
    for name in [*form.values, *form.items]:
        if request.form.get(f"choice-{name}") == "theirs":
            if noted := form.noted(name, currency):
                aside[name] = (noted, None)
            if name in form.values:
                form.values[name] = present.values.get(name, "")
            else:
                form.items[name] = present.items.get(name, [])
    return aside


def _conflict(contact_id: int, mine: ContactForm, view: str) -> Response | None:
    """Both versions side by side; what does not collide is kept without asking (spec A5).

    Nothing is asked, and None returned, where the other change was elsewhere in the contact: then it is saved.
    """
    contact = services.writable(contact_id)
    theirs = ContactForm.of(contact, _rows(contact_id, view, mine.part), mine.part)
    both, only_mine, only_theirs = compare(mine, theirs)
    if mine.version and mine.base and not both and not only_theirs:
        mine.version = contact.version
        _save(contact_id, mine, theirs, contact.currency)
        return None
    for name in set(only_theirs) - set(only_mine):
        if name in mine.values:
            mine.values[name] = theirs.values[name]
        else:
            mine.items[name] = theirs.items[name]
    mine.version, mine.base = theirs.version, theirs.dump()
    entry = next(iter(of_contact(contact.id, limit=1)), None)
    return _form_page(
        mine,
        contact,
        view,
        409,
        "contacts/conflict.html",
        both=both,
        only_mine=only_mine,
        only_theirs=only_theirs,
        entry=entry,
        users=responsible_names({entry.user_id}) if entry else {},
    )
