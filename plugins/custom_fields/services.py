"""Defining fields (spec D8): labels in three languages, a code for good, kind, order, choices; archiving, deleting."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.custom_fields.definitions import KINDS, LANGUAGES, TOKEN, field_of, owners, words_of
from plugins.custom_fields.models import LONGEST_LABEL, LONGEST_START, CustomChoice, CustomField, CustomValue
from webapp.api import (
    Invalid,
    Missing,
    Refused,
    Stale,
    _,
    clean,
    coerce,
    db,
    fold,
    need,
    now,
    put_setting,
    setting_changes,
)

PAGE = "custom_fields"
CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")
MOST = 200
"""Fields in use: what forms can still hold."""
MOST_CHOICES = 200
MOST_DECIMALS = 6
LABELS = tuple(f"label_{one}" for one in LANGUAGES)
SWITCHES = ("required", "read_only", "personal")
LISTS = ("choice", "choices")
Values = Mapping[str, str]


def fields() -> Sequence[CustomField]:
    """All fields but those deleted, in their order, each owner's together."""
    need("settings")
    query = sa.select(CustomField).where(CustomField.deleted_at.is_(None))
    return db.session.scalars(query.order_by(CustomField.owner, CustomField.position, CustomField.id)).all()


def load(field_id: int) -> CustomField:
    """One of them; raises `Missing`."""
    need("settings")
    found = db.session.get(CustomField, field_id, populate_existing=True) if 0 < field_id < 2**63 else None
    if found is None or found.deleted_at is not None:
        raise Missing(_("There is no such field (any more)."))
    return found


def choices(field_id: int) -> Sequence[CustomChoice]:
    """What can be chosen in a field, archived ones too, in their order."""
    query = sa.select(CustomChoice).where(CustomChoice.field_id == field_id)
    return db.session.scalars(query.order_by(CustomChoice.position, CustomChoice.id)).all()


def uses() -> dict[int, int]:
    """How many contacts and functions have a value in each field; one statement."""
    whose = sa.func.coalesce(CustomValue.contact_id, -CustomValue.contact_function_id)
    number = sa.func.count(sa.distinct(whose))
    query = sa.select(CustomValue.field_id, number).group_by(CustomValue.field_id)
    return dict(db.session.execute(query).all())


def choice_uses(field_id: int) -> dict[int, int]:
    """How often each choice of a field is chosen."""
    query = sa.select(CustomValue.choice_id, sa.func.count()).where(
        CustomValue.field_id == field_id, CustomValue.choice_id.is_not(None)
    )
    return {one: number for one, number in db.session.execute(query.group_by(CustomValue.choice_id)) if one is not None}


def add(values: Values) -> CustomField:
    """A new field, the last of its owner's; without a code one is made from its label. Raises `Invalid`."""
    need("settings")
    setting_changes.hold()
    errors: dict[str, str] = {}
    found = _checked(values, errors)
    kind, owner, kinds = values.get("kind", ""), values.get("owner", ""), values.get("kinds", "")
    if kind not in KINDS:
        errors["kind"] = _("Choose what kind of field it is.")
    if owner not in dict(owners()):
        errors["owner"] = _("Choose whose field it is.")
    if kinds not in ("", "person", "company") or (owner and kinds):
        errors["kinds"] = _("Persons or companies alone have fields of contacts, not those of a function.")
    decimals = clean(values.get("decimals", "")) or "0"
    if not re.fullmatch("[0-9]", decimals) or int(decimals) > MOST_DECIMALS:
        errors["decimals"] = _("Between 0 and %(most)s places.", most=MOST_DECIMALS)
    taken = set(db.session.scalars(sa.select(CustomField.code)))
    code = clean(values.get("code", ""))
    if code and not CODE.fullmatch(code):
        errors["code"] = _("A code begins with a letter and has small letters a to z, digits and _, at most 30.")
    elif code in taken:
        errors["code"] = _("The code “%(code)s” is taken, maybe by a deleted field: choose another.", code=code)
    if len(fields()) >= MOST:
        errors["code"] = _("There are %(most)s fields: delete or reuse one first.", most=MOST)
    if kind == "boolean" and found["required"]:
        errors["required"] = _("A yes or no is never empty: it can't be required.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    made = CustomField(
        code=code or _code_for(found, taken),
        owner=owner,
        kind=kind,
        kinds=kinds,
        decimals=int(decimals) if kind == "decimal" else 0,
        position=_behind(CustomField.position, CustomField.owner == owner),
        **found,
    )
    # A default of a list is chosen once there are choices.
    _check_start(made, ())
    db.session.add(made)
    db.session.flush()
    _changed("field_added", made, {name: ("", getattr(made, name)) for name in LABELS if getattr(made, name)})
    return made


