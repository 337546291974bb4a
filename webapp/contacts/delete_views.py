"""The dialog before a contact is deleted, inside its file and as a page of its own (spec D1-D4, D9)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask import Response, request, url_for

from webapp.acting import act
from webapp.contacts import guards, services
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Refused
from webapp.htmx import DIALOG, redirect_to, render, toast
from webapp.i18n import _, ngettext
from webapp.lists.place import Place
from webapp.plugin import Blocker
from webapp.ports import Anonymising
from webapp.registry import registry
from webapp.security import right, safe_next


@blueprint.route("/contacts/<int:id>/delete", methods=["GET", "POST"])
@right("contacts.manage")
def delete(id: int) -> Response:  # noqa: A002 - the address's own word
    """Ask, naming every blocker with its remedy; then put into the bin (spec D1-D3, D9).

    An administrator who says so knows which links go, and deletes in spite of them (spec D4).
    """
    contact = load(id)
    if request.method == "GET":
        services.writable(id)
        return _asked(id)
    override = request.form.get("override") == "links"
    if override and (wrong := _not_confirmed(id)):
        return _asked(id, 422, wrong)
    try:
        services.to_bin(id, override_links=override)
    except Refused as error:
        if "blockers" not in error.details:
            raise
        discard()
        return _asked(id, 409, error.message)
    if override:
        toast(_("%(name)s is in the bin for 30 days. Its links are removed.", name=contact.name))
    else:
        toast(_("%(name)s is in the bin for 30 days.", name=contact.name), undo=url_for("contacts.restore", id=id))
    place = Place.read(request.args.get("in"))
    return redirect_to(place.url if place else url_for("contacts.index"))


def _not_confirmed(contact_id: int) -> str:
    """Why an administrator's word does not count: it was not given, or for something else."""
    if request.form.get("confirm") != "1":
        return _("Tick first that you know what is lost.")
    if request.form.get("seen") != _seen(guards.blockers([contact_id]).get(contact_id, [])):
        return _("What holds the contact has changed meanwhile: read it again.")
    return ""


def _seen(blockers: Sequence[Blocker]) -> str:
    """What tells one list of blockers from another."""
    return hashlib.sha256("\n".join(f"{one.key} {one.count} {one.values}" for one in blockers).encode()).hexdigest()[
        :16
    ]


def _asked(contact_id: int, status: int = 200, message: str = "") -> Response:
    contact = load(contact_id)
    blockers = guards.blockers([contact_id]).get(contact_id, [])
    retained = any(one.retained for one in blockers)
    refusal = guards.refusal(contact, blockers)
    could = bool(blockers) and all(one.override for one in blockers)
    return render(
        "contacts/delete.html",
        status,
        fragments={DIALOG: "contacts/_delete_dialog.html"},
        contact=contact,
        blockers=blockers,
        retained=retained,
        refusal=refusal,
        kept_until=max((one.kept_until for one in blockers if one.kept_until), default=None),
        message="" if message == refusal else message,
        could_override=could,
        may_override=could and act().may("settings"),
        seen=_seen(blockers),
        anonymise_url=registry().service(Anonymising).address(contact_id) if retained else "",
    )


@blueprint.route("/contacts/<int:id>/subsidiaries/free", methods=["POST"])
@right("contacts.edit")
def free_subsidiaries(id: int) -> Response:  # noqa: A002
    """Take a contact off its subsidiaries as their parent company: the click that resolves it (spec D1, D3)."""
    number = services.free_subsidiaries(id)
    toast(
        ngettext("%(num)s contact has no parent company now.", "%(num)s contacts have no parent company now.", number)
    )
    return redirect_to(safe_next(request.form.get("next")) or url_for("contacts.file", id=id))
