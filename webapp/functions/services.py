"""Activate, convert, release: one service each for form, list, mass action, import and API (spec B2, C2-C6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from babel.numbers import get_currency_precision

from webapp.acting import act, need
from webapp.administration.settings import setting
from webapp.contacts import added
from webapp.contacts.coerce import CURRENCIES, coerce, is_nothing
from webapp.contacts.derived import refresh
from webapp.contacts.models import Contact
from webapp.contacts.services import check_version, touch, writable
from webapp.db import among, db, fetch, now
from webapp.errors import Invalid, Missing, Refused
from webapp.events import ContactChanged, FunctionActivated, FunctionReleased
from webapp.functions import numbers
from webapp.functions.models import FunctionRow
from webapp.history.services import Change, record
from webapp.i18n import _
from webapp.plugin import ContactFunction
from webapp.registry import registry


def known(key: str) -> ContactFunction:
    """A function that contacts can be given now; raises `Missing` for an unknown, `Refused` for a switched-off one."""
    function = registry().function(key)
    if function is None:
        raise Missing(_("There is no contact function “%(key)s”.", key=key[:40]))
    if not registry().is_function_enabled(key):
        raise Refused(
            _("The function “%(function)s” is switched off: ask an administrator to switch it on.",
              function=function.label)
        )  # fmt: skip
    return function


def live_rows(contact_id: int) -> list[FunctionRow]:
    """The functions a contact has now, also those of switched-off plug-ins."""
    return [row for row in rows_of(contact_id) if row.ended_at is None]


def past_rows(contact_id: int) -> list[FunctionRow]:
    """The functions it had and has no more, the last ended first (spec C5: what was noted stays readable)."""
    return past_of(rows_of(contact_id))


def past_of(rows: Iterable[FunctionRow]) -> list[FunctionRow]:
    """The same of rows that were read already."""
    ended = [row for row in rows if row.ended_at is not None]
    return sorted(ended, key=lambda row: (row.ended_at, row.id), reverse=True)


def rows_of(contact_id: int) -> list[FunctionRow]:
    """All functions a contact has or had, in the order in which they began."""
    query = sa.select(FunctionRow).where(FunctionRow.contact_id == contact_id)
    return list(db.session.scalars(query.order_by(FunctionRow.started_at, FunctionRow.id)))


def fields_of(row: FunctionRow) -> Any:
    """A function's own fields, an instance of its plug-in's model; None where its package is gone."""
    function = registry().function(row.function)
    own = db.session.get(function.model, row.id) if function else None
    if own is not None:
        added.fill(row.function, [own])
    return own


def values_of(contact_id: int, keys: Iterable[str]) -> dict[str, Any]:
    """A contact's live rows of these functions with their own fields, by function."""
    wanted = set(keys)
    rows = [row for row in live_rows(contact_id) if row.function in wanted]
    held = fields_of_many(rows)
    return {row.function: held[row.id] for row in rows if row.id in held}


def fields_of_many(rows: Iterable[FunctionRow]) -> dict[int, Any]:
    """The same of many rows, by their ids: one statement for each function."""
    ids: dict[str, list[int]] = {}
    for row in rows:
        ids.setdefault(row.function, []).append(row.id)
    found: dict[int, Any] = {}
    for key, of_one in ids.items():
        if (function := registry().function(key)) is not None:
            query = sa.select(function.model).where(among(function.model.contact_function_id, of_one))
            owned = db.session.scalars(query).all()
            added.fill(key, owned)
            found |= {own.contact_function_id: own for own in owned}
    return found


def activate(contact_id: int, key: str, values: Mapping[str, Any] | None = None) -> bool:
    """Give a contact a function, with its fields; False where it has it already (then only the fields are set).

    Where another function of the same slot is there that this one may follow, it is a conversion.
    """
    need("contacts.edit")
    function = known(key)
    contact = writable(contact_id)
    holder = _holder(contact_id, function)
    if holder is not None and holder.function == key:
        if values:
            save_fields(contact_id, key, values)
        return False
    if holder is not None:
        return _convert(contact, holder, function, values or {}, None)
    _row_id, own = _add(contact, function, values or {})
    record(contact.id, "activated", {"function": (None, key)})
    _number(contact, function, own, values or {}, None)
    registry().publish(FunctionActivated(contact_id=contact.id, function=key))
    return True


