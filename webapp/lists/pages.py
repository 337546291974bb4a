"""Pages beside a list: the form of its filters, and one row being edited in its place (spec G1, G4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request, url_for

from webapp.acting import act, acting
from webapp.contacts.queries import load
from webapp.contacts.services import writable
from webapp.db import discard
from webapp.errors import Invalid, Missing, Stale
from webapp.htmx import redirect_to, render, target
from webapp.i18n import _
from webapp.lists import inline
from webapp.lists.place import ALL, Place
from webapp.lists.query import ListQuery, offered
from webapp.lists.rows import columns_of, mass_actions, read_row
from webapp.plugin import Filter, Text
from webapp.registry import registry
from webapp.security import right

blueprint = Blueprint("lists", __name__)
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
        shown = [value for value, _label in choices] if as_boxes else chosen if one.several else []
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


@blueprint.route("/contacts/filters")
@right("contacts.read")
def filters() -> Response:
    """Choose what a list shows: a form that leads back to it. `list` names it, the rest are its arguments."""
    key = request.args.get("list", ALL)
    if key != ALL and not registry().is_function_enabled(key):
        raise Missing(_("There is no such list."))
    query = ListQuery.read(request.args, "" if key == ALL else key)
    query.where()
    chosen = query.chosen()
    place = Place(query=query, page={})
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
    return render("lists/_row_shown.html", rows=[read_row(contact_id, **_of(place))], **_table(place))


def _form(form: inline.RowForm, place: Place, status: int = 200) -> Response:
    here: dict[str, Any] = {"id": form.contact_id, "in": place.text()}
    return render(
        "lists/row.html",
        status,
        fragments={f"c-{form.contact_id}": "lists/_row_edit.html"},
        form=form,
        place_fields=inline.PLACE,
        row=read_row(form.contact_id, **_of(place)),
        place=place,
        address=url_for("lists.row", **here),
        read_url=url_for("lists.row", **here, read=1),
        **_table(place),
    )


def _of(place: Place) -> dict[str, Any]:
    function = place.query.function
    return {"function": function, "columns": columns_of(function), "place": place.text()}


def _table(place: Place) -> dict[str, Any]:
    """What the list around a row shows."""
    function = place.query.function
    return {
        "columns": columns_of(function),
        "ticks": bool(target()) and not place.query.archived and bool(mass_actions(function)),
    }
