"""The form of a contact: what a page shows and what it sends back, as plain strings by field name.

Single values are named as in the API (`last_name`), a function's by `customer.credit_limit`, items of a
collection by `emails-0-value`. Checking is the services' business; here nothing typed is ever lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from webapp.acting import act
from webapp.contacts import added
from webapp.contacts.coerce import coerce
from webapp.contacts.fields import BY_NAME, COLLECTION, COLLECTIONS, COMPANY_ONLY, FIELDS, PERSON_ONLY, Collection
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import LIVE
from webapp.contacts.together import together
from webapp.db import db
from webapp.functions import numbers
from webapp.functions.models import FunctionRow
from webapp.functions.services import fields_of
from webapp.i18n import _, _l
from webapp.plugin import ContactFunction, Field
from webapp.registry import registry
from webapp.shown import shown, typed
from webapp.text import fold

TAGS = Field(name="tags", label=_l("Tags"), hint=_l("Separated by commas"), max_length=2000)
PARENT = Field(
    name="parent_id",
    label=BY_NAME["parent_id"].label,
    hint=_l("Its name as it stands in Carnet, or its number"),
    max_length=240,
)
NUMBER = Field(name="number", label=_l("Number"), max_length=60)
Items = list[dict[str, str]]
ADDED = "added"
"""The part with the fields that the firm has added."""
SHOWN = "shown"
"""Hidden inputs of this name say which boxes stood in a form: one that is not ticked is not sent."""


def fields_for(kind: str) -> list[Field]:
    """The single fields that a person's or a company's form shows."""
    hidden = COMPANY_ONLY if kind == "person" else PERSON_ONLY
    return [one for one in FIELDS if one.name not in hidden]


def collections_shown() -> list[Collection]:
    """The collections this user may see."""
    return [one for one in COLLECTIONS if act().may(one.right)]


def function_fields(function: ContactFunction) -> list[Field]:
    """A function's own fields that this user may see, its number first, those that the firm has added last."""
    return [NUMBER, *(one for one in (*function.fields, *added.added(function.key)) if act().may(one.right))]


