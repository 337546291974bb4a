"""Contacts as JSON tells them, in the API and in files: many at once, by a fixed number of statements (spec H4, I4).

Whatever the user who acts may not see is left out. What is read are plain rows, since they are told and not changed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from babel.numbers import get_currency_precision

from webapp.acting import act
from webapp.administration.settings import setting
from webapp.contacts.added import PREFIX, added, empty
from webapp.contacts.fields import COLLECTIONS, FIELDS
from webapp.contacts.models import Contact, ContactNumber, ContactTag, Tag
from webapp.db import among, db
from webapp.functions.models import FunctionRow
from webapp.plugin import ContactFunction, Field
from webapp.ports import MoreFields
from webapp.registry import registry
from webapp.screen import warning_text

Object = dict[str, Any]
Plain = str | int | bool | list[str] | None
NAMES = {"responsible_id": "responsible"}
"""What is told otherwise than the column is called."""
FIRST = ("customer", "supplier", "prospect")
"""Whose number is the contact's `number`: the first of these that has one, else another function's."""


def value_told(one: Field, value: Any, currency: str) -> Plain:
    """A field's value as JSON has it; null where nothing is noted."""
    if one.kind == "boolean":
        return bool(value)
    if one.kind == "choices":
        return list(value)
    if value in (None, ""):
        return None
    if one.kind == "money":
        return decimal_string(value, get_currency_precision(currency))
    if one.kind in ("percent", "decimal"):
        return decimal_string(value, one.decimals if one.kind == "decimal" else 2)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def decimal_string(units: int, digits: int) -> str:
    """Minor units as a decimal string with their digits."""
    return f"{Decimal(units).scaleb(-digits):.{digits}f}"


def moment_told(value: dt.datetime | None) -> str | None:
    """A time as RFC 3339 has it, UTC."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if value else None


def has_money(function: ContactFunction) -> bool:
    """Whether amounts are among its fields, so that a currency stands beside them."""
    return any(one.kind == "money" for one in function.fields)


def contacts_told(ids: Sequence[int]) -> list[Object]:
    """Contacts in the order of `ids`: a statement for each kind of what belongs to them, however many they are."""
    table: Any = Contact.__table__
    found = {row.id: row for row in db.session.execute(sa.select(table).where(among(table.c.id, ids)))}
    belongings = _Belongings(ids)
    return [belongings.told(found[one]) for one in ids if one in found]


class _Belongings:
    """What belongs to many contacts, by contact."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.items = {one.name: _rows(one.model.__table__, ids) for one in COLLECTIONS if act().may(one.right)}
        self.external = self.items.get("external_ids", {})
        self.numbers = _rows(ContactNumber.__table__, ids)
        self.tags: dict[int, list[str]] = defaultdict(list)
        words = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
        for contact_id, name in db.session.execute(words.where(among(ContactTag.contact_id, ids))):
            self.tags[contact_id].append(name)
        self.added = _Added("", ids)
        self.functions = _functions(ids)
        self.enabled = {function.key for function in registry().functions()}

    def told(self, one: Any) -> Object:
        """One contact, a row of its table."""
        functions, own_numbers = self.functions.get(one.id, []), self.numbers.get(one.id, [])
        present = {row.function: own for row, own in functions if row.ended_at is None}
        numbers = {number.function: number.value for number in own_numbers if number.valid_to is None}
        items = {c.name: self.items[c.name].get(one.id, []) for c in COLLECTIONS if c.name in self.items}
        return {
            "id": one.id,
            "kind": one.kind,
            "name": Contact.name.fget(one),  # type: ignore[attr-defined]
            **{NAMES.get(f.name, f.name): value_told(f, getattr(one, f.name), "") for f in FIELDS},
            **{c.name: [_item(c, row) for row in items[c.name]] for c in COLLECTIONS if c.name in items},
            "external_id": next((row.value for row in self.external.get(one.id, []) if not row.source), None),
            "tags": sorted(self.tags.get(one.id, []), key=str.casefold),
            "functions": sorted(present),
            "fields": {key: present[key] for key in sorted(present) if key in self.enabled},
            "custom": self.added.told(one.id, one.kind),
            "past": _past(functions, self.enabled),
            "number": next((numbers[key] for key in (*FIRST, *sorted(numbers)) if key in numbers), None),
            "numbers": dict(sorted(numbers.items())),
            "former_numbers": _former(own_numbers, set(numbers.values())),
            "warnings": list(_warnings(one, items)),
            "archived": one.archived_at is not None,
            "binned": one.deleted_at is not None,
            "anonymised": one.anonymised_at is not None,
            "created_at": moment_told(one.created_at),
            "updated_at": moment_told(one.updated_at),
            "version": one.version,
        }


