"""Many contacts read for a table: plain tuples by one statement for each kind of what belongs to them, then columns.

It says what `webapp.api.contacts_told` tells of them, a column at a time and without making an object of each: nothing
is read before a column asks for it, and a value that many have is put into words once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import sqlalchemy as sa

from plugins.transfer.exporting import entries
from plugins.transfer.exporting.contents import kinds_of, names_of
from webapp.api import (
    CONTACT_FIELDS,
    LINK_FIELDS,
    Contact,
    ContactFunction,
    ContactLink,
    ContactNumber,
    ContactTag,
    ExternalId,
    Field,
    FunctionRow,
    MoreFields,
    Tag,
    act,
    among,
    empty_value,
    fetch,
    registry,
    setting,
    tuples,
    user_emails,
    value_told,
)

Texts = Sequence[str]
TEXTS = frozenset({"text", "multiline", "choice", "value_list", "country", "language", "currency", "link"})
"""Kinds of fields whose values are texts already."""
IS_PRIMARY = Field(name="is_primary", label="", kind="boolean")


class Gathered:
    """Those of some contacts that are there, in the order given."""

    def __init__(self, ids: Sequence[int]) -> None:
        names = ("id", "kind", *(one.name for one in CONTACT_FIELDS))
        query = sa.select(*(Contact.__table__.c[name] for name in names)).where(among(Contact.id, ids))
        found = {row[0]: row for row in tuples(query)}
        rows = [found[one] for one in ids if one in found]
        self.ids: list[int] = [row[0] for row in rows]
        self.columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
        self.nothing: Texts = [""] * len(rows)

    def in_order(self, found: Mapping[int, str]) -> Texts:
        """What is known of some of them, for all."""
        return [found.get(one, "") for one in self.ids] if found else self.nothing

    # --- Of the contact itself

    def field(self, field: Field) -> Texts:
        """A field of all contacts."""
        return told(field, self.columns[field.name])

    @property
    def responsible(self) -> Texts:
        """The address of the responsible user."""
        known = user_emails(set(self.columns["responsible_id"]))
        return [known.get(one, "") for one in self.columns["responsible_id"]] if known else self.nothing

    @property
    def parents(self) -> Texts:
        """The names of the parent companies."""
        known = names_of({one for one in self.columns["parent_id"] if one})
        return [known.get(one, "") for one in self.columns["parent_id"]] if known else self.nothing

    # --- Of what it has several of

    def entries(self, collection: Any) -> Texts:
        """A collection, in one cell each."""
        table = collection.model.__table__
        fields = (*collection.fields, *((IS_PRIMARY,) if collection.has_primary else ()))
        order = (table.c.position, table.c.id) if "position" in table.c else (table.c.id,)
        columns = (table.c.contact_id, *(table.c[one.name] for one in fields))
        query = sa.select(*columns).where(among(table.c.contact_id, self.ids)).order_by(*order)
        return self.in_order(_cells(tuples(query), fields))

    @property
    def external_ids(self) -> Texts:
        """The first id of one's own."""
        query = sa.select(ExternalId.contact_id, ExternalId.value).where(
            among(ExternalId.contact_id, self.ids), ExternalId.source == ""
        )
        # The first one comes last, and stays.
        return self.in_order(dict(tuples(query.order_by(ExternalId.id.desc()))))

    @property
    def tags(self) -> Texts:
        """The tags in the order of the alphabet."""
        query = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
        found: dict[int, list[str]] = {}
        for contact_id, name in tuples(query.where(among(ContactTag.contact_id, self.ids))):
            found.setdefault(contact_id, []).append(name)
        return self.in_order(
            {key: entries.written([tag] for tag in sorted(held, key=str.casefold)) for key, held in found.items()}
        )

    @property
    def employers(self) -> Texts:
        """The parties where it is a contact person, with what holds for each link."""
        table: Any = ContactLink.__table__
        columns = (table.c.person_id, table.c.party_id, *(table.c[one.name] for one in LINK_FIELDS))
        rows = tuples(sa.select(*columns).where(among(table.c.person_id, self.ids)).order_by(table.c.id))
        names = names_of({row[1] for row in rows})
        kinds = kinds_of({row[1] for row in rows})
        named = [
            (row[0], names.get(row[1], ""), *row[2:], "person" if kinds.get(row[1]) == "person" else "") for row in rows
        ]
        ends = (Field(name="party", label=""), Field(name="party_kind", label=""))
        return self.in_order(_cells(named, (ends[0], *LINK_FIELDS, ends[1])))

    # --- Of its functions

    @cached_property
    def function_rows(self) -> dict[str, dict[int, int]]:
        """By the key of each function, of the contacts that have it now: its row's id by the contact's."""
        query = sa.select(FunctionRow.function, FunctionRow.contact_id, FunctionRow.id).where(
            among(FunctionRow.contact_id, self.ids), FunctionRow.ended_at.is_(None)
        )
        found: dict[str, dict[int, int]] = {}
        for key, contact_id, row_id in tuples(query):
            found.setdefault(key, {})[contact_id] = row_id
        return found

    @property
    def functions(self) -> Texts:
        """The keys of its functions."""
        found: dict[int, str] = {}
        for key in sorted(self.function_rows):
            for contact_id in self.function_rows[key]:
                found[contact_id] = f"{found[contact_id]}, {key}" if contact_id in found else key
        return self.in_order(found)

    @cached_property
    def _numbers(self) -> dict[str, dict[int, str]]:
        query = sa.select(ContactNumber.function, ContactNumber.contact_id, ContactNumber.value).where(
            among(ContactNumber.contact_id, self.ids), ContactNumber.valid_to.is_(None)
        )
        found: dict[str, dict[int, str]] = {}
        for key, contact_id, value in tuples(query.order_by(ContactNumber.id)):
            found.setdefault(key, {})[contact_id] = value
        return found

    def numbers(self, key: str) -> Texts:
        """The numbers that a function has given."""
        return self.in_order(self._numbers.get(key, {}))

    @cached_property
    def _own(self) -> dict[str, _Own]:
        return {}

    def own(self, function: ContactFunction) -> _Own:
        """What is noted of a function, in the fields that the present user may see."""
        if function.key not in self._own:
            self._own[function.key] = _Own(function, self.function_rows.get(function.key, {}))
        return self._own[function.key]

    def own_field(self, function: ContactFunction, field: Field) -> Texts:
        """A field of a function."""
        return self.in_order(self.own(function).texts(field))

    def currencies(self, function: ContactFunction) -> Texts:
        """The currency of a function's amounts, where there are any."""
        return self.in_order(self.own(function).currencies_of_amounts())

    # --- Of what the firm has added

    @cached_property
    def _added(self) -> dict[str, Mapping[int, Mapping[str, Any]]]:
        return {}

    def added(self, field: Field, key: str = "") -> Texts:
        """A field that the firm has added to contacts, or to a function."""
        rows = self.function_rows.get(key, {}) if key else dict(zip(self.ids, self.ids, strict=True))
        if key not in self._added:
            self._added[key] = registry().service(MoreFields).read(key, list(rows.values())) if rows else {}
        held, nothing = self._added[key], empty_value(field)
        if not key and field.kinds:
            kinds = dict(zip(self.ids, self.columns["kind"], strict=True))
            rows = {one: row for one, row in rows.items() if kinds[one] in field.kinds}
        texts = told(field, [held.get(row, {}).get(field.name, nothing) for row in rows.values()])
        return self.in_order(dict(zip(rows, texts, strict=True)))


