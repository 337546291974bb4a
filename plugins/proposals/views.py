"""A proposal's page, the tab of a contact's file, the page to print, and what is done with one (spec C1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for

from plugins.proposals import contents, deciding, letter, sending, services, showing
from plugins.proposals.deciding import Answer
from plugins.proposals.models import Proposal, ProposalAnswer
from webapp.api import (
    Contact,
    HistoryEntry,
    Invalid,
    Refused,
    Stale,
    _,
    can_send_mail,
    db,
    discard,
    elsewhere,
    file_context,
    firm_logo,
    functions_of,
    load,
    main_contact,
    not_writable,
    now,
    redirect_to,
    registry,
    render,
    right,
    safe_next,
    speak,
    take_form,
    toast,
    user_names,
    user_reach,
)

blueprint = Blueprint("proposals", __name__)
of_contacts = Blueprint("contact_proposals", __name__)
"""Addresses that name a contact."""
TOLD = 50
"""Lines of the history beside a proposal."""


def _answers(proposal: Proposal) -> Mapping[int, ProposalAnswer]:
    """The evidence of answers, by revision."""
    query = sa.select(ProposalAnswer).where(ProposalAnswer.proposal_id == proposal.id)
    return {one.revision: one for one in db.session.scalars(query)}


def _told(proposal: Proposal) -> list[HistoryEntry]:
    """What was done with it, the newest first, from its contact's history."""
    query = (
        sa.select(HistoryEntry)
        .where(HistoryEntry.contact_id == proposal.contact_id, HistoryEntry.source == services.source(proposal))
        .order_by(HistoryEntry.id.desc())
        .limit(TOLD)
    )
    return list(db.session.scalars(query))


@blueprint.route("/proposals/<int:id>")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """A proposal, its revisions, its links, and what may be done with it now; `revision` shows an earlier one."""
    return _show(id)


def _show(proposal_id: int, status: int = 200, message: str = "") -> Response:
    proposal = services.get(proposal_id)
    contact = load(proposal.contact_id)
    revision = request.args.get("revision", type=int) or proposal.revision
    content = contents.of_revision(proposal, revision)
    versions = contents.versions(proposal.id)
    answers, entries, links = _answers(proposal), _told(proposal), sending.links_of(proposal)
    ids = {one.user_id for one in answers.values()} | {one.user_id for one in entries}
    ids |= {one.created_by_id for one in links} | {proposal.responsible_id, proposal.created_by_id}
    refusal = not_writable(contact)
    return render(
        "proposals/show.html",
        status,
        message=message,
        proposal=proposal,
        contact=contact,
        content=content,
        is_present=content.revision == proposal.revision,
        state=services.state_of(proposal),
        versions=versions,
        given=answers.get(content.revision),
        entries=entries,
        links=links,
        users=user_names({one for one in ids if one is not None}),
        functions=(functions := _functions(contact)),
        is_customer=services.CUSTOMER in [one.key for one in functions],
        moment=now(),
        held_back=refusal.message if refusal else "",
        **showing.tools(),
    )


def _functions(contact: Contact) -> list[Any]:
    found = functions_of([contact.id]).get(contact.id, ())
    return [one for one in registry().functions() if one.key in found]


@blueprint.route("/proposals/<int:id>/print")
@right("contacts.read")
def paper(id: int) -> Response:  # noqa: A002
    """It as paper, in the contact's language: the browser prints it, or makes a PDF of it."""
    proposal = services.get(id)
    contact = load(proposal.contact_id)
    content = contents.of_revision(proposal, request.args.get("revision", type=int) or proposal.revision)
    earlier = content.revision if content.revision != proposal.revision else None
    speak(letter.language_of(contact))
    return render(
        "proposals/print.html",
        proposal=proposal,
        content=content,
        sent_at=_sent_at(proposal, content.revision),
        to=showing.recipient(contact),
        firm=showing.firm(),
        terms=showing.firm_terms(),
        person=user_reach(proposal.responsible_id),
        logo=url_for("company.logo") if firm_logo() is not None else "",
        given=_answers(proposal).get(content.revision),
        back=url_for("proposals.show", id=id, revision=earlier),
        languages={},
        **showing.tools(),
    )


