"""Pages of contacts: the list, the file with its views, create, edit, delete, bin (spec A, B3, D)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from webapp.contacts import guards, links, services
from webapp.contacts.forms import ContactForm, compare, function_fields
from webapp.contacts.models import Contact
from webapp.contacts.pictures import has_picture
from webapp.contacts.queries import former_numbers, load, numbers_of, persons_count
from webapp.db import discard
from webapp.errors import Invalid, Missing, Refused, Stale
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, fields_of, live_rows, past_rows, save_fields
from webapp.history.services import Change, of_contact, record
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.lists.views import list_page, number_of, responsible_names
from webapp.plugin import ContactFunction
from webapp.registry import registry
from webapp.security import right
from webapp.sentforms import take

blueprint = Blueprint("contacts", __name__)
BIN_PAGE = 50
SHOWN_PERSONS = 5
"""Contact persons on the overview; the tab shows all (spec B4)."""


@blueprint.route("/contacts")
@right("contacts.read")
def index() -> Response:
    """All contacts, whatever their functions (spec A1)."""
    return list_page(title=_("Contacts"), new_label=_("New contact"))


def file_context(contact: Contact, view: str, tab: str) -> dict[str, Any]:
    """What the head, the view switch and the tabs of a contact's file need."""
    rows = live_rows(contact.id)
    known = [(row, function) for row in rows if (function := _shown(row)) is not None]
    # In the order of the lists and menus, not of the days they were given.
    known.sort(key=lambda pair: pair[1].order)
    if view != "all" and view not in [row.function for row, _function in known]:
        abort(404)
    persons = persons_count([contact.id]).get(contact.id, 0)
    numbers = numbers_of([contact.id]).get(contact.id, {})
    return {
        "contact": contact,
        "view": view,
        "tab": tab,
        "functions": known,
        "hidden_functions": [registry().function(row.function) for row in rows if _shown(row) is None],
        "number": number_of(numbers),
        "numbers": numbers,
        "former_numbers": former_numbers(contact.id),
        "responsible": responsible_names({contact.responsible_id}).get(contact.responsible_id, ""),
        "persons_count": persons,
        "has_picture": has_picture(contact.id),
        "tabs": [
            {
                "label": one.label,
                "url": url_for(one.endpoint, id=contact.id),
                "count": one.count(contact.id) if one.count else None,
                "current": tab == one.key,
            }
            for one in registry().offers("tabs")
        ],
        "offered": [offer(contact, function, rows) for function in registry().functions()],
    }


def _shown(row: FunctionRow) -> ContactFunction | None:
    return registry().function(row.function) if registry().is_function_enabled(row.function) else None


def offer(contact: Contact, function: ContactFunction, rows: list[FunctionRow]) -> dict[str, Any]:
    """What can be done now with one function: it is there, it can be converted to, added, or why not (spec C4)."""
    holder = next((row for row in rows if row.slot == function.slot), None)
    state = "free"
    reason = ""
    if holder is not None and holder.function == function.key:
        state = "has"
    elif holder is not None and holder.function in function.follows:
        state = "convert"
    elif holder is not None:
        state = "blocked"
        other = registry().function(holder.function)
        reason = _("Excluded by “%(function)s”", function=other.label if other else holder.function)
        if (holder.function, function.key) == ("customer", "prospect"):
            reason = _("A customer never becomes a prospect again")
    return {"function": function, "state": state, "row": holder if state == "has" else None, "reason": reason}


@blueprint.route("/contacts/<int:id>")
@right("contacts.read")
def file(id: int) -> Response:  # noqa: A002 - the address's own word
    """A contact's file: *all*, or the view of one function, at its own address (spec B3)."""
    contact = load(id)
    if contact.merged_into_id is not None:
        answer = redirect_to(url_for("contacts.file", id=contact.merged_into_id))
        answer.headers["Cache-Control"] = "no-store"
        return answer
    view = request.args.get("view", "all")
    context = file_context(contact, view, "overview")
    panels = []
    for row, function in context["functions"]:
        if view in ("all", function.key):
            panels.append(
                {"row": row, "function": function, "own": fields_of(row), "fields": function_fields(function)}
            )
    past = []
    for row in past_rows(contact.id):
        function_, own = registry().function(row.function), fields_of(row)
        if function_ is not None and own is not None and row.ended_how != "merged":
            past.append({"row": row, "function": function_, "own": own, "fields": function_fields(function_)[1:]})
    entries = of_contact(contact.id, limit=6)
    return render(
        "contacts/file.html",
        fragments={"view": "contacts/_view.html"},
        panels=panels,
        past=past,
        persons=links.persons_of(contact.id, SHOWN_PERSONS),
        parties=links.parties_of(contact.id, SHOWN_PERSONS),
        entries=entries,
        users=responsible_names({entry.user_id for entry in entries}),
        **context,
    )


