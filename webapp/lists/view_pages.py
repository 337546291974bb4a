"""Pages of saved views: a list is kept as a view, a view is renamed, shared, changed, deleted (spec G1)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from webapp.acting import act
from webapp.db import discard
from webapp.errors import Invalid, Missing, Stale
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.lists import saved
from webapp.lists.columns import offered_columns
from webapp.lists.place import ALL, Place
from webapp.lists.query import ListQuery
from webapp.lists.views import chips
from webapp.registry import registry
from webapp.security import right

blueprint = Blueprint("views", __name__, url_prefix="/contacts/views")


@blueprint.route("/new", methods=["GET", "POST"])
@right("contacts.read")
def new() -> Response:
    """Keep a list as a view: `list` and its arguments name it, `in` once the form is sent."""
    if request.method == "GET":
        key = request.args.get("list", ALL)
        if key != ALL and not registry().is_function_enabled(key):
            raise Missing(_("There is no such list."))
        query = ListQuery.read(request.args, _function(key))
        query.where()
        return _new_form(Place(query=query, page={}), {})
    place = _posted()
    query, sent = place.query, _sent()
    shown = [one.key for one in saved.desk(query.function).columns_of(query)]
    try:
        made = saved.save_new(query, shown, **sent)
    except Invalid as error:
        discard()
        return _new_form(place, sent, error.errors)
    toast(_("The view “%(name)s” is saved.", name=sent["name"]))
    return _open(query.function, made)


@blueprint.route("/<int:id>", methods=["GET", "POST"])
@right("contacts.read")
def edit(id: int) -> Response:  # noqa: A002 - the address's own word
    """Rename a view, share it, open the list with it. `in` names the list one came from."""
    _row, view = saved.load_view(id)
    if request.method == "GET":
        return _form(view, view.version, {})
    sent = _sent()
    try:
        saved.change_view(id, _version(), **sent)
    except Stale as error:
        discard()
        return _form(saved.load_view(id)[1], error.details["current"], sent, {"name": error.message}, 409)
    except Invalid as error:
        discard()
        return _form(saved.load_view(id)[1], _version(), sent, error.errors, 422)
    toast(_("Saved."))
    return _open(_function(_row.list), id)


@blueprint.route("/<int:id>/content", methods=["POST"])
@right("contacts.read")
def content(id: int) -> Response:  # noqa: A002
    """Let a view show what the list under `in` shows now."""
    query = _posted().query
    shown = [one.key for one in saved.desk(query.function).columns_of(query)]
    saved.save_content(id, _version(), query, shown)
    toast(_("Saved."))
    return _open(query.function, id)


@blueprint.route("/<int:id>/delete", methods=["POST"])
@right("contacts.read")
def delete(id: int) -> Response:  # noqa: A002
    """Delete a view; the list stays."""
    row, view = saved.load_view(id)
    function = _function(row.list)
    saved.remove(id, _version())
    toast(_("The view “%(name)s” is deleted.", name=view.name))
    return redirect_to(url_for(_place(function).endpoint))


def _function(key: str) -> str:
    return "" if key == ALL else key


def _place(function: str) -> Place:
    return Place(query=ListQuery(function=function), page={})


def _posted() -> Place:
    place = Place.read(request.form.get("in"))
    if place is None:
        raise Missing(_("There is no such list."))
    return place


def _sent() -> dict[str, Any]:
    form = request.form
    return {"name": form.get("name", ""), "shared": form.get("shared") == "1", "is_default": "default" in form}


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _open(function: str, view_id: int) -> Response:
    """The list with a view."""
    view = saved.desk(function).view(str(view_id))
    arguments = view.opened() if view else {}
    return redirect_to(url_for(_place(function).endpoint, **arguments))


def _new_form(place: Place, sent: dict[str, Any], errors: dict[str, str] | None = None) -> Response:
    query = place.query
    return _render(
        422 if errors else 200,
        errors,
        title=_("Save this list as a view"),
        view=None,
        version="",
        values={"name": "", "shared": False, "is_default": False, **sent},
        place=place,
        query=query,
        columns=saved.desk(query.function).columns_of(query),
        action=url_for("lists.views.new"),
        may_change=True,
    )


def _form(
    view: saved.View, version: int | None, sent: dict[str, Any], errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    function = _function(saved.load_view(view.id)[0].list)
    query, desk = view.query(function), saved.desk(function)
    is_default = desk.default_id == view.id
    return _render(
        status,
        errors,
        title=_("The view “%(name)s”", name=view.name),
        view=view,
        version=version,
        values={"name": view.name, "shared": view.shared, "is_default": is_default, **sent},
        place=Place(query=query, page={}),
        query=query,
        columns=desk.columns_of(query),
        action=url_for("lists.views.edit", id=view.id),
        may_change=view.may_change,
    )


def _render(status: int, errors: dict[str, str] | None, **context: Any) -> Response:
    query, place = context["query"], context["place"]
    return render(
        "lists/view.html",
        status,
        fragments={"view-edit": "lists/_view_form.html"},
        errors=errors or {},
        may_share=act().may(saved.SHARE),
        chips=_chips(place),
        order=_order(query),
        **context,
    )


def _chips(place: Place) -> list[dict[str, str]]:
    """What a list is narrowed to; nothing where that can't be said any more, so that the view can still be deleted."""
    try:
        place.query.where()
    except Invalid:
        return []
    return chips(place.query, url_for(place.endpoint))


def _order(query: ListQuery) -> str:
    """What a list is sorted by, in words."""
    column = offered_columns(query.function).get(query.sort)
    label = str(column.label) if column else _("Name")
    return _("%(name)s, descending", name=label) if query.descending else label
