"""Fields that the firm has added (spec D8), beside those that the code declares: the same forms, history and conflicts.

Their values are attributes of the instances that they belong to, a `Contact` or a function's row, once `fill` has
read them: so whatever shows, compares or tells a field need not know where it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import force_locale

from webapp.i18n import LOCALES
from webapp.plugin import Field
from webapp.ports import MoreFields
from webapp.registry import registry

PREFIX = "custom_"
"""What the names of added fields begin with; the rest is the firm's code."""
EMPTY: dict[str, Any] = {"boolean": False, "choices": (), "decimal": None, "date": None}
"""What stands for nothing, by the field's kind; an empty text for all others."""
OTHERWISE = frozenset({"import", "api", "merge", "undo", "job"})
"""Ways by which a field is changed that is read-only on the screens."""


def added(owner: str = "", kind: str = "") -> list[Field]:
    """The fields added to a function, or to contacts: to those of a `kind` where it is named."""
    return [
        one for one in registry().service(MoreFields).fields(owner) if not (kind and one.kinds) or kind in one.kinds
    ]


def added_by_name(owner: str = "", kind: str = "") -> dict[str, Field]:
    """The same by name."""
    return {one.name: one for one in added(owner, kind)}


def added_field(name: str) -> Field | None:
    """The field of that name, whatever it was added to, also one that there is no more."""
    return registry().service(MoreFields).named(name)


def empty(field: Field) -> Any:
    """What a field holds while nothing is noted."""
    return EMPTY.get(field.kind, "")


def fill(owner: str, rows: Iterable[Any]) -> None:
    """Read the values of instances into their attributes: one statement where fields are added, else none."""
    fields = added(owner)
    if not fields:
        return
    instances = list(rows)
    found = registry().service(MoreFields).read(owner, [key_of(one) for one in instances])
    for one in instances:
        held = found.get(key_of(one), {})
        for field in fields:
            setattr(one, field.name, held.get(field.name, empty(field)))


def begin(row: Any, owner: str = "", fields: Iterable[Field] | None = None) -> dict[str, Any]:
    """Give a new instance its fields' defaults; returns those that are no nothing. `fields` are its, where known."""
    made = {}
    if fields is None:
        fields = added(owner, getattr(row, "kind", "") if not owner else "")
    for field in fields:
        default = empty(field) if field.default is None else field.default
        setattr(row, field.name, default)
        if default != empty(field):
            made[field.name] = default
    return made


def save(owner: str, changes: Mapping[int, Mapping[str, tuple[Any, Any]]]) -> None:
    """Write down what of these changes (old and new value by name, by id) belongs to added fields."""
    fields = added_by_name(owner)
    values = {
        key: mine
        for key, of_one in changes.items()
        if (mine := {name: new for name, (_old, new) in of_one.items() if name in fields})
    }
    if values:
        registry().service(MoreFields).write(owner, values)


def labels(field: Field) -> list[str]:
    """What a field is called in any language, each word once: what a file's column may be headed by."""
    found: dict[str, None] = {}
    for locale in LOCALES:
        with force_locale(locale):
            found.setdefault(str(field.label))
    return list(found)


def sections(fields: Iterable[Field]) -> list[tuple[str, list[Field]]]:
    """The fields by the section they name, in the order of their first field."""
    found: dict[str, list[Field]] = {}
    for one in fields:
        found.setdefault(str(one.section), []).append(one)
    return list(found.items())


def may_change(field: Field, way: str) -> bool:
    """Whether a field is changed by this way: one that is read-only, not on the screens."""
    return not field.read_only or (field.is_added and way in OTHERWISE)


def key_of(row: Any) -> int:
    """The id by which values are kept: of a contact, or of a function's row."""
    return int(row.contact_function_id if hasattr(row, "contact_function_id") else row.id)
