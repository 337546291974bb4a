"""Views that users save of a list, the one that opens by itself, and their own columns (spec G1).

A view holds a list's search, filters and sort as its address says them, and its columns. Its owner sees it, with
`shared` everyone does; a shared one is kept by whoever may manage contacts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from webapp.accounts.models import User
from webapp.acting import act, need
from webapp.db import db, fetch
from webapp.errors import Forbidden, Invalid, Missing, Refused, Stale
from webapp.i18n import _
from webapp.lists.columns import ListColumn, columns_of, offered_columns
from webapp.lists.models import ListSetting, SavedView
from webapp.lists.place import ALL
from webapp.lists.query import ListQuery
from webapp.lists.sorts import sort_named
from webapp.text import clean, fold

LONGEST_NAME = 80
MOST = 100
"""Views that one user can keep of one list."""
SHARE = "contacts.manage"
"""Who may share a view, and change or delete a shared one (spec J1)."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A saved view as the user who acts sees it. `columns` are empty where it leaves them to each user."""

    id: int
    name: str
    owner_id: int
    owner: str
    shared: bool
    arguments: Mapping[str, Any]
    columns: tuple[str, ...]
    version: int

    @property
    def is_own(self) -> bool:
        """Whether the user who acts made it."""
        return self.owner_id == act().user_id

    @property
    def may_change(self) -> bool:
        """Whether the user who acts may change or delete it."""
        return act().may(SHARE) if self.shared else self.is_own

    def opened(self) -> dict[str, Any]:
        """The arguments of the list's address with this view, without an order that went with its plug-in."""
        kept = {key: value for key, value in self.arguments.items() if key != "sort"}
        sort = str(self.arguments.get("sort", ""))
        is_known = bool(sort) and sort_named(sort.removeprefix("-")) is not None
        return {**kept, "saved": str(self.id), **({"sort": sort} if is_known else {})}

    def query(self, function: str) -> ListQuery:
        """The list as this view has it."""
        args: MultiDict[str, str] = MultiDict()
        for key, value in self.opened().items():
            args.setlist(key, [str(one) for one in (value if isinstance(value, list) else [value])])
        return ListQuery.read(args, function)

    def differs(self, query: ListQuery) -> bool:
        """Whether a list that began as this view now shows something else, or otherwise."""
        plain: dict[str, Any] = {"saved": "", "columns": ()}
        if query.columns and query.columns != self.columns:
            return True
        return query.arguments(**plain) != self.query(query.function).arguments(**plain)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the user who acts has of one list: the views to choose from, by name, and how they last arranged it."""

    views: list[View]
    columns: tuple[str, ...] = ()
    default_id: int | None = None

    def view(self, text: str) -> View | None:
        """The view whose id an address names; None for another's private one, and for one that is gone."""
        return next((one for one in self.views if str(one.id) == text), None)

    @property
    def default(self) -> View | None:
        """The view that opens by itself; None where there is none, or it is no longer to be seen."""
        return next((one for one in self.views if one.id == self.default_id), None)

    def columns_of(self, query: ListQuery) -> list[ListColumn]:
        """What a list shows: as its address says, else as its view, else as the user has it, else as usual."""
        view = self.view(query.saved)
        return columns_of(query.function, query.columns or (view.columns if view else ()) or self.columns)


_HERE = sa.select(sa.bindparam("list", type_=sa.String).label("list")).subquery()
_USER: Any = sa.bindparam("user_id", type_=sa.BigInteger)
_DESK = (
    sa.select(
        ListSetting.columns.label("own_columns"),
        ListSetting.default_view_id,
        SavedView.id,
        SavedView.name,
        SavedView.owner_id,
        SavedView.shared,
        SavedView.arguments,
        SavedView.columns,
        SavedView.version,
        User.name.label("user_name"),
        User.email.label("user_email"),
    )
    .select_from(_HERE)
    .outerjoin(ListSetting, sa.and_(ListSetting.list == _HERE.c.list, ListSetting.user_id == _USER))
    .outerjoin(
        SavedView, sa.and_(SavedView.list == _HERE.c.list, sa.or_(SavedView.owner_id == _USER, SavedView.shared))
    )
    .outerjoin(User, User.id == SavedView.owner_id)
)
"""Made once: every list page asks it. One row at least, with what there is of the user's setting."""


def list_key(function: str) -> str:
    """The name of a function's list, `all` where empty."""
    return function or ALL


def desk(function: str) -> Desk:
    """What the user who acts has of the list of a function, in one statement."""
    asked = {"list": list_key(function), "user_id": act().user_id or 0}
    rows = fetch(_DESK, asked).all()
    views = [
        View(
            id=row.id,
            name=row.name,
            owner_id=row.owner_id,
            owner=row.user_name or row.user_email.partition("@")[0],
            shared=row.shared,
            arguments=row.arguments,
            columns=tuple(row.columns or ()),
            version=row.version,
        )
        for row in rows
        if row.id is not None
    ]
    views.sort(key=lambda one: (fold(one.name), one.id))
    return Desk(views=views, columns=tuple(rows[0].own_columns or ()), default_id=rows[0].default_view_id)


