"""Cells of a list as plain text, a column at a time: what an export says, for thousands of contacts at once.

Each function gives the texts of one column in the order of the sheet's rows, the same as `ListColumn.values` and `text`
say of one row, without making anything that is only shown on a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.contacts.derived import number_of
from webapp.contacts.models import ContactTag, Email, ExternalId, Phone, Tag
from webapp.db import among, tuples
from webapp.lists import beside
from webapp.lists.sheet import NAME, LongSheet, called
from webapp.registry import registry

Texts = Sequence[str]


def names(sheet: LongSheet) -> Texts:
    """The names to show."""
    return list(map(called, *(sheet.columns[one.key] for one in NAME)))


def external_ids(sheet: LongSheet) -> Texts:
    """Their ids of one's own; of several the one that was noted first."""
    query = sa.select(ExternalId.contact_id, ExternalId.value).where(
        among(ExternalId.contact_id, sheet.ids), ExternalId.source == ""
    )
    return in_order(sheet, dict(tuples(query.order_by(ExternalId.id.desc()))))


def functions(sheet: LongSheet) -> Texts:
    """The words of the functions that are enabled."""
    known = [(one.key, str(one.label)) for one in registry().functions()]
    held = beside.functions_of(sheet.ids)
    words = {keys: ", ".join(word for key, word in known if key in keys) for keys in set(held.values())}
    return in_order(sheet, {key: words[keys] for key, keys in held.items()})


def numbers(sheet: LongSheet) -> Texts:
    """The number that the list shows."""
    rows = beside.numbers_of(sheet.ids)
    found = {key: value for key, _function, value in rows}
    several: dict[int, dict[str, str]] = {}
    if len(found) < len(rows):
        several = {key: {} for key, many in Counter(row[0] for row in rows).items() if many > 1}
    for key, function, value in rows if several else ():
        if key in several:
            several[key][function] = value
    return in_order(sheet, found | {key: number_of(one, sheet.function) for key, one in several.items()})


def persons(sheet: LongSheet) -> Texts:
    """How many contact persons."""
    return in_order(sheet, {key: str(number) for key, number in beside.persons_of(sheet.ids).items()})


def first_of(model: type[Email | Phone]) -> Callable[[LongSheet], Texts]:
    """The first e-mail or phone."""

    def texts(sheet: LongSheet) -> Texts:
        query = sa.select(model.contact_id, model.value).where(among(model.contact_id, sheet.ids))
        # The first one comes last, and stays.
        return in_order(sheet, dict(tuples(query.order_by(model.position.desc(), model.id.desc()))))

    return texts


def tags(sheet: LongSheet) -> Texts:
    """The tags in the order of the alphabet."""
    query = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
    found: dict[int, str] = {}
    for key, name in tuples(query.where(among(ContactTag.contact_id, sheet.ids)).order_by(Tag.folded)):
        found[key] = f"{found[key]}, {name}" if key in found else name
    return in_order(sheet, found)


def plain(name: str) -> Callable[[LongSheet], Texts]:
    """A text of the contact as it is."""
    return lambda sheet: sheet.columns[name]


def words(name: str, word: Callable[[Any], Any]) -> Callable[[LongSheet], Texts]:
    """A code of the contact's in words: each code is looked up once."""

    def texts(sheet: LongSheet) -> Texts:
        stored = sheet.columns[name]
        known = {code: str(word(code)) for code in set(stored)}
        return [known[code] for code in stored]

    return texts


def moments(name: str) -> Callable[[LongSheet], Texts]:
    """A moment, as ISO 8601 has it."""
    return lambda sheet: [moment.isoformat() for moment in sheet.columns[name]]


def responsible(sheet: LongSheet) -> Texts:
    """The name of the responsible user, else what the address begins with."""
    users = list(zip(sheet.columns["user_name"], sheet.columns["user_email"], strict=True))
    known = {one: one[0] or (one[1] or "").partition("@")[0] for one in set(users)}
    return [known[one] for one in users]


def in_order(sheet: LongSheet, found: Mapping[int, str]) -> Texts:
    """What is known of some contacts, for all of them."""
    return [found.get(one, "") for one in sheet.ids]


def of_values(sheet: LongSheet, values: Mapping[int, Any], text: Callable[[Any], str]) -> Texts:
    """The texts of a column that only knows what cells of a page show."""
    return [text(values[one]) if values.get(one) else "" for one in sheet.ids]
