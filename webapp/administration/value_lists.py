"""Editing value lists (spec A8): labels in three languages, a code that stays, an order, withdrawing, deleting."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.administration import changes
from webapp.administration.models import ValueListItem
from webapp.administration.settings import forget, label_of
from webapp.contacts.fields import COLLECTIONS, FIELDS
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.errors import Invalid, Missing, Refused, Stale
from webapp.functions.models import FunctionRow
from webapp.history.services import Change
from webapp.i18n import LOCALES, _, get_locale
from webapp.plugin import Plugin
from webapp.registry import registry
from webapp.text import clean, fold

PAGE = "value_lists"
CODE = re.compile(r"[a-z0-9_]{1,40}")
LONGEST = 120
MOST = 500
"""Values of one list: what a select can still be searched by eye."""
LABELS = tuple(f"label_{language}" for language in LOCALES)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A list as the page of all lists names it: `plugin` is whose it is, None where that package is gone."""

    key: str
    label: str
    plugin: Plugin | None
    is_on: bool
    active: int
    withdrawn: int


def overview() -> list[Overview]:
    """All lists: the core's, those of plug-ins whether on or off, and those of packages that are gone."""
    need("settings")
    counts = {
        row.list: row
        for row in db.session.execute(
            sa.select(
                ValueListItem.list,
                sa.func.count().label("all"),
                sa.func.sum(sa.case((ValueListItem.active, 1), else_=0)).label("active"),
            ).group_by(ValueListItem.list)
        )
    }
    owners: list[tuple[str, str, Plugin | None]] = [
        (one.key, str(one.label), plugin) for plugin, one in registry().duties("value_lists")
    ]
    owners += [(key, key, None) for key in sorted(counts.keys() - {key for key, _label, _plugin in owners})]
    found = []
    for key, label, plugin in owners:
        row = counts.get(key)
        active = int(row.active) if row else 0
        found.append(
            Overview(
                key=key,
                label=label,
                plugin=plugin,
                is_on=plugin is not None and registry().is_enabled(plugin.name),
                active=active,
                withdrawn=(row.all if row else 0) - active,
            )
        )
    return found


def load_list(key: str) -> Overview:
    """One list; raises `Missing`."""
    found = next((one for one in overview() if one.key == key), None)
    if found is None:
        raise Missing(_("There is no such list."))
    return found


def items(key: str) -> Sequence[ValueListItem]:
    """The values of a list, withdrawn ones too, in their order."""
    need("settings")
    return db.session.scalars(
        sa.select(ValueListItem)
        .where(ValueListItem.list == key)
        .order_by(ValueListItem.position, ValueListItem.id)
        .limit(MOST)
    ).all()


def load_item(key: str, item_id: int) -> ValueListItem:
    """One value of a list; raises `Missing`."""
    need("settings")
    found = db.session.get(ValueListItem, item_id, populate_existing=True) if 0 < item_id < 2**63 else None
    if found is None or found.list != key:
        raise Missing(_("This value is gone: someone else has deleted it."))
    return found


def uses(key: str) -> dict[str, int]:
    """How many contacts have each value, whatever their state, past functions included: one statement for the list.

    A value counts wherever a field of kind `value_list` names the list, also one of a plug-in that is switched off.
    """
    places = [
        sa.select(getattr(Contact, one.name).label("code"), Contact.id.label("contact"))
        for one in FIELDS
        if one.value_list == key
    ]
    places += [
        sa.select(getattr(collection.model, one.name).label("code"), collection.model.contact_id.label("contact"))
        for collection in COLLECTIONS
        for one in collection.fields
        if one.value_list == key
    ]
    places += [
        sa.select(getattr(function.model, one.name).label("code"), FunctionRow.contact_id.label("contact")).join(
            FunctionRow, FunctionRow.id == function.model.contact_function_id
        )
        for plugin in (registry().core, *registry().installed.values())
        for function in plugin.functions
        for one in function.fields
        if one.value_list == key
    ]
    if not places:
        return {}
    used = sa.union_all(*places).subquery()
    rows = db.session.execute(
        sa.select(used.c.code, sa.func.count(sa.distinct(used.c.contact)))
        .where(used.c.code != "")
        .group_by(used.c.code)
    )
    return {code: int(number) for code, number in rows}


