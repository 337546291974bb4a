"""A contact at a glance, and a search box with what it finds: small pages, made to stand inside others (spec I3)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from webapp.contacts import links
from webapp.contacts.file_views import elsewhere
from webapp.contacts.head import main_contact
from webapp.contacts.models import Contact
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import functions_of, glance, numbers_of, refuse_binned
from webapp.functions.services import fields_of_many, live_rows
from webapp.htmx import render
from webapp.lists.query import ListQuery
from webapp.lists.views import number_of
from webapp.registry import registry
from webapp.security import right

FOUND = 10
"""Contacts that the search box shows; the list shows all."""


@blueprint.route("/contacts/<int:id>/card")
@right("contacts.read")
def card(id: int) -> Response:  # noqa: A002 - the address's own word
    """Name, functions, how to reach it, whom to talk to, and what to watch."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("contacts.card", contact.id)
    refuse_binned(contact)
    return render("contacts/card.html", **_card(contact))


def _card(contact: Contact) -> dict[str, Any]:
    seen = glance(contact)
    rows = live_rows(contact.id)
    own = fields_of_many(rows)
    known = [(function, own.get(row.id)) for row in rows if (function := registry().function(row.function)) is not None]
    shown = sorted(
        (pair for pair in known if registry().is_function_enabled(pair[0].key)), key=lambda pair: pair[0].order
    )
    return {
        "contact": contact,
        "number": number_of({one.function: one.value for one in contact.numbers if one.valid_to is None}),
        "functions": [function for function, _row in shown],
        "watched": [
            (function, state)
            for function, row in shown
            if function.states is not None and row is not None
            for state in function.states(row)
            if state.level in ("warn", "danger")
        ],
        "primary": links.primary_of(contact.id) if seen.persons else None,
    }


@blueprint.route("/contacts/search")
@right("contacts.read")
def search() -> Response:
    """The first contacts that are found; nothing while nothing is sought."""
    q = request.args.get("q", "").replace("\x00", "")[:200].strip()
    found = ListQuery(q=q, size=FOUND).contacts() if q else []
    ids = [one.id for one in found]
    functions, numbers = (functions_of(ids), numbers_of(ids)) if ids else ({}, {})
    known = {one.key: one for one in registry().functions()}
    return render(
        "contacts/search.html",
        fragments={"found": "contacts/_search_found.html"},
        q=q,
        found=[
            {
                "contact": one,
                "number": number_of(numbers.get(one.id, {})),
                "functions": [known[key] for key in functions.get(one.id, []) if key in known],
            }
            for one in found
        ],
        all_url=url_for("contacts.index", q=q),
    )
