"""The answer to a proposal: one place for users, the public page and the API (spec C1, C6).

Whoever comes second, from wherever, is told that it was accepted already: the contact and the proposal are locked
while it is decided, and the database takes one acceptance for each proposal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from plugins.proposals import contents
from plugins.proposals.models import Proposal, ProposalAnswer, ProposalLink
from plugins.proposals.sending import ask, by_token
from plugins.proposals.services import CUSTOMER, OPEN, check_version, for_change, held, note, source, state_of, touch
from webapp.api import (
    Contact,
    Invalid,
    ProposalAccepted,
    Refused,
    _,
    act,
    acting,
    acting_as_system,
    clean,
    db,
    functions_of,
    need,
    not_writable,
    now,
    registry,
    today,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is kept of who answers: their name as written, for a refusal the reason, the sentence that was ticked, the
    network address and the browser's name for itself."""

    name: str = ""
    reason: str = ""
    statement: str = ""
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The proposal, whether this call has changed it (False: it was answered so already), and what is to be said of
    the contact: that it was not made a customer, and why; else an empty text."""

    proposal: Proposal
    changed: bool
    note: str = ""


def accept(proposal_id: int, answer: Answer | None = None, version: int | None = None) -> Decided:
    """Accept for the recipient, from draft or sent: the contact becomes a customer, once.

    What is accepted is what was read: raises `Stale` where the proposal has another `version` by now. Raises `Refused`,
    with what to do, for one that has expired, was withdrawn or declined, and where the contact can't become a customer
    now (spec C6).
    """
    need("contacts.edit")
    proposal, contact = held(proposal_id)
    if proposal.state == "accepted":
        return Decided(proposal=proposal, changed=False, note=_not_a_customer(contact))
    if refusal := not_writable(contact) or _closed(proposal):
        raise refusal
    check_version(proposal, version)
    return _accept(proposal, contact, answer or Answer(), None)


def decline(proposal_id: int, answer: Answer | None = None, version: int | None = None) -> Decided:
    """Note that the recipient declined what was sent; raises `Refused` for any other."""
    proposal, contact = for_change(proposal_id)
    if proposal.state == "declined":
        return Decided(proposal=proposal, changed=False)
    check_version(proposal, version)
    if proposal.state == "draft":
        raise Refused(_("This proposal was not sent yet, so nobody can decline it: delete it, or withdraw it."))
    if proposal.state != "sent":
        raise Refused(_("This proposal was decided already: it can't be declined any more."))
    return _decline(proposal, contact, answer or Answer(), None)


def accept_by_token(token: str, answer: Answer, *, agreed: bool) -> Decided:
    """Accept on the public page; raises `Invalid` without a name or the tick, `Refused` and `Missing` as `by_token`."""
    link = _answerable(token)
    with acting(acting_as_system("proposal")):
        proposal, contact = held(link.proposal_id)
        if proposal.state == "accepted" and proposal.revision == link.revision:
            return Decided(proposal=proposal, changed=False)
        _refuse_recipient(proposal, link)
        errors = {}
        if not clean(answer.name):
            errors["name"] = _("Please write your name.")
        if not agreed:
            errors["agreed"] = _("Please tick that you accept this proposal.")
        if errors:
            raise Invalid(_("Please correct what is marked."), errors)
        try:
            return _accept(proposal, contact, answer, link)
        except Refused as error:
            # Why is the firm's business, and no recipient's.
            raise Refused(ask(_("This proposal can't be accepted at the moment."))) from error


def decline_by_token(token: str, answer: Answer) -> Decided:
    """Decline on the public page."""
    link = _answerable(token)
    with acting(acting_as_system("proposal")):
        proposal, contact = held(link.proposal_id)
        if proposal.state == "declined" and proposal.revision == link.revision:
            return Decided(proposal=proposal, changed=False)
        _refuse_recipient(proposal, link)
        return _decline(proposal, contact, answer, link)


def _answerable(token: str) -> ProposalLink:
    return by_token(token).link


def _refuse_recipient(proposal: Proposal, link: ProposalLink) -> None:
    """Raise `Refused` where this revision can't be answered any more, in words for its recipient."""
    state = "replaced" if proposal.revision != link.revision else state_of(proposal)
    words = {
        "replaced": _("There is a newer version of this proposal."),
        "draft": _("There is a newer version of this proposal."),
        "expired": _("This proposal has expired."),
        "withdrawn": _("This proposal was withdrawn."),
        "declined": _("This proposal was declined."),
        "accepted": _("This proposal was accepted already."),
    }
    if state in words:
        raise Refused(ask(words[state]))


def _closed(proposal: Proposal) -> Refused | None:
    """Why a user can't accept it for the recipient, with what to do."""
    words = {
        "expired": _("This proposal has expired: make a new version of it with a later last day, and accept that."),
        "withdrawn": _("This proposal was withdrawn: make a new version of it, and accept that."),
        "declined": _("This proposal was declined: make a new version of it, and accept that."),
    }
    state = state_of(proposal)
    if state == "draft" and proposal.valid_until is not None and proposal.valid_until < today():
        return Refused(_("The last day of this proposal is over: choose a later one first."))
    if state in OPEN and not proposal.lines:
        return Refused(_("This proposal has no lines yet: add what is offered."))
    return Refused(words[state]) if state in words else None


def _accept(proposal: Proposal, contact: Contact, answer: Answer, link: ProposalLink | None) -> Decided:
    proposal.state, proposal.decided_at = "accepted", now()
    _keep(proposal, answer, link, "accepted")
    with acting(replace(act(), way="proposal", source=source(proposal))):
        note(proposal, contact, "proposal_accepted")
        db.session.flush()
        registry().publish(ProposalAccepted(contact_id=contact.id, source=source(proposal)))
    return Decided(proposal=proposal, changed=True, note=_not_a_customer(contact))


def _decline(proposal: Proposal, contact: Contact, answer: Answer, link: ProposalLink | None) -> Decided:
    proposal.state, proposal.decided_at = "declined", now()
    _keep(proposal, answer, link, "declined")
    with acting(replace(act(), way="proposal", source=source(proposal))):
        note(proposal, contact, "proposal_declined")
        db.session.flush()
    return Decided(proposal=proposal, changed=True)


def _keep(proposal: Proposal, answer: Answer, link: ProposalLink | None, kind: str) -> None:
    """The evidence."""
    way = "page" if link is not None else "api" if act().way == "api" else "user"
    db.session.add(
        ProposalAnswer(
            proposal_id=proposal.id,
            revision=proposal.revision,
            kind=kind,
            way=way,
            user_id=act().user_id,
            link_id=link.id if link is not None else None,
            name=clean(answer.name)[:200],
            statement=clean(answer.statement, multiline=True)[:2000],
            reason=clean(answer.reason, multiline=True)[:2000],
            address=answer.address[:45],
            agent=clean(answer.agent)[:300],
            content_hash=contents.fingerprint(contents.present(proposal)),
        )
    )
    touch(proposal)


def _not_a_customer(contact: Contact) -> str:
    """Why an accepting contact is no customer: nobody hears of it while the plug-in is switched off (spec I1)."""
    if CUSTOMER in functions_of([contact.id]).get(contact.id, ()):
        return ""
    return _("The contact was not made a customer: the plug-in for customers is switched off.")