@blueprint.route("/contacts/<int:id>/persons")
@right("contacts.read")
def persons(id: int) -> Response:  # noqa: A002
    """The tab with all contact persons, and the parties where a person is one (spec B4)."""
    contact = load(id)
    return render(
        "contacts/persons.html",
        links=links.persons_of(contact.id),
        party_links=links.parties_of(contact.id),
        **file_context(contact, "all", "persons"),
    )


@blueprint.route("/contacts/<int:id>/history")
@right("contacts.read")
def history(id: int) -> Response:  # noqa: A002
    """The tab with every change (spec A4)."""
    contact = load(id)
    before = min(request.args.get("before", type=int) or 2**62, 2**62)
    entries = of_contact(contact.id, before=before, limit=51)
    return render(
        "contacts/history.html",
        entries=entries[:50],
        next_url=url_for("contacts.history", id=id, before=entries[49].id) if len(entries) > 50 else "",
        users=responsible_names({entry.user_id for entry in entries}),
        **file_context(contact, "all", "history"),
    )


@blueprint.route("/contacts/new", methods=["GET", "POST"])
@right("contacts.edit")
def new() -> Response:
    """Create a contact, with functions if wanted (spec A6)."""
    sent = request.form if request.method == "POST" else request.args
    kind = sent.get("kind") or sent.get("present_kind") or "company"
    kind = kind if kind in services.KINDS else "company"
    wanted = sent.getlist("function")
    if request.method == "GET":
        form = ContactForm.posted(request.args, kind, [])
        form.items = {
            name: items or ([{}] if name in ("emails", "phones", "addresses") else [])
            for name, items in form.items.items()
        }
        return _form_page("contacts/new.html", form, wanted=wanted)
    form = ContactForm.posted(request.form, kind, [])
    if form.change(sent.get("add", ""), sent.get("remove", "")) or "kind" in sent:
        return _form_page("contacts/new.html", form, wanted=wanted)
    sending = take(sent.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        contact = services.create(form.contact_values())
        for key in wanted:
            activate(contact.id, key)
    except Invalid as error:
        discard()
        form.errors = error.errors
        return _form_page("contacts/new.html", form, 422, wanted=wanted)
    except (Refused, Missing) as error:
        discard()
        form.errors = {"function": error.message}
        return _form_page("contacts/new.html", form, 409, wanted=wanted)
    toast(_("%(name)s is saved.", name=contact.name or contact.sort_name))
    sending.address = url_for("contacts.file", id=contact.id)
    if sent.get("then") == "new":
        sending.address = url_for("contacts.new", kind=kind, function=wanted or None)
    return redirect_to(sending.address)


def _form_page(template: str, form: ContactForm, status: int = 200, **context: Any) -> Response:
    return render(template, status, form=form, **context)


@blueprint.route("/contacts/<int:id>/edit", methods=["GET", "POST"])
@right("contacts.edit")
def edit(id: int) -> Response:  # noqa: A002
    """Edit a contact and the fields of the functions that the view shows."""
    contact = load(id)
    view = request.values.get("view", "all")
    rows = [row for row in live_rows(id) if view in ("all", row.function)]
    present = ContactForm.of(contact, rows)
    context: dict[str, Any] = {"contact": contact, "view": view}
    if request.method == "GET":
        services.writable(id)
        return _form_page("contacts/edit.html", present, **context)
    form = ContactForm.posted(request.form, contact.kind, present.functions)
    if form.change(request.form.get("add", ""), request.form.get("remove", "")):
        return _form_page("contacts/edit.html", form, **context)
    aside = _resolve(form, present, contact.currency)
    try:
        services.update(id, form.contact_values(), form.version)
        if aside:
            record(id, "set_aside", aside)
        for function in form.functions:
            save_fields(id, function.key, form.function_values(function.key))
    except Stale:
        discard()
        return _conflict(load(id), form, view)
    except Invalid as error:
        discard()
        form.errors = _named(error.errors, form)
        return _form_page("contacts/edit.html", form, 422, **context)
    except Refused as error:
        if "field" not in error.details:
            raise
        discard()
        form.errors = {f"{one.key}.{error.details['field']}": error.message for one in form.functions}
        return _form_page("contacts/edit.html", form, 409, **context)
    toast(_("Your changes are saved."))
    return redirect_to(url_for("contacts.file", id=id, view=None if view == "all" else view))


def _named(errors: dict[str, str], form: ContactForm) -> dict[str, str]:
    """A function's errors carry its key, so that they stand at its fields."""
    own = {one.name: function.key for function in form.functions for one in function_fields(function)}
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


def _conflict(contact: Contact, mine: ContactForm, view: str) -> Response:
    """Both versions side by side; what does not collide is kept without asking (spec A5)."""
    theirs = ContactForm.of(contact, [row for row in live_rows(contact.id) if view in ("all", row.function)])
    both, only_mine, only_theirs = compare(mine, theirs)
    for name in only_theirs:
        if name in mine.values:
            mine.values[name] = theirs.values[name]
        else:
            mine.items[name] = theirs.items[name]
    mine.version, mine.base = theirs.version, theirs.dump()
    entry = next(iter(of_contact(contact.id, limit=1)), None)
    return _form_page(
        "contacts/conflict.html",
        mine,
        409,
        contact=contact,
        view=view,
        both=both,
        only_mine=only_mine,
        only_theirs=only_theirs,
        entry=entry,
        users=responsible_names({entry.user_id}) if entry else {},
    )


@blueprint.route("/contacts/<int:id>/delete", methods=["GET", "POST"])
@right("contacts.manage")
def delete(id: int) -> Response:  # noqa: A002
    """Ask, naming every blocker with its remedy; then put into the bin (spec D1-D3, D9)."""
    contact = load(id)
    if request.method == "GET":
        services.writable(id)
        return render("contacts/delete.html", contact=contact, blockers=guards.blockers([id]).get(id, []))
    try:
        services.to_bin(id)
    except Refused as error:
        if "blockers" not in error.details:
            raise
        discard()
        return render(
            "contacts/delete.html",
            409,
            contact=load(id),
            blockers=error.details["blockers"],
            message=error.message,
        )
    toast(_("%(name)s is in the bin for 30 days.", name=contact.name))
    return redirect_to(url_for("contacts.index"))


@blueprint.route("/contacts/bin")
@right("contacts.manage")
def bin_() -> Response:
    """What was deleted in the last 30 days (spec D9)."""
    after = request.args.get("after", type=int)
    found = services.in_bin(min(after, 2**62) if after is not None else None, BIN_PAGE + 1)
    page = found[:BIN_PAGE]
    next_url = url_for("contacts.bin_", after=page[-1].id) if len(found) > BIN_PAGE else ""
    return render("contacts/bin.html", contacts=page, next_url=next_url)


@blueprint.route("/contacts/<int:id>/restore", methods=["POST"])
@right("contacts.manage")
def restore(id: int) -> Response:  # noqa: A002
    """Take a contact out of the bin."""
    contact = services.restore(id)
    toast(_("%(name)s is back.", name=contact.name))
    return redirect_to(url_for("contacts.file", id=id))


@blueprint.route("/contacts/<int:id>/archive", methods=["POST"])
@right("contacts.edit")
def archive(id: int) -> Response:  # noqa: A002
    """Hide a contact from the lists, or bring it back."""
    archived = request.form.get("archived") == "1"
    contact = services.archive(id, archived)
    toast(
        _("%(name)s is archived: lists show it no more.", name=contact.name)
        if archived
        else _("%(name)s is back in the lists.", name=contact.name)
    )
    return redirect_to(url_for("contacts.file", id=id))
