"""The columns of the lists: declared once, chosen by users, filled for a whole page at once (spec G1).

The name stands first and always; the others are shown as chosen and in the chosen order. What no chosen column shows
is not fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.contacts.added import added
from webapp.contacts.derived import number_of
from webapp.contacts.fields import BY_NAME, COLLECTION
from webapp.contacts.models import Contact, ContactNumber, ContactTag, Email, Phone, Tag
from webapp.db import among, db
from webapp.functions.models import FunctionRow
from webapp.i18n import _l
from webapp.lists.beside import Beside, beside
from webapp.lists.filters import KINDS
from webapp.plugin import Column, Field, Label
from webapp.ports import MoreFields
from webapp.registry import registry
from webapp.screen import ages, country_name, safe_link
from webapp.shown import shown

NAME = (
    Contact.kind,
    Contact.company_name,
    Contact.first_name,
    Contact.middle_name,
    Contact.last_name,
    Contact.sort_name,
)
Values = tuple[Any, ...]
"""What a cell shows: the arguments of its macro in `templates/lists/_row.html`."""


class Sheet:
    """The rows of a page and what columns want to know about them: each question is one statement, asked once.

    `rows` are those of `ListQuery.page()`.
    """

    def __init__(self, rows: Sequence[Any], function: str) -> None:
        self.rows = rows
        self.function = function
        self.ids: list[int] = [row.id for row in rows]
        self._added: dict[str, Mapping[int, Mapping[str, Any]]] = {}

    @cached_property
    def beside(self) -> dict[int, Beside]:
        """Functions, numbers and persons by contact id."""
        return beside(self.ids)

    @cached_property
    def functions(self) -> dict[str, dict[int, int]]:
        """Ids of the live rows of functions, by function the contact's: for what is noted of these."""
        query = sa.select(FunctionRow.function, FunctionRow.id, FunctionRow.contact_id).where(
            among(FunctionRow.contact_id, self.ids), FunctionRow.ended_at.is_(None)
        )
        found: dict[str, dict[int, int]] = {}
        for key, row_id, contact_id in db.session.execute(query):
            found.setdefault(key, {})[row_id] = contact_id
        return found

    def added(self, owner: str) -> Mapping[int, Mapping[str, Any]]:
        """What is noted in added fields, by contact id: one statement for all columns of an owner."""
        if owner not in self._added:
            whose = self.functions.get(owner, {}) if owner else {one: one for one in self.ids}
            held = registry().service(MoreFields).read(owner, list(whose)) if whose else {}
            self._added[owner] = {whose[key]: values for key, values in held.items()}
        return self._added[owner]

    def first_of(self, model: type[Email | Phone]) -> dict[int, Any]:
        """The first e-mail or phone, by contact id."""
        query = sa.select(model.contact_id, model.value, model.normalised).where(among(model.contact_id, self.ids))
        found: dict[int, Any] = {}
        for row in db.session.execute(query.order_by(model.position, model.id)):
            found.setdefault(row.contact_id, row)
        return found


@dataclass(frozen=True, kw_only=True)
class ListColumn:
    """One column. `values(sheet)` gives by contact id what `cell`, a macro, shows; `text` says the same as plain text.

    `short` is the head's word where the label is too long for it; `numeric` sets figures below each other; `minor`
    columns are left out on phones. `shown`: there before the user has chosen any. `css` is a class of
    the style sheet for its cells.
    """

    key: str
    label: Label
    values: Callable[[Sheet], Mapping[int, Values]]
    cell: str = "text"
    text: Callable[[Values], str] = lambda values: str(values[0])
    short: Label = ""
    numeric: bool = False
    minor: bool = False
    shown: bool = False
    css: str = ""

    @property
    def classes(self) -> str:
        """Of its cells and its head."""
        return "c-cell-num" if self.numeric else self.css


def name_of(row: Any) -> str:
    """The name to show of a row with `NAME`; what it sorts by where it has none (an e-mail address, a phone)."""
    if row.kind == "company":
        return row.company_name or row.sort_name
    return " ".join(part for part in (row.first_name, row.middle_name, row.last_name) if part) or row.sort_name


