"""What each role may do, in words (spec J1): the table that Settings show, of the rights that the code asks for."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.acting import RIGHTS, ROLES
from webapp.i18n import _l

TITLES = {
    "reader": _l("Reader"),
    "editor": _l("Editor"),
    "manager": _l("Manager"),
    "administrator": _l("Administrator"),
}
"""The roles as heads and choices; within a sentence `webapp.words.ROLES` has them."""

LABELS = {
    "contacts.read": _l("See, search, export what is shown"),
    "contacts.edit": _l("Create, edit, link, convert, propose, note"),
    "contacts.manage": _l("Mass actions, merge, import, undo both, delete to the bin, restore, shared views"),
    "settings": _l("Settings, plug-ins, users, portals, ranges, override links, purge"),
}
"""Each right of `RIGHTS`, in the order of the spec's table."""
PRIVACY = _l("Anonymise, erasure and access cases")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the table: for each role whether it holds the right."""

    label: str
    held: list[bool]


def table() -> list[Line]:
    """The lines of rights that roles hold; the data-protection permission is nobody's by role."""
    return [Line(label=str(LABELS[right]), held=[role in RIGHTS[right] for role in ROLES]) for right in RIGHTS]
