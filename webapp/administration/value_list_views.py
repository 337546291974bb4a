"""Settings › CRM › Value lists (spec A8): all of them, and one to edit row by row."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from webapp.administration import changes, value_lists
from webapp.administration.told import told
from webapp.db import discard
from webapp.errors import Invalid, Refused, Stale
from webapp.htmx import redirect_to, render, target, toast
from webapp.i18n import LOCALES, _, _l
from webapp.keptforms import resumable, resuming
from webapp.lists.views import responsible_names
from webapp.plugin import Field
from webapp.security import right
from webapp.sentforms import take

blueprint = Blueprint("value_lists", __name__)
FIELDS = tuple(
    Field(name=f"label_{code}", label=name, max_length=value_lists.LONGEST) for code, name in LOCALES.items()
)
CODE = Field(name="code", label=_l("Code"), max_length=40)


def _typed() -> dict[str, str]:
    return {one.name: request.form.get(one.name, "") for one in (*FIELDS, CODE)}


def _list_page(key: str, status: int = 200, **given: Any) -> Response:
    """The page of one list; the row or the table alone where htmx swaps it."""
    found = value_lists.load_list(key)
    items = value_lists.items(key)
    entries = changes.last(value_lists.PAGE, within=f"{key}.")
    edited = given.get("edited")
    item = next((one for one in items if one.id == edited), None)
    context: dict[str, Any] = {
        "list": found,
        "items": items,
        "item": item,
        "index": items.index(item) if item else 0,
        "uses": value_lists.uses(key),
        "fields": FIELDS,
        "code_field": CODE,
        "edited": None,
        "values": {},
        "errors": {},
        "version": item.version if item else 0,
        "is_open": False,
        "new_values": {},
        "new_errors": {},
        "message": "",
        "stored": None,
        "changes": told(entries, responsible_names({one.user_id for one in entries}), FIELDS),
    }
    fragments = {"values": "administration/_values.html"}
    if item is not None:
        fragments[f"v-{item.id}"] = "administration/_value.html"
    return render("administration/value_list.html", status, fragments=fragments, **(context | given))


@blueprint.route("/settings/value-lists")
@right("settings")
def index() -> Response:
    """All lists, with how many values each has."""
    lists = value_lists.overview()
    entries = changes.last(value_lists.PAGE)
    labels = {one.key: one.label for one in lists}
    about = {one.subject: _about(one.subject, labels) for one in entries}
    return render(
        "administration/value_lists.html",
        lists=lists,
        changes=told(entries, responsible_names({one.user_id for one in entries}), FIELDS, about),
    )


def _about(subject: str, labels: dict[str, str]) -> str:
    key, _dot, code = subject.partition(".")
    return f"{labels.get(key, key)} · {code}"


@blueprint.route("/settings/value-lists/<key>", methods=["GET", "POST"])
@resumable
@right("settings")
def show(key: str) -> Response:
    """One list; a POST adds a value to it. `?edit=` opens a row, `?row=` shows it closed again."""
    if request.method == "GET":
        edit = request.args.get("edit", type=int)
        row = request.args.get("row", type=int)
        if asked := edit or row:
            value_lists.load_item(key, asked)
        given: dict[str, Any] = {"edited": edit or row, "is_open": edit is not None}
        return _list_page(key, **given)
    if resuming():
        return _list_page(key, new_values=_typed())
    sending = take(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        made = value_lists.add(key, _typed())
    except Invalid as error:
        discard()
        return _list_page(key, 422, new_values=_typed(), new_errors=error.errors)
    toast(_("“%(value)s” is in the list.", value=value_lists.name_of(made)))
    sending.address = url_for("value_lists.show", key=key, _anchor=f"v-{made.id}")
    return redirect_to(sending.address)


@blueprint.route("/settings/value-lists/<key>/<int:id>", methods=["POST"])
@resumable
@right("settings")
def rename(key: str, id: int) -> Response:  # noqa: A002 - the address's own word
    """Save the labels of one row."""
    version = request.form.get("version", 0, type=int)
    if resuming():
        return _list_page(key, edited=id, is_open=True, values=_typed(), version=version)
    try:
        item = value_lists.rename(key, id, _typed(), version)
    except Stale as error:
        discard()
        stored = value_lists.load_item(key, id)
        labels = {one.name: getattr(stored, one.name) for one in FIELDS}
        return _list_page(key, 409, edited=id, is_open=True, values=_typed(), stored=labels, message=error.message)
    except Invalid as error:
        discard()
        return _list_page(key, 422, edited=id, is_open=True, values=_typed(), errors=error.errors, version=version)
    toast(_("“%(value)s” is saved.", value=value_lists.name_of(item)))
    if target() == f"v-{id}":
        return _list_page(key, edited=id, is_open=False)
    return redirect_to(url_for("value_lists.show", key=key, _anchor=f"v-{id}"))


@blueprint.route("/settings/value-lists/<key>/<int:id>/<action>", methods=["POST"])
@right("settings")
def act(key: str, id: int, action: str) -> Response:  # noqa: A002
    """Move a value up or down, withdraw it, bring it back, delete it."""
    item = value_lists.load_item(key, id)
    name = value_lists.name_of(item)
    try:
        match action:
            case "up" | "down":
                step = -1 if action == "up" else 1
                value_lists.move(key, id, step, request.form.get("place", -1, type=int))
            case "withdraw":
                value_lists.set_active(key, id, False)
                toast(_("“%(value)s” is offered no more; it stays readable where it is used.", value=name))
            case "bring-back":
                value_lists.set_active(key, id, True)
                toast(_("“%(value)s” is offered again.", value=name))
            case "delete":
                value_lists.delete(key, id)
                toast(_("“%(value)s” is deleted.", value=name))
            case _:
                abort(404)
    except Refused as error:
        discard()
        return _list_page(key, 409, message=error.message)
    if target() == "values":
        return _list_page(key)
    return redirect_to(url_for("value_lists.show", key=key))