def convert(contact_id: int, to: str, values: Mapping[str, Any] | None = None, *, source: str | None = None) -> bool:
    """Turn a prospect into a customer, for good (spec C1-C6); False where it was one already.

    `source` names what caused it, such as a proposal. Raises `Refused` where there is nothing to convert, or
    the function it has now may not be left.
    """
    need("contacts.edit")
    function = known(to)
    contact = writable(contact_id)
    holder = _holder(contact_id, function)
    if holder is None:
        raise nothing_to_convert(function, contact.name or contact.sort_name)
    if holder.function == to:
        return False
    return _convert(contact, holder, function, values or {}, source)


def _convert(
    contact: Contact,
    holder: FunctionRow,
    function: ContactFunction,
    values: Mapping[str, Any],
    source: str | None,
) -> bool:
    if refusal := not_to_be_left(holder.function, holder.is_final, function, contact.name or contact.sort_name):
        raise refusal
    _ask_guards(holder, "convert")
    _end(holder, "converted")
    holder.converted_to_id, own = _add(contact, function, values)
    record(contact.id, "converted", {"function": (holder.function, function.key)}, source=source)
    _number(contact, function, own, values, holder.function)
    event = FunctionActivated(contact_id=contact.id, function=function.key, converted_from=holder.function)
    registry().publish(event)
    return True


def nothing_to_convert(function: ContactFunction, name: str = "") -> Refused:
    """A contact, named where it is the only one, has none of the functions that `function` may follow."""
    if not name:
        return Refused(_("It has no function to convert: activate “%(function)s” instead.", function=function.label))
    return Refused(
        _("%(name)s has no function to convert: activate “%(function)s” instead.", name=name, function=function.label)
    )


def not_to_be_left(present: str, is_final: bool, function: ContactFunction, name: str = "") -> Refused | None:
    """Why a contact can't leave the function it has now for another of its slot; None where it can."""
    if present in function.follows:
        return None
    known_one = registry().function(present)
    if not is_final or known_one is None or present == function.key:
        label = known_one.label if known_one else present
        return Refused(
            _("“%(wanted)s” and “%(present)s” exclude each other: release the present one first.",
              wanted=function.label, present=label)
        )  # fmt: skip
    if (present, function.key) == ("customer", "prospect"):
        return Refused(
            _("%(name)s is a customer for good: a customer never becomes a prospect again.", name=name)
            if name
            else _("It is a customer for good: a customer never becomes a prospect again.")
        )
    labels = {"present": known_one.label, "wanted": function.label}
    return Refused(
        _("%(name)s has the function “%(present)s” for good: “%(wanted)s” can't be added.", name=name, **labels)
        if name
        else _("It has the function “%(present)s” for good: “%(wanted)s” can't be added.", **labels)
    )


def release(contact_id: int, key: str) -> None:
    """Take a function back that is not final and on which nothing hangs; its fields stay readable."""
    need("contacts.edit")
    function = known(key)
    contact = writable(contact_id)
    row = _holder(contact_id, function)
    if row is None or row.function != key:
        raise Refused(_("%(name)s does not have this function.", name=contact.name))
    if row.is_final:
        raise Refused(_("The function “%(function)s” stays for good: it can't be taken back.", function=function.label))
    _ask_guards(row, "release")
    _end(row, "released")
    refresh(contact)
    touch(contact)
    record(contact.id, "released", {"function": (key, None)})
    registry().publish(FunctionReleased(contact_id=contact.id, function=key))


