"""One row of a list as a form (spec G4): the few values that a list shows, and what became of them meanwhile (A5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.contacts.derived import main_address
from webapp.contacts.fields import BY_NAME, COLLECTION, COMPANY_ONLY
from webapp.contacts.forms import TAGS
from webapp.contacts.models import Contact
from webapp.contacts.services import update, writable
from webapp.errors import Invalid
from webapp.lists.columns import ListColumn
from webapp.plugin import Field
from webapp.shown import shown, typed

NAMES = {"person": ("first_name", "last_name"), "company": ("company_name",)}
PLACE = {one.name: one for one in COLLECTION["addresses"].fields if one.name in ("city", "country")}
PLAIN = ("category", "source", "language", "legal_form", "vat_id", "website")
"""Fields of the contact that are edited in the column of their name."""


def fields_of(kind: str, columns: Sequence[ListColumn]) -> dict[str, list[Field]]:
    """What is edited in the cells of a row that shows these columns, by the column's key.

    Tags stand below the functions, and the country beside the city, where they have no column of their own.
    """
    keys = {one.key for one in columns}
    found: dict[str, list[Field]] = {key: [] for key in keys}
    for key, field_, but in (
        ("tags", TAGS, ""),
        ("functions", TAGS, "tags"),
        ("city", PLACE["city"], ""),
        ("country", PLACE["country"], ""),
        ("city", PLACE["country"], "country"),
        ("responsible", BY_NAME["responsible_id"], ""),
        *((name, BY_NAME[name], "") for name in PLAIN if kind == "company" or name not in COMPANY_ONLY),
    ):
        if key in keys and but not in keys:
            found[key].append(field_)
    return found


@dataclass
class RowForm:
    """What stands in the row. `was` is what stood there when it was opened, `theirs` what another saved since."""

    contact_id: int
    kind: str
    version: int
    values: dict[str, str]
    was: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    is_stale: bool = False

    @classmethod
    def of(cls, contact: Contact) -> RowForm:
        """The row of a stored contact."""
        address = main_address(contact)
        values = {name: getattr(contact, name) for name in NAMES[contact.kind]}
        values |= {
            "tags": ", ".join(contact.tags),
            "city": address.city if address else "",
            "country": address.country if address else "",
            "responsible_id": typed(BY_NAME["responsible_id"], contact.responsible_id),
        }
        values |= {name: getattr(contact, name) for name in PLAIN}
        return cls(contact_id=contact.id, kind=contact.kind, version=contact.version, values=values, was=dict(values))

    @classmethod
    def posted(cls, sent: Mapping[str, str], contact: Contact) -> RowForm:
        """The row as it was sent; what is missing in it stays as it is."""
        stored = cls.of(contact)
        version = sent.get("version", "")
        # Whoever can't say what they read is shown what there is (spec A5).
        number = int(version) if version.isdecimal() and len(version) < 10 else 0
        values = {name: sent.get(name, value) for name, value in stored.values.items()}
        was = {name: sent.get(f"was-{name}", value) for name, value in stored.values.items()}
        return cls(contact_id=contact.id, kind=contact.kind, version=number, values=values, was=was)

    def meet(self, stored: RowForm) -> None:
        """Lay one's own values beside those that another saved meanwhile: what does not collide is taken over."""
        self.is_stale = True
        for name, value in stored.values.items():
            if self.values[name] == self.was[name]:
                self.values[name] = value
            elif value not in (self.was[name], self.values[name]):
                self.theirs[name] = told(name, value)
        self.was, self.version = stored.was, stored.version


def told(name: str, value: str) -> str:
    """A value in words."""
    one: Field | None = PLACE.get(name) or BY_NAME.get(name)
    if one is None or not value:
        return value
    return shown(one, int(value) if one.kind == "user" else value)


def save(form: RowForm) -> Contact:
    """Save what was changed in the row; raises `Invalid` with errors by the row's names, `Stale` as `update` does."""
    changed = {name: value for name, value in form.values.items() if value != form.was[name]}
    values: dict[str, Any] = {name: value for name, value in changed.items() if name not in PLACE}
    place = {name: value for name, value in changed.items() if name in PLACE}
    if place:
        values["addresses"] = _with_main(writable(form.contact_id), place)
    try:
        return update(form.contact_id, values, form.version)
    except Invalid as error:
        # An address's error names its line: addresses.0.city.
        raise Invalid(error.message, {name.rpartition(".")[2]: text for name, text in error.errors.items()}) from error


def _with_main(contact: Contact, place: Mapping[str, str]) -> list[dict[str, Any]]:
    """All addresses as they are, the main one (a new one where there is none) at its new place."""
    main = main_address(contact)
    items: list[dict[str, Any]] = []
    for one in contact.addresses:
        present = {each.name: getattr(one, each.name) for each in COLLECTION["addresses"].fields}
        items.append({"id": one.id, **present, **(place if one is main else {})})
    return items if main else [{"purpose": "main", **place}]
