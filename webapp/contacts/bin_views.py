"""The bin: what was deleted in the last 30 days, restored or deleted for good (spec D9)."""

from __future__ import annotations

from flask import Response, request, url_for

from webapp.acting import act
from webapp.contacts import binned, guards, services
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Refused
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.security import right

CAP = 100_001


@blueprint.route("/contacts/bin")
@right("contacts.manage")
def bin_() -> Response:
    """What was deleted and can be restored, page by page; searched as lists are."""
    q = request.args.get("q", "").replace("\x00", "")[:200]
    rows, after = binned.page_of(q, request.args.get("after", type=int))
    next_url = url_for("contacts.bin_", q=q or None, after=after) if after is not None else ""
    return render(
        "contacts/bin.html",
        fragments={"bin": "contacts/_bin.html"},
        rows=rows,
        q=q,
        next_url=next_url,
        first_url=url_for("contacts.bin_", q=q or None) if request.args.get("after") else "",
        may_purge=act().may("settings"),
    )


@blueprint.route("/contacts/<int:id>/restore", methods=["POST"])
@right("contacts.manage")
def restore(id: int) -> Response:  # noqa: A002 - the address's own word
    """Take a contact out of the bin."""
    contact = services.restore(id)
    toast(_("%(name)s is back.", name=contact.name))
    return redirect_to(url_for("contacts.file", id=id))


@blueprint.route("/contacts/<int:id>/purge", methods=["GET", "POST"])
@right("settings")
def purge(id: int) -> Response:  # noqa: A002
    """Ask, then delete a contact of the bin for good, before its 30 days are over (spec D9, J1)."""
    contact = load(id)
    if contact.deleted_at is None or contact.merged_into_id is not None:
        raise Refused(_("This contact is not in the bin."))
    if request.method == "GET":
        return _asked(id)
    name = contact.name or contact.sort_name
    if request.form.get("confirm") != "1":
        return _asked(id, 422, _("Tick first that you know what is lost."))
    try:
        binned.purge_one(id, override_links=request.form.get("override") == "links")
    except Refused as error:
        discard()
        return _asked(id, 409, error.message)
    toast(_("%(name)s is deleted for good.", name=name))
    return redirect_to(url_for("contacts.bin_"))


def _asked(contact_id: int, status: int = 200, message: str = "") -> Response:
    blockers = guards.blockers([contact_id]).get(contact_id, [])
    return render(
        "contacts/purge.html",
        status,
        contact=load(contact_id),
        blockers=blockers,
        may_override=all(one.override for one in blockers),
        message=message,
    )


@blueprint.route("/contacts/bin/empty", methods=["GET", "POST"])
@right("settings")
def empty_bin() -> Response:
    """Ask, then delete all that lies in the bin for good: a job, with a line for each that is held back."""
    number = binned.count(CAP)
    if request.method == "GET" or not number:
        return render("contacts/bin_empty.html", number=number, message="")
    if request.form.get("confirm") != "1":
        return render(
            "contacts/bin_empty.html", 422, number=number, message=_("Tick first that you know what is lost.")
        )
    job = binned.purge_all(request.form.get("number", 0, type=int))
    return redirect_to(url_for("jobs.show", id=job.id))