class _Added:
    """What is noted in the fields that the firm has added, by contact or by a function's row."""

    def __init__(self, owner: str, ids: Sequence[int]) -> None:
        self.owner, self.fields = owner, added(owner)
        self.held: Mapping[int, Mapping[str, Any]] = {}
        if self.fields and ids:
            self.held = registry().service(MoreFields).read(owner, ids)

    def told(self, key: int, kind: str = "") -> Object:
        """The values by code, of fields that contacts of this kind have."""
        held = self.held.get(key, {})
        return {
            one.name.removeprefix(PREFIX): value_told(one, held.get(one.name, empty(one)), "")
            for one in self.fields
            if not kind or not one.kinds or kind in one.kinds
        }


def _rows(table: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The rows of a table, in their order, by contact."""
    found: dict[int, list[Any]] = defaultdict(list)
    order = (table.c.position, table.c.id) if "position" in table.c else (table.c.id,)
    for row in db.session.execute(sa.select(table).where(among(table.c.contact_id, ids)).order_by(*order)):
        found[row.contact_id].append(row)
    return found


def _functions(ids: Sequence[int]) -> dict[int, list[tuple[Any, Object]]]:
    """The functions of contacts, the present ones and those ended, the last ended first, with their fields."""
    table: Any = FunctionRow.__table__
    query = sa.select(table, Contact.currency).join(Contact, Contact.id == table.c.contact_id)
    query = query.where(among(table.c.contact_id, ids)).order_by(table.c.ended_at.desc(), table.c.id.desc())
    rows = db.session.execute(query).all()
    by_key: dict[str, list[int]] = defaultdict(list)
    currencies: dict[int, str] = {}
    for row in rows:
        by_key[row.function].append(row.id)
        currencies[row.id] = row.currency
    own: dict[int, Object] = {}
    for function in registry().functions():
        if of_it := by_key.get(function.key):
            its: Any = function.model.__table__
            more = _Added(function.key, of_it)
            for one in db.session.execute(sa.select(its).where(among(its.c.contact_function_id, of_it))):
                own[one.contact_function_id] = _fields(function, one, more, currencies[one.contact_function_id])
    found: dict[int, list[tuple[Any, Object]]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append((row, own.get(row.id, {})))
    return found


def _fields(function: ContactFunction, own: Any, more: _Added, usual: str) -> Object:
    """A function's own fields; the currency beside money: where none is noted that in which amounts would count."""
    currency = getattr(own, "currency", "") or usual or str(setting("company.currency"))
    seen: Object = {
        one.name: value_told(one, getattr(own, one.name), currency) for one in function.fields if act().may(one.right)
    }
    if more.fields:
        seen["custom"] = more.told(own.contact_function_id)
    return {**seen, "currency": currency} if has_money(function) else seen


def _past(functions: Sequence[tuple[Any, Object]], enabled: set[str]) -> Object:
    """What was noted of functions that have ended, and how they did (spec C5)."""
    found: Object = {}
    for row, own in functions:
        if row.ended_at is not None and row.function in enabled and row.function not in found:
            found[row.function] = {
                **own,
                "started_at": moment_told(row.started_at),
                "ended_at": moment_told(row.ended_at),
                "ended_by": row.ended_by_id,
                "ended_how": row.ended_how,
                "ended_way": row.ended_way,
            }
    return dict(sorted(found.items()))


def _former(numbers: Sequence[Any], present: set[str]) -> list[str]:
    """Numbers that the contact had and has no more, each once, the newest first."""
    ended = [(one.valid_to, one.value) for one in numbers if one.valid_to is not None and one.value not in present]
    return list(dict.fromkeys(value for _at, value in sorted(ended, reverse=True)))


def _item(collection: Any, row: Any) -> Object:
    item = {"id": row.id, **{one.name: value_told(one, getattr(row, one.name), "") for one in collection.fields}}
    if collection.has_primary:
        item["is_primary"] = row.is_primary
    if hasattr(row, "normalised"):
        item["normalised"] = row.normalised
    return item


def _warnings(one: Any, items: Mapping[str, Sequence[Any]]) -> Iterator[Object]:
    """What could not be verified, or read by an import: where, by which rule, and what to do."""
    for name, key in sorted((one.warnings or {}).items()):
        told_as = "import" if name.startswith("import.") else key
        yield {"pointer": f"/{name.removeprefix('import.')}", "key": told_as, "detail": warning_text(key)}
    for name, rows in items.items():
        for index, row in enumerate(rows):
            if warning := getattr(row, "warning", None):
                yield {"pointer": f"/{name}/{index}", "key": warning, "detail": warning_text(warning)}
