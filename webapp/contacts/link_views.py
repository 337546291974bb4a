"""Contact persons: find or create one, link, edit what holds for the link, remove it (spec A6, B4, D2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from webapp.contacts import links, services
from webapp.contacts.fields import BY_NAME, COLLECTION, LINK_FIELDS
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import load
from webapp.db import discard
from webapp.errors import Invalid, Refused, Stale
from webapp.htmx import announce, in_dialog, redirect_to, render, target, toast
from webapp.i18n import _, ngettext
from webapp.keptforms import resumable, resuming
from webapp.lists.query import ListQuery
from webapp.ports import Doubles
from webapp.registry import registry
from webapp.security import only_asks, right, safe_next
from webapp.sentforms import take
from webapp.shown import typed

blueprint = Blueprint("links", __name__)
FOUND = 8
CHANGED = "carnet-links"
"""What a page with contact persons hears when links have come, gone, or their primary mark has moved."""
NEW_PERSON = (
    BY_NAME["first_name"],
    BY_NAME["last_name"],
    next(one for one in COLLECTION["emails"].fields if one.name == "value"),
    next(one for one in COLLECTION["phones"].fields if one.name == "value"),
)
"""What a person is created with on the way; its `email` and `phone` are the only ones of their kind."""
NEW_NAMES = ("first_name", "last_name", "email", "phone")


def _sent() -> dict[str, str]:
    """The link's values as the form sends them; a box that is not ticked means no."""
    return {one.name: request.form.get(one.name, "") for one in LINK_FIELDS}


def _values_of(link: ContactLink | None) -> dict[str, str]:
    return {one.name: typed(one, getattr(link, one.name)) if link else "" for one in LINK_FIELDS}


def _new_person() -> dict[str, Any]:
    """The person that is typed, as the contact service takes it."""
    sent = {name: request.form.get(name, "") for name in NEW_NAMES}
    return {
        "kind": "person",
        "first_name": sent["first_name"],
        "last_name": sent["last_name"],
        "emails": [{"value": sent["email"]}] if sent["email"].strip() else [],
        "phones": [{"value": sent["phone"]}] if sent["phone"].strip() else [],
    }