def _sent_at(proposal: Proposal, revision: int) -> Any:
    if revision == proposal.revision:
        return proposal.sent_at
    return next((one.sent_at for one in contents.versions(proposal.id) if one.revision == revision), None)


@of_contacts.route("/contacts/<int:id>/proposals", endpoint="index")
@right("contacts.read")
def of_contact(id: int) -> Response:  # noqa: A002
    """The tab with a contact's proposals."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("contact_proposals.index", contact.id)
    found = services.of_contact(contact.id)
    return render(
        "proposals/tab.html",
        proposals=found,
        looks=showing.looks(found),
        may_write=not_writable(contact) is None,
        **showing.tools(),
        **file_context(contact, "all", "proposals"),
    )


# --- Sending ----------------------------------------------------------------------------------------------


@blueprint.route("/proposals/<int:id>/send", methods=["GET", "POST"])
@right("contacts.edit")
def send(id: int) -> Response:  # noqa: A002
    """Send it by a link: to an address, or to copy. The link is shown this once; sent again, there is another one."""
    if request.method == "GET":
        return _send_page(id)
    sending_form = take_form(request.form.items(multi=True))
    if sending_form.address:
        return redirect_to(sending_form.address)
    email = request.form.get("email", "") if request.form.get("by") != "copy" else ""
    try:
        sent = sending.send(id, _version(), email=email)
    except Invalid as error:
        discard()
        return _send_page(id, 422, errors=error.errors)
    except Refused as error:
        discard()
        return _send_page(id, error.status, message=error.message)
    # The link is told once: the same form sent again leads to the proposal.
    sending_form.address = url_for("proposals.show", id=id)
    proposal = services.get(id)
    written = letter.offer(proposal, load(proposal.contact_id), sent.token, to=sent.email)
    return render("proposals/sent.html", proposal=proposal, sent=sent, written=written,
                  link=letter.public_page(sent.token), called=showing.called(proposal))  # fmt: skip


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _send_page(
    proposal_id: int, status: int = 200, message: str = "", errors: Mapping[str, str] | None = None
) -> Response:
    proposal = services.get(proposal_id)
    contact = load(proposal.contact_id)
    primary = next((one.value for one in contact.emails if one.is_primary), "")
    return render(
        "proposals/send.html",
        status,
        proposal=proposal,
        contact=contact,
        name=contact.name or contact.sort_name,
        called=showing.called(proposal),
        content=contents.present(proposal),
        message=message,
        errors=errors or {},
        email=request.form.get("email", primary),
        offered=[one.value for one in contact.emails],
        can_mail=can_send_mail(),
        language=letter.language_of(contact),
        **showing.tools(),
    )


@blueprint.route("/proposals/<int:id>/revoke", methods=["POST"])
@right("contacts.edit")
def revoke(id: int) -> Response:  # noqa: A002
    """End its links."""
    try:
        ended = sending.revoke(id, _version())
    except Refused as error:
        return _not_done(id, error)
    if ended:
        toast(_("The links are cut: nobody reads or accepts the proposal by them any more."))
    else:
        toast(_("There was no link to cut."), "info")
    return redirect_to(url_for("proposals.show", id=id))


# --- What becomes of it -----------------------------------------------------------------------------------


@blueprint.route("/proposals/<int:id>/accept", methods=["GET", "POST"])
@right("contacts.edit")
def accept(id: int) -> Response:  # noqa: A002
    """Accept for the recipient: asked first, since the contact becomes a customer for good."""
    if request.method == "GET":
        return _decide_page(id, "accept")
    try:
        decided = deciding.accept(id, Answer(name=request.form.get("name", "")), _version())
    except Refused as error:
        discard()
        return _decide_page(id, "accept", error.status, _said(id, error))
    if decided.changed:
        toast(_("The proposal is accepted."))
    else:
        toast(_("The proposal was accepted already: nothing has changed."), "info")
    if decided.note:
        toast(decided.note, "warn")
    return redirect_to(url_for("proposals.show", id=id))


@blueprint.route("/proposals/<int:id>/decline", methods=["GET", "POST"])
@right("contacts.edit")
def decline(id: int) -> Response:  # noqa: A002
    """Note that the recipient declined, and why."""
    if request.method == "GET":
        return _decide_page(id, "decline")
    try:
        given = Answer(name=request.form.get("name", ""), reason=request.form.get("reason", ""))
        deciding.decline(id, given, _version())
    except Refused as error:
        discard()
        return _decide_page(id, "decline", error.status, _said(id, error))
    toast(_("Noted: the proposal was declined."))
    return redirect_to(url_for("proposals.show", id=id))


def _said(proposal_id: int, error: Refused) -> str:
    """Why not; where someone else was faster, with what the proposal is now (spec A5)."""
    if not isinstance(error, Stale):
        return error.message
    proposal = services.get(proposal_id)
    return _(
        "Someone else changed this proposal since you read it, and nothing was done. Now it is: %(state)s, version"
        " %(version)s, %(amount)s. Read it, then decide again.",
        state=services.STATES[services.state_of(proposal)],
        version=proposal.revision,
        amount=showing.money(proposal.gross, proposal.currency),
    )


def _not_done(proposal_id: int, error: Refused) -> Response:
    """The proposal's page as it is now, and why nothing was done; who came from elsewhere is told there."""
    if request.form.get("next"):
        raise error
    discard()
    return _show(proposal_id, error.status, _said(proposal_id, error))