def save_fields(contact_id: int, key: str, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a function's own fields, and its number by the name `number`; raises `Invalid` or `Stale`."""
    need("contacts.edit")
    function = known(key)
    contact = writable(contact_id)
    check_version(contact.version, version)
    row = _holder(contact_id, function)
    if row is None or row.function != key:
        raise Refused(_("%(name)s does not have this function.", name=contact.name))
    own = fields_of(row)
    changes = _apply(function, own, values, contact)
    numbers.note_fields(key, changes)
    if "number" in values and (change := numbers.put(contact, key, values["number"])):
        changes["number"] = change
    if changes:
        touch(contact)
        added.save(key, {row.id: changes})
        record(contact.id, "changed", {f"{key}.{name}": change for name, change in changes.items()})
        registry().publish(ContactChanged(contact_id=contact.id, fields=tuple(f"{key}.{name}" for name in changes)))


_ROWS: Any = FunctionRow.__table__
_BEGIN = sa.insert(_ROWS).returning(_ROWS.c.id)
_IN_SLOT = sa.select(FunctionRow.id).where(
    FunctionRow.contact_id == sa.bindparam("contact"),
    FunctionRow.slot == sa.bindparam("slot"),
    FunctionRow.ended_at.is_(None),
)


def _holder(contact_id: int, function: ContactFunction) -> FunctionRow | None:
    """The live row of the function's slot, as it is in the database: rows are written there at once."""
    found = fetch(_IN_SLOT, {"contact": contact_id, "slot": function.slot}, flush=False).scalar()
    return db.session.get(FunctionRow, found, populate_existing=True) if found is not None else None


def _ask_guards(row: FunctionRow, action: str) -> None:
    for _plugin, guard in registry().duties("function_guards"):
        if guard.function == row.function and guard.action == action and (reason := guard.find([row.id])):
            raise Refused(reason[row.id])


def _end(row: FunctionRow, how: str) -> None:
    who = act()
    row.ended_at, row.ended_how, row.ended_way, row.ended_by_id = now(), how, who.way, who.user_id
    # The slot is free for the next row only once the database knows.
    db.session.flush()
    if how == "released":
        numbers.retire(row.contact_id, row.function)


def _add(contact: Contact, function: ContactFunction, values: Mapping[str, Any]) -> tuple[int, Any]:
    """The id of the function's row, and the one with its own fields; it has no number yet."""
    who = act()
    row = {
        "contact_id": contact.id,
        "function": function.key,
        "slot": function.slot,
        "is_final": function.final,
        "started_by_id": who.user_id,
        "started_way": who.way,
    }
    row_id = fetch(_BEGIN, row, flush=False).scalar_one()
    own = function.model(contact_function_id=row_id)
    defaults = {name: (None, value) for name, value in added.begin(own, function.key).items() if name not in values}
    changes = {**defaults, **_apply(function, own, values, contact)}
    db.session.add(own)
    added.save(function.key, {row_id: changes})
    return row_id, own


def _number(
    contact: Contact, function: ContactFunction, own: Any, values: Mapping[str, Any], follows: str | None
) -> None:
    """The number, and what else is given in turn: last, since until the commit nobody else is given any."""
    numbers.take(contact, function.key, values.get("number"), follows)
    numbers.fill(function.key, own)
    touch(contact)


def _apply(function: ContactFunction, own: Any, values: Mapping[str, Any], contact: Contact) -> dict[str, Change]:
    fields = {field.name: field for field in (*function.fields, *added.added(function.key))}
    errors = {
        name: _("There is no field “%(field)s”.", field=str(name)[:60])
        for name in values.keys() - fields.keys() - {"number", "currency"}
    }
    changes: dict[str, Change] = {}
    currency, present = _currency(own, values, contact, errors), getattr(own, "currency", "")
    money = [name for name, field in fields.items() if field.kind == "money"]
    if present and currency != present:
        # The other amounts stay what they are: 100.00 of one currency become 100 of one without cents.
        digits = get_currency_precision(present)
        stated = {name: Decimal(old).scaleb(-digits) for name in money if (old := getattr(own, name)) is not None}
        values = {**stated, **values}
    for name, field in fields.items():
        if name not in values:
            continue
        if not added.may_change(field, act().way) or not act().may(field.right):
            errors[name] = _("“%(field)s” can't be changed here.", field=field.label)
            continue
        try:
            new = coerce(field, values[name], currency=currency)
        except ValueError as error:
            errors[name] = str(error)
            continue
        old = getattr(own, name)
        if new != old and not (is_nothing(new) and is_nothing(old)):
            setattr(own, name, new)
            changes[name] = (old, new)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    if any(name in values for name in money):
        if present and currency != present:
            changes["currency"] = (present, currency)
        own.currency = currency
    return changes


def _currency(own: Any, values: Mapping[str, Any], contact: Contact, errors: dict[str, str]) -> str:
    """What the amounts are in: what is said with them, else as they were, else the contact's, else the firm's."""
    present = str(getattr(own, "currency", "") or "")
    given = str(values.get("currency") or "").upper()
    if given and given not in CURRENCIES:
        errors["currency"] = _("“%(field)s”: choose one of the values offered.", field=_("Currency"))
        return present
    return given or present or contact.currency or str(setting("company.currency"))
