"""Archiving a contact: out of the lists and back."""

from __future__ import annotations

from flask import Response, request, url_for

from webapp.contacts import services
from webapp.contacts.pages import blueprint
from webapp.htmx import redirect_to, toast
from webapp.i18n import _
from webapp.security import right


@blueprint.route("/contacts/<int:id>/archive", methods=["POST"])
@right("contacts.edit")
def archive(id: int) -> Response:  # noqa: A002
    """Hide a contact from the lists, or bring it back."""
    archived = request.form.get("archived") == "1"
    contact = services.archive(id, archived)
    if archived:
        message = _("%(name)s is archived: lists show it no more.", name=contact.name)
        # Without its field, the form brings the contact back.
        toast(message, undo=url_for("contacts.archive", id=id))
    else:
        toast(_("%(name)s is back in the lists.", name=contact.name))
    return redirect_to(url_for("contacts.file", id=id))
