"""Cells of a list as plain text, a column at a time: what an export says, for thousands of contacts at once.

Each function gives the texts of one column in the order of the sheet's rows, the same as `ListColumn.values` and `text`
say of one row, without making anything that is only shown on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.derived import number_of
from webapp.contacts.models import ContactTag, Email, ExternalId, Phone, Tag
from webapp.db import among, tuples
from webapp.lists import beside
from webapp.lists.sheet import NAME, Sheet, called
from webapp.registry import registry

Texts = Sequence[str]


def names(sheet: Sheet) -> Texts:
    """The names to show."""
    return list(map(called, *(sheet.columns[one.key] for one in NAME)))


def external_ids(sheet: Sheet) -> Texts:
    """Their ids of one's own; of several the one that was noted first."""
    query = sa.select(ExternalId.contact_id, ExternalId.value).where(
        among(ExternalId.contact_id, sheet.ids), ExternalId.source == ""
    )
    return in_order(sheet, dict(tuples(query.order_by(ExternalId.id.desc()))))


def functions(sheet: Sheet) -> Texts:
    """The words of the functions that are enabled."""
    known = [(one.key, str(one.label)) for one in registry().functions()]
    held = beside.functions_of(sheet.ids)
    words = {keys: ", ".join(word for key, word in known if key in keys) for keys in set(held.values())}
    return in_order(sheet, {key: words[keys] for key, keys in held.items()})


def numbers(sheet: Sheet) -> Texts:
    """The number that the list shows."""
    function, found = sheet.function, beside.numbers_of(sheet.ids)
    return in_order(sheet, {key: number_of(one, function) for key, one in found.items()})


def persons(sheet: Sheet) -> Texts:
    """How many contact persons."""
    return in_order(sheet, {key: str(number) for key, number in beside.persons_of(sheet.ids).items()})


def first_of(model: type[Email | Phone]) -> Callable[[Sheet], Texts]:
    """The first e-mail or phone."""

    def texts(sheet: Sheet) -> Texts:
        query = sa.select(model.contact_id, model.value).where(among(model.contact_id, sheet.ids))
        # The first one comes last, and stays.
        return in_order(sheet, dict(tuples(query.order_by(model.position.desc(), model.id.desc()))))

    return texts


def tags(sheet: Sheet) -> Texts:
    """The tags in the order of the alphabet."""
    query = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
    found: dict[int, str] = {}
    for key, name in tuples(query.where(among(ContactTag.contact_id, sheet.ids)).order_by(Tag.folded)):
        found[key] = f"{found[key]}, {name}" if key in found else name
    return in_order(sheet, found)


def plain(name: str) -> Callable[[Sheet], Texts]:
    """A text of the contact as it is."""
    return lambda sheet: sheet.columns[name]


def words(name: str, word: Callable[[Any], Any]) -> Callable[[Sheet], Texts]:
    """A code of the contact's in words: each code is looked up once."""

    def texts(sheet: Sheet) -> Texts:
        stored = sheet.columns[name]
        known = {code: str(word(code)) for code in set(stored)}
        return [known[code] for code in stored]

    return texts


def moments(name: str) -> Callable[[Sheet], Texts]:
    """A moment, as ISO 8601 has it."""
    return lambda sheet: [moment.isoformat() for moment in sheet.columns[name]]


def responsible(sheet: Sheet) -> Texts:
    """The name of the responsible user, else what the address begins with."""
    users = list(zip(sheet.columns["user_name"], sheet.columns["user_email"], strict=True))
    known = {one: one[0] or (one[1] or "").partition("@")[0] for one in set(users)}
    return [known[one] for one in users]


def in_order(sheet: Sheet, found: Mapping[int, str]) -> Texts:
    """What is known of some contacts, for all of them."""
    return [found.get(one, "") for one in sheet.ids]


def of_values(sheet: Sheet, values: Mapping[int, Any], text: Callable[[Any], str]) -> Texts:
    """The texts of a column that only knows what cells of a page show."""
    return [text(values[one]) if values.get(one) else "" for one in sheet.ids]
