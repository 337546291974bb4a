"""The picture of a contact: shown, set, removed."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from webapp.contacts import pictures
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Invalid
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.security import picture, right

blueprint = Blueprint("pictures", __name__)


@blueprint.route("/contacts/<int:id>/picture.img")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """The picture itself."""
    found = pictures.picture_of(id)
    if found is None:
        abort(404)
    return picture(found.content, found.media_type)


@blueprint.route("/contacts/<int:id>/picture", methods=["GET", "POST"])
@right("contacts.edit")
def edit(id: int) -> Response:  # noqa: A002
    """Choose a picture, or take the present one away."""
    contact = load(id)
    if request.method == "GET":
        return render("contacts/picture.html", contact=contact, has_picture=pictures.has_picture(id))
    try:
        if request.form.get("remove") == "1":
            pictures.remove(id)
            toast(_("The picture is removed."))
        else:
            sent = request.files.get("picture")
            pictures.put(id, sent.read(pictures.LARGEST + 1) if sent else b"")
            toast(_("The picture is saved."))
    except Invalid as error:
        discard()
        return render(
            "contacts/picture.html",
            422,
            contact=load(id),
            has_picture=pictures.has_picture(id),
            message=error.message,
        )
    return redirect_to(url_for("contacts.file", id=id))
