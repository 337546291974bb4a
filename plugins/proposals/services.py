"""Writing and reading proposals (spec C1). Sending is in `sending`, the answer in `deciding`, lists in `listing`.

A contact is locked before its proposals, as everywhere: two who work on the same ones wait and never meet crosswise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.proposals import contents, values
from plugins.proposals.amounts import Totals
from plugins.proposals.models import NEVER, Proposal, ProposalAnswer, ProposalLine, ProposalLink, ProposalVersion
from webapp.api import (
    Contact,
    ContactsAnonymised,
    Invalid,
    Missing,
    Numbering,
    ProspectDisqualified,
    Refused,
    Stale,
    _,
    _l,
    _lp,
    act,
    db,
    fold,
    load,
    many_functions,
    natural,
    need,
    not_writable,
    now,
    record,
    registry,
    setting,
    today,
    writable,
)
from webapp.api import ContactsHandedOver as HandedOver

ACTIONS = {
    "proposal_created": (_l("Proposal made"), "file-text"),
    "proposal_sent": (_l("Proposal sent"), "mail"),
    "proposal_revised": (_l("New version of a proposal"), "file-text"),
    "proposal_accepted": (_l("Proposal accepted"), "check"),
    "proposal_declined": (_l("Proposal declined"), "x"),
    "proposal_withdrawn": (_l("Proposal withdrawn"), "undo-2"),
    "proposal_deleted": (_l("Proposal deleted"), "trash-2"),
}
"""What the history of a contact says was done."""
RANGE = "proposals"
"""The key of the number range."""
CUSTOMER, OPEN = "customer", ("draft", "sent")
"""Stored states of proposals that may still be accepted, by a user at least, unless their last day is over."""
STATES = {
    "draft": _lp("proposal", "Draft"),
    "sent": _lp("proposal", "Sent"),
    "accepted": _lp("proposal", "Accepted"),
    "declined": _lp("proposal", "Declined"),
    "expired": _lp("proposal", "Expired"),
    "withdrawn": _lp("proposal", "Withdrawn"),
}
"""The states that users read, `expired` among them, which is derived."""


def state_of(proposal: Proposal) -> str:
    """What users read: a sent proposal whose last day is over, in the firm's days, is `expired`."""
    day = proposal.valid_until
    return "expired" if proposal.state == "sent" and day is not None and day < today() else proposal.state


def totals(proposal: Proposal) -> Totals:
    """Its sums, by VAT rate as well."""
    return contents.present(proposal).totals


def get(proposal_id: int) -> Proposal:
    """A proposal, for a reader; raises `Missing`."""
    need("contacts.read")
    found = db.session.get(Proposal, proposal_id) if 0 < proposal_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such proposal."))
    return found


def of_contact(contact_id: int) -> Sequence[Proposal]:
    """All proposals to a contact, the newest first, those of contacts that were merged into it among them."""
    need("contacts.read")
    query = sa.select(Proposal).where(Proposal.contact_id == contact_id).order_by(Proposal.id.desc())
    return db.session.scalars(query.limit(500)).all()


def count_of(contact_id: int) -> int:
    """How many there are, for the tab."""
    return db.session.scalar(sa.select(sa.func.count()).where(Proposal.contact_id == contact_id)) or 0


def answer_of(proposal: Proposal) -> ProposalAnswer | None:
    """The evidence of the answer to the revision at hand; None while there is none."""
    return db.session.scalar(
        sa.select(ProposalAnswer).where(
            ProposalAnswer.proposal_id == proposal.id, ProposalAnswer.revision == proposal.revision
        )
    )


def held(proposal_id: int) -> tuple[Proposal, Contact]:
    """A proposal and its contact, both locked until the commit and read anew; raises `Missing`.

    A merge moves proposals while it holds both contacts, so the contact is read again until it fits.
    """
    need("contacts.read")
    if not 0 < proposal_id < 2**63:
        raise Missing(_("There is no such proposal."))
    for _try in range(10):
        contact_id = db.session.scalar(sa.select(Proposal.contact_id).where(Proposal.id == proposal_id))
        if contact_id is None:
            break
        contact = load(contact_id, lock=True)
        query = sa.select(Proposal).where(Proposal.id == proposal_id, Proposal.contact_id == contact_id)
        found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
        if found is not None:
            return found, contact
    raise Missing(_("There is no such proposal."))


def for_change(proposal_id: int, version: int | None = None) -> tuple[Proposal, Contact]:
    """The same for an editor; raises `Refused` where the contact's state allows no change, `Stale` where someone else
    saved since `version` was read."""
    need("contacts.edit")
    proposal, contact = held(proposal_id)
    if refusal := not_writable(contact):
        raise refusal
    check_version(proposal, version)
    return proposal, contact


def check_version(proposal: Proposal, version: int | None) -> None:
    """Raise `Stale` where someone else saved since `version` was read; None is whoever has read nothing."""
    if version is not None and version != proposal.version:
        raise Stale(
            _("Someone else saved this proposal while you were writing. Compare both versions and choose."),
            current=proposal.version,
        )


