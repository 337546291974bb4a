"""Where a row's person is a contact person, and which company stands above its contact (spec H1, B4).

Companies are found by exactly their name and made where there are none, so that they may stand later in the file.
"""

from __future__ import annotations

from collections.abc import Callable

from plugins.transfer.entry import Entry, Link
from plugins.transfer.held import Held
from webapp.api import N_, _, fold

PRIMARY_STAYS = N_(
    "“%(company)s” has another primary contact, who stays: tick “Primary contact” at this person's link to change that."
)
Company = Callable[[str, Entry], Held]


def is_linked(contact: Held, entry: Entry) -> bool:
    """Whether a person is or was a contact person wherever the row says so."""
    return contact.kind != "person" or all(fold(name) in contact.employers for name, _values in entry.wanted_links())


def link(contact: Held, entry: Entry, company: Company) -> bool:
    """Decide which links are made and which company stands above; whether that changes anything.

    `company` finds the one of a name, or makes it.
    """
    changed = _subordinate(contact, entry, company)
    if contact.kind != "person":
        return changed
    there, names = set(contact.employers), []
    lasting: set[str] = set()
    for name, wanted in entry.wanted_links():
        folded = fold(name)
        if folded in there:
            if wanted.get("is_primary") and folded not in contact.primary_at:
                changed = _promote(contact, company(name, entry), entry) or changed
        elif "active_to" in wanted or folded not in lasting:
            party, values = company(name, entry), dict(wanted)
            if values.get("is_primary") and not _may_be_primary(contact, party, entry):
                del values["is_primary"]
            if "active_to" not in values:
                lasting.add(folded)
            contact.employers.add(folded)
            entry.links.append(Link(party, values))
            names.append(party.company_name)
    if names:
        entry.shown["employer"] = [None, ", ".join(names)]
    return changed or bool(names)


def given_a_primary(entry: Entry) -> list[Held]:
    """The parties whose primary contact the row's person becomes."""
    return [*entry.promoted, *(one.party for one in entry.links if "is_primary" in one.values)]


def _promote(contact: Held, party: Held, entry: Entry) -> bool:
    """Let who is linked be the primary contact, where nobody else is."""
    if not _may_be_primary(contact, party, entry):
        return False
    entry.promoted.append(party)
    entry.shown["is_primary"] = [None, party.company_name]
    return True


def _may_be_primary(contact: Held, party: Held, entry: Entry) -> bool:
    """A party has one primary contact; whether that one gives way is not for a file to decide (spec B4)."""
    if party.has_primary:
        entry.remarks.append(_(PRIMARY_STAYS, company=party.company_name))
        return False
    party.has_primary = True
    contact.primary_at.add(party.sort_name)
    return True


def _subordinate(contact: Held, entry: Entry, company: Company) -> bool:
    name = entry.values.get("parent", "")
    if not name or (contact.kind == "company" and fold(name) == contact.sort_name):
        return False
    above = company(name, entry)
    if contact.parent_id == above.id:
        return False
    if entry.outcome != "created":
        entry.old["parent_id"] = contact.parent_id
    entry.parent, contact.parent_id = above, above.id
    entry.shown["parent_id"] = [None, above.company_name]
    return True