def add(key: str, values: Mapping[str, str]) -> ValueListItem:
    """A new value at the end of a list; without a code one is made from its label. Raises `Invalid`."""
    need("settings")
    load_list(key)
    changes.hold()
    present = items(key)
    labels, errors = _labels(values)
    codes = {one.code for one in present}
    code = clean(values.get("code", ""))
    if code and not CODE.fullmatch(code):
        errors["code"] = _("A code has small letters a to z, digits and _, at most 40 of them, such as net_30.")
    elif code in codes:
        errors["code"] = _("This list has the code “%(code)s” already: choose another.", code=code)
    if len(present) >= MOST:
        errors["code"] = _("A list holds at most %(most)s values: delete those that nobody uses.", most=MOST)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    made = ValueListItem(
        list=key,
        code=code or _code_for(labels, codes),
        position=max((one.position for one in present), default=-1) + 1,
        active=True,
        **labels,
    )
    db.session.add(made)
    db.session.flush()
    forget()
    changes.note(PAGE, "value_added", {name: ("", text) for name, text in labels.items() if text}, _subject(made))
    return made


def rename(key: str, item_id: int, values: Mapping[str, str], version: int) -> ValueListItem:
    """Other labels for a value; raises `Invalid`, and `Stale` where someone saved since `version` was read."""
    need("settings")
    changes.hold()
    item = load_item(key, item_id)
    labels, errors = _labels(values)
    if item.version != version:
        raise Stale(_("Someone else saved this value while you were writing."), current=item.version)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    changed: dict[str, Change] = {
        name: (getattr(item, name), text) for name, text in labels.items() if getattr(item, name) != text
    }
    for name, (_old, text) in changed.items():
        setattr(item, name, text)
    if changed:
        _touch(item, "value_changed", changed)
    return item


def move(key: str, item_id: int, step: int, seen_at: int) -> None:
    """One place up (-1) or down (1); nothing happens where the value no longer stands where it was seen.

    So a button that is pressed twice by mistake, or an old page, moves nothing that has moved already.
    """
    need("settings")
    changes.hold()
    item = load_item(key, item_id)
    order = list(items(key))
    here = order.index(item)
    there = here + step
    if here != seen_at or not 0 <= there < len(order):
        return
    order.insert(there, order.pop(here))
    for position, one in enumerate(order):
        one.position = position
    _touch(item, "value_moved", {"place": (here + 1, there + 1)})


def set_active(key: str, item_id: int, active: bool) -> ValueListItem:
    """Withdraw a value, so that it is no longer offered but stays readable where it is used; or bring it back."""
    need("settings")
    changes.hold()
    item = load_item(key, item_id)
    if item.active != active:
        item.active = active
        _touch(item, "value_back" if active else "value_withdrawn")
    return item


def delete(key: str, item_id: int) -> None:
    """Delete a value that no contact has; raises `Refused` with what to do instead."""
    need("settings")
    changes.hold()
    item = load_item(key, item_id)
    if load_list(key).plugin is None:
        raise Refused(_("The plug-in of this list is gone, so nobody knows who uses the value: withdraw it instead."))
    if number := uses(key).get(item.code, 0):
        raise Refused(_("“%(value)s” is in use: withdraw it instead, and it is offered no more.",
                        value=name_of(item)), count=number)  # fmt: skip
    subject = _subject(item)
    db.session.delete(item)
    db.session.flush()
    forget()
    changes.note(PAGE, "value_deleted", subject=subject)


def name_of(item: ValueListItem) -> str:
    """The value in the user's language, or what stands in for it."""
    locale = get_locale()
    return label_of(labels_of(item), locale.language if locale else "en") or item.code


def labels_of(item: ValueListItem) -> dict[str, str]:
    """The labels by language."""
    return {language: getattr(item, f"label_{language}") for language in LOCALES}


def _labels(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    labels = {name: clean(values.get(name, "")) for name in LABELS}
    errors = {
        name: _("At most %(most)s characters.", most=LONGEST) for name, text in labels.items() if len(text) > LONGEST
    }
    if not any(labels.values()):
        errors["label_fr"] = _("A value needs a name in one language at least.")
    return labels, errors


def _code_for(labels: Mapping[str, str], taken: set[str]) -> str:
    """A code from the first label, with a number behind it where it is taken."""
    text = next((labels[name] for name in ("label_en", "label_fr", "label_de") if labels[name]), "")
    bare = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:36] or "value"
    code, number = bare, 1
    while code in taken:
        number += 1
        code = f"{bare}_{number}"
    return code


def _touch(item: ValueListItem, action: str, changed: Mapping[str, Any] | None = None) -> None:
    item.version += 1
    db.session.flush()
    forget()
    changes.note(PAGE, action, changed, _subject(item))


def _subject(item: ValueListItem) -> str:
    return f"{item.list}.{item.code}"[:80]