def function_inputs(function: ContactFunction) -> list[Field]:
    """Those of them that a form asks for."""
    return [one for one in function_fields(function) if not one.read_only]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the file that is edited alone, in its place: single values and collections by name."""

    key: str
    label: Any
    fields: frozenset[str]
    collections: frozenset[str] = frozenset()


_REACH = frozenset({"website"})
PARTS = (
    Part(
        key="identity",
        label=_l("Identity"),
        fields=frozenset({one.name for one in FIELDS} | {"tags"}) - _REACH - {"description"},
    ),
    Part(
        key="reach",
        label=_l("Reach"),
        fields=_REACH,
        collections=frozenset({"emails", "phones", "addresses", "social_accounts", "bank_accounts", "external_ids"}),
    ),
    Part(key="description", label=_l("Description"), fields=frozenset({"description"})),
    Part(key=ADDED, label=_l("Custom fields"), fields=frozenset()),
    Part(key="consents", label=_l("Consents"), fields=frozenset(), collections=frozenset({"consents"})),
)
PART = {one.key: one for one in PARTS}
"""The parts of what everyone has (spec A2); each function's own fields are one more, by the function's key."""


@dataclass
class ContactForm:
    """What stands in the form. `values` are single values, `items` the collections, `errors` a sentence per name.

    `part` is the key of the part that is edited alone: one of `PARTS`, or a function's; empty for all. `gone` is what
    was typed into fields that were taken out of use since the form was opened, each as a sentence.
    """

    kind: str
    values: dict[str, str] = field(default_factory=dict)
    items: dict[str, Items] = field(default_factory=dict)
    functions: list[ContactFunction] = field(default_factory=list)
    version: int | None = None
    errors: dict[str, str] = field(default_factory=dict)
    base: str = ""
    part: str = ""
    gone: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, contact: Contact, rows: list[FunctionRow], part: str = "") -> ContactForm:
        """The form as it stands for a stored contact and those of its functions that the view shows."""
        form = cls(kind=contact.kind, version=contact.version, part=part)
        values = form.values
        added.fill("", [contact])
        for one in form.fields():
            values[one.name] = ", ".join(contact.tags) if one is TAGS else typed(one, getattr(contact, one.name))
        if contact.parent_id and "parent_id" in values:
            values["parent_id"] = f"{shown(BY_NAME['parent_id'], contact.parent_id)} #{contact.parent_id}"
        for row in rows if part not in PART else ():
            function, own = registry().function(row.function), fields_of(row)
            if function is None or own is None or not registry().is_function_enabled(row.function):
                continue
            form.functions.append(function)
            values[f"{function.key}.number"] = numbers.present(contact.id, function.key)
            for one in function_inputs(function)[1:]:
                values[f"{function.key}.{one.name}"] = typed(one, getattr(own, one.name), getattr(own, "currency", ""))
        form.items = {one.name: _items_of(one, contact) for one in form.collections()}
        form.base = form.dump()
        return form

    @classmethod
    def posted(
        cls, sent: MultiDict[str, str], kind: str, functions: list[ContactFunction], part: str = ""
    ) -> ContactForm:
        """The form as it was sent, whatever is in it; a name that it does not have is not looked at."""
        form = cls(kind=kind, functions=functions, base=sent.get("base", ""), part=part)
        for name in form.names():
            if name in sent or name in form._booleans() or name in sent.getlist(SHOWN):
                form.values[name] = form._sent(name, sent)
        form.gone = form._gone(sent)
        for collection in form.collections():
            form.items[collection.name] = _items_posted(collection, sent)
        try:
            form.version = int(sent.get("version", ""))
        except ValueError:
            # No version of a contact: whoever can't say what they read is shown what there is (spec A5).
            form.version = 0
        return form

    def field_called(self, name: str) -> Field | None:
        """The field behind the name of a single value of this form."""
        key, _dot, own = name.partition(".")
        if not own:
            return TAGS if name == "tags" else BY_NAME.get(name) or added.added_by_name().get(name)
        function = next((one for one in self.functions if one.key == key), None)
        return next((one for one in function_fields(function) if one.name == own), None) if function else None

    def noted(self, name: str, currency: str = "") -> Any:
        """What was typed, as the history keeps values; None where it could not have been saved."""
        if name in self.items:
            fields = COLLECTION[name].fields
            return [" · ".join(item[one.name] for one in fields if item.get(one.name)) for item in self.items[name]]
        if name == "tags":
            return [one.strip() for one in self.values[name].split(",") if one.strip()]
        field, value = self.field_called(name), self.values[name]
        if field is None:
            return None
        try:
            return coerce(field, company_called(value) if name == "parent_id" else value, currency=currency)
        except ValueError:
            return None

    def fields(self) -> list[Field]:
        """The single fields of what everyone has that this form shows, the tags last."""
        own = PART[self.part].fields if self.part in PART else None
        if self.part and own is None:
            return []
        more = [one for one in added.added("", self.kind) if not one.read_only] if self.part in ("", ADDED) else []
        return [*(one for one in (*fields_for(self.kind), TAGS) if own is None or one.name in own), *more]

    def collections(self) -> list[Collection]:
        """The collections that this form shows to this user."""
        own = PART[self.part].collections if self.part in PART else None
        if self.part and own is None:
            return []
        return [one for one in collections_shown() if own is None or one.name in own]

    def names(self) -> list[str]:
        """Names of all single values of this form."""
        own = [f"{function.key}.{one.name}" for function in self.functions for one in function_inputs(function)]
        return [*(one.name for one in self.fields()), *own]

    def _sent(self, name: str, sent: MultiDict[str, str]) -> str:
        """What was typed or chosen: several codes are parted by commas."""
        field = self.field_called(name)
        return ",".join(sent.getlist(name)) if field and field.kind == "choices" else sent.get(name, "")

    def _gone(self, sent: MultiDict[str, str]) -> dict[str, str]:
        """What was typed anew into added fields that this form does not have (any more): nobody loses it unsaid."""
        found, before = {}, self.load_base()
        for name in sent.keys() - set(self.names()):
            typed_ = ",".join(sent.getlist(name))
            one = added.added_field(name.rpartition(".")[2]) if typed_.strip() else None
            if one is not None and typed_ != str(before.get(name, "")):
                found[name] = _(
                    "“%(field)s” was taken out of use meanwhile and is not saved. You had written: %(text)s",
                    field=one.label, text=typed_,
                )  # fmt: skip
        return found

    def take(self, name: str, sent: MultiDict[str, str]) -> None:
        """Read one value as it was sent, where it was."""
        if name in sent or name in sent.getlist(SHOWN):
            self.values[name] = self._sent(name, sent)

    def _booleans(self) -> set[str]:
        """Boxes that are not ticked are not sent: for these, missing means no."""
        return {
            f"{function.key}.{one.name}"
            for function in self.functions
            for one in function.fields
            if one.kind == "boolean" and act().may(one.right)
        }

    def contact_values(self) -> dict[str, Any]:
        """What the contact service takes."""
        single: dict[str, Any] = {name: value for name, value in self.values.items() if "." not in name}
        if parent := single.get("parent_id"):
            single["parent_id"] = company_called(parent)
        return {"kind": self.kind, **single, **self.items}

    def function_values(self, key: str) -> dict[str, str]:
        """What the function service takes."""
        prefix = f"{key}."
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}

    def change(self, add: str, remove: str) -> bool:
        """Add an empty line to a collection, or take one out; tells whether that was asked."""
        if add in self.items:
            self.items[add].append({})
            return True
        name, _dash, index = remove.rpartition("-")
        if name in self.items and index.isdecimal() and int(index) < len(self.items[name]):
            del self.items[name][int(index)]
            return True
        return False

    def dump(self) -> str:
        """All that stands in the form, to compare with later (spec A5)."""
        return json.dumps({**self.values, **self.items}, ensure_ascii=True, sort_keys=True)

    def load_base(self) -> dict[str, Any]:
        """What stood in the form when it was opened; empty where it was not sent along."""
        try:
            found = json.loads(self.base or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def company_called(text: str) -> str:
    """The id of the company that was typed: `Name #12` as the form writes it, a number, or an exact name.

    What is not found, or found twice, is given on as it is; the service then says so.
    """
    if match := re.search(r"#(\d{1,18})$", text.strip()):
        return match[1]
    folded = fold(text)
    found = db.session.scalars(
        sa.select(Contact.id)
        .where(
            *LIVE,
            Contact.kind == "company",
            sa.or_(
                Contact.sort_name == folded,
                Contact.numbers.any(sa.and_(ContactNumber.folded == folded, ContactNumber.valid_to.is_(None))),
            ),
        )
        .limit(2)
    ).all()
    return str(found[0]) if len(found) == 1 else "?"


def _items_of(collection: Collection, contact: Contact) -> Items:
    found: Items = []
    for row in getattr(contact, collection.name):
        item = {one.name: typed(one, getattr(row, one.name)) for one in collection.fields}
        item["id"] = str(row.id)
        if collection.has_primary:
            item["is_primary"] = "1" if row.is_primary else ""
        if getattr(row, "warning", None):
            item["warning"] = row.warning
        found.append(item)
    return found


def _items_posted(collection: Collection, sent: MultiDict[str, str]) -> Items:
    """Gather `name-0-field` into a list; a missing index is an item that was taken out."""
    pattern = re.compile(rf"{collection.name}-(\d{{1,3}})-({'|'.join(one.name for one in collection.fields)}|id)")
    found: dict[int, dict[str, str]] = {}
    for name in sent:
        if match := pattern.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = sent[name]
    primary = sent.get(f"{collection.name}-primary", "")
    for index, item in found.items():
        if collection.has_primary:
            item["is_primary"] = "1" if str(index) == primary else ""
    return [found[index] for index in sorted(found)]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that two people changed at once (spec A5): before, theirs, mine, as shown."""

    name: str
    before: Any
    theirs: Any
    mine: Any


