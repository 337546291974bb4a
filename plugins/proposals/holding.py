"""What of its proposals holds a contact back from deletion, each with the click that resolves it (spec D3, D4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from plugins.proposals.models import Proposal, ProposalAnswer, ProposalLine
from plugins.proposals.services import OPEN
from webapp.api import Blocker, FunctionRow, _, db, ngettext, setting, today, zone

TERM = 10
"""Years, from the end of the year of the acceptance, for which what was agreed is kept."""
TERMS = {"DE": 6}
"""The same where the firm's own country has another term for letters of trade (spec D7)."""

LABELS: Mapping[str, Callable[[int], str]] = {
    "draft": lambda number: ngettext("%(num)s draft of a proposal", "%(num)s drafts of proposals", number),
    "sent": lambda number: ngettext("%(num)s proposal sent", "%(num)s proposals sent", number),
    "accepted": lambda number: ngettext("%(num)s accepted proposal", "%(num)s accepted proposals", number),
    "declined": lambda number: ngettext("%(num)s declined proposal", "%(num)s declined proposals", number),
    "withdrawn": lambda number: ngettext("%(num)s withdrawn proposal", "%(num)s withdrawn proposals", number),
}


def proposals_hold(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """Contacts with proposals are not deleted: one reason for each state, and the click that resolves it.

    Of several in one state the click is for the oldest; then the next one is asked about.
    """
    rows = db.session.execute(
        sa.select(Proposal.contact_id, Proposal.state, sa.func.count(), sa.func.min(Proposal.id))
        .where(Proposal.contact_id.in_(ids))
        .group_by(Proposal.contact_id, Proposal.state)
    )
    found: dict[int, list[Blocker]] = {}
    terms = kept_until(ids)
    for contact_id, state, number, first in sorted((row[0], row[1], row[2], row[3]) for row in rows):
        one = Blocker(
            key=f"proposals_{state}",
            label=LABELS[state](number),
            count=number,
            remedy=_remedy(state),
            endpoint="proposals.show" if number == 1 else "contact_proposals.index",
            values={"id": first if number == 1 else contact_id},
        )
        if state != "accepted":
            one = replace(one, button=_button(state, number), **_click(state, first))
        elif contact_id in terms:
            one = replace(one, retained=True, kept_until=terms[contact_id])
        found.setdefault(contact_id, []).append(one)
    return found


def _click(state: str, first: int) -> dict[str, Any]:
    """Which view does it, to which proposal: a button's values are those of the way to the remedy."""
    endpoint = "proposals.withdraw" if state == "sent" else "proposals.delete"
    return {"button_endpoint": endpoint, "endpoint": "proposals.show", "values": {"id": first}}


def _remedy(state: str) -> str:
    return {
        "draft": _("First delete the draft."),
        "sent": _("First withdraw the proposal that was sent."),
        "accepted": _("It is kept as proof of what was agreed."),
        "declined": _("First delete the proposal that was declined."),
        "withdrawn": _("First delete the proposal that was withdrawn."),
    }[state]


def _button(state: str, number: int) -> str:
    if state == "sent":
        return _("Withdraw it") if number == 1 else _("Withdraw the oldest of them")
    return _("Delete it") if number == 1 else _("Delete the oldest of them")


def open_ones_hold(contact_function_ids: Sequence[int]) -> Mapping[int, str]:
    """Prospects that may still accept a proposal stay what they are: nothing may hang on a function that is left."""
    held = db.session.scalars(
        sa.select(FunctionRow.id)
        .join(Proposal, Proposal.contact_id == FunctionRow.contact_id)
        .where(FunctionRow.id.in_(contact_function_ids), Proposal.state.in_(OPEN))
    )
    return {one: _("It has proposals that may still be accepted: withdraw them or delete the drafts first.")
            for one in held}  # fmt: skip


def last_day(decided_at: dt.datetime) -> dt.date:
    """Until when an accepted proposal is kept: the end of the year in which its term is over."""
    years = TERMS.get(str(setting("company.country")), TERM)
    return dt.date(decided_at.astimezone(zone()).year + years, 12, 31)


def kept_until(ids: Sequence[int]) -> Mapping[int, dt.date]:
    """The last day on which something that these contacts accepted must be kept, where that day is still to come."""
    rows = db.session.execute(
        sa.select(Proposal.contact_id, sa.func.max(Proposal.decided_at))
        .where(Proposal.contact_id.in_(ids), Proposal.state == "accepted")
        .group_by(Proposal.contact_id)
    )
    return {one: last_day(at) for one, at in rows if at and last_day(at) >= today()}


def retained(ids: Sequence[int]) -> Mapping[int, dt.date]:
    """The accepted proposals of these contacts whose term is not over, each with its last day (spec D5)."""
    query = sa.select(Proposal.id, Proposal.decided_at)
    return _in_term(query.where(Proposal.contact_id.in_(ids), Proposal.state == "accepted"))


def retained_lines(ids: Sequence[int]) -> Mapping[int, dt.date]:
    """Their lines."""
    query = sa.select(ProposalLine.id, Proposal.decided_at).join(Proposal, Proposal.id == ProposalLine.proposal_id)
    return _in_term(query.where(Proposal.contact_id.in_(ids), Proposal.state == "accepted"))


def retained_answers(ids: Sequence[int]) -> Mapping[int, dt.date]:
    """The proof that they were accepted."""
    query = sa.select(ProposalAnswer.id, Proposal.decided_at).join(Proposal, Proposal.id == ProposalAnswer.proposal_id)
    return _in_term(query.where(Proposal.contact_id.in_(ids), ProposalAnswer.kind == "accepted"))


def _in_term(query: Any) -> Mapping[int, dt.date]:
    return {one: last_day(at) for one, at in db.session.execute(query) if at and last_day(at) >= today()}
