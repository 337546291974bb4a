"""The list of customers, and the page that marks one as lost."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.customers import lost as losing
from plugins.customers.services import LOST_FIELDS
from webapp.api import Invalid, Stale, _, discard, list_page, load, redirect_to, render, right, toast, today, writable

blueprint = Blueprint("customers", __name__)


@blueprint.route("/customers")
@right("contacts.read")
def index() -> Response:
    """All customers."""
    return list_page("customer", title=_("Customers"), new_label=_("New customer"))


@blueprint.route("/contacts/<int:id>/lost", methods=["GET", "POST"])
@right("contacts.edit")
def lost(id: int) -> Response:  # noqa: A002 - the address's own word
    """Note that a customer is lost, when and why; or that it is not, after all (spec D8)."""
    writable(id)
    if request.method == "GET":
        present = losing.noted(id)
        return _page(id, {**present, "lost_on": present["lost_on"] or today().isoformat()}, present)
    if "back" in request.form:
        losing.take_back(id)
        toast(_("%(name)s is not lost.", name=load(id).name))
        return _to_file(id)
    values = {name: request.form.get(name, "") for name in losing.NAMES}
    was = {name: request.form.get(f"was-{name}", "").replace("\r\n", "\n") for name in losing.NAMES}
    try:
        losing.mark(id, values, was)
    except Invalid as error:
        discard()
        return _page(id, values, was, 422, errors=error.errors)
    except Stale as error:
        discard()
        return _page(id, values, losing.noted(id), 409, message=error.message)
    toast(_("%(name)s is marked as lost.", name=load(id).name))
    return _to_file(id)


def _to_file(contact_id: int) -> Response:
    return redirect_to(url_for("contacts.file", id=contact_id, view="customer"))


def _page(contact_id: int, values: dict[str, str], was: dict[str, str], status: int = 200, **more: Any) -> Response:
    return render(
        "customers/lost.html",
        status,
        contact=load(contact_id),
        fields=LOST_FIELDS,
        values=values,
        was=was,
        **{"errors": {}, "message": "", **more},
    )
