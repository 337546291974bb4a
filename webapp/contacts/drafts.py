"""New contacts as rows of their tables, many at once: checked and derived as `create` does, without the session.

An instance that SQLAlchemy keeps costs ten times what its values do; a file has a million.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from webapp.contacts import services
from webapp.contacts.collections import tag_names
from webapp.contacts.derived import refresh
from webapp.contacts.fields import BY_NAME, COLLECTION
from webapp.contacts.models import Contact, Tag
from webapp.errors import Invalid
from webapp.history.services import Change
from webapp.i18n import _
from webapp.plugin import Field

Rows = dict[str, list[tuple[Any, ...]]]
_EMPTY = {one.name: None if one.kind in services.UNSET else "" for one in BY_NAME.values()}
_DERIVED = ("vat_id_normalised", "sort_name", "search_text", "city", "sort_city", "sort_number", "country")
_LISTED = ("position", "normalised", "warning", "is_primary")
_COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(
        column for column in (*(field.name for field in one.fields), *_LISTED) if column in one.model.__table__.c
    )
    for name, one in COLLECTION.items()
}
COLUMNS: dict[str, tuple[str, ...]] = {
    "contact": ("id", "kind", *BY_NAME, *_DERIVED, "warnings", "created_at", "updated_at", "version"),
    **{COLLECTION[name].model.__tablename__: ("contact_id", *columns) for name, columns in _COLUMNS.items()},
    "contact_tag": ("contact_id", "tag_id"),
}
"""The columns that are filled, by table, in the order in which rows refer to each other; the others have defaults."""


class Item:
    """One of the values of which a contact has several."""

    position = 0
    normalised: str | None = None
    warning: str | None = None
    is_primary = False


@dataclass(kw_only=True, slots=True)
class Number:
    """A number that the contact comes with, as its table has it."""

    function: str
    value: str
    folded: str
    origin: str
    reserved: str | None
    valid_to: None = None


class Draft:
    """A contact that is about to be written: what `Contact` is to those who set and derive values."""

    item = Item
    id: int | None = None
    anonymised_at = None
    absorbed = ()
    name: Any = Contact.name

    def __init__(self, kind: str) -> None:
        vars(self).update(_EMPTY)
        self.kind = kind
        self.warnings: dict[str, str] = {}
        self.numbers: list[Number] = []
        self.tag_ids: list[int] = []
        self.vat_id_normalised: str | None = None
        vars(self).update({name: [] for name in COLLECTION})


def draft(
    values: Mapping[str, Any], more: dict[str, Field] | None = None
) -> tuple[Any, dict[str, Change], dict[str, str]]:
    """The contact for these values, what it has got, and the words that it is tagged with by their folded form.

    What follows of its numbers is still to be derived. `more`: the added fields of its kind, where they are known.
    Raises `Invalid`.
    """
    made: Any = Draft(str(values["kind"]))
    own = {name: value for name, value in values.items() if name != "tags"}
    changes = services.begin(made, own, trusting=True, more=more)
    errors: dict[str, str] = {}
    words = tag_names(values["tags"], errors) if "tags" in values else {}
    if words is None:
        raise Invalid(_("Please correct what is marked."), errors)
    return made, changes, words


def tag(made: Any, words: Mapping[str, str], tags: Mapping[str, Tag], changes: dict[str, Change]) -> None:
    """Let a draft carry the tags of its words; all that there are come with `tags`."""
    if words:
        made.tag_ids = [tags[folded].id for folded in words]
        changes["tags"] = ([], sorted((tags[folded].name for folded in words), key=str.casefold))


def rows_of(made: Any, version: int, at: str, rows: Rows) -> None:
    """Add the rows of a draft that has its id, as drivers take them, to those of its tables."""
    refresh(made)
    known = vars(made)
    single = _single(known)
    if made.birth_date is not None:
        single = tuple(map(_plain, single))
    warnings = json.dumps(made.warnings) if made.warnings else "{}"
    rows["contact"].append((made.id, made.kind, *single, warnings, at, at, version))
    for name, table, values in _LISTS:
        if items := known[name]:
            rows[table] += [(made.id, *map(_plain, values(one))) for one in items]
    if made.tag_ids:
        rows["contact_tag"] += [(made.id, tag_id) for tag_id in made.tag_ids]


_single = itemgetter(*BY_NAME, *_DERIVED)
_LISTS = [(name, COLLECTION[name].model.__tablename__, attrgetter(*columns)) for name, columns in _COLUMNS.items()]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def no_rows() -> Rows:
    """Nothing yet, for any table."""
    return defaultdict(list)
