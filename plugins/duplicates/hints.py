"""What a contact's file says of its possible doubles."""

from __future__ import annotations

from plugins.duplicates import services
from webapp.api import Contact, ngettext, place


def of_contact(contact: Contact) -> list[tuple[str, str]]:
    """How many pairs with this contact wait for a decision, with the way there; one statement."""
    number = services.count_of(contact.id)
    if not number:
        return []
    label = ngettext("%(number)s possible double", "%(number)s possible doubles", number, number=number)
    return [(label, place("duplicates.index", contact=contact.id))]
