"""What stands above every tab of a contact's file: its name, functions, numbers, what can be done (spec B3)."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for

from webapp.contacts.models import Contact
from webapp.contacts.queries import former_of, glance, load, refuse_binned
from webapp.functions.models import FunctionRow
from webapp.functions.services import rows_of
from webapp.i18n import _
from webapp.lists.views import number_of, responsible_names
from webapp.merging.services import merged_into
from webapp.plugin import ContactFunction
from webapp.ports import Anonymising, Merging
from webapp.registry import registry


def file_context(
    contact: Contact,
    view: str,
    tab: str,
    users: dict[int | None, str] | None = None,
    all_rows: list[FunctionRow] | None = None,
) -> dict[str, Any]:
    """What the head, the view switch and the tabs of a contact's file need.

    `users` are names and `all_rows` the functions, present and past, that the caller has read already. Raises
    `Gone` for a contact in the bin whose file this user may not see (design: states).
    """
    refuse_binned(contact)
    rows = [row for row in (rows_of(contact.id) if all_rows is None else all_rows) if row.ended_at is None]
    known = [(row, function) for row in rows if (function := _shown(row)) is not None]
    # In the order of the lists and menus, not of the days they were given.
    known.sort(key=lambda pair: pair[1].order)
    if view != "all" and view not in [row.function for row, _function in known]:
        abort(404)
    seen = glance(contact)
    numbers = {one.function: one.value for one in contact.numbers if one.valid_to is None}
    if users is None:
        users = responsible_names({contact.responsible_id}) if contact.responsible_id else {}
    return {
        "contact": contact,
        "view": view,
        "tab": tab,
        "functions": known,
        "hidden_functions": [registry().function(row.function) for row in rows if _shown(row) is None],
        "number": number_of(numbers),
        "numbers": numbers,
        "former_numbers": former_of(contact.numbers),
        "responsible": users.get(contact.responsible_id, ""),
        "users": users,
        "persons_count": seen.persons,
        "has_picture": seen.picture,
        "merged": merged_into(contact) if seen.merged else [],
        "merge_url": registry().service(Merging).address([contact.id]),
        "anonymise_url": registry().service(Anonymising).address(contact.id),
        "tabs": [
            {
                "label": one.label,
                "url": url_for(one.endpoint, id=contact.id),
                "count": one.count(contact.id) if one.count else None,
                "current": tab == one.key,
            }
            for one in registry().offers("tabs")
        ],
        "hints": [
            (one.icon, label, url) for one in registry().offers("file_hints") for label, url in one.find(contact)
        ],
        "offered": [offer(function, rows) for function in registry().functions()],
    }


def main_contact(contact_id: int) -> Contact:
    """The contact at an address, or the one that it was merged into: the caller then leads there (spec E4)."""
    contact = load(contact_id)
    return load(contact.merged_into_id) if contact.merged_into_id is not None else contact


def _shown(row: FunctionRow) -> ContactFunction | None:
    return registry().function(row.function) if registry().is_function_enabled(row.function) else None


def offer(function: ContactFunction, rows: list[FunctionRow]) -> dict[str, Any]:
    """What can be done now with one function: it is there, it can be converted to, added, or why not (spec C4)."""
    holder = next((row for row in rows if row.slot == function.slot), None)
    state = "free"
    reason = ""
    if holder is not None and holder.function == function.key:
        state = "has"
    elif holder is not None and holder.function in function.follows:
        state = "convert"
    elif holder is not None:
        state = "blocked"
        other = registry().function(holder.function)
        reason = _("Excluded by “%(function)s”", function=other.label if other else holder.function)
        if (holder.function, function.key) == ("customer", "prospect"):
            reason = _("A customer never becomes a prospect again")
    return {"function": function, "state": state, "row": holder if state == "has" else None, "reason": reason}
