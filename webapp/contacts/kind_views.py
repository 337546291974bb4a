"""Person to company and back: says where each value goes, then does it (spec A3)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from webapp.contacts import kinds, services
from webapp.contacts.fields import BY_NAME
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Invalid, Refused
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.security import right


@blueprint.route("/contacts/<int:id>/kind", methods=["GET", "POST"])
@right("contacts.edit")
def kind(id: int) -> Response:  # noqa: A002 - the address's own word
    """Ask, with the new names to correct and what goes into the history; then change the kind."""
    contact = services.writable(id)
    becomes = kinds.other_kind(contact.kind)
    if request.method == "GET":
        return _page(id, kinds.suggested(contact))
    wanted = request.form.get("kind", becomes)
    names = {name: request.form.get(name, "") for name in kinds.NAMES.get(wanted, ())}
    try:
        # Without a readable version nobody knows what was read: 0 is no version of a contact.
        services.check_version(contact.version, request.form.get("version", 0, type=int))
        contact = kinds.change_kind(id, wanted, names=names)
    except (Invalid, Refused) as error:
        discard()
        return _page(id, names, error.status, message=error.message, errors=getattr(error, "errors", {}))
    name = contact.name or contact.sort_name
    toast(
        _("%(name)s is a company now.", name=name)
        if contact.kind == "company"
        else _("%(name)s is a person now.", name=name)
    )
    return redirect_to(url_for("contacts.file", id=id))


def _page(contact_id: int, names: dict[str, str], status: int = 200, **more: Any) -> Response:
    contact = load(contact_id)
    return render(
        "contacts/kind.html",
        status,
        contact=contact,
        becomes=kinds.other_kind(contact.kind),
        fields=[BY_NAME[name] for name in kinds.NAMES[kinds.other_kind(contact.kind)]],
        names=names,
        losing=[BY_NAME[name] for name in kinds.losing(contact)],
        blockers=kinds.blockers(contact),
        **{"message": "", "errors": {}, **more},
    )
