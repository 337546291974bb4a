"""What can be done to many contacts: functions, tags, fields, in and out of the lists. All of it by bulk statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from webapp.api import (
    CONTACT_FIELDS,
    Contact,
    Field,
    FunctionRow,
    Missing,
    Outcome,
    Tag,
    _,
    _l,
    act,
    added_fields,
    db,
    each,
    field_choices,
    fill_added,
    functions_of,
    many_contacts,
    many_functions,
    many_tags,
    ngettext,
    registry,
    save_fields,
    update_contact,
)

Values = Mapping[str, Any]
Told = dict[int, Outcome]
NOBODY = "nobody"
SUGGESTED = 50
"""Tags that are suggested, in alphabetical order."""
FIELDS = {one.name: one for one in CONTACT_FIELDS}
USER = FIELDS["responsible_id"]
SET = ("category", "source", "language", "currency", "legal_form", "website", "parent_id", "description")
"""Fields of a contact that many may share."""
SIMPLE = ("text", "multiline", "boolean", "choice", "value_list", "date", "country", "language", "link")
"""Kinds of functions' and added fields that many may share; amounts depend on each contact's currency."""


# --- Functions --------------------------------------------------------------------------------------------


def function_fields(values: Values) -> Sequence[Field]:
    """Which function."""
    choices = tuple((one.key, one.label) for one in registry().functions())
    return (Field(name="function", label=_l("Function"), kind="choice", choices=choices, required=True),)


def _function(values: Values) -> Any:
    function = registry().function(values["function"])
    if function is None:
        raise Missing(_("There is no contact function “%(key)s”.", key=values["function"][:40]))
    return function


def activate(ids: Sequence[int], values: Values) -> Told:
    """Give them the function."""
    return many_functions.activate_many(ids, values["function"])


def check_activate(ids: Sequence[int], values: Values) -> Told:
    """Who would not get it."""
    return many_functions.would_not_activate(ids, values["function"])


def release(befores: Mapping[int, Any], values: Values) -> Told:
    """Take it back where nothing hangs on it yet."""
    return many_functions.release_since(befores, values["function"])


def activate_title(number: int, values: Values) -> str:
    """Verb and number."""
    label = _function(values).label
    return ngettext(
        "Add the function “%(function)s” to %(num)s contact",
        "Add the function “%(function)s” to %(num)s contacts",
        number,
        function=label,
    )


def activate_final(values: Values) -> str:
    """A final function stays."""
    function = _function(values)
    if not function.final:
        return ""
    return _("There is no way back: the function “%(function)s” stays for good.", function=function.label)


# --- Tags -------------------------------------------------------------------------------------------------


def tag_fields(values: Values) -> Sequence[Field]:
    """Which words; those in use are suggested."""
    words = tuple(
        (name, name) for name in db.session.scalars(sa.select(Tag.name).order_by(Tag.folded).limit(SUGGESTED))
    )
    hint = _l("Several tags are parted by commas.")
    return (Field(name="tags", label=_l("Tags"), max_length=2000, required=True, hint=hint, choices=words),)


def tag(ids: Sequence[int], values: Values) -> Told:
    """Mark them."""
    return many_tags.tag_many(ids, values["tags"])


def check_tag(ids: Sequence[int], values: Values) -> Told:
    """Who has them already."""
    return many_tags.would_not_tag(ids, values["tags"])


def tag_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Take the tags back."""
    return many_tags.untag_since(befores)


def tag_title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Tag %(num)s contact “%(tags)s”", "Tag %(num)s contacts “%(tags)s”", number, tags=values["tags"])


def untag(ids: Sequence[int], values: Values) -> Told:
    """Take tags from them."""
    return many_tags.untag_many(ids, values["tags"])


def check_untag(ids: Sequence[int], values: Values) -> Told:
    """Who has none of them."""
    return many_tags.would_not_untag(ids, values["tags"])


def untag_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Give the tags back."""
    return many_tags.tag_again(befores)


def untag_title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext(
        "Remove the tags “%(tags)s” from %(num)s contact",
        "Remove the tags “%(tags)s” from %(num)s contacts",
        number,
        tags=values["tags"],
    )


# --- One field --------------------------------------------------------------------------------------------


def settable() -> dict[str, Field]:
    """The fields that can be set for many, by the names that the history has for them."""
    found = {name: FIELDS[name] for name in SET}
    found |= {one.name: one for one in added_fields() if one.kind in SIMPLE and not one.read_only}
    for function in registry().functions():
        for one in (*function.fields, *added_fields(function.key)):
            if one.kind in SIMPLE and not one.read_only and act().may(one.right):
                label = _("%(function)s: %(field)s", function=function.label, field=one.label)
                found[f"{function.key}.{one.name}"] = replace(one, label=label)
    return found


def value_fields(values: Values) -> Sequence[Field]:
    """First which field, then its value."""
    known = settable()
    choices = tuple((name, one.label) for name, one in known.items())
    asked = Field(name="field", label=_l("Field"), kind="choice", choices=choices, required=True)
    chosen = known.get(values.get("field", ""))
    if chosen is None:
        return (asked,)
    if chosen.kind == "boolean":
        chosen = replace(chosen, kind="choice", choices=(("1", _l("Yes")), ("0", _l("No"))), required=True)
    hint = chosen.hint or ("" if chosen.required else _l("Left empty, the field is emptied."))
    return (asked, replace(chosen, name="value", hint=hint))


def set_value(ids: Sequence[int], values: Values) -> Told:
    """Set the field."""
    name, value = values["field"], values["value"]
    if name in many_contacts.SETTABLE:
        return many_contacts.set_many(ids, name, value)
    function, _dot, own = name.rpartition(".")
    return each(_set_one(function, own, value))(sorted(ids), {})


def check_value(ids: Sequence[int], values: Values) -> Told:
    """Who has the value already, or no such field."""
    name, value = values["field"], values["value"]
    if name in many_contacts.SETTABLE:
        return many_contacts.would_not_set(ids, name, value)
    function = name.rpartition(".")[0]
    if not function:
        return many_contacts.hold(ids, lock=False)[1]
    having = functions_of(ids)
    return {one: _has_it_not(function) for one in ids if function not in having.get(one, ())}


def value_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Give them back what they had; what was changed since stays."""
    name, value = values["field"], values["value"]
    if name in many_contacts.SETTABLE:
        return many_contacts.set_back(befores, name, value)
    function, _dot, own = name.rpartition(".")

    def one(contact_id: int, _values: Values) -> bool | Outcome:
        old, new = befores[contact_id]
        if _stands(contact_id, function, own) != new:
            return Outcome("skipped", _("It was changed since: what stands there now stays."))
        return _save(contact_id, function, own, old)

    return each(one)(sorted(befores), {})