def change(field_id: int, values: Values, version: int) -> CustomField:
    """Change what may be changed: all but code, kind, owner, places. Raises `Invalid`, `Stale`."""
    need("settings")
    setting_changes.hold()
    field = load(field_id)
    if field.version != version:
        raise Stale(_("Someone else saved this field while you were writing."), current=field.version)
    errors: dict[str, str] = {}
    found = _checked(values, errors)
    if field.kind == "boolean" and found["required"]:
        errors["required"] = _("A yes or no is never empty: it can't be required.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    told = {name: (getattr(field, name), new) for name, new in found.items() if getattr(field, name) != new}
    for name, (_old, new) in told.items():
        setattr(field, name, new)
    _check_start(field, choices(field.id))
    if told:
        _changed("field_changed", field, told)
    return field


def move(field_id: int, step: int, seen_at: int) -> None:
    """One place up (-1) or down (1) among its owner's; nothing happens where it no longer stands where it was seen."""
    need("settings")
    setting_changes.hold()
    field = load(field_id)
    order = [one for one in fields() if one.owner == field.owner]
    if _moved(order, field, step, seen_at):
        _changed("field_moved", field)


def archive(field_id: int, archived: bool = True) -> CustomField:
    """Take a field out of use, or back into it; its values stay as they are."""
    need("settings")
    setting_changes.hold()
    field = load(field_id)
    if (field.archived_at is not None) != archived:
        field.archived_at = now() if archived else None
        _changed("field_archived" if archived else "field_back", field)
    return field


def delete(field_id: int, typed: str = "") -> CustomField:
    """Delete a field for good; with its values only if their number is typed. Its code is never given again.

    Raises `Refused` with the number where it is not what was typed.
    """
    need("settings")
    setting_changes.hold()
    field = load(field_id)
    number = uses().get(field.id, 0)
    if number and typed.strip() != str(number):
        raise Refused(
            _("Type how many contacts have a value in “%(field)s” now: %(number)s. These values are deleted with it.",
              field=words_of(field), number=number), count=number
        )  # fmt: skip
    db.session.execute(sa.delete(CustomValue).where(CustomValue.field_id == field.id))
    field.deleted_at = now()
    _changed("field_deleted", field, {"values": (number, 0)} if number else None)
    return field


# --- Choices ----------------------------------------------------------------------------------------------


def load_choice(field_id: int, choice_id: int) -> CustomChoice:
    """One choice of a field; raises `Missing`."""
    need("settings")
    found = db.session.get(CustomChoice, choice_id, populate_existing=True) if 0 < choice_id < 2**63 else None
    if found is None or found.field_id != field_id:
        raise Missing(_("This choice is gone: someone else has deleted it."))
    return found


def add_choice(field_id: int, values: Values) -> CustomChoice:
    """A new choice at the end; without a code one is made from its label. Raises `Invalid`."""
    need("settings")
    setting_changes.hold()
    field = load(field_id)
    if field.kind not in LISTS:
        raise Refused(_("Only lists have choices."))
    errors: dict[str, str] = {}
    labels = _labels(values, errors)
    present = {one.code for one in choices(field.id)}
    code = clean(values.get("code", ""))
    if code and not re.fullmatch(r"[a-z0-9_]{1,40}", code):
        errors["code"] = _("A code has small letters a to z, digits and _, at most 40 of them, such as net_30.")
    elif code in present or code in ("none", "any"):
        errors["code"] = _("This list has the code “%(code)s” already: choose another.", code=code)
    if len(present) >= MOST_CHOICES:
        errors["code"] = _("A list holds at most %(most)s values: delete those that nobody uses.", most=MOST_CHOICES)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    made = CustomChoice(
        field_id=field.id,
        code=code or _code_for(labels, present | {"none", "any"}),
        position=_behind(CustomChoice.position, CustomChoice.field_id == field.id),
        **labels,
    )
    db.session.add(made)
    db.session.flush()
    _changed("choice_added", field, {name: ("", text) for name, text in labels.items() if text})
    return made


def rename_choice(field_id: int, choice_id: int, values: Values) -> CustomChoice:
    """Other labels for a choice; raises `Invalid`."""
    need("settings")
    setting_changes.hold()
    field, choice = load(field_id), load_choice(field_id, choice_id)
    errors: dict[str, str] = {}
    labels = _labels(values, errors)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    told = {name: (getattr(choice, name), text) for name, text in labels.items() if getattr(choice, name) != text}
    for name, (_old, text) in told.items():
        setattr(choice, name, text)
    if told:
        _changed("choice_changed", field, told)
    return choice


def move_choice(field_id: int, choice_id: int, step: int, seen_at: int) -> None:
    """One place up or down."""
    need("settings")
    setting_changes.hold()
    field, choice = load(field_id), load_choice(field_id, choice_id)
    if _moved(list(choices(field_id)), choice, step, seen_at):
        _changed("choice_moved", field)


def archive_choice(field_id: int, choice_id: int, archived: bool = True) -> CustomChoice:
    """Offer a choice no more, or again; it stays where it is chosen."""
    need("settings")
    setting_changes.hold()
    field, choice = load(field_id), load_choice(field_id, choice_id)
    if choice.archived != archived:
        choice.archived = archived
        _changed("choice_archived" if archived else "choice_back", field)
    return choice


def delete_choice(field_id: int, choice_id: int) -> None:
    """Delete a choice that nobody has; raises `Refused` with what to do instead."""
    need("settings")
    setting_changes.hold()
    field, choice = load(field_id), load_choice(field_id, choice_id)
    if number := choice_uses(field_id).get(choice.id, 0):
        raise Refused(_("“%(value)s” is in use: withdraw it instead, and it is offered no more.",
                        value=words_of(choice)), count=number)  # fmt: skip
    db.session.delete(choice)
    db.session.flush()
    _changed("choice_deleted", field)


# --- What all of them need --------------------------------------------------------------------------------


def _labels(values: Values, errors: dict[str, str]) -> dict[str, str]:
    labels = {name: clean(values.get(name, "")) for name in LABELS}
    errors |= {
        name: _("At most %(most)s characters.", most=LONGEST_LABEL)
        for name, text in labels.items()
        if len(text) > LONGEST_LABEL
    }
    if not any(labels.values()):
        errors["label_fr"] = _("It needs a name in one language at least.")
    return labels


def _checked(values: Values, errors: dict[str, str]) -> dict[str, Any]:
    """What can be changed at any time."""
    section, start = clean(values.get("section", "")), clean(values.get("start", ""))
    if len(section) > LONGEST_LABEL:
        errors["section"] = _("At most %(most)s characters.", most=LONGEST_LABEL)
    if len(start) > LONGEST_START:
        errors["start"] = _("At most %(most)s characters.", most=LONGEST_START)
    switches = {name: values.get(name, "") not in ("", "0") for name in SWITCHES}
    if switches["required"] and switches["read_only"]:
        errors["required"] = _("What nobody can type can't be required: choose one of both.")
    return {**_labels(values, errors), "section": section, "start": start, **switches}


def _check_start(field: CustomField, found: Sequence[CustomChoice]) -> None:
    """Raise `Invalid` for a default that the field itself would refuse."""
    try:
        coerce(field_of(field, found), field.start) if field.start else None
    except ValueError as error:
        raise Invalid(_("Please correct what is marked."), {"start": str(error)}) from None


def _code_for(labels: Mapping[str, Any], taken: set[str]) -> str:
    """A code from the first label, with a number behind it where it is taken."""
    text = next((str(labels[name]) for name in ("label_en", "label_fr", "label_de") if labels[name]), "")
    bare = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:26].lstrip("0123456789_") or "field"
    code, number = bare, 1
    while code in taken:
        number += 1
        code = f"{bare}_{number}"
    return code


def _behind(column: Any, where: sa.ColumnElement[bool]) -> int:
    last = db.session.scalar(sa.select(sa.func.max(column)).where(where))
    return 0 if last is None else last + 1


def _moved(order: list[Any], one: Any, step: int, seen_at: int) -> bool:
    here = order.index(one)
    if here != seen_at or not 0 <= here + step < len(order):
        return False
    order.insert(here + step, order.pop(here))
    for position, each in enumerate(order):
        each.position = position
    return True


def _changed(action: str, field: CustomField, told: Mapping[str, Any] | None = None) -> None:
    """Note it, and let everybody read the definitions anew."""
    field.version += 1
    db.session.flush()
    put_setting(TOKEN, secrets.token_hex(8))
    setting_changes.note(PAGE, action, told, field.code)
