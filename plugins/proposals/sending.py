"""Sending proposals: links that only their recipient knows, which end and can be revoked (spec C1, J4).

A link's token is a secret of 192 bits with a signature. The base keeps the secret's hash alone, so whoever reads the
base can open no proposal; a token that somebody changed is known by its signature, without a look into the base.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from plugins.proposals import contents, letter, values
from plugins.proposals.contents import Content
from plugins.proposals.models import Proposal, ProposalLink
from plugins.proposals.services import cannot_accept, check_version, for_change, note, state_of, touch
from webapp.api import (
    Contact,
    Invalid,
    Missing,
    Refused,
    _,
    act,
    can_send_mail,
    check_email,
    clean,
    db,
    need,
    not_writable,
    now,
    send_letter_later,
    setting,
    sign,
    today,
    unsign,
    zone,
)

PURPOSE = "proposal link"
READABLE = dt.timedelta(days=30)
"""So long after a proposal's last day its link still tells that it has expired."""
OPEN_ENDED = dt.timedelta(days=90)
"""So long a link to a proposal without a last day is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A link that was made: its token, which is told this once, and to which address it was mailed; "" where none."""

    token: str
    email: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a link leads to: the proposal, the revision that was sent, and its state as the recipient sees it.

    `state` is one of `services.STATES` but `draft`, or `replaced` where there is a newer revision by now, which this
    link doesn't show. It can be answered while it is `sent`.
    """

    proposal: Proposal
    link: ProposalLink
    content: Content
    state: str


def send(proposal_id: int, version: int | None = None, *, email: str | None = None, base: str = "") -> Sent:
    """Send a draft, or a sent one once more, by a link of its own; raises `Refused` for any other.

    The link is mailed to `email` where there is a mail server, in the contact's language: None is the contact's
    primary address, "" is nobody. Where none is mailed, the caller shows the link to copy. `base` is where the public
    page lies, for whom no request tells it.
    """
    proposal, contact = for_change(proposal_id, version)
    _refuse_unfit(proposal)
    if reason := cannot_accept([contact.id]).get(contact.id):
        raise Refused(reason)
    to = _recipient(contact, email)
    secret = secrets.token_urlsafe(24)
    link = ProposalLink(
        proposal_id=proposal.id,
        revision=proposal.revision,
        token_hash=_hash(secret),
        email=to,
        created_by_id=act().user_id,
        expires_at=_end(proposal),
    )
    db.session.add(link)
    if proposal.state == "draft":
        proposal.state, proposal.sent_at = "sent", now()
    touch(proposal)
    note(proposal, contact, "proposal_sent")
    db.session.flush()
    token = sign(secret, PURPOSE)
    if to:
        send_letter_later(to, letter.offer(proposal, contact, token, base, to), partial(_note_refusal, link.id))
    return Sent(token=token, email=to, expires_at=link.expires_at)


def _note_refusal(link_id: int) -> None:
    """The mail server did not take the letter: whoever looks at the proposal is told to send it otherwise."""
    db.session.execute(sa.update(ProposalLink).where(ProposalLink.id == link_id).values(refused_at=now()))


def _refuse_unfit(proposal: Proposal) -> None:
    state = state_of(proposal)
    if state == "expired":
        raise Refused(_("This proposal has expired: make a new version of it, with a later last day."))
    if state not in ("draft", "sent"):
        raise Refused(_("This proposal can't be sent any more: make a new version of it, or copy it."))
    if not proposal.lines:
        raise Refused(_("This proposal has no lines yet: add what is offered."))
    if proposal.valid_until is not None and proposal.valid_until < today():
        raise Refused(_("The last day of this proposal is over: choose a later one first."))


def _recipient(contact: Contact, given: str | None) -> str:
    """To whom the link is mailed; raises `Invalid` for what is no address."""
    if not can_send_mail():
        return ""
    if given is None:
        return next((one.value for one in contact.emails if one.is_primary and not one.warning), "")
    wanted = clean(given)
    if wanted and check_email(wanted).warning:
        text = _("This is no e-mail address: write it like name@example.com.")
        raise Invalid(text, {"email": text})
    return wanted


def _end(proposal: Proposal) -> dt.datetime:
    if proposal.valid_until is None:
        return now() + OPEN_ENDED
    # What was written before there was a farthest day must not reach beyond the calendar.
    day = min(proposal.valid_until, dt.date(values.YEARS[1], 12, 31))
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone()) + READABLE


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def links_of(proposal: Proposal) -> list[ProposalLink]:
    """The links of a proposal, the newest first; nobody can make an address of them again."""
    need("contacts.read")
    query = sa.select(ProposalLink).where(ProposalLink.proposal_id == proposal.id)
    return list(db.session.scalars(query.order_by(ProposalLink.id.desc()).limit(50)))


def revoke(proposal_id: int, version: int | None = None) -> int:
    """End all links of a proposal at once; it stays sent, and can be sent by a new one. Returns how many ended."""
    proposal, _contact = for_change(proposal_id)
    open_ones = (
        sa.select(ProposalLink)
        .where(ProposalLink.proposal_id == proposal.id, ProposalLink.revoked_at.is_(None))
        .order_by(ProposalLink.id)
    )
    found = db.session.scalars(open_ones).all()
    if found:
        check_version(proposal, version)
    for one in found:
        one.revoked_at = now()
    if found:
        touch(proposal)
    return len(found)


def by_token(token: str) -> Visit:
    """What a link leads to, for whoever has it. Raises `Missing` for one that was changed or never given, and
    `Refused` for one that has ended, with what to do; neither tells anything of any proposal."""
    link = _link(token)
    if link is None:
        raise Missing(_("There is nothing at this address: check that it was copied whole."))
    if link.revoked_at is not None or link.expires_at <= now():
        raise Refused(ask(_("This address is no longer valid.")))
    proposal = db.session.get_one(Proposal, link.proposal_id)
    contact = db.session.get_one(Contact, proposal.contact_id)
    if not_writable(contact):
        raise Refused(ask(_("This proposal can't be read any more.")))
    state = "replaced" if link.revision != proposal.revision else state_of(proposal)
    return Visit(proposal=proposal, link=link, content=contents.read(proposal, link.revision), state=state)


def _link(token: str) -> ProposalLink | None:
    if len(token) > 200 or not token.isascii() or (secret := unsign(token, PURPOSE)) is None:
        return None
    return db.session.scalar(sa.select(ProposalLink).where(ProposalLink.token_hash == _hash(secret)))


def ask(sentence: str) -> str:
    """The sentence, and whom the recipient asks."""
    firm = str(setting("company.name"))
    if firm:
        return _("%(reason)s Please turn to %(firm)s.", reason=sentence, firm=firm)
    return _("%(reason)s Please turn to whoever sent it to you.", reason=sentence)