def compare(mine: ContactForm, theirs: ContactForm) -> tuple[list[Difference], list[str], list[str]]:
    """What both changed, what only I changed, what only they changed, since I opened the form.

    A list in which each changed other entries is put together in `mine`, and named among both of the latter.
    """
    before = mine.load_base()
    sent: Mapping[str, Any] = {**mine.values, **mine.items}
    stored: Mapping[str, Any] = {**theirs.values, **theirs.items}
    both, only_mine, only_theirs = [], [], []
    for name, value in sent.items():
        old, new, present = _bare(before.get(name, "")), _bare(value), _bare(stored.get(name, ""))
        if new == present:
            continue
        if present == old:
            only_mine.append(name)
        elif new == old:
            only_theirs.append(name)
        elif (
            name in mine.items
            and (kept := together(before.get(name), mine.items[name], theirs.items[name])) is not None
        ):
            mine.items[name] = kept
            only_mine.append(name)
            only_theirs.append(name)
        else:
            both.append(Difference(name=name, before=old, theirs=present, mine=new))
    return both, only_mine, only_theirs


def _bare(value: Any) -> Any:
    """An item without what is not typed, a text with one kind of line end."""
    if isinstance(value, list):
        lines = []
        for item in value:
            kept = {key: one for key, one in item.items() if key not in ("id", "warning") and one}
            if any(key not in ("type", "purpose", "network", "channel", "is_primary") for key in kept):
                lines.append(kept)
        return lines
    return str(value).replace("\r\n", "\n")
