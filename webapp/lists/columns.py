"""The columns of the lists: declared once, chosen by users, filled for a whole page at once (spec G1).

The name stands first and always; the others are shown as chosen and in the chosen order. What no chosen column shows
is not fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.contacts.added import added
from webapp.contacts.derived import number_of
from webapp.contacts.fields import BY_NAME, COLLECTION
from webapp.contacts.models import Contact, ContactNumber, ContactTag, Email, Phone, Tag
from webapp.db import among, db, tuples
from webapp.i18n import _l
from webapp.lists import texts
from webapp.lists.filters import KINDS
from webapp.lists.query import COLUMNS
from webapp.lists.sheet import NAME, LongSheet, Sheet, name_of
from webapp.plugin import Column, Field, Label
from webapp.registry import registry
from webapp.screen import ages, country_name, safe_link
from webapp.shown import shown

OF_USER = {"user_name", "user_email"}
Values = tuple[Any, ...]
"""What a cell shows: the arguments of its macro in `templates/lists/_row.html`."""


@dataclass(frozen=True, kw_only=True)
class ListColumn:
    """One column. `values(sheet)` gives by contact id what `cell`, a macro, shows; `text` says the same as plain text.

    `texts(sheet)`, where it is faster, gives the plain texts of all rows in their order; `row` names what these or
    `values` take from the rows themselves, `sql(function)` is what `texts` wants with each row of `contact`.
    `short` is the head's word where the label is too long for it; `numeric` sets figures below each other; `minor`
    columns are left out on phones. `shown`: there before the user has chosen any. `css` is a class of
    the style sheet for its cells.
    """

    key: str
    label: Label
    values: Callable[[Sheet], Mapping[int, Values]]
    cell: str = "text"
    text: Callable[[Values], str] = lambda values: str(values[0])
    texts: Callable[[LongSheet], Sequence[str]] | None = None
    sql: Callable[[str], Any] | None = None
    row: Sequence[str] = ()
    short: Label = ""
    numeric: bool = False
    minor: bool = False
    shown: bool = False
    css: str = ""

    @property
    def classes(self) -> str:
        """Of its cells and its head."""
        return "c-cell-num" if self.numeric else self.css


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
    said = {"texts": texts.words(name, partial(shown, BY_NAME[name])), "row": (name,)}
    return ListColumn(**{"key": name, "label": BY_NAME[name].label, "values": _words(name), **said, **more})


CORE: tuple[ListColumn, ...] = (
    ListColumn(
        key="functions",
        label=_l("Functions"),
        values=_functions,
        cell="functions",
        text=_function_words,
        texts=texts.functions,
        sql=texts.keys,
        shown=True,
    ),
    ListColumn(
        key="persons",
        label=_l("Contact persons"),
        short=_l("Pers."),
        values=lambda sheet: {key: (one.persons or "",) for key, one in sheet.beside.items()},
        texts=texts.found_of("persons"),
        sql=texts.persons,
        numeric=True,
        shown=True,
    ),
    ListColumn(
        key="city",
        label=_l("City"),
        values=_city,
        cell="city",
        texts=texts.plain("city"),
        row=("city", "country"),
        shown=True,
        css="c-nowrap",
    ),
    ListColumn(
        key="number",
        label=_l("Number"),
        values=lambda sheet: {key: (number_of(one.numbers, sheet.function),) for key, one in sheet.beside.items()},
        texts=texts.found_of("number"),
        sql=texts.number,
        shown=True,
        css="c-num",
    ),
    ListColumn(
        key="responsible",
        label=_l("Responsible"),
        values=_responsible,
        texts=texts.responsible,
        row=("user_name", "user_email"),
        minor=True,
        shown=True,
        css="c-nowrap",
    ),
    ListColumn(
        key="changed",
        label=_l("Changed"),
        values=_moment(lambda sheet: {row.id: row.updated_at for row in sheet.rows}),
        texts=texts.moments("updated_at"),
        row=("updated_at",),
        cell="moment",
        shown=True,
        css="c-nowrap",
    ),
    ListColumn(
        key="email", label=COLLECTION["emails"].item_label, values=_email, cell="email",
        texts=texts.found_of("email"),
        sql=texts.first_of(Email),
    ),
    ListColumn(
        key="phone", label=COLLECTION["phones"].item_label, values=_phone, cell="phone", css="c-nowrap",
        texts=texts.found_of("phone"),
        sql=texts.first_of(Phone),
    ),
    ListColumn(key="tags", label=_l("Tags"), values=_tags, cell="tags", text=", ".join, texts=texts.tags),
    ListColumn(key="former", label=_l("Former numbers"), values=_former, css="c-num"),
    ListColumn(
        key="kind",
        label=_l("Kind"),
        values=lambda sheet: {row.id: (str(KINDS[row.kind]),) for row in sheet.rows},
        texts=texts.words("kind", KINDS.__getitem__),
        row=("kind",),
    ),
    ListColumn(
        key="country",
        label=_l("Country"),
        values=lambda sheet: {key: (one[2],) for key, one in _city(sheet).items()},
        texts=texts.words("country", country_name),
        row=("city", "country"),
        css="c-nowrap",
    ),
    ListColumn(
        key="created",
        label=_l("Created"),
        values=_moment(lambda sheet: {row.id: row.created_at for row in sheet.rows}),
        texts=texts.moments("created_at"),
        row=("created_at",),
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
        texts=texts.plain("website"),
        row=("website",),
        cell="website",
    ),
    ListColumn(
        key="parent", label=BY_NAME["parent_id"].label, values=_parent, cell="parent", row=("parent_id",)
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


@dataclass(frozen=True, kw_only=True)
class Told:
    """Contacts as plain text: their `ids`, and by column, in the same order, what a list says of them."""

    ids: list[int]
    names: Sequence[str]
    external_ids: Sequence[str]
    columns: list[Sequence[str]]


def told(ids: Sequence[int], function: str, columns: Sequence[ListColumn]) -> Told:
    """Those of these contacts that are there, in the order given, as the list of a function says them.

    By a fixed number of statements, of which each reads no more than the columns show.
    """
    names = {"id", *(one.key for one in NAME), *(name for column in columns for name in column.row)}
    taken: list[Any] = [one for one in COLUMNS if one.key in names]
    taken += [one.sql(function).label(texts.of(one.key)) for one in columns if one.sql]
    taken.append(texts.external_id().label(texts.of("external_id")))
    query: Any = sa.select(*taken).where(among(Contact.id, ids))
    if names & OF_USER:
        query = query.outerjoin(User, User.id == Contact.responsible_id)
    found = {row[0]: row for row in tuples(query)}
    rows = [found[one] for one in ids if one in found]
    if not rows:
        return Told(ids=[], names=[], external_ids=[], columns=[[] for _one in columns])
    given = dict(zip(taken, zip(*rows, strict=True), strict=True))
    sheet = LongSheet({one.key: _read(one, values) for one, values in given.items()}, function)
    return Told(
        ids=sheet.ids,
        names=texts.names(sheet),
        external_ids=texts.found_of("external_id")(sheet),
        columns=[
            one.texts(sheet) if one.texts else texts.of_values(sheet, one.values(sheet), one.text) for one in columns
        ],
    )


def _read(column: Any, values: Sequence[Any]) -> Sequence[Any]:
    """What the driver gives of a column, as Python has it."""
    dialect = db.session.get_bind().dialect
    read = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return list(map(read, values)) if read else values
