"""Pages beside a list: its filters, its columns, its exact count, one row being edited in its place (spec G1, G4)."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from markupsafe import Markup

from webapp.acting import act, acting
from webapp.contacts.queries import load
from webapp.contacts.services import writable
from webapp.db import discard
from webapp.errors import Invalid, Missing, Stale
from webapp.htmx import redirect_to, render, target
from webapp.i18n import _
from webapp.lists import inline, view_pages
from webapp.lists.columns import offered_columns
from webapp.lists.place import ALL, Place
from webapp.lists.query import ListQuery, offered
from webapp.lists.rows import Layout, mass_actions, read_row
from webapp.lists.saved import desk, save_columns
from webapp.lists.sheet import name_of
from webapp.plugin import Filter, Text
from webapp.registry import registry
from webapp.security import right

blueprint = Blueprint("lists", __name__)
blueprint.register_blueprint(view_pages.blueprint)
FEW = 8
"""Choices up to this number are boxes to tick; more are chosen from a list, one after the other."""


@dataclass(frozen=True, kw_only=True)
class FilterField:
    """One filter in the form. `boxes` are value, words, whether ticked; `more`: another one can be added."""

    key: str
    label: str
    choices: list[tuple[str, Text]]
    typed: bool
    value: str
    boxes: list[tuple[str, Text, bool]]
    more: bool

    @classmethod
    def of(cls, one: Filter, chosen: list[str]) -> FilterField:
        """As it stands for what is chosen."""
        choices = list(one.choices())
        words = dict(choices)
        as_boxes = one.several and not one.typed and len(choices) <= FEW
        shown = list(dict.fromkeys([*words, *chosen])) if as_boxes else chosen if one.several else []
        called = {value: words.get(value) or (one.name(value) if one.name else value) for value in shown}
        return cls(
            key=one.key,
            label=str(one.label),
            choices=[pair for pair in choices if as_boxes or pair[0] not in shown],
            typed=one.typed,
            value=chosen[0] if chosen else "",
            boxes=[(value, called[value], value in chosen) for value in shown],
            more=one.several and not as_boxes,
        )


def present_list() -> tuple[Place, ListQuery]:
    """The list that an address names by `list`, with its arguments; raises `Missing`, and `Invalid` for a filter."""
    key = request.args.get("list", ALL)
    if key != ALL and not registry().is_function_enabled(key):
        raise Missing(_("There is no such list."))
    query = ListQuery.read(request.args, "" if key == ALL else key)
    query.where()
    return Place(query=query, page={}), query


def posted_list() -> tuple[Place, ListQuery]:
    """The list that a form names by `in`; raises `Missing`."""
    place = Place.read(request.form.get("in"))
    if place is None:
        raise Missing(_("There is no such list."))
    return place, place.query


@blueprint.route("/contacts/filters")
@right("contacts.read")
def filters() -> Response:
    """Choose what a list shows: a form that leads back to it. `list` names it, the rest are its arguments."""
    place, query = present_list()
    chosen = query.chosen()
    kept = query.arguments(filters={}, archived=False)
    return render(
        "lists/filters.html",
        fragments={"filters": "lists/_filters.html"},
        place=place,
        query=query,
        address=url_for(place.endpoint),
        kept=kept.items(),
        plain_url=url_for(place.endpoint, **kept),
        fields=[
            FilterField.of(one, chosen.get(one.key, []))
            for one in offered().values()
            if one.key in chosen or not one.functions or query.function in one.functions
        ],
    )


@blueprint.route("/contacts/count")
@right("contacts.read")
def count() -> Response:
    """How many contacts a list holds, exactly: beside the list, or as a page of its own."""
    place, query = present_list()
    return render(
        "lists/count.html", fragments={"count": "lists/_count.html"}, place=place, count=query.total(), is_capped=False
    )


@blueprint.route("/contacts/columns", methods=["GET", "POST"])
@right("contacts.read")
def columns() -> Response:
    """Choose which columns a list shows, and in which order: kept for this user, or with the view that is open.

    `order` and `col` are the columns as the form has them, and those that are ticked; `up` and `down` move one.
    """
    if request.method == "GET":
        place, query = present_list()
        shown = [one.key for one in desk(query.function).columns_of(query)]
        return _columns(place, [*shown, *(key for key in offered_columns(query.function) if key not in shown)], shown)
    place, query = posted_list()
    order, ticked = request.form.getlist("order"), set(request.form.getlist("col"))
    for name, step in (("up", -1), ("down", 1)):
        if key := request.form.get(name):
            return _columns(place, moved(order, key, step), ticked)
    chosen = [key for key in order if key in ticked]
    if not chosen and "reset" not in request.form:
        raise Invalid(_("Tick at least one column: the name stands there anyway."))
    if "reset" in request.form:
        chosen = []
    view = desk(query.function).view(query.saved)
    if view is None:
        save_columns(query.function, chosen)
    # A view is changed by saving it; until then the address says what is shown.
    kept = tuple(chosen) if view and tuple(chosen) != view.columns else ()
    arguments: dict[str, Any] = {**query.arguments(columns=kept), **place.page}
    return redirect_to(url_for(place.endpoint, **arguments))


def moved(order: list[str], key: str, step: int) -> list[str]:
    """The same columns with one of them a place further on, or back."""
    here = order.index(key) if key in order else -1
    there = here + step
    if here < 0 or not 0 <= there < len(order):
        return order
    order[here], order[there] = order[there], order[here]
    return order


def _columns(place: Place, order: Iterable[str], ticked: Container[str]) -> Response:
    known = offered_columns(place.query.function)
    return render(
        "lists/columns.html",
        fragments={"columns": "lists/_columns.html"},
        place=place,
        address=url_for("lists.columns"),
        columns=[(known[key], key in ticked) for key in dict.fromkeys(order) if key in known],
        is_view=desk(place.query.function).view(place.query.saved) is not None,
    )


@blueprint.route("/contacts/<int:id>/row", methods=["GET", "POST"])
@right("contacts.edit")
def row(id: int) -> Response:  # noqa: A002 - the address's own word
    """Edit a row of a list in its place; without scripts on a page with this row alone (spec G4).

    `in` names the list; `read` asks for the row as it stands, which is how editing is given up.
    """
    place = Place.read(request.args.get("in")) or Place(query=ListQuery(), page={})
    contact = load(id)
    if request.method == "GET":
        if request.args.get("read"):
            return _shown(id, place)
        writable(id)
        return _form(inline.RowForm.of(contact), place)
    form = inline.RowForm.posted(request.form, contact)
    try:
        with acting(replace(act(), way="list")):
            inline.save(form)
    except Stale:
        discard()
        form.meet(inline.RowForm.of(load(id)))
        return _form(form, place, 409)
    except Invalid as error:
        discard()
        form.errors = dict(error.errors)
        return _form(form, place, 422)
    return _shown(id, place)


def _shown(contact_id: int, place: Place) -> Response:
    """The row as the list shows it; a browser without scripts goes back to the list."""
    if not target():
        return redirect_to(place.url)
    return make_response(_layout(place).lines([read_row(contact_id)]))


def _form(form: inline.RowForm, place: Place, status: int = 200) -> Response:
    here: dict[str, Any] = {"id": form.contact_id, "in": place.text()}
    layout, found = _layout(place), read_row(form.contact_id)
    fields, cells = inline.fields_of(form.kind, layout.columns), layout.cells([found])
    return render(
        "lists/row.html",
        status,
        fragments={f"c-{form.contact_id}": "lists/_row_edit.html"},
        form=form,
        names=inline.NAMES[form.kind],
        name=name_of(found),
        cells=[
            {"column": column, "fields": fields[column.key], "html": Markup(html)}  # noqa: S704 - of our templates
            for column, (html,) in zip(layout.columns, cells, strict=True)
        ],
        ticks=layout.ticks,
        place=place,
        address=url_for("lists.row", **here),
        read_url=url_for("lists.row", **here, read=1),
    )


def _layout(place: Place) -> Layout:
    """How the list around a row shows it."""
    query = place.query
    return Layout(
        function=query.function,
        columns=desk(query.function).columns_of(query),
        place=place.text(),
        ticks=bool(target()) and bool(mass_actions(query.function, archived=query.archived)),
    )
