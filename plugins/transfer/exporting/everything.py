"""All there is of contacts as a table that can be imported again: a column for each field, one cell for each list.

Columns are called as the import knows them (`columns`), values written as programs do: codes of lists, ISO dates,
decimal points. A cell of several entries has a line for each (`plugins.transfer.exporting.entries`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from plugins.transfer.exporting import entries
from plugins.transfer.exporting.gathered import Gathered, Texts, plain
from webapp.api import (
    ADDED_PREFIX,
    CONTACT_COLLECTIONS,
    CONTACT_FIELDS,
    LINK_FIELDS,
    Field,
    _,
    act,
    added_fields,
    registry,
)

Object = dict[str, Any]
OTHERWISE = {"responsible_id": "responsible_email", "parent_id": "parent"}
"""What names a user, or a contact, in another base too."""
NAMED: dict[str, Callable[[Gathered], Texts]] = {
    "responsible_id": lambda many: many.responsible,
    "parent_id": lambda many: many.parents,
}

PARTS: Mapping[str, tuple[str, ...]] = {
    **{
        one.name: (*(field.name for field in one.fields), *(("is_primary",) if one.has_primary else ()))
        for one in CONTACT_COLLECTIONS
    },
    "tags": ("",),
    "links": ("party", *(one.name for one in LINK_FIELDS), "party_kind"),
}
"""Of lists, the names of what an entry has, in their order."""


@dataclass(frozen=True, kw_only=True)
class WholeColumn:
    """One column: what an import takes it for (`field`, `group` as in its targets), its name, its text for a contact.

    `text` is that of a contact as JSON tells it, `texts` the same of many that were gathered. `is_list`: its cells have
    a line for each entry, with the parts that `PARTS` names.
    """

    field: str
    label: str
    text: Callable[[Object], str]
    texts: Callable[[Gathered], Texts]
    group: str = ""
    is_list: bool = False

    @property
    def key(self) -> str:
        """What it is called in a job's data."""
        return f"{self.group}.{self.field}"


NOTHING = WholeColumn(field="", label="", text=lambda _contact: "", texts=lambda many: many.nothing)
"""The column of a field that is there no more."""


class Everything:
    """The table, for the present user: what they may not see has no column.

    `keys`: the columns as they were when the file was begun.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        known = {one.key: one for one in columns()}
        self.keys = list(keys) or list(known)
        # What was switched off meanwhile leaves its cells empty: all rows have the same columns.
        self.columns = [known.get(key, NOTHING) for key in self.keys]

    @property
    def head(self) -> list[str]:
        """The columns' names."""
        return [one.label for one in self.columns]

    def rows(self, ids: Sequence[int]) -> list[tuple[str, ...]]:
        """Cells as text."""
        many = Gathered(ids)
        return list(zip(*(one.texts(many) for one in self.columns), strict=True))


def columns() -> Iterator[WholeColumn]:
    """All columns, in the order of a file: who it is, how they are reached, what else is known, its functions."""
    yield WholeColumn(field="id", label=_("Id"), text=_of("id"), texts=lambda many: list(map(str, many.ids)))
    yield WholeColumn(
        field="external_id",
        label=_("External id"),
        text=_of("external_id"),
        texts=lambda many: many.external_ids,
    )
    yield WholeColumn(field="kind", label=_("Type"), text=_of("kind"), texts=lambda many: many.columns["kind"])
    for one in CONTACT_FIELDS:
        text = _of(OTHERWISE.get(one.name, one.name))
        texts = NAMED.get(one.name) or partial(Gathered.field, field=one)
        yield WholeColumn(field=one.name, label=str(one.label), text=text, texts=texts)
    for each in CONTACT_COLLECTIONS:
        if act().may(each.right):
            yield _list_of(each, str(each.label))
    yield WholeColumn(
        field="tags",
        label=_listed(_("Tags")),
        text=lambda contact: entries.written([tag] for tag in contact["tags"]),
        texts=lambda many: many.tags,
        is_list=True,
    )
    yield WholeColumn(
        field="links",
        label=_listed(_("Contact person of")),
        text=_employers,
        texts=lambda many: many.employers,
        is_list=True,
    )
    for one in added_fields():
        # A label of the firm's may be any other column's name.
        label = _("%(function)s: %(field)s", function=_("Own field"), field=one.label)
        texts = partial(Gathered.added, field=one)
        yield WholeColumn(field=one.name, label=label, text=_added(one), texts=texts)
    yield WholeColumn(
        field="functions",
        label=_("Functions"),
        text=lambda contact: ", ".join(contact["functions"]),
        texts=lambda many: many.functions,
    )
    for function in registry().functions():
        yield from _function_columns(function)


