"""Values in words, for all contacts of a merge at once: names of users and contacts are looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from plugins.merge.fields import EMPTY
from webapp.api import (
    CONTACT_COLLECTIONS,
    Contact,
    ContactTag,
    Field,
    Tag,
    among,
    db,
    fetch,
    field_words,
    functions_of,
    numbers_of,
    registry,
    shown_number,
    user_names,
)

Row = Mapping[str, Any]
COLLECTIONS = {one.name: one for one in CONTACT_COLLECTIONS}
LONGEST = 300
"""Characters of a text that are shown to choose by."""


def name_of(contact: Contact) -> str:
    """What a contact is called."""
    return contact.name or contact.sort_name


@dataclass(kw_only=True)
class Words:
    """What is known of the contacts of a merge and of those that their values name: names, numbers, functions."""

    names: dict[int, str]
    users: Mapping[int | None, str]
    numbers: dict[int, str]
    functions: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, contacts: Sequence[Contact], others: Iterable[int], users: Iterable[int]) -> Words:
        """Four statements, whatever the number of contacts."""
        ids = [one.id for one in contacts]
        found = {one.id: name_of(one) for one in contacts}
        wanted = set(others) - found.keys()
        found |= {
            one.id: name_of(one) for one in db.session.scalars(sa.select(Contact).where(among(Contact.id, wanted)))
        }
        return cls(
            names=found,
            users=user_names(set(users)),
            numbers={key: shown_number(of_one) for key, of_one in numbers_of(ids).items()},
            functions=functions_of(ids),
        )

    def say(self, one: Field, value: Any, currency: str = "") -> str:
        """A value in words; an empty text where there is none."""
        if value in EMPTY:
            return ""
        if one.kind == "user":
            return self.users.get(value, str(value))
        if one.kind == "contact":
            return self.names.get(value, str(value))
        text = field_words(one, value, currency)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def called(self, contact_id: int) -> str:
        """A contact's name with its number, so that two of one name are told apart."""
        name = self.names.get(contact_id, str(contact_id))
        number = self.numbers.get(contact_id, "")
        return f"{name} ({number})" if number else name


def entry(collection: str, row: Row) -> str:
    """An e-mail, an address … in one line."""
    of_kind = COLLECTIONS[collection]
    shown = [one for one in of_kind.fields if one.name in of_kind.key]
    if collection == "bank_accounts":
        shown = [one for one in of_kind.fields if one.name != "bic"][::-1]
    texts = [field_words(one, row[one.name]) for one in shown]
    if collection == "addresses":
        street, more, code, city, region, country = texts
        texts = [street, more, f"{code} {city}".strip(), region, country]
    if collection == "social_accounts":
        texts.insert(0, field_words(of_kind.fields[0], row["network"]))
    return ", ".join(text for text in texts if text)


def tags_of(ids: Sequence[int]) -> list[str]:
    """The tags of contacts together, in alphabetical order; one statement."""
    of_these = sa.select(ContactTag.tag_id).where(among(ContactTag.contact_id, ids))
    return sorted((row.name for row in fetch(sa.select(Tag.name).where(Tag.id.in_(of_these)))), key=str.casefold)


def table_labels() -> dict[str, tuple[str, bool]]:
    """What the rows of each table are called, and whether the plug-in whose they are is switched off."""
    found: dict[str, tuple[str, bool]] = {}
    for plugin, model in registry().duties("models"):
        found[model.__tablename__] = (str(plugin.label), not registry().is_enabled(plugin.name))
    for plugin, one in registry().duties("personal_data"):
        if one.label:
            found[one.table] = (str(one.label), not registry().is_enabled(plugin.name))
    return found


def counted(tables: Mapping[str, int]) -> list[tuple[str, int, bool]]:
    """Numbers of rows by table, as their label, the number, and whether their plug-in is switched off."""
    labels = table_labels()
    found: dict[tuple[str, bool], int] = {}
    for table, number in tables.items():
        key = labels.get(table, (table, False))
        found[key] = found.get(key, 0) + number
    return sorted((label, number, is_off) for (label, is_off), number in found.items())
