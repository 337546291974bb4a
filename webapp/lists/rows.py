"""The lines of a list: everything they show is fetched and laid out for the whole page at once.

A line's HTML is `templates/lists/_row.html`, rendered once a page with gaps that are then filled for each row: what is
the same in all lines, labels and addresses above all, is made once and not fifty times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from webapp.lists.columns import ListColumn, Sheet, name_of
from webapp.lists.inline import NAMES, fields_of
from webapp.lists.query import COLUMNS
from webapp.plugin import MassAction
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
        text = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        order = [int(piece) for piece in pieces[1::2]]
        # Which texts go where, in one call: a page fills hundreds of gaps.
        if not order:
            self.fill = lambda texts: html
        else:
            pick = itemgetter(*order)
            self.fill = lambda texts: text % pick(texts)

    fill: Callable[[Sequence[str]], str]
    """The HTML with these texts in its gaps."""

    @staticmethod
    def gap(number: int) -> Markup:
        """What stands for the `number`th text in the template."""
        return Markup(f"{GAP}{number}{GAP}")  # noqa: S704 - a mark and a number


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
        macros: Any = current_app.jinja_env.get_template("lists/_row.html").make_module({
            "ticks": self.ticks,
            "columns": self.columns,
            "base": self.base,
            "view": self.view,
            "edit": self.edit,
            "known": {one.key: one for one in registry().functions()},
        })  # fmt: skip
        gaps = [Pattern.gap(number) for number in range(3 + len(self.columns))]
        line: Callable[..., str] = macros.line
        self._macros = macros
        self._fills = {}
        for kind in NAMES:
            edited = [key for key, fields in fields_of(kind, self.columns).items() if fields] if self.edit else []
            self._fills[kind] = Pattern(line(kind, edited, *gaps[:3], gaps[3:])).fill

    def lines(self, rows: Sequence[Any]) -> Markup:
        """The lines of these rows of `ListQuery.page()`, by a fixed number of statements."""
        names = [name_of(row) for row in rows]
        texts = zip(
            [str(row.id) for row in rows],
            escaped(names),
            escaped([initials(name) for name in names]),
            *self.cells(rows),
            strict=True,
        )
        made = [self._fills[row.kind](each) for row, each in zip(rows, texts, strict=True)]
        return Markup("".join(made))  # noqa: S704 - of templates, and of values that were escaped

    def cells(self, rows: Sequence[Any]) -> list[list[str]]:
        """For each column the HTML of its cells."""
        sheet = Sheet(rows, self.function)
        return [self._filled(column, sheet) if rows else [] for column in self.columns]

    def _filled(self, column: ListColumn, sheet: Sheet) -> list[str]:
        values = column.values(sheet)
        given = [values.get(key, ()) for key in sheet.ids]
        macro: Callable[..., str] = getattr(self._macros, column.cell)
        if column.cell in GROUPS:
            made = {one: str(macro(*one)) for one in set(given)}
            return [made[one] for one in given]
        texts = escaped([text for one in given for text in one])
        fills: dict[tuple[bool, ...], Any] = {}
        cells, here = [], 0
        for one in given:
            present = tuple(map(bool, one))
            if present not in fills:
                gaps = [Pattern.gap(number) if is_there else "" for number, is_there in enumerate(present)]
                fills[present] = Pattern(macro(*gaps)).fill
            cells.append(fills[present](texts[here : here + len(one)]))
            here += len(one)
        return cells


def mass_actions(function: str, *, archived: bool = False) -> Sequence[MassAction]:
    """The mass actions that this list offers this user; none where nobody could run them."""
    return registry().service(MassActions).offers(function, archived=archived)


def read_row(contact_id: int) -> Any:
    """One contact as `ListQuery.page()` gives them, whether the list still holds it or not."""
    query = sa.select(*COLUMNS).outerjoin(User, User.id == Contact.responsible_id).where(Contact.id == contact_id)
    return db.session.execute(query).one()


def responsible_names(ids: set[int | None]) -> dict[int | None, str]:
    """Names of users by id, one statement."""
    users = db.session.scalars(sa.select(User).where(User.id.in_([one for one in ids if one] or [0])))
    return {user.id: user.shown_name for user in users}
