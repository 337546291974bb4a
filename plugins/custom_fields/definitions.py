"""The fields that there are, as everybody else sees them: read once, and anew when somebody has changed one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from plugins.custom_fields.models import CustomChoice, CustomField
from webapp.api import Field, _, _l, _lp, coerce, db, label_of, language, registry, setting

PREFIX = "custom_"
TOKEN = "custom_fields.token"  # noqa: S105 - names the state of the definitions, opens nothing
LANGUAGES = ("fr", "en", "de")
LONGEST = {"text": 500, "multiline": 20_000, "link": 2000}
KINDS = {
    "text": _l("Text"),
    "multiline": _l("Long text"),
    "decimal": _lp("kind of field", "Number"),
    "date": _l("Date"),
    "boolean": _l("Yes or no"),
    "choice": _l("List"),
    "choices": _l("Multi-list"),
    "link": _l("Link"),
}
"""By the kind of the `Field`, what users call it."""
COLUMN = {
    "text": "text", "multiline": "text", "link": "text", "decimal": "number", "date": "day", "boolean": "yes",
    "choice": "choice_id", "choices": "choice_id",
}  # fmt: skip
"""Which column holds a value of a kind."""


class Words:
    """A label in the language of whoever reads it; where it has none in that, in the firm's, else in any."""

    def __init__(self, labels: Mapping[str, str], code: str) -> None:
        self.labels, self.code = dict(labels), code

    def __str__(self) -> str:
        return label_of(self.labels, language()) or self.code

    def all(self) -> list[str]:
        """In all its languages."""
        return [text for text in self.labels.values() if text]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What can be chosen."""

    id: int
    code: str
    words: Words
    archived: bool


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A field as it was read: a plain copy, that outlives its transaction."""

    id: int
    code: str
    owner: str
    kind: str
    words: Words
    in_use: bool
    personal: bool
    choices: tuple[Choice, ...]
    field: Field

    @property
    def column(self) -> str:
        """The column of its values."""
        return COLUMN[self.kind]


@dataclass(frozen=True, kw_only=True)
class Known:
    """All definitions, those out of use too, by name, by id, and those in use by owner."""

    token: str
    by_name: Mapping[str, Definition] = field(default_factory=dict)
    by_id: Mapping[int, Definition] = field(default_factory=dict)
    by_owner: Mapping[str, Sequence[Definition]] = field(default_factory=dict)


def known() -> Known:
    """What is defined now: no statement while nobody has changed it, since the settings are read anyway."""
    token = setting(TOKEN)
    held: Known | None = registry().memo.get("custom_fields")
    if held is None or held.token != token:
        held = registry().memo["custom_fields"] = _read(token) if token else Known(token="")
    return held


def _read(token: str) -> Known:
    choices: dict[int, list[CustomChoice]] = defaultdict(list)
    for one in db.session.scalars(sa.select(CustomChoice).order_by(CustomChoice.position, CustomChoice.id)):
        choices[one.field_id].append(one)
    rows = db.session.scalars(sa.select(CustomField).order_by(CustomField.position, CustomField.id))
    found = [_definition(row, choices[row.id]) for row in rows]
    by_owner: dict[str, list[Definition]] = defaultdict(list)
    for each in found:
        if each.in_use:
            by_owner[each.owner].append(each)
    return Known(
        token=token,
        by_name={one.field.name: one for one in found},
        by_id={one.id: one for one in found},
        by_owner=dict(by_owner),
    )


def words_of(row: CustomField | CustomChoice) -> Words:
    """The label of a field or of a choice."""
    return Words({one: getattr(row, f"label_{one}") for one in LANGUAGES}, row.code)


def _definition(row: CustomField, choices: Sequence[CustomChoice]) -> Definition:
    made = field_of(row, choices)
    return Definition(
        id=row.id,
        code=row.code,
        owner=row.owner,
        kind=row.kind,
        words=words_of(row),
        in_use=row.archived_at is None and row.deleted_at is None,
        personal=row.personal,
        choices=tuple(
            Choice(id=one.id, code=one.code, words=words_of(one), archived=one.archived) for one in choices
        ),
        field=made,
    )  # fmt: skip


def field_of(row: CustomField, choices: Sequence[CustomChoice]) -> Field:
    """The contract's field of a row; a default that no longer fits is none."""
    more: dict[str, Any] = {
        "label": words_of(row),
        "kind": row.kind,
        "section": row.section,
        "choices": tuple((one.code, words_of(one)) for one in choices),
        "withdrawn": frozenset(one.code for one in choices if one.archived),
        "max_length": LONGEST.get(row.kind, 200),
        "decimals": row.decimals,
        "is_added": True,
        "kinds": (row.kinds,) if row.kinds else (),
    }
    name = f"{PREFIX}{row.code}"
    try:
        default = coerce(Field(name=name, **more), row.start) if row.start else None
    except ValueError:
        default = None
    hint = _l("Needed") if row.required and not row.read_only else ""
    return Field(name=name, required=row.required, read_only=row.read_only, default=default, hint=hint, **more)


def owners() -> list[tuple[str, str]]:
    """Whose fields there can be: contacts', and those of each function."""
    return [("", _("Contacts")), *((one.key, str(one.label)) for one in registry().functions())]
