"""Contacts, links and history as the API tells them: many at once, by a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.rest import added
from plugins.rest.fields import moment, told
from webapp.api import (
    CONTACT_COLLECTIONS,
    CONTACT_FIELDS,
    LINK_FIELDS,
    Contact,
    ContactFunction,
    ContactLink,
    ContactNumber,
    ContactTag,
    FunctionRow,
    HistoryEntry,
    Tag,
    act,
    db,
    fill_added,
    may_see,
    registry,
    setting,
    user_names,
    warning_text,
)

Object = dict[str, Any]
NAMES = {"responsible_id": "responsible"}
"""What the API calls otherwise than the column."""
FIRST = ("customer", "supplier", "prospect")
"""Whose number is the contact's `number`: the first of these that has one, else another function's."""


def contact(one: Contact) -> Object:
    """One contact."""
    return contacts([one.id])[0]


def contacts(ids: Sequence[int]) -> list[Object]:
    """Contacts in the order of `ids`: a statement for each kind of what belongs to them, however many they are."""
    found = {row.id: row for row in db.session.scalars(sa.select(Contact).where(Contact.id.in_(ids)))}
    fill_added("", found.values())
    belongings = _Belongings(ids)
    return [_contact(found[one], belongings) for one in ids if one in found]


class _Belongings:
    """What belongs to many contacts, by contact: plain rows, since they are told and not changed."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.items = {one.name: _rows(one.model.__table__, ids) for one in CONTACT_COLLECTIONS}
        self.numbers = _rows(ContactNumber.__table__, ids)
        self.tags: dict[int, list[str]] = defaultdict(list)
        words = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
        for contact_id, name in db.session.execute(words.where(ContactTag.contact_id.in_(ids))):
            self.tags[contact_id].append(name)
        self.functions = _functions(ids)


def _rows(table: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The rows of a table, in their order, by contact."""
    found: dict[int, list[Any]] = defaultdict(list)
    order = (table.c.position, table.c.id) if "position" in table.c else (table.c.id,)
    for row in db.session.execute(sa.select(table).where(table.c.contact_id.in_(ids)).order_by(*order)):
        found[row.contact_id].append(row)
    return found


def _functions(ids: Sequence[int]) -> dict[int, list[tuple[FunctionRow, Object]]]:
    """The functions of contacts, the present ones and those ended, the last ended first, with their fields."""
    rows = db.session.scalars(
        sa.select(FunctionRow)
        .where(FunctionRow.contact_id.in_(ids))
        .order_by(FunctionRow.ended_at.desc(), FunctionRow.id.desc())
    ).all()
    by_key: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_key[row.function].append(row.id)
    own: dict[int, Object] = {}
    for function in registry().functions():
        if of_it := by_key.get(function.key):
            model = function.model
            rows_of_it = db.session.scalars(sa.select(model).where(model.contact_function_id.in_(of_it))).all()
            fill_added(function.key, rows_of_it)
            for one in rows_of_it:
                own[one.contact_function_id] = _fields(function, one)
    found: dict[int, list[tuple[FunctionRow, Object]]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append((row, own.get(row.id, {})))
    return found


def _fields(function: ContactFunction, own: Any) -> Object:
    """A function's own fields, as far as this caller may see them; the currency beside money."""
    currency = getattr(own, "currency", "") or str(setting("company.currency"))
    seen: Object = {
        one.name: told(one, getattr(own, one.name), currency) for one in function.fields if act().may(one.right)
    }
    if more := added.told(own, function.key):
        seen["custom"] = more
    return {**seen, "currency": currency} if has_money(function) else seen


def has_money(function: ContactFunction) -> bool:
    """Whether amounts are among its fields, so that a currency stands beside them."""
    return any(one.kind == "money" for one in function.fields)


def _contact(one: Contact, belongings: _Belongings) -> Object:
    functions, own_numbers = belongings.functions[one.id], belongings.numbers[one.id]
    items = {c.name: belongings.items[c.name][one.id] for c in CONTACT_COLLECTIONS}
    present = {row.function: own for row, own in functions if row.ended_at is None}
    numbers = {number.function: number.value for number in own_numbers if number.valid_to is None}
    enabled = {function.key for function in registry().functions()}
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        **{NAMES.get(f.name, f.name): told(f, getattr(one, f.name), "") for f in CONTACT_FIELDS},
        **{c.name: [_item(c, row) for row in items[c.name]] for c in CONTACT_COLLECTIONS if act().may(c.right)},
        "external_id": next((row.value for row in items["external_ids"] if not row.source), None),
        "tags": sorted(belongings.tags[one.id], key=str.casefold),
        "functions": sorted(present),
        "fields": {key: present[key] for key in sorted(present) if key in enabled},
        "custom": added.told(one, "", one.kind),
        "past": _past(functions, enabled),
        "number": next((numbers[key] for key in (*FIRST, *sorted(numbers)) if key in numbers), None),
        "numbers": dict(sorted(numbers.items())),
        "former_numbers": _former(own_numbers, set(numbers.values())),
        "warnings": list(_warnings(one, items)),
        "archived": one.archived_at is not None,
        "binned": one.deleted_at is not None,
        "anonymised": one.anonymised_at is not None,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "version": one.version,
    }


def _past(functions: list[tuple[FunctionRow, Object]], enabled: set[str]) -> Object:
    """What was noted of functions that have ended, and how they did (spec C5)."""
    found: Object = {}
    for row, own in functions:
        if row.ended_at is not None and row.function in enabled and row.function not in found:
            found[row.function] = {
                **own,
                "started_at": moment(row.started_at),
                "ended_at": moment(row.ended_at),
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
    item = {"id": row.id, **{one.name: told(one, getattr(row, one.name), "") for one in collection.fields}}
    if collection.has_primary:
        item["is_primary"] = row.is_primary
    if hasattr(row, "normalised"):
        item["normalised"] = row.normalised
    return item


def _warnings(one: Contact, items: dict[str, list[Any]]) -> Iterator[Object]:
    """What could not be verified, or read by an import: where, by which rule, and what to do."""
    for name, key in sorted((one.warnings or {}).items()):
        told_as = "import" if name.startswith("import.") else key
        yield {"pointer": f"/{name.removeprefix('import.')}", "key": told_as, "detail": warning_text(key)}
    for collection in CONTACT_COLLECTIONS:
        if not act().may(collection.right):
            continue
        for index, row in enumerate(items[collection.name]):
            if warning := getattr(row, "warning", None):
                yield {"pointer": f"/{collection.name}/{index}", "key": warning, "detail": warning_text(warning)}


def link(one: ContactLink) -> Object:
    """A contact person's place at a party."""
    return {
        "id": one.id,
        "person_id": one.person_id,
        "party_id": one.party_id,
        "person": one.person.name,
        "party": one.party.name,
        **{f.name: told(f, getattr(one, f.name), "") for f in LINK_FIELDS},
        "created_at": moment(one.created_at),
        "version": one.version,
    }


def entries(rows: Sequence[HistoryEntry]) -> list[Object]:
    """The history, with the names of who did it; values that this caller may not see are left out."""
    names = user_names({row.user_id for row in rows})
    return [
        {
            "id": row.id,
            "contact": row.contact_id,
            "came_from": row.came_from_id,
            "at": moment(row.at),
            "user": row.user_id,
            "user_name": names.get(row.user_id or 0),
            "way": row.way,
            "action": row.action,
            "changes": {NAMES.get(name, name): list(pair) for name, pair in row.changes.items() if may_see(name)},
            "source": row.source,
        }
        for row in rows
    ]