def load_view(view_id: int) -> tuple[SavedView, View]:
    """A view that the user who acts may see, its row locked; raises `Missing`."""
    row = (
        db.session.get(SavedView, view_id, with_for_update=True, populate_existing=True)
        if 0 < view_id < 2**63
        else None
    )
    found = desk("" if row.list == ALL else row.list).view(str(view_id)) if row else None
    if row is None or found is None:
        raise Missing(_("This view is not there any more, or it is not yours. The list is: open it without a view."))
    return row, found


def save_new(query: ListQuery, columns: Iterable[str], name: str, *, shared: bool, is_default: bool) -> int:
    """Keep a list as a view of the user who acts; returns its id. Raises `Invalid` for the name, `Forbidden`."""
    need(SHARE if shared else "contacts.read")
    key, owner_id = list_key(query.function), act().user_id
    if owner_id is None:
        raise Forbidden(_("Sign in first."))
    kept = sa.select(sa.func.count()).where(SavedView.owner_id == owner_id, SavedView.list == key)
    if (db.session.scalar(kept) or 0) >= MOST:
        raise Refused(_("You keep %(num)s views of this list already. Delete one first.", num=MOST))
    row = SavedView(list=key, owner_id=owner_id, shared=shared, **_content(query, columns))
    row.name = _free_name(row, name)
    db.session.add(row)
    db.session.flush()
    if is_default:
        _setting(key).default_view_id = row.id
    return row.id


def change_view(view_id: int, version: int | None, name: str, *, shared: bool, is_default: bool) -> None:
    """Rename a view, share it or not; and open the list with it or not, which is each user's own affair.

    Raises `Stale` where another saved it since `version`, `Invalid` for the name, `Forbidden`.
    """
    row, view = load_view(view_id)
    if clean(name) != view.name or shared != view.shared:
        _check(view, version)
        need(SHARE if shared else "contacts.read")
        row.name, row.shared = _free_name(row, name), shared
        row.version += 1
    setting = _setting(row.list)
    if is_default or setting.default_view_id == row.id:
        setting.default_view_id = row.id if is_default else None
    db.session.flush()


def save_content(view_id: int, version: int | None, query: ListQuery, columns: Iterable[str]) -> None:
    """Let a view show what the list shows now; raises `Stale` and `Forbidden`."""
    row, view = load_view(view_id)
    _check(view, version)
    if row.list != list_key(query.function):
        raise Refused(_("This view is of another list. Save a new one here."))
    for key, value in _content(query, columns).items():
        setattr(row, key, value)
    row.version += 1
    db.session.flush()


def remove(view_id: int, version: int | None) -> None:
    """Delete a view; raises `Stale` and `Forbidden`. Lists that opened with it open without."""
    row, view = load_view(view_id)
    _check(view, version)
    db.session.delete(row)
    db.session.flush()


def save_columns(function: str, columns: Iterable[str]) -> None:
    """Keep which columns the user who acts sees in a list; none: the usual ones, whatever they will be."""
    need("contacts.read")
    known = offered_columns(function)
    chosen = [key for key in dict.fromkeys(columns) if key in known]
    usual = [one.key for one in columns_of(function)]
    _setting(list_key(function)).columns = None if chosen in ([], usual) else chosen
    db.session.flush()


def _content(query: ListQuery, columns: Iterable[str]) -> dict[str, Any]:
    plain: dict[str, Any] = {"saved": "", "columns": ()}
    return {"arguments": query.arguments(**plain), "columns": list(columns) or None}


def _check(view: View, version: int | None) -> None:
    if not view.may_change:
        raise Forbidden(_("Only who may share views changes this one. Save it as a view of your own instead."))
    if version != view.version:
        raise Stale(
            _("Someone else changed this view meanwhile. Look at it as it is now, then change it again."),
            current=view.version,
        )


def _free_name(row: SavedView, typed: str) -> str:
    """The name for a view; raises `Invalid` where it is none or its owner has a view so called."""
    name, error = clean(typed), ""
    taken = sa.select(SavedView.id).where(
        SavedView.owner_id == row.owner_id,
        SavedView.list == row.list,
        SavedView.name == name,
        SavedView.id != (row.id or 0),
    )
    if not name:
        error = _("Give the view a name.")
    elif len(name) > LONGEST_NAME:
        error = _("At most %(most)s characters.", most=LONGEST_NAME)
    elif db.session.scalar(taken) is not None:
        error = _("There is a view of this name already: choose another one.")
    if error:
        raise Invalid(_("Please correct what is marked."), {"name": error})
    return name


def _setting(key: str) -> ListSetting:
    """The setting of the user who acts for a list, made where there is none."""
    user_id = act().user_id
    if user_id is None:
        raise Forbidden(_("Sign in first."))
    found = db.session.get(ListSetting, (user_id, key), with_for_update=True)
    if found is None:
        found = ListSetting(user_id=user_id, list=key)
        db.session.add(found)
    return found