class _Own:
    """The rows of a function's own table, by contact."""

    def __init__(self, function: ContactFunction, rows: Mapping[int, int]) -> None:
        self.money = [one.name for one in function.fields if one.kind == "money" and act().may(one.right)]
        names = [one.name for one in function.fields if act().may(one.right)]
        table: Any = function.model.__table__
        if "currency" in table.c and "currency" not in names:
            names.append("currency")
        query = sa.select(table.c.contact_function_id, *(table.c[name] for name in names))
        found = {}
        if rows:
            found = {one[0]: one for one in fetch(query.where(among(table.c.contact_function_id, rows.values()))).all()}
        self.contacts = [contact_id for contact_id, row in rows.items() if row in found]
        held = [tuple(found[rows[one]])[1:] for one in self.contacts]
        self.columns = dict(zip(names, zip(*held, strict=True), strict=True)) if held else dict.fromkeys(names, ())

    @cached_property
    def currencies(self) -> Texts:
        """In which each counts: the firm's, where none is noted."""
        usual = str(setting("company.currency"))
        return [one or usual for one in self.columns.get("currency", [""] * len(self.contacts))]

    def texts(self, field: Field) -> dict[int, str]:
        """A field by contact."""
        values = self.columns[field.name]
        texts = told(field, values, self.currencies) if field.kind == "money" else told(field, values)
        return dict(zip(self.contacts, texts, strict=True)) if any(texts) else {}

    def currencies_of_amounts(self) -> dict[int, str]:
        """Of those that have an amount."""
        amounts = zip(*(self.columns[name] for name in self.money), strict=True)
        each = zip(self.contacts, self.currencies, amounts, strict=True)
        return {key: currency for key, currency, held in each if any(one is not None for one in held)}


def plain(value: Any) -> str:
    """A value of JSON as a program writes it into a cell: nothing for what is not noted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, list) else str(value)


def told(field: Field, values: Sequence[Any], currencies: Iterable[str] = ()) -> Texts:
    """The values of a field as a program writes them into cells; `currencies` are those of amounts, one each."""
    if field.kind in TEXTS:
        return [value or "" for value in values]
    if field.kind == "choices":
        return [",".join(value or ()) for value in values]

    @cache
    def text(value: Any, currency: str = "") -> str:
        return plain(value_told(field, value, currency))

    return list(map(text, values, currencies)) if currencies else list(map(text, values))


def _cells(rows: Sequence[Sequence[Any]], fields: Sequence[Field]) -> dict[int, str]:
    """Rows of a contact's id and an entry's values as cells, by contact."""
    if not rows:
        return {}
    ids, *columns = zip(*rows, strict=True)
    parts = [_parts(field, values) for field, values in zip(fields, columns, strict=True)]
    found: dict[int, str] = {}
    for contact_id, entry in zip(ids, map(entries.line, zip(*parts, strict=True)), strict=True):
        found[contact_id] = f"{found[contact_id]}\n{entry}" if contact_id in found else entry
    return found


def _parts(field: Field, values: Sequence[Any]) -> Texts:
    """Values as parts of entries: what is not ticked says nothing."""
    return ["1" if value else "" for value in values] if field.kind == "boolean" else told(field, values)
