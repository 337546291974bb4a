"""Activate, convert and release a function from the contact's file (spec B2, C3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from webapp.contacts.added import added
from webapp.contacts.alike import alike
from webapp.contacts.forms import ContactForm, function_fields, function_inputs
from webapp.contacts.queries import load
from webapp.contacts.services import writable
from webapp.db import discard
from webapp.errors import Invalid, Refused
from webapp.functions import numbers, services
from webapp.functions.models import FunctionRow
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.keptforms import resumable, resuming
from webapp.plugin import ContactFunction, Field
from webapp.ports import Numbering
from webapp.registry import registry
from webapp.security import right
from webapp.shown import typed

blueprint = Blueprint("functions", __name__)


def _blank(function: ContactFunction) -> dict[str, str]:
    """What a new function's form shows: its fields' defaults, the next number as a preview."""
    row = function.model()
    values = {}
    for one in function.fields:
        column = type(row).__table__.c[one.name]
        default = column.default.arg if column.default is not None and column.default.is_scalar else None
        values[f"{function.key}.{one.name}"] = typed(one, default)
    return values | {f"{function.key}.{one.name}": typed(one, one.default) for one in added(function.key)}


def _page(
    template: str,
    status: int,
    contact_id: int,
    function: ContactFunction,
    form: ContactForm,
    *,
    holder: ContactFunction | None = None,
    **more: Any,
) -> Response:
    contact = load(contact_id)
    return render(
        template,
        status,
        contact=contact,
        # There is no way back from it: who is there twice is merged before.
        alike=alike(contact) if holder else [],
        function=function,
        form=form,
        fields=function_fields(function),
        own_fields=_fields(function),
        next_number=numbers.foreseen(contact_id, function.key, holder.key if holder else None),
        holder=holder,
        **more,
    )


def _fields(function: ContactFunction) -> list[Field]:
    """The fields of a function's form; those that a range fills say what would come (spec F4)."""
    numbering = registry().service(Numbering)
    coming = {name: numbering.preview(key) for name, key in numbering.filled(function.key).items()}
    return [
        replace(one, hint=_("Left empty: %(number)s", number=number)) if (number := coming.get(one.name)) else one
        for one in function_inputs(function)
    ]


@blueprint.route("/contacts/<int:id>/functions/<function>", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def activate(id: int, function: str) -> Response:  # noqa: A002 - the address's own word
    """Add a function to a contact, with its own fields."""
    wanted = services.known(function)
    writable(id)
    if request.method == "GET":
        form = ContactForm(kind="", values=_blank(wanted), functions=[wanted])
        return _page("functions/activate.html", 200, id, wanted, form)
    return _do(
        id,
        wanted,
        "functions/activate.html",
        lambda values: services.activate(id, function, values),
        _("“%(function)s” is added.", function=wanted.label),
        _("It had the function “%(function)s” already.", function=wanted.label),
    )


@blueprint.route("/contacts/<int:id>/convert", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def convert(id: int) -> Response:  # noqa: A002
    """Ask once, saying that there is no way back; then convert (spec C3, C4)."""
    to = request.values.get("to", "customer")
    wanted = services.known(to)
    contact = writable(id)
    if request.method == "GET":
        holder = next((row for row in services.live_rows(id) if row.slot == wanted.slot), None)
        if holder is None or holder.function not in wanted.follows:
            abort(404)
        keeps = registry().service(Numbering).keeps(to, holder.function)
        number = numbers.present(id, holder.function) if keeps else ""
        form = ContactForm(kind="", values={f"{to}.number": number}, functions=[wanted])
        return _page("functions/convert.html", 200, id, wanted, form, holder=registry().function(holder.function))
    return _do(
        id,
        wanted,
        "functions/convert.html",
        lambda values: services.convert(id, to, values),
        _("%(name)s is a customer now.", name=contact.name),
        _("%(name)s was a customer already; nothing has changed.", name=contact.name),
        holder=_former(id, wanted),
    )


def _former(contact_id: int, wanted: ContactFunction) -> ContactFunction | None:
    row: FunctionRow | None = next((r for r in services.live_rows(contact_id) if r.slot == wanted.slot), None)
    return registry().function(row.function) if row else None


def _do(
    id: int,  # noqa: A002
    wanted: ContactFunction,
    template: str,
    run: Any,
    done: str,
    already: str,
    **more: Any,
) -> Response:
    """Run the service with the form's values; bring the form back with what is wrong."""
    form = ContactForm(kind="", functions=[wanted])
    for name in form.names():
        if name.startswith(f"{wanted.key}."):
            form.take(name, request.form)
    if resuming():
        return _page(template, 200, id, wanted, form, **more)
    try:
        changed = run(form.function_values(wanted.key))
    except (Invalid, Refused) as error:
        if isinstance(error, Refused) and "field" not in error.details:
            raise
        discard()
        found = getattr(error, "errors", None) or {error.details["field"]: error.message}
        form.errors = {f"{wanted.key}.{name}": text for name, text in found.items()}
        return _page(template, error.status, id, wanted, form, **more)
    toast(done if changed else already)
    return redirect_to(url_for("contacts.file", id=id, view=wanted.key))


@blueprint.route("/contacts/<int:id>/functions/<function>/release", methods=["POST"])
@right("contacts.edit")
def release(id: int, function: str) -> Response:  # noqa: A002
    """Take a function back that is not final."""
    services.release(id, function)
    toast(_("The function is taken back; its fields stay readable in the file."))
    return redirect_to(url_for("contacts.file", id=id))