def _words(name: str) -> Callable[[Sheet], Mapping[int, Values]]:
    """A field of the contact, in words."""
    field = BY_NAME[name]

    def values(sheet: Sheet) -> Mapping[int, Values]:
        stored = {row.id: getattr(row, name) for row in sheet.rows}
        words = {value: (shown(field, value),) for value in set(stored.values())}
        return {key: words[value] for key, value in stored.items()}

    return values


def _functions(sheet: Sheet) -> Mapping[int, Values]:
    known = {one.key for one in registry().functions()}
    return {key: tuple(each for each in one.functions if each in known) for key, one in sheet.beside.items()}


def _function_words(values: Values) -> str:
    return ", ".join(str(one.label) for one in registry().functions() if one.key in values)


def _city(sheet: Sheet) -> Mapping[int, Values]:
    names = {code: country_name(code) for code in {row.country for row in sheet.rows}}
    return {row.id: (row.city, row.country, names[row.country]) for row in sheet.rows}


def _responsible(sheet: Sheet) -> Mapping[int, Values]:
    return {row.id: (row.user_name or (row.user_email or "").partition("@")[0],) for row in sheet.rows}


def _moment(of: Callable[[Sheet], Mapping[int, Any]]) -> Callable[[Sheet], Mapping[int, Values]]:
    def values(sheet: Sheet) -> Mapping[int, Values]:
        moments = of(sheet)
        words = ages(list(moments.values()))
        return {key: (moment.isoformat(), told) for (key, moment), told in zip(moments.items(), words, strict=True)}

    return values


def _email(sheet: Sheet) -> Mapping[int, Values]:
    return {key: (row.value,) for key, row in sheet.first_of(Email).items()}


def _phone(sheet: Sheet) -> Mapping[int, Values]:
    return {key: (row.value, row.normalised or "") for key, row in sheet.first_of(Phone).items()}


def _tags(sheet: Sheet) -> Mapping[int, Values]:
    query = sa.select(ContactTag.contact_id, Tag.name).join(Tag, Tag.id == ContactTag.tag_id)
    found: dict[int, Values] = {}
    for contact_id, name in db.session.execute(
        query.where(among(ContactTag.contact_id, sheet.ids)).order_by(Tag.folded)
    ):
        found[contact_id] = (*found.get(contact_id, ()), name)
    return found


def _former(sheet: Sheet) -> Mapping[int, Values]:
    query = sa.select(ContactNumber.contact_id, ContactNumber.value).where(
        among(ContactNumber.contact_id, sheet.ids), ContactNumber.valid_to.is_not(None)
    )
    found: dict[int | None, list[str]] = {}
    for contact_id, value in db.session.execute(query.order_by(ContactNumber.id)):
        found.setdefault(contact_id, []).append(value)
    return {key: (", ".join(dict.fromkeys(values)),) for key, values in found.items() if key}


def _parent(sheet: Sheet) -> Mapping[int, Values]:
    parents = {row.id: row.parent_id for row in sheet.rows if row.parent_id}
    query: Any = sa.select(Contact.id, *NAME).where(among(Contact.id, set(parents.values())))
    names = {row.id: name_of(row) for row in db.session.execute(query)}
    return {key: (names[parent_id], parent_id) for key, parent_id in parents.items()}


def _field(name: str, **more: Any) -> ListColumn:
    return ListColumn(**{"key": name, "label": BY_NAME[name].label, "values": _words(name), **more})