def create(contact_id: int, given: Mapping[str, Any]) -> Proposal:
    """A draft for any contact, whatever its functions. Raises `Invalid` with one sentence per field.

    `given` names `title` and `lines`; unless it says otherwise, amounts are in the contact's currency, else the firm's,
    the contact's responsible user answers for it, and it is valid for 30 days.
    """
    need("contacts.edit")
    contact = writable(contact_id)
    found = values.checked(given, currency=_currency_of(contact), is_new=True)
    responsible = contact.responsible_id if contact.responsible_id is not None else act().user_id
    proposal = Proposal(
        contact_id=contact.id,
        title=found["title"],
        currency=found.get("currency") or _currency_of(contact),
        valid_until=found.get("valid_until", values.last_day(today())),
        responsible_id=found.get("responsible_id", responsible),
        introduction=found.get("introduction", ""),
        closing=found.get("closing", ""),
        created_by_id=act().user_id,
    )
    _put_lines(proposal, found.get("lines", []))
    return _add(proposal, found.get("number", ""))


def copy(proposal_id: int) -> Proposal:
    """A new draft to the same contact with the same content, valid for 30 days from today."""
    need("contacts.edit")
    proposal, _contact = for_change(proposal_id)
    content = contents.present(proposal)
    made = Proposal(
        contact_id=proposal.contact_id,
        title=content.title,
        currency=content.currency,
        valid_until=values.last_day(today()),
        responsible_id=proposal.responsible_id,
        introduction=content.introduction,
        closing=content.closing,
        created_by_id=act().user_id,
    )
    _put_lines(made, contents.packed(content)["lines"])
    return _add(made, "")


def update(proposal_id: int, given: Mapping[str, Any], version: int | None = None) -> Proposal:
    """Change a draft: what `given` names is replaced, `lines` as a whole. Raises `Invalid`, `Stale`, and `Refused`
    for one that was sent."""
    proposal, _contact = for_change(proposal_id, version)
    if proposal.state != "draft":
        raise Refused(
            _("This proposal was sent, so it can't be changed: make a new version of it.")
            if proposal.state == "sent"
            else _("This proposal is no draft any more: make a new version of it, or copy it.")
        )
    found = values.checked(given, currency=proposal.currency, is_new=False)
    number, lines, currency = found.pop("number", None), found.pop("lines", None), found.get("currency")
    if lines is None and currency and currency != proposal.currency:
        lines = contents.packed(contents.present(proposal))["lines"]
        for one in lines:
            one["unit_price"] = values.converted(one["unit_price"], proposal.currency, currency)
    for name, value in found.items():
        setattr(proposal, name, value)
    if lines is not None:
        _put_lines(proposal, lines)
    if number is not None and number != proposal.number:
        _number(proposal, number)
    touch(proposal)
    db.session.flush()
    return proposal


def revise(proposal_id: int, version: int | None = None) -> Proposal:
    """Make a new version of what was sent, as a draft; the one before stays readable, its links say there is a newer.

    Raises `Refused` for an accepted one: a copy is a proposal of its own. What was withdrawn before it was ever sent
    is a draft again.
    """
    proposal, contact = for_change(proposal_id)
    if proposal.state == "draft":
        return proposal
    check_version(proposal, version)
    if proposal.state == "accepted":
        raise Refused(_("An accepted proposal stays as it was accepted: copy it to make another one."))
    if proposal.sent_at is not None:
        db.session.add(
            ProposalVersion(
                proposal_id=proposal.id,
                revision=proposal.revision,
                content=contents.packed(contents.present(proposal)),
                state=proposal.state,
                sent_at=proposal.sent_at,
            )
        )
        proposal.revision += 1
        if proposal.valid_until is not None and proposal.valid_until < today():
            proposal.valid_until = values.last_day(today())
    proposal.state, proposal.sent_at, proposal.decided_at = "draft", None, None
    touch(proposal)
    note(proposal, contact, "proposal_revised")
    return proposal


def withdraw(proposal_id: int, version: int | None = None) -> bool:
    """Take a draft or sent proposal back, an expired one too; False where it was withdrawn already.

    `version` is the one that was read, here and below: where it is another by now, nothing is done (spec A5).
    """
    need("contacts.edit")
    proposal, contact = held(proposal_id)
    if proposal.state == "withdrawn":
        return False
    if proposal.state == "accepted":
        raise Refused(_("This proposal was accepted: what was agreed can't be withdrawn."))
    if proposal.state == "declined":
        raise Refused(_("This proposal was declined: there is nothing left to withdraw."))
    check_version(proposal, version)
    _withdraw(proposal, contact)
    return True


def cannot_accept(contact_ids: Sequence[int]) -> Mapping[int, str]:
    """Why contacts can't become customers now, by their ids (spec C6): what is sent to them could not be accepted."""
    if not registry().is_function_enabled(CUSTOMER):
        return {}
    found = many_functions.would_not_activate(contact_ids, CUSTOMER).items()
    return {one: str(outcome.reason) for one, outcome in found if outcome.what == "failed"}


