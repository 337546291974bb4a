"""The contact that a row would make, as later rows meet it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from plugins.transfer.held import Held, Item, country_of
from plugins.transfer.uniting import ITEMS, SINGLE
from webapp.api import Field, check_email, check_phone, coerce, empty_value, fold

if TYPE_CHECKING:
    from plugins.transfer.entry import Entry


_SINGLE = frozenset({*SINGLE, "description"})


def planned(contact_id: int, entry: Entry, fields: Iterable[Field]) -> Held:
    """The contact that an entry makes; its functions and numbers follow. `fields` are those that the firm has added."""
    values, keys = entry.values, entry.keys
    kind = values["kind"]
    single = {name: value for name, value in values.items() if name in _SINGLE}
    made = Held(
        **single, id=contact_id, kind=kind, line=entry.row.line, sort_name=keys.name, warnings={}, country="",
        vat_id_normalised=keys.vat or None,
    )  # fmt: skip
    if addresses := values.get("addresses"):
        made.addresses = [Item(**item) for item in addresses]
        made.country = country_of(made.addresses)
    if emails := values.get("emails"):
        made.emails = [Item(**item, normalised=check_email(item["value"]).normalised) for item in _once(emails)]
    if phones := values.get("phones"):
        made.phones = [
            Item(**item, normalised=check_phone(item["value"], keys.country).normalised) for item in _once(phones)
        ]
    if external := values.get("external_id"):
        made.external_ids = [Item(source="", value=external)]
    for name in ITEMS:
        if name in values:
            setattr(made, name, [Item(**item) for item in values[name]])
    if tags := values.get("tags"):
        made.tags = list({fold(word): word for word in tags}.values())
    given = values.get("added", {})
    for field in fields:
        empty = empty_value(field) if field.default is None else field.default
        setattr(made, field.name, coerce(field, given[field.name]) if field.name in given else empty)
    return made


def _once(items: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """E-mails or phones, each once."""
    return items if len(items) == 1 else {fold(one["value"]): one for one in items}.values()
