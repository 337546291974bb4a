"""Contact persons: find one, link, edit what holds for the link, remove it (spec B4, D2)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for

from webapp.contacts import links
from webapp.contacts.fields import LINK_FIELDS
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import LIVE, load
from webapp.db import db, discard
from webapp.errors import Invalid, Refused, Stale
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.search.match import matching
from webapp.security import right
from webapp.shown import typed

blueprint = Blueprint("links", __name__)
FOUND = 20


def _sent() -> dict[str, str]:
    """The link's values as the form sends them; a box that is not ticked means no."""
    return {one.name: request.form.get(one.name, "") for one in LINK_FIELDS}


def _values_of(link: ContactLink | None) -> dict[str, str]:
    return {one.name: typed(one, getattr(link, one.name)) if link else "" for one in LINK_FIELDS}


def _page(template: str, status: int = 200, **context: Any) -> Response:
    return render(template, status, fields=LINK_FIELDS, **context)


@blueprint.route("/contacts/<int:id>/persons/new", methods=["GET", "POST"])
@right("contacts.edit")
def create(id: int) -> Response:  # noqa: A002 - the address's own word
    """Find a person among all contacts, then link it with its role."""
    party = load(id)
    person_id = request.values.get("person_id", type=int)
    q = request.values.get("q", "")[:200]
    found: list[Contact] = []
    if q.strip():
        found = list(
            db.session.scalars(
                sa.select(Contact)
                .where(*LIVE, Contact.kind == "person", Contact.id != id, *matching(q))
                .order_by(Contact.sort_name, Contact.id)
                .limit(FOUND)
            )
        )
    person = load(person_id) if person_id else None
    context: dict[str, Any] = {
        "party": party,
        "person": person,
        "q": q,
        "found": found,
        "values": _sent(),
        "errors": {},
    }
    if request.method == "GET" or person is None:
        return _page("contacts/link_new.html", fragments={"found": "contacts/_found.html"}, **context)
    try:
        links.create(id, person.id, _sent(), move_primary=request.form.get("move_primary") == "1")
    except (Invalid, Refused) as error:
        discard()
        context |= {"party": load(id), "person": load(person.id), "errors": getattr(error, "errors", {})}
        return _page(
            "contacts/link_new.html",
            error.status,
            message=error.message,
            confirm=error.details.get("confirm", ""),
            **context,
        )
    toast(_("%(name)s is linked.", name=person.name))
    return redirect_to(url_for("contacts.persons", id=id))


@blueprint.route("/links/<int:link_id>", methods=["GET", "POST"])
@right("contacts.edit")
def edit(link_id: int) -> Response:
    """Change role, department, flags and dates of one link."""
    link = links.load_link(link_id)
    if request.method == "GET":
        return _page("contacts/link_edit.html", link=link, values=_values_of(link), errors={}, version=link.version)
    # Without a readable version nobody knows what was read: 0 is no version of a link.
    version = request.form.get("version", 0, type=int)
    try:
        links.update(link_id, _sent(), version, move_primary=request.form.get("move_primary") == "1")
    except (Invalid, Refused) as error:
        discard()
        link = links.load_link(link_id)
        return _page(
            "contacts/link_edit.html",
            error.status,
            link=link,
            values=_sent(),
            stored=_values_of(link) if isinstance(error, Stale) else None,
            errors=getattr(error, "errors", {}),
            message=error.message,
            confirm=error.details.get("confirm", ""),
            version=link.version,
        )
    toast(_("The link is saved."))
    return redirect_to(url_for("contacts.persons", id=link.party_id))


@blueprint.route("/links/<int:link_id>/remove", methods=["POST"])
@right("contacts.edit")
def remove(link_id: int) -> Response:
    """Remove a link; the primary contact's is refused with what to do first."""
    link = links.load_link(link_id)
    party_id = link.party_id
    try:
        links.remove(link_id)
    except Refused as error:
        discard()
        link = links.load_link(link_id)
        return _page(
            "contacts/link_edit.html",
            409,
            link=link,
            values=_values_of(link),
            errors={},
            message=error.message,
            version=link.version,
        )
    toast(_("The link is removed."))
    return redirect_to(url_for("contacts.persons", id=party_id))