def _decide_page(proposal_id: int, what: str, status: int = 200, message: str = "") -> Response:
    proposal = services.get(proposal_id)
    contact = load(proposal.contact_id)
    return render(
        "proposals/decide.html",
        status,
        what=what,
        proposal=proposal,
        called=showing.called(proposal),
        name=contact.name or contact.sort_name,
        is_customer=services.CUSTOMER in functions_of([contact.id]).get(contact.id, ()),
        number=showing.customer_number(contact),
        typed=request.form,
        message=message,
        **showing.tools(),
    )


@blueprint.route("/proposals/<int:id>/withdraw", methods=["POST"])
@right("contacts.edit")
def withdraw(id: int) -> Response:  # noqa: A002
    """Take it back; then `next`, where somebody came from elsewhere."""
    try:
        changed = services.withdraw(id, _version())
    except Refused as error:
        return _not_done(id, error)
    if changed:
        toast(_("The proposal is withdrawn."))
    else:
        toast(_("The proposal was withdrawn already: nothing has changed."), "info")
    return redirect_to(safe_next(request.form.get("next")) or url_for("proposals.show", id=id))


@blueprint.route("/proposals/<int:id>/revise", methods=["POST"])
@right("contacts.edit")
def revise(id: int) -> Response:  # noqa: A002
    """Make a new version, and write it."""
    try:
        services.revise(id, _version())
    except Refused as error:
        return _not_done(id, error)
    return redirect_to(url_for("proposal_editor.edit", id=id))


@blueprint.route("/proposals/<int:id>/copy", methods=["POST"])
@right("contacts.edit")
def copy(id: int) -> Response:  # noqa: A002
    """A new draft with the same content; a double click makes one."""
    sent = take_form(request.form.items(multi=True))
    if not sent.address:
        sent.address = url_for("proposal_editor.edit", id=services.copy(id).id)
    return redirect_to(sent.address)


@blueprint.route("/proposals/<int:id>/delete", methods=["POST"])
@right("contacts.edit")
def delete(id: int) -> Response:  # noqa: A002
    """Delete a draft; for managers what was declined or withdrawn as well."""
    contact_id = services.get(id).contact_id
    try:
        services.delete(id, _version())
    except Refused as error:
        return _not_done(id, error)
    toast(_("The proposal is deleted."))
    return redirect_to(safe_next(request.form.get("next")) or url_for("contact_proposals.index", id=contact_id))