def _set_one(function: str, name: str, value: Any) -> Callable[[int, Values], Outcome]:
    def one(contact_id: int, _values: Values) -> Outcome:
        if function and function not in functions_of([contact_id]).get(contact_id, ()):
            return _has_it_not(function)
        old = _stands(contact_id, function, name)
        _save(contact_id, function, name, value)
        new = _stands(contact_id, function, name)
        if old == new:
            return Outcome("skipped", _("It has this value already."))
        return Outcome("done", before=[old, new])

    return one


def _stands(contact_id: int, function: str, name: str) -> Any:
    """What a field holds now, as JSON has it."""
    row: Any = db.session.get(Contact, contact_id)
    if function:
        own = sa.select(FunctionRow.id).where(
            FunctionRow.contact_id == contact_id, FunctionRow.function == function, FunctionRow.ended_at.is_(None)
        )
        known = registry().function(function)
        row = db.session.get(known.model, db.session.scalar(own) or 0) if known else None
    if row is not None:
        fill_added(function, [row])
    value = getattr(row, name, None)
    return value.isoformat() if isinstance(value, dt.date) else value


def _save(contact_id: int, function: str, name: str, value: Any) -> bool:
    if function:
        save_fields(contact_id, function, {name: value})
    else:
        update_contact(contact_id, {name: value})
    return True


def _has_it_not(function: str) -> Outcome:
    known = registry().function(function)
    label = known.label if known else function
    return Outcome("skipped", _("It does not have the function “%(function)s”.", function=label))


def value_title(number: int, values: Values) -> str:
    """Verb and number."""
    known = settable().get(values["field"])
    return ngettext(
        "Set “%(field)s” of %(num)s contact",
        "Set “%(field)s” of %(num)s contacts",
        number,
        field=known.label if known else values["field"],
    )


# --- The responsible user ---------------------------------------------------------------------------------


def user_fields(values: Values) -> Sequence[Field]:
    """Which user: oneself and nobody stand first."""
    me = str(act().user_id or "")
    choices = [(NOBODY, _l("Nobody")), *(pair for pair in field_choices(USER) if pair[0] != me)]
    mine = [(me, _l("Me"))] if me else []
    return (Field(name="user", label=_l("Responsible user"), kind="choice", choices=(*mine, *choices), required=True),)


def _user_id(values: Values) -> str:
    return "" if values["user"] == NOBODY else values["user"]


def assign(ids: Sequence[int], values: Values) -> Told:
    """Let them be the user's."""
    return many_contacts.set_many(ids, "responsible_id", _user_id(values))


def check_assign(ids: Sequence[int], values: Values) -> Told:
    """Whose they are already."""
    return many_contacts.would_not_set(ids, "responsible_id", _user_id(values))


def assign_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Give them back to whom they had; those that were given on since stay."""
    return many_contacts.set_back(befores, "responsible_id", _user_id(values))


def assign_title(number: int, values: Values) -> str:
    """Verb and number."""
    user = dict(field_choices(USER, _user_id(values))).get(_user_id(values))
    if user is None:
        return ngettext(
            "Take the responsible user from %(num)s contact",
            "Take the responsible user from %(num)s contacts",
            number,
        )
    return ngettext("Assign %(num)s contact to %(user)s", "Assign %(num)s contacts to %(user)s", number, user=user)


# --- In and out of the lists ------------------------------------------------------------------------------


def archive(ids: Sequence[int], values: Values) -> Told:
    """Hide them from the lists."""
    return many_contacts.archive_many(ids)


def archive_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Bring them back."""
    return many_contacts.unarchive_since(befores)


def archive_title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Archive %(num)s contact", "Archive %(num)s contacts", number)


def unarchive(ids: Sequence[int], values: Values) -> Told:
    """Bring them back into the lists."""
    return many_contacts.archive_many(ids, archived=False)


def unarchive_back(befores: Mapping[int, Any], values: Values) -> Told:
    """Archive them again."""
    return many_contacts.archive_again(befores)


def unarchive_title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Bring %(num)s contact back into the lists", "Bring %(num)s contacts back into the lists", number)


def put_into_bin(ids: Sequence[int], values: Values) -> Told:
    """Put them into the bin; what holds one back is never overridden here."""
    return many_contacts.bin_many(ids)


def check_bin(ids: Sequence[int], values: Values) -> Told:
    """Who is held back, and by what."""
    return many_contacts.would_not_bin(ids)


def restore(befores: Mapping[int, Any], values: Values) -> Told:
    """Take them out of the bin."""
    return many_contacts.restore_many(befores)


def bin_title(number: int, values: Values) -> str:
    """Verb and number."""
    return ngettext("Put %(num)s contact into the bin", "Put %(num)s contacts into the bin", number)
