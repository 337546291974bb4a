"""Deleting a contact into the bin and taking it back; archiving it (spec D1-D3, D9)."""

from __future__ import annotations

from flask import Response, request, url_for

from webapp.contacts import guards, services
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Refused
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.lists.place import Place
from webapp.security import right

BIN_PAGE = 50


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
    toast(_("%(name)s is in the bin for 30 days.", name=contact.name), undo=url_for("contacts.restore", id=id))
    place = Place.read(request.args.get("in"))
    return redirect_to(place.url if place else url_for("contacts.index"))


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
    if archived:
        message = _("%(name)s is archived: lists show it no more.", name=contact.name)
        # Without its field, the form brings the contact back.
        toast(message, undo=url_for("contacts.archive", id=id))
    else:
        toast(_("%(name)s is back in the lists.", name=contact.name))
    return redirect_to(url_for("contacts.file", id=id))
