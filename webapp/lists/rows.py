"""The lines of a list: everything they show is fetched and laid out for the whole page at once.

A line's HTML is `templates/lists/_row.html`, rendered once with gaps that are then filled for each row: what is the
same in all lines, labels above all, is made once and not fifty times a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import current_app, url_for
from markupsafe import Markup, escape

from webapp.accounts.models import User
from webapp.acting import act
from webapp.contacts.derived import number_of as number_of
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.embedding import embedded
from webapp.i18n import made_once
from webapp.lists.columns import ListColumn
from webapp.lists.inline import NAMES, fields_of
from webapp.lists.query import COLUMNS
from webapp.lists.sheet import Sheet, name_of
from webapp.plugin import MassAction
from webapp.ports import MassActions
from webapp.registry import registry
from webapp.text import initials

GAP = "\x00"
"""Marks a gap in what a template made; no value can hold it, as the gaps are filled afterwards."""
Fill = Callable[[Sequence[str]], str]
"""HTML with gaps, filled with texts that are escaped already."""


def gap(number: int) -> Markup:
    """What stands for the `number`th text in what a template makes."""
    return Markup(f"{GAP}{number}{GAP}")  # noqa: S704 - a mark and a number


def filling(html: str) -> Fill:
    """How the gaps of this HTML are filled: in one call, as a page has hundreds of them."""
    pieces = html.split(GAP)
    text = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
    order = [int(piece) for piece in pieces[1::2]]
    if not order:
        return lambda texts: html
    pick = itemgetter(*order)
    return lambda texts: text % pick(texts)


def escaped(texts: Sequence[Any]) -> list[str]:
    """All texts made safe in one go: they are parted by what none of them holds."""
    found = str(escape(GAP.join([str(text) for text in texts]))).split(GAP)
    return found if len(found) == len(texts) else [str(escape(text)) for text in texts]


@dataclass
class Layout:
    """The lines of one page. `place` names the list; with `ticks`, rows can be chosen."""

    function: str
    columns: Sequence[ListColumn]
    place: str
    ticks: bool = False

    def __post_init__(self) -> None:
        # One address is asked for, not one per row.
        self.base = url_for("contacts.file", id=0).partition("?")[0].removesuffix("0")
        self.view = "?" + urlencode({**({"view": self.function} if self.function else {}), "in": self.place})
        self.edit = "/row?" + urlencode({"in": self.place}) if act().may("contacts.edit") else ""

    def lines(self, rows: Sequence[Any]) -> Markup:
        """The lines of these rows of `ListQuery.page()`, by a fixed number of statements."""
        names, around = [name_of(row) for row in rows], escaped([self.view, self.edit])
        texts = zip(
            [str(row.id) for row in rows],
            escaped(names),
            escaped([initials(name) for name in names]),
            *([one] * len(rows) for one in around),
            *self.cells(rows),
            strict=True,
        )
        # An added field's label may change while its key stays.
        keys = tuple([(one.key, str(one.label)) for one in self.columns])
        fills = {kind: self._line(kind, keys) for kind in NAMES}
        made = [fills[row.kind](each) for row, each in zip(rows, texts, strict=True)]
        return Markup("".join(made))  # noqa: S704 - of templates, and of values that were escaped

    def cells(self, rows: Sequence[Any]) -> list[list[str]]:
        """For each column the HTML of its cells."""
        sheet = Sheet(rows, self.function)
        return [self._filled(column, sheet) if rows else [] for column in self.columns]

    def _filled(self, column: ListColumn, sheet: Sheet) -> list[str]:
        values = column.values(sheet)
        given = [values.get(key, ()) for key in sheet.ids]
        if column.cell == "functions":
            badges = {one: self._made("functions", one, self._badges) for one in set(given)}
            return [badges[one] for one in given]
        texts = escaped([text for one in given for text in one])
        fills: dict[tuple[bool, ...], Fill] = {}
        cells, here = [], 0
        for one in given:
            present = tuple(map(bool, one))
            if present not in fills:
                fills[present] = self._made(column.cell, present, partial(self._cell, column.cell))
            cells.append(fills[present](texts[here : here + len(one)]))
            here += len(one)
        return cells

    def _line(self, kind: str, keys: tuple[tuple[str, str], ...]) -> Fill:
        """A line of a person or a company with these columns."""

        def make(_of: Any) -> Fill:
            first, cells = 5, len(self.columns)
            edited = [key for key, fields in fields_of(kind, self.columns).items() if fields] if self.edit else []
            gaps = [gap(number) for number in range(first + cells)]
            if not self.edit:
                gaps[4] = Markup()
            return filling(self._macros.line(kind, edited, self.columns, self.ticks, *gaps[:first], gaps[first:]))

        return self._made("line", (kind, keys, self.ticks, bool(self.edit)), make)

    def _cell(self, kind: str, present: tuple[bool, ...]) -> Fill:
        """A cell whose texts are there or empty."""
        gaps = [gap(number) if is_there else "" for number, is_there in enumerate(present)]
        return filling(getattr(self._macros, kind)(*gaps))

    def _badges(self, keys: tuple[str, ...]) -> str:
        return str(self._macros.functions(*keys))

    def _made(self, kind: str, of: Any, make: Callable[[Any], Any]) -> Any:
        """What is the same on many pages, from one page to the next."""
        return made_once(("lists", self.base, kind, of), lambda: make(of))

    @cached_property
    def _macros(self) -> Any:
        known = {one.key: one for one in registry().functions()}
        return current_app.jinja_env.get_template("lists/_row.html").make_module({"base": self.base, "known": known})


def mass_actions(function: str, *, archived: bool = False) -> Sequence[MassAction]:
    """The mass actions that this list offers this user; none where nobody could run them, nor in a portal's page."""
    if embedded() is not None:
        return ()
    return registry().service(MassActions).offers(function, archived=archived)


def read_row(contact_id: int) -> Any:
    """One contact as `ListQuery.page()` gives them, whether the list still holds it or not."""
    query = sa.select(*COLUMNS).outerjoin(User, User.id == Contact.responsible_id).where(Contact.id == contact_id)
    return db.session.execute(query).one()


def responsible_names(ids: set[int | None]) -> dict[int | None, str]:
    """Names of users by id, one statement."""
    users = db.session.scalars(sa.select(User).where(User.id.in_([one for one in ids if one] or [0])))
    return {user.id: user.shown_name for user in users}
