"""The lines of a list: everything they show is fetched and laid out for the whole page at once.

A line's HTML is `templates/lists/_row.html`, rendered once a page with gaps that are then filled for each row: what is
the same in all lines, labels and addresses above all, is made once and not fifty times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
from webapp.lists.columns import ListColumn, Sheet, Values, name_of
from webapp.lists.query import COLUMNS
from webapp.ports import MassActions
from webapp.registry import registry
from webapp.text import initials

GAP = "\x00"
"""Marks a gap in what a template made; no value can hold it, as the gaps are filled afterwards."""
GROUPS = frozenset({"functions", "tags"})
"""Cells of several known values, made anew for each group of them that occurs; all others are filled in."""


class Pattern:
    """HTML with gaps, to be filled with escaped text as often as needed."""

    def __init__(self, html: str) -> None:
        pieces = html.split(GAP)
        self._text = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        self._order = [int(piece) for piece in pieces[1::2]]

    @staticmethod
    def gap(number: int) -> Markup:
        """What stands for the `number`th text in the template."""
        return Markup(f"{GAP}{number}{GAP}")  # noqa: S704 - a mark and a number

    def fill(self, texts: Sequence[str]) -> str:
        """The HTML with these texts in its gaps."""
        return self._text % tuple([texts[number] for number in self._order])


@dataclass
class Layout:
    """The lines of one page. `place` names the list; with `ticks`, rows can be chosen."""

    function: str
    columns: Sequence[ListColumn]
    place: str
    ticks: bool = False
    _cells: dict[tuple[str, Any], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # One address is asked for, not one per row.
        self.base = url_for("contacts.file", id=0).partition("?")[0].removesuffix("0")
        self.view = "?" + urlencode({**({"view": self.function} if self.function else {}), "in": self.place})
        self.edit = "/row?" + urlencode({"in": self.place}) if act().may("contacts.edit") else ""
        self._macros: Any = current_app.jinja_env.get_template("lists/_row.html").make_module({
            "ticks": self.ticks,
            "columns": self.columns,
            "base": self.base,
            "view": self.view,
            "edit": self.edit,
            "known": {one.key: one for one in registry().functions()},
        })  # fmt: skip
        gaps = [Pattern.gap(number) for number in range(3 + len(self.columns))]
        line: Callable[..., str] = self._macros.line
        self._lines = {firm: Pattern(line(firm, *gaps[:3], gaps[3:])) for firm in (False, True)}

    def lines(self, rows: Sequence[Any]) -> Markup:
        """The lines of these rows of `ListQuery.page()`, by a fixed number of statements."""
        cells = self.cells(rows)
        made = []
        for row, shown in zip(rows, cells, strict=True):
            name = name_of(row)
            texts = [str(row.id), str(escape(name)), str(escape(initials(name))), *shown]
            made.append(self._lines[row.kind == "company"].fill(texts))
        return Markup("".join(made))  # noqa: S704 - of templates, and of values that were escaped one by one

    def cells(self, rows: Sequence[Any]) -> list[list[str]]:
        """The HTML of each row's cells, in the order of the columns."""
        if not rows:
            return []
        sheet = Sheet(rows, self.function)
        filled = []
        for column in self.columns:
            values = column.values(sheet)
            filled.append([self._cell(column.cell, values.get(row.id, ())) for row in rows])
        return [list(one) for one in zip(*filled, strict=True)]

    def _cell(self, kind: str, values: Values) -> str:
        if kind in GROUPS:
            if (kind, values) not in self._cells:
                self._cells[kind, values] = str(getattr(self._macros, kind)(*values))
            return str(self._cells[kind, values])
        texts = [str(escape(value)) for value in values]
        present = (kind, tuple([bool(text) for text in texts]))
        if present not in self._cells:
            gaps = [Pattern.gap(number) if text else "" for number, text in enumerate(texts)]
            self._cells[present] = Pattern(getattr(self._macros, kind)(*gaps))
        return str(self._cells[present].fill(texts))


def mass_actions(function: str, *, archived: bool = False) -> list[Any]:
    """The mass actions that this list offers this user; none where nobody could run them."""
    if not registry().service(MassActions).address():
        return []
    of = "archived" if archived else "live"
    return [
        one
        for one in registry().offers("mass_actions")
        if one.of == of and act().may(one.right) and (not one.functions or not function or function in one.functions)
    ]


def read_row(contact_id: int) -> Any:
    """One contact as `ListQuery.page()` gives them, whether the list still holds it or not."""
    query = sa.select(*COLUMNS).outerjoin(User, User.id == Contact.responsible_id).where(Contact.id == contact_id)
    return db.session.execute(query).one()


def responsible_names(ids: set[int | None]) -> dict[int | None, str]:
    """Names of users by id, one statement."""
    users = db.session.scalars(sa.select(User).where(User.id.in_([one for one in ids if one] or [0])))
    return {user.id: user.shown_name for user in users}
