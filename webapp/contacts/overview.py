"""What the overview of a file shows, read by a fixed number of statements (spec B3, B4, C5, design rule 7)."""

from __future__ import annotations

from typing import Any

from webapp.contacts import links
from webapp.contacts.forms import function_fields
from webapp.contacts.head import file_context
from webapp.contacts.models import Contact
from webapp.functions.models import FunctionRow
from webapp.functions.services import fields_of, past_of, rows_of
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
    }


def _panel(row: Any, function: Any) -> dict[str, Any]:
    own = fields_of(row)
    fields = function_fields(function)
    return {
        "row": row,
        "function": function,
        "own": own,
        "fields": fields,
        "sections": _sections(fields[1:]),
        "states": list(function.states(own)) if function.states and own is not None else [],
    }


def _sections(fields: list[Any]) -> list[tuple[str, list[Any]]]:
    """The fields by the section they name, in the order of their first field."""
    found: dict[str, list[Any]] = {}
    for one in fields:
        found.setdefault(str(one.section), []).append(one)
    return list(found.items())


def _past(rows: list[FunctionRow]) -> list[dict[str, Any]]:
    found = []
    for row in past_of(rows):
        function, own = registry().function(row.function), fields_of(row)
        if function is not None and own is not None and row.ended_how != "merged":
            found.append({"row": row, "function": function, "own": own, "fields": function_fields(function)[1:]})
    return found
