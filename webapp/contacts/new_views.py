"""Creating a contact: its form, the likely doubles that are shown beside it, and what is done with one (spec A6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Response, request, url_for

from webapp.contacts import services
from webapp.contacts.added import added
from webapp.contacts.doubles import Double
from webapp.contacts.forms import ContactForm
from webapp.contacts.head import offer
from webapp.contacts.pages import blueprint
from webapp.contacts.queries import numbers_of
from webapp.db import db, discard
from webapp.errors import Invalid, Missing, Refused
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, live_rows
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.keptforms import resumable, resuming
from webapp.lists.query import ListQuery
from webapp.lists.views import number_of
from webapp.plugin import ContactFunction
from webapp.ports import Doubles, Merging, Numbering
from webapp.registry import registry
from webapp.security import only_asks, right
from webapp.sentforms import take
from webapp.shown import typed

OFFERED = 8
"""Companies offered while a parent company's name is typed."""
SHOWN_EMPTY = ("emails", "phones", "addresses")
"""Collections that a new contact's form shows an empty line of."""


@blueprint.route("/contacts/new", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def new() -> Response:
    """Create a contact, with functions if wanted; it has likely doubles beside it, and is never held up by them."""
    sent = request.form if request.method == "POST" else request.args
    form = _form()
    if request.method == "GET":
        form.values |= {
            one.name: typed(one, one.default) for one in added("", form.kind) if one.name not in form.values
        }
        form.items = {name: items or ([{}] if name in SHOWN_EMPTY else []) for name, items in form.items.items()}
        return _page(form)
    if form.change(sent.get("add", ""), sent.get("remove", "")) or "kind" in sent or resuming():
        return _page(form, found=_found(form))
    if (chosen := sent.get("use", type=int)) is not None:
        return _use(form, chosen)
    if form.gone:
        form.errors = form.gone
        return _page(form, 409, found=_found(form))
    sending = take(sent.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    merge_with = sent.get("merge_with", type=int)
    if merge_with is None and _is_to_be_asked(form):
        return _page(form, found=_found(form), asked=True)
    try:
        contact = services.create(form.contact_values())
        for key in _wanted():
            activate(contact.id, key)
    except Invalid as error:
        discard()
        form.errors = error.errors
        return _page(form, 422, found=_found(form))
    except (Refused, Missing) as error:
        discard()
        form.errors = {"function": error.message}
        return _page(form, 409, found=_found(form))
    toast(_("%(name)s is saved.", name=contact.name or contact.sort_name))
    sending.address = url_for("contacts.file", id=contact.id)
    if sent.get("then") == "new":
        sending.address = url_for("contacts.new", kind=form.kind, function=_wanted() or None)
    elif merge_with is not None:
        # The one that was there is suggested; the file, where merging is not this user's any more.
        both = registry().service(Merging).address([merge_with, contact.id], merge_with)
        sending.address = both or sending.address
    return redirect_to(sending.address)


@blueprint.route("/contacts/doubles", methods=["POST"])
@right("contacts.edit")
@only_asks
def doubles() -> Response:
    """The likely doubles of what stands in a form, to be shown beside it while one types (spec A6)."""
    form = _form()
    return render("contacts/_doubles.html", form=form, found=_found(form), wanted=_wanted(), is_answer=True)


@blueprint.route("/contacts/companies", methods=["POST"])
@right("contacts.read")
@only_asks
def companies() -> Response:
    """Companies whose name, number or city has what was typed, as options of the field for the parent company."""
    q = request.form.get("parent_id", "")[:200].partition("#")[0].strip()
    found = ListQuery(q=q, filters={"kind": "company"}, size=OFFERED).contacts() if q else []
    return render("contacts/_companies.html", found=found)


def _form() -> ContactForm:
    sent = request.form if request.method == "POST" else request.args
    kind = sent.get("kind") or sent.get("present_kind") or "company"
    return ContactForm.posted(sent, kind if kind in services.KINDS else "company", [])


def _wanted() -> list[str]:
    """Keys of the functions that are ticked."""
    return request.values.getlist("function")


def _found(form: ContactForm) -> list[dict[str, Any]]:
    """The likely doubles of a form, each with what is shown of it and what can be done: three statements for all."""
    doubles: Sequence[Double] = _doubles_of(form)
    ids = [one.contact.id for one in doubles]
    numbers = numbers_of(ids) if ids else {}
    rows: dict[int, list[FunctionRow]] = {}
    if ids:
        live = sa.select(FunctionRow).where(FunctionRow.contact_id.in_(ids), FunctionRow.ended_at.is_(None))
        for row in db.session.scalars(live):
            rows.setdefault(row.contact_id, []).append(row)
    wanted = [one for one in registry().functions() if one.key in _wanted()]
    known = {one.key: one for one in registry().functions()}
    merges = bool(ids) and bool(registry().service(Merging).address(ids[:1]))
    return [
        {
            "double": one,
            "contact": one.contact,
            "number": number_of(numbers.get(one.contact.id, {})),
            "functions": [known[row.function] for row in rows.get(one.contact.id, []) if row.function in known],
            "merges": merges,
            **_use_of(wanted, rows.get(one.contact.id, [])),
        }
        for one in doubles
    ]


def _use_of(wanted: list[ContactFunction], rows: list[FunctionRow]) -> dict[str, Any]:
    """Which of the ticked functions the contact found may be given, and why not where none may."""
    offers = [offer(one, rows) for one in wanted]
    free = [one["function"] for one in offers if one["state"] in ("free", "convert")]
    reasons = [
        str(one["reason"]) if one["state"] == "blocked" else _("It has this function already.")
        for one in offers
        if one["state"] in ("blocked", "has")
    ]
    return {"add": free, "why_not": reasons[0] if reasons and not free else ""}


def _is_to_be_asked(form: ContactForm) -> bool:
    """Whether there are likely doubles that whoever sent this form has not seen. A second sending creates.

    Only a browser without script says what it has seen: all others were shown them while typing.
    """
    if "seen" not in request.form:
        return False
    seen = set(request.form.getlist("seen"))
    return any(str(one.contact.id) not in seen for one in _doubles_of(form))


def _doubles_of(form: ContactForm) -> Sequence[Double]:
    return registry().service(Doubles).find({"kind": form.kind, **form.values, **form.items})


def _use(form: ContactForm, contact_id: int) -> Response:
    """Add the ticked functions to a contact that is there already, instead of creating one (spec A6, B2)."""
    try:
        contact = services.require_live(contact_id)
        states = {one.key: offer(one, live_rows(contact.id))["state"] for one in registry().functions()}
        for key in _wanted():
            if states.get(key) != "convert":
                activate(contact.id, key)
    except (Refused, Missing, Invalid) as error:
        discard()
        form.errors = {"function": error.message}
        return _page(form, error.status, found=_found(form))
    for key in _wanted():
        if states.get(key) == "convert":
            # There is no way back from it: it is asked about on its own page (spec C3, C4).
            return redirect_to(url_for("functions.convert", id=contact.id, to=key))
    wanted = [str(one.label) for one in registry().functions() if one.key in _wanted()]
    if wanted:
        toast(_("%(name)s has: %(functions)s.", name=contact.name or contact.sort_name, functions=", ".join(wanted)))
    return redirect_to(url_for("contacts.file", id=contact.id))


def _page(form: ContactForm, status: int = 200, found: Sequence[Any] = (), *, asked: bool = False) -> Response:
    return render(
        "contacts/new.html",
        status,
        form=form,
        wanted=_wanted(),
        found=found,
        asked=asked,
        cards=_cards(),
        more_open=any(name not in SHOWN_EMPTY and items for name, items in form.items.items()),
    )


def _cards() -> list[dict[str, Any]]:
    """The functions as choice cards, each with its next number and with what it excludes."""
    functions = registry().functions()
    cards = []
    for one in functions:
        others = [str(other.label) for other in functions if other.slot == one.slot and other.key != one.key]
        cards.append(
            {
                "function": one,
                "next": registry().service(Numbering).preview(one.key),
                "excludes": ", ".join(others),
            }
        )
    return cards
