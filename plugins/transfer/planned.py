"""The contact that a row would make, as later rows meet it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from plugins.transfer.held import Held, Item
from plugins.transfer.uniting import ITEMS, SINGLE
from webapp.api import Field, check_email, check_phone, coerce, empty_value, fold

if TYPE_CHECKING:
    from plugins.transfer.entry import Entry


def planned(contact_id: int, entry: Entry, fields: Iterable[Field]) -> Held:
    """The contact that an entry makes; its functions and numbers follow. `fields` are those that the firm has added."""
    values, keys = entry.values, entry.keys
    kind = values["kind"]
    made = Held(id=contact_id, kind=kind, line=entry.row.line, sort_name=keys.name, warnings={})
    for name in (*SINGLE, "description"):
        if name in values:
            setattr(made, name, values[name])
    made.vat_id_normalised = keys.vat or None
    made.addresses = [Item(**item) for item in values.get("addresses", ())]
    made.country = next((one.country for one in made.addresses if one.purpose == "main"), "") or next(
        (one.country for one in made.addresses), ""
    )
    made.emails = list(_reach(values.get("emails", ()), check_email))
    made.phones = list(_reach(values.get("phones", ()), lambda value: check_phone(value, keys.country)))
    if external := values.get("external_id"):
        made.external_ids = [Item(source="", value=external)]
    for name in ITEMS:
        setattr(made, name, [Item(**item) for item in values.get(name, ())])
    made.tags = list({fold(word): word for word in values.get("tags", ())}.values())
    given = values.get("added", {})
    for field in fields:
        empty = empty_value(field) if field.default is None else field.default
        setattr(made, field.name, coerce(field, given[field.name]) if field.name in given else empty)
    return made


def _reach(items: Iterable[Mapping[str, Any]], check: Any) -> Iterable[Item]:
    """E-mails or phones, each once, with the forms in which they are compared."""
    for item in {fold(one["value"]): one for one in items}.values():
        yield Item(**item, normalised=check(item["value"]).normalised)