def _function_columns(function: Any) -> Iterator[WholeColumn]:
    key = function.key

    def named(label: Any) -> str:
        return _("%(function)s: %(field)s", function=function.label, field=label)

    yield WholeColumn(
        field="numbers",
        group=key,
        label=named(_("Number")),
        text=lambda contact: contact["numbers"].get(key, ""),
        texts=lambda many: many.numbers(key),
    )
    if money := [one.name for one in function.fields if one.kind == "money"]:
        yield WholeColumn(
            field="currency",
            group=key,
            label=named(_("Currency")),
            text=_currency(key, money),
            texts=lambda many: many.currencies(function),
        )
    for one in function.fields:
        if act().may(one.right):
            texts = partial(Gathered.own_field, function=function, field=one)
            text = _own(key, one.name)
            yield WholeColumn(field=one.name, group=key, label=named(one.label), text=text, texts=texts)
    for one in added_fields(key):
        texts, text = partial(Gathered.added, field=one, key=key), _added(one, key)
        yield WholeColumn(field=one.name, group=key, label=named(one.label), text=text, texts=texts)


def _listed(label: str) -> str:
    """What a column of several entries is called."""
    return _("%(things)s (list)", things=label)


def _list_of(collection: Any, label: str) -> WholeColumn:
    name = collection.name
    parts = PARTS[name]

    def text(contact: Object) -> str:
        return entries.written([_part(one.get(part)) for part in parts] for one in contact[name])

    texts = partial(Gathered.entries, collection=collection)
    return WholeColumn(field=name, label=_listed(label), text=text, texts=texts, is_list=True)


def _employers(contact: Object) -> str:
    """The parties where it is a contact person, with what holds for each link."""
    mine = [one for one in contact["links"] if one.get("person_id") == contact["id"]]
    return entries.written(
        [
            one["party"],
            *(_part(one.get(part.name)) for part in LINK_FIELDS),
            "person" if one.get("party_kind") == "person" else "",
        ]
        for one in mine
    )


def _of(name: str) -> Callable[[Object], str]:
    return lambda contact: plain(contact[name])


def _own(key: str, name: str) -> Callable[[Object], str]:
    """A field of a function that the contact has."""
    return lambda contact: plain(contact["fields"].get(key, {}).get(name))


def _currency(key: str, money: Sequence[str]) -> Callable[[Object], str]:
    """The currency of a function's amounts, where there are any."""

    def text(contact: Object) -> str:
        own = contact["fields"].get(key, {})
        return plain(own.get("currency")) if any(own.get(name) for name in money) else ""

    return text


def _added(field: Field, key: str = "") -> Callable[[Object], str]:
    """A field that the firm has added, to contacts or to a function."""
    code = field.name.removeprefix(ADDED_PREFIX)

    def text(contact: Object) -> str:
        held: Mapping[str, Any] = contact["fields"].get(key, {}) if key else contact
        return plain(held.get("custom", {}).get(code))

    return text


def _part(value: Any) -> str:
    """A part of an entry: what is not ticked says nothing."""
    return "" if value is False else plain(value)
