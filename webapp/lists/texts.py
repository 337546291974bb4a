"""Cells of a list as plain text, a column at a time: what an export says, for thousands of contacts at once.

Each function gives the texts of one column in the order of the sheet's rows, the same as `ListColumn.values` and `text`
say of one row, without making anything that is only shown on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.contacts.derived import FIRST
from webapp.contacts.models import Contact, ContactLink, ContactNumber, ContactTag, Email, ExternalId, Phone, Tag
from webapp.db import among, tuples
from webapp.functions.models import FunctionRow
from webapp.lists.sheet import NAME, LongSheet, called
from webapp.registry import registry

Texts = Sequence[str]


def names(sheet: LongSheet) -> Texts:
    """The names to show."""
    return list(map(called, *(sheet.columns[one.key] for one in NAME)))


def external_id(_function: str = "") -> Any:
    """Its id of one's own; of several the one that was noted first."""
    query = sa.select(ExternalId.value).where(ExternalId.contact_id == Contact.id, ExternalId.source == "")
    return query.order_by(ExternalId.id).limit(1).scalar_subquery()


def keys(_function: str) -> Any:
    """The keys of its functions, between commas."""
    query = sa.select(sa.func.aggregate_strings(FunctionRow.function, ","))
    return query.where(FunctionRow.contact_id == Contact.id, FunctionRow.ended_at.is_(None)).scalar_subquery()


def functions(sheet: LongSheet) -> Texts:
    """The words of the functions that are enabled."""
    known = [(one.key, str(one.label)) for one in registry().functions()]
    stored = sheet.columns[of("functions")]
    words = {keys: ", ".join(word for key, word in known if key in (keys or "").split(",")) for keys in set(stored)}
    return [words[keys] for keys in stored]


def number(function: str) -> Any:
    """The number that a list shows: the one that `number_of` takes."""
    place = {key: at for at, key in enumerate(dict.fromkeys((function, *FIRST))) if key}
    query = sa.select(ContactNumber.value).where(
        ContactNumber.contact_id == Contact.id, ContactNumber.valid_to.is_(None)
    )
    order = sa.case(place, value=ContactNumber.function, else_=len(FIRST) + 1)
    return query.order_by(order, ContactNumber.id).limit(1).scalar_subquery()


def persons(_function: str) -> Any:
    """How many contact persons."""
    person = aliased(Contact)
    query = sa.select(sa.func.count()).select_from(ContactLink).join(person, person.id == ContactLink.person_id)
    return query.where(ContactLink.party_id == Contact.id, person.deleted_at.is_(None)).scalar_subquery()


def first_of(model: type[Email | Phone]) -> Callable[[str], Any]:
    """The first e-mail or phone."""
    query = sa.select(model.value).where(model.contact_id == Contact.id).order_by(model.position, model.id)
    return lambda _function: query.limit(1).scalar_subquery()


def of(key: str) -> str:
    """What `ListColumn.sql` of a column is called among the columns of a sheet."""
    return f"of_{key}"


def found_of(key: str) -> Callable[[LongSheet], Texts]:
    """What `ListColumn.sql` of a column has found, as it is."""
    return lambda sheet: [str(one) if one else "" for one in sheet.columns[of(key)]]


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