@blueprint.route("/contacts/<int:id>/persons/new", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def create(id: int) -> Response:  # noqa: A002 - the address's own word
    """Find a person among all contacts or type a new one, and link it with its role."""
    services.writable(id)
    person_id = request.values.get("person_id", type=int)
    is_new = request.form.get("create") == "1"
    if request.method == "GET" or not (person_id or is_new):
        return _pick(id, person_id)
    if resuming():
        return _pick(id, None if is_new else person_id)
    sending = take(request.form.items(multi=True) if is_new else ())
    if sending.address:
        return redirect_to(sending.address)
    try:
        person = services.create(_new_person()) if is_new else load(person_id or 0)
        links.create(id, person.id, _sent(), move_primary=request.form.get("move_primary") == "1")
    except (Invalid, Refused) as error:
        discard()
        return _pick(
            id,
            None if is_new else person_id,
            error.status,
            errors=_named(getattr(error, "errors", {}), is_new),
            message=error.message,
            confirm=error.details.get("confirm", ""),
        )
    toast(_("%(name)s is linked.", name=person.name or person.sort_name))
    sending.address = url_for("contacts.persons", id=id)
    return redirect_to(sending.address)


@blueprint.route("/contacts/<int:id>/persons/doubles", methods=["POST"])
@right("contacts.edit")
@only_asks
def doubles(id: int) -> Response:  # noqa: A002
    """Contacts like the person that is being typed, to be linked instead (spec A6)."""
    return render("contacts/_person_doubles.html", party=load(id), doubles=_doubles(id))


def _doubles(party_id: int) -> Sequence[Any]:
    return registry().service(Doubles).find(_new_person(), but=party_id)


def _named(errors: dict[str, str], is_new: bool) -> dict[str, str]:
    """Errors of the new person stand at the fields of this form."""
    renamed = {"emails.0.value": "email", "phones.0.value": "phone"} if is_new else {}
    return {renamed.get(name, name): text for name, text in errors.items()}


def _pick(party_id: int, person_id: int | None, status: int = 200, **more: Any) -> Response:
    q = request.values.get("q", "")[:200]
    found: list[Contact] = []
    if q.strip() and not person_id:
        persons = ListQuery(q=q, filters={"kind": "person"}, size=FOUND + 1).contacts()
        found = [one for one in persons if one.id != party_id][:FOUND]
    first, _space, last = q.strip().rpartition(" ")
    new = {name: request.form.get(name, "") for name in NEW_NAMES}
    if request.method == "GET":
        new |= {"email": q.strip()} if "@" in q else {"first_name": first, "last_name": last}
    is_new = request.form.get("create") == "1"
    return render(
        "contacts/link_new.html",
        status,
        fragments={"found": "contacts/_found.html"},
        party=load(party_id),
        person=load(person_id) if person_id else None,
        q=q,
        found=found,
        linked=links.linked_among(party_id, [one.id for one in found]),
        new=new,
        new_fields=list(zip(NEW_NAMES, NEW_PERSON, strict=True)),
        doubles=_doubles(party_id) if is_new else (),
        is_new=is_new,
        fields=LINK_FIELDS,
        values=_sent(),
        **{"errors": {}, "message": "", "confirm": "", **more},
    )


@blueprint.route("/links/<int:link_id>", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def edit(link_id: int) -> Response:
    """Change role, department, flags and dates of one link, on a page or in the place of its row."""
    link = links.load_link(link_id)
    if request.method == "GET":
        return _form(link, _values_of(link))
    # Without a readable version nobody knows what was read: 0 is no version of a link.
    version = request.form.get("version", 0, type=int)
    if resuming() and version == link.version:
        return _form(link, _sent())
    was_primary = link.is_primary
    try:
        link = links.update(link_id, _sent(), version, move_primary=request.form.get("move_primary") == "1")
    except (Invalid, Refused) as error:
        discard()
        link = links.load_link(link_id)
        return _form(
            link,
            _sent(),
            error.status,
            stored=_values_of(link) if isinstance(error, Stale) else None,
            errors=getattr(error, "errors", {}),
            message=error.message,
            confirm=error.details.get("confirm", ""),
        )
    toast(_("The link is saved."))
    if not _row():
        return redirect_to(_next() or url_for("contacts.persons", id=link.party_id))
    if link.is_primary != was_primary:
        announce(CHANGED)
    return _read(link)


@blueprint.route("/links/<int:link_id>/row")
@right("contacts.read")
def row(link_id: int) -> Response:
    """The row of a link as it is read, in place of its form."""
    link = links.load_link(link_id)
    return _read(link) if _row() else redirect_to(url_for("contacts.persons", id=link.party_id))


@blueprint.route("/links/<int:link_id>/remove", methods=["POST"])
@right("contacts.edit")
def remove(link_id: int) -> Response:
    """Remove a link; the primary contact's is refused with what to do first. Back to where it was in the way."""
    link = links.load_link(link_id)
    party_id = link.party_id
    try:
        links.remove(link_id)
    except Refused as error:
        if in_dialog():
            raise
        discard()
        link = links.load_link(link_id)
        return _form(link, _values_of(link), 409, message=error.message)
    toast(_("The link is removed."))
    if _row():
        announce(CHANGED)
        return make_response("", 204)
    return redirect_to(_next() or url_for("contacts.persons", id=party_id))


@blueprint.route("/links/<int:link_id>/untick-primary", methods=["POST"])
@right("contacts.edit")
def untick_primary(link_id: int) -> Response:
    """Take the mark of the primary contact off: the click that resolves it where it is in the way (spec D2, D3)."""
    link = links.untick_primary(link_id)
    toast(_("%(name)s is no longer the primary contact.", name=link.person.name or link.person.sort_name))
    return redirect_to(_next() or url_for("contacts.persons", id=link.party_id))


@blueprint.route("/contacts/<int:id>/persons/remove", methods=["POST"])
@right("contacts.edit")
def remove_persons(id: int) -> Response:  # noqa: A002
    """Remove the links to a party's contact persons, but for the primary one (spec D2, D3)."""
    return _removed(links.remove_many(party_id=id), url_for("contacts.persons", id=id))


@blueprint.route("/contacts/<int:id>/parties/remove", methods=["POST"])
@right("contacts.edit")
def remove_from_parties(id: int) -> Response:  # noqa: A002
    """Remove a person's links to parties with a function, but for those where it is the primary contact."""
    return _removed(links.remove_many(person_id=id), url_for("contacts.file", id=id))


def _removed(number: int, otherwise: str) -> Response:
    toast(ngettext("%(num)s link is removed.", "%(num)s links are removed.", number))
    return redirect_to(_next() or otherwise)


def _next() -> str:
    """Where this was in the way of something: back there."""
    return safe_next(request.values.get("next"))


def _row() -> str:
    """The id of the row that is swapped: `l-7` in a panel, `lr-7` in the tab's table; empty for a page."""
    wanted = target()
    return wanted if wanted.startswith(("l-", "lr-")) else ""


def _sides(link: ContactLink) -> dict[str, Any]:
    """Which side of the link is looked at, and the contact on the other one."""
    side = "person" if request.values.get("side") == "person" else "party"
    return {"link": link, "side": side, "other": link.party if side == "person" else link.person}


def _read(link: ContactLink) -> Response:
    template = "contacts/_link_row.html" if _row().startswith("lr-") else "contacts/_person.html"
    return render(template, **_sides(link))


def _form(link: ContactLink, values: dict[str, str], status: int = 200, **more: Any) -> Response:
    place = _row()
    return render(
        "contacts/link_edit.html",
        status,
        fragments={place: "contacts/_link_row_edit.html" if place.startswith("lr-") else "contacts/_person_edit.html"}
        if place
        else None,
        row=place,
        values=values,
        version=link.version,
        next=_next(),
        fields=LINK_FIELDS,
        **_sides(link),
        **{"errors": {}, "message": "", "confirm": "", "stored": None, **more},
    )