CORE: tuple[ListColumn, ...] = (
    ListColumn(
        key="functions",
        label=_l("Functions"),
        values=_functions,
        cell="functions",
        text=_function_words,
        shown=True,
    ),
    ListColumn(
        key="persons",
        label=_l("Contact persons"),
        short=_l("Pers."),
        values=lambda sheet: {key: (one.persons or "",) for key, one in sheet.beside.items()},
        numeric=True,
        shown=True,
    ),
    ListColumn(
        key="city",
        label=_l("City"),
        values=_city,
        cell="city",
        shown=True,
        css="c-nowrap",
    ),
    ListColumn(
        key="number",
        label=_l("Number"),
        values=lambda sheet: {key: (number_of(one.numbers, sheet.function),) for key, one in sheet.beside.items()},
        shown=True,
        css="c-num",
    ),
    ListColumn(key="responsible", label=_l("Responsible"), values=_responsible, minor=True, shown=True, css="c-nowrap"),
    ListColumn(
        key="changed",
        label=_l("Changed"),
        values=_moment(lambda sheet: {row.id: row.updated_at for row in sheet.rows}),
        cell="moment",
        shown=True,
        css="c-nowrap",
    ),
    ListColumn(key="email", label=COLLECTION["emails"].item_label, values=_email, cell="email"),
    ListColumn(
        key="phone", label=COLLECTION["phones"].item_label, values=_phone, cell="phone", css="c-nowrap"
    ),
    ListColumn(key="tags", label=_l("Tags"), values=_tags, cell="tags", text=", ".join),
    ListColumn(key="former", label=_l("Former numbers"), values=_former, css="c-num"),
    ListColumn(
        key="kind",
        label=_l("Kind"),
        values=lambda sheet: {row.id: (str(KINDS[row.kind]),) for row in sheet.rows},
    ),
    ListColumn(
        key="country",
        label=_l("Country"),
        values=lambda sheet: {key: (one[2],) for key, one in _city(sheet).items()},
        css="c-nowrap",
    ),
    ListColumn(
        key="created",
        label=_l("Created"),
        values=_moment(lambda sheet: {row.id: row.created_at for row in sheet.rows}),
        cell="moment",
        css="c-nowrap",
    ),
    _field("category"),
    _field("source"),
    _field("language"),
    _field("legal_form"),
    _field("vat_id", css="c-num"),
    ListColumn(
        key="website",
        label=BY_NAME["website"].label,
        values=lambda sheet: {row.id: (row.website, safe_link(row.website)) for row in sheet.rows},
        cell="website",
    ),
    ListColumn(
        key="parent", label=BY_NAME["parent_id"].label, values=_parent, cell="parent"
    ),
)  # fmt: skip


def _offered(column: Column) -> ListColumn:
    """A plug-in's column as one of ours."""
    icon = (column.icon,) if column.icon else ()
    return ListColumn(
        key=column.key,
        label=column.label,
        values=lambda sheet: {key: (text, *icon) for key, text in column.values(sheet.ids).items()},
        cell="state" if icon else "text",
        minor=True,
        shown=column.shown,
    )


def _added(owner: str, field: Field) -> ListColumn:
    """The column of a field that the firm has added."""

    def values(sheet: Sheet) -> Mapping[int, Values]:
        noted = {key: held[field.name] for key, held in sheet.added(owner).items() if field.name in held}
        if field.kind == "link":
            return {key: (text, safe_link(text)) for key, text in noted.items()}
        if field.kind == "date":
            return {key: (day.isoformat(), shown(field, day)) for key, day in noted.items()}
        return {key: (shown(field, value),) for key, value in noted.items()}

    return ListColumn(
        key=field.name,
        label=field.label,
        values=values,
        cell={"link": "website", "date": "moment"}.get(field.kind, "text"),
        numeric=field.kind == "decimal",
        minor=True,
        css="c-clip c-clip--wide" if field.kind in ("text", "multiline") else "",
    )


def offered_columns(function: str) -> dict[str, ListColumn]:
    """All columns that the list of a function (of all contacts where empty) can show, by key, in their usual order."""
    found = {one.key: one for one in CORE}
    for column in registry().offers("columns"):
        if not column.functions or function in column.functions:
            found.setdefault(column.key, _offered(column))
    for owner in ("", function) if function else ("", *(one.key for one in registry().functions())):
        found |= {one.name: _added(owner, one) for one in added(owner)}
    # When a contact was changed closes the row, behind what plug-ins add of themselves.
    usual = [one for one in found.values() if one.shown]
    usual.sort(key=lambda one: one.key == "changed")
    return {one.key: one for one in (*usual, *found.values())}


def columns_of(function: str, chosen: Iterable[str] | None = None) -> list[ListColumn]:
    """The chosen columns in their order; the usual ones where none is chosen.

    What is not offered here is passed over: a plug-in may have been switched off since.
    """
    known = offered_columns(function)
    picked = [known[key] for key in dict.fromkeys(chosen or ()) if key in known]
    return picked or [one for one in known.values() if one.shown]


def texts(rows: Sequence[Any], function: str, columns: Sequence[ListColumn]) -> dict[int, list[str]]:
    """The cells as plain text, by contact id: what an export of the list says."""
    sheet = Sheet(rows, function)
    found = [(column, column.values(sheet)) for column in columns]
    return {key: [column.text(values[key]) if values.get(key) else "" for column, values in found] for key in sheet.ids}
