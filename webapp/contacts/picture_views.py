"""The picture of a contact: shown, set, removed."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, request, url_for

from webapp.contacts import pictures
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Invalid
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.security import right

blueprint = Blueprint("pictures", __name__)


@blueprint.route("/contacts/<int:id>/picture.img")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """The picture itself; a browser that opens it alone runs nothing in it."""
    picture = pictures.picture_of(id)
    if picture is None:
        abort(404)
    answer = make_response(picture.content)
    answer.mimetype = picture.media_type
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


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