def withdraw_open(contact_id: int) -> int:
    """Withdraw all of a contact's proposals that may still be accepted, for one who can't be a customer now (spec C1);
    returns how many."""
    need("contacts.edit")
    contact = load(contact_id, lock=True)
    query = sa.select(Proposal).where(Proposal.contact_id == contact_id, Proposal.state.in_(OPEN)).order_by(Proposal.id)
    found = db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    for one in found:
        _withdraw(one, contact)
    return len(found)


def disqualified(event: ProspectDisqualified) -> None:
    """What was offered to who can't be a customer now is withdrawn (spec C1)."""
    withdraw_open(event.contact_id)


def _withdraw(proposal: Proposal, contact: Contact) -> None:
    proposal.state, proposal.decided_at = "withdrawn", now()
    touch(proposal)
    note(proposal, contact, "proposal_withdrawn")


def delete(proposal_id: int, version: int | None = None) -> None:
    """Delete a draft, or for managers one that was declined or withdrawn; its number is not given again.

    Raises `Refused` for what was sent and not withdrawn, or accepted.
    """
    proposal, contact = for_change(proposal_id, version)
    if proposal.state == "sent":
        raise Refused(_("This proposal was sent: withdraw it first."))
    if proposal.state == "accepted":
        raise Refused(_("This proposal was accepted: it is kept as proof of what was agreed."))
    if proposal.state != "draft" or proposal.revision > 1:
        need("contacts.manage")
    note(proposal, contact, "proposal_deleted")
    for model in (ProposalAnswer, ProposalLink, ProposalVersion):
        db.session.execute(sa.delete(model).where(model.proposal_id == proposal.id))
    db.session.delete(proposal)
    db.session.flush()


def hand_over(event: HandedOver) -> None:
    """Open proposals of a user who leaves are another's now (spec J1)."""
    db.session.execute(
        sa.update(Proposal)
        .where(Proposal.responsible_id == event.from_user_id, Proposal.state.in_(OPEN))
        .values(responsible_id=event.to_user_id)
    )


def derive(proposal: Proposal) -> None:
    """What lists sort and search by."""
    proposal.sort_number = natural(fold(proposal.number))
    proposal.sort_day = proposal.valid_until or NEVER
    # Two blanks before each word, as in `contact.search_text`: so short words are found at beginnings.
    words = fold(f"{proposal.number} {proposal.title}").split()
    proposal.search_text = "".join(f"  {one}" for one in words) + "  "


def anonymised(event: ContactsAnonymised) -> None:
    """Nobody is there any more who could accept what is open."""
    db.session.execute(
        sa.update(Proposal)
        .where(Proposal.contact_id.in_(event.contact_ids), Proposal.state.in_(OPEN))
        .values(state="withdrawn", decided_at=now())
    )


def touch(proposal: Proposal) -> None:
    """A change that others must notice."""
    derive(proposal)
    proposal.version += 1
    proposal.updated_at = now()


def note(proposal: Proposal, contact: Contact, action: str) -> None:
    """Tell of it in the contact's history, with the way to the proposal."""
    named = " · ".join(filter(None, (proposal.number, proposal.title)))
    record(contact.id, action, {"proposal.named": (None, named)}, source=source(proposal))


def source(proposal: Proposal) -> str:
    """How the history names a proposal as what caused something."""
    return f"proposal:{proposal.id}"


def _currency_of(contact: Contact) -> str:
    return contact.currency or str(setting("company.currency"))


def _put_lines(proposal: Proposal, lines: Sequence[Mapping[str, Any]]) -> None:
    proposal.lines = [ProposalLine(position=at, **one) for at, one in enumerate(lines)]
    sums = totals(proposal)
    values.fits(sums)
    proposal.net, proposal.tax, proposal.gross = sums.net, sums.tax, sums.gross


def _add(proposal: Proposal, number: str) -> Proposal:
    db.session.add(proposal)
    # The number comes last: until the commit nobody else is given one.
    _number(proposal, number)
    db.session.flush()
    note(proposal, load(proposal.contact_id), "proposal_created")
    return proposal


def _number(proposal: Proposal, typed: str) -> None:
    """Give it the next number of the range, or the one that was typed where the range allows that (spec F3, F4)."""
    numbering = registry().service(Numbering)
    if typed:
        numbering.check(RANGE, typed)
        with db.session.no_autoflush:
            taken = db.session.scalar(sa.select(Proposal.id).where(Proposal.number == typed))
        if taken is not None and taken != proposal.id:
            text = _("Another proposal has the number %(number)s: choose another one.", number=typed)
            raise Invalid(text, {"number": text})
        numbering.note(RANGE, [typed])
        proposal.number = typed
    elif not proposal.number:
        db.session.flush()
        proposal.number = next(iter(numbering.give(RANGE)), "")
    derive(proposal)
