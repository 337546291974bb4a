"""What the overview of a file shows, read by a fixed number of statements (spec B3, B4, C5, design rule 7)."""

from __future__ import annotations

from typing import Any

from webapp.contacts import added, links
from webapp.contacts.forms import function_fields
from webapp.contacts.head import file_context
from webapp.contacts.models import Contact
from webapp.functions.models import FunctionRow
from webapp.functions.services import fields_of, fields_of_many, past_of, rows_of
from webapp.history.beside import beside
from webapp.history.services import of_contact
from webapp.lists.views import responsible_names
from webapp.registry import registry

SHOWN_PERSONS = 5
"""Contact persons on the overview; the tab shows all (spec B4)."""
SHOWN_CHANGES = 6


def overview(contact: Contact, view: str) -> dict[str, Any]:
    """All that `contacts/_view.html` needs, the head's context included."""
    entries = of_contact(contact.id, limit=SHOWN_CHANGES)
    users = responsible_names({contact.responsible_id, *(entry.user_id for entry in entries)})
    rows = rows_of(contact.id)
    added.fill("", [contact])
    context = file_context(contact, view, "overview", users, rows)
    shown = [pair for pair in context["functions"] if view in ("all", pair[1].key)]
    return {
        **context,
        "panels": [_panel(row, function) for row, function in shown],
        "past": _past(rows) if view == "all" else [],
        "persons": links.persons_of(contact.id, SHOWN_PERSONS) if context["persons_count"] else [],
        # Only a person is someone's contact person.
        "parties": links.parties_of(contact.id, SHOWN_PERSONS) if contact.kind == "person" else [],
        "entries": entries,
        "beside": beside(entries),
    }


def _panel(row: Any, function: Any) -> dict[str, Any]:
    own = fields_of(row)
    fields = function_fields(function)
    return {
        "row": row,
        "function": function,
        "own": own,
        "fields": fields,
        "sections": added.sections(fields[1:]),
        "states": list(function.states(own)) if function.states and own is not None else [],
    }


def _past(rows: list[FunctionRow]) -> list[dict[str, Any]]:
    live = {row.function for row in rows if row.ended_at is None}
    # What a merge put together is read in the function that lives on.
    past = [row for row in past_of(rows) if row.ended_how != "merged" or row.function not in live]
    held = fields_of_many(past)
    found = []
    for row in past:
        function, own = registry().function(row.function), held.get(row.id)
        if function is not None and own is not None:
            found.append({"row": row, "function": function, "own": own, "fields": function_fields(function)[1:]})
    return found
