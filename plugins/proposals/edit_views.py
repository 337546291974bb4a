"""Writing a proposal: for whom, its fields and lines, by plain forms; sums as the server reckons them (spec C1, A5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.proposals import forms, letter, services, showing, values
from plugins.proposals.forms import ProposalForm
from plugins.proposals.models import Proposal
from plugins.proposals.views import of_contacts
from webapp.api import (
    Contact,
    Invalid,
    ListQuery,
    Numbering,
    Refused,
    Stale,
    _,
    discard,
    load,
    not_writable,
    numbers_of,
    only_asks,
    redirect_to,
    registry,
    render,
    resumable,
    resuming,
    right,
    shown_number,
    take_form,
    toast,
    value_list,
)

blueprint = Blueprint("proposal_editor", __name__)
FOUND = 10
"""Contacts that are offered while one types."""
CHANGES = ("add", "remove", "up", "down", "sum")
"""Buttons that bring the form back."""


@blueprint.route("/proposals/new")
@right("contacts.edit")
def choose() -> Response:
    """For whom: any contact, found by what one types (spec A6)."""
    q = request.args.get("q", "").replace("\x00", "")[:200]
    found = ListQuery(q=q, size=FOUND).contacts() if q.strip() else []
    return render(
        "proposals/choose.html",
        fragments={"found": "contacts/_choices.html"},
        q=q,
        found=found,
        numbers={key: shown_number(of_one) for key, of_one in numbers_of([one.id for one in found]).items()},
        addresses={one.id: url_for("contact_proposals.new", id=one.id) for one in found},
    )


@of_contacts.route("/contacts/<int:id>/proposals/new", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def new(id: int) -> Response:  # noqa: A002 - the address's own word
    """Write a proposal for a contact."""
    contact = load(id)
    if (refusal := not_writable(contact)) is not None:
        raise refusal
    if request.method == "GET":
        return _page(ProposalForm.new(contact), contact)
    form = ProposalForm.posted(request.form)
    if form.is_too_long:
        return _too_long(form, contact)
    if resuming() or _changed(form):
        return _page(form, contact)
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        proposal = services.create(id, form.given())
    except Invalid as error:
        discard()
        form.errors = error.errors or {forms.LINES: error.message}
        return _page(form, load(id), 422)
    except Refused as error:
        discard()
        return _page(form, load(id), error.status, message=error.message)
    toast(_("The draft is saved. Look at it, then send it."))
    sending.address = url_for("proposals.show", id=proposal.id)
    return redirect_to(sending.address)


@blueprint.route("/proposals/<int:id>/edit", methods=["GET", "POST"])
@resumable
@right("contacts.edit")
def edit(id: int) -> Response:  # noqa: A002
    """Change a draft; where somebody else was faster, both versions."""
    proposal = services.get(id)
    contact = load(proposal.contact_id)
    if request.method == "GET":
        if proposal.state != "draft":
            raise Refused(_("This proposal was sent, so it can't be changed: make a new version of it."))
        return _page(ProposalForm.stored(proposal), contact, proposal=proposal)
    form = ProposalForm.posted(request.form)
    if form.is_too_long:
        return _too_long(form, contact, proposal)
    if resuming() or _changed(form):
        return _page(form, contact, proposal=proposal)
    form.take_over(request.form, ProposalForm.stored(proposal))
    try:
        services.update(id, form.given(), form.version)
    except Stale:
        discard()
        return _conflict(form, services.get(id))
    except Invalid as error:
        discard()
        form.errors = error.errors or {forms.LINES: error.message}
        proposal = services.get(id)
        return _page(form, load(proposal.contact_id), 422, proposal=proposal)
    except Refused as error:
        discard()
        proposal = services.get(id)
        return _page(form, load(proposal.contact_id), error.status, proposal=proposal, message=error.message)
    toast(_("The draft is saved."))
    return redirect_to(url_for("proposals.show", id=id))


@blueprint.route("/proposals/sums", methods=["POST"])
@only_asks
@right("contacts.edit")
def sums() -> Response:
    """What the lines come to, as they were typed so far: asked for while one types."""
    form = ProposalForm.posted(request.form)
    if form.is_too_long:
        raise Invalid(_("A proposal has %(most)s lines at most.", most=values.MOST_LINES))
    return render("proposals/sums.html", fragments={"sums": "proposals/_reckoned.html"}, **_reckoned(form))


def _too_long(form: ProposalForm, contact: Contact, proposal: Proposal | None = None) -> Response:
    """Nothing is done with a form of more lines than a proposal has."""
    form.errors = {forms.LINES: _("A proposal has %(most)s lines at most.", most=values.MOST_LINES)}
    return _page(form, contact, 422, proposal=proposal)


def _changed(form: ProposalForm) -> bool:
    """Do what a button of the lines says; False where it was the one that saves."""
    at = {name: _place(name) for name in CHANGES if name in request.form}
    if "add" in at:
        form.add()
    if "remove" in at:
        form.take_out(at["remove"])
    if "up" in at:
        form.move(at["up"], -1)
    if "down" in at:
        form.move(at["down"], 1)
    return bool(at)


def _place(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1


def _reckoned(form: ProposalForm) -> dict[str, Any]:
    lines = form.amounts()
    typed = [not forms.is_empty(one) for one in form.lines]
    return {
        "lines": lines,
        "totals": forms.sums(lines),
        "currency": form.currency,
        "waiting": sum(one is None and is_typed for one, is_typed in zip(lines, typed, strict=True)),
        **showing.tools(),
    }


def _page(
    form: ProposalForm, contact: Contact, status: int = 200, *, proposal: Proposal | None = None, message: str = ""
) -> Response:
    if not form.lines:
        form.add()
    if proposal is not None:
        address, back = (url_for(one, id=proposal.id) for one in ("proposal_editor.edit", "proposals.show"))
    else:
        address, back = (url_for(one, id=contact.id) for one in ("contact_proposals.new", "contact_proposals.index"))
    return render(
        "proposals/edit.html",
        status,
        form=form,
        contact=contact,
        name=contact.name or contact.sort_name,
        proposal=proposal,
        message=message,
        fields={one.name: one for one in forms.FIELDS},
        line_fields={one.name: one for one in values.LINE_FIELDS},
        most_lines=values.MOST_LINES,
        units=value_list(values.UNITS, letter.language_of(contact)).values(),
        address=address,
        back=back,
        next_number=registry().service(Numbering).preview(services.RANGE) if proposal is None else None,
        **_reckoned(form),
    )


def _conflict(form: ProposalForm, proposal: Proposal) -> Response:
    """Both versions side by side; what does not collide is kept without asking."""
    both, only_mine, only_theirs = form.meet(ProposalForm.stored(proposal))
    return render(
        "proposals/conflict.html",
        409,
        form=form,
        proposal=proposal,
        called=showing.called(proposal),
        both=both,
        only_mine=only_mine,
        only_theirs=only_theirs,
    )
