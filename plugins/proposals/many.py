"""Many proposals at once, as a job with the outcome of each: send, withdraw, export (spec G2, G3, H4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from plugins.proposals import sending, services, showing
from plugins.proposals.models import Proposal
from webapp.api import (
    CarnetError,
    Chunk,
    Contact,
    Invalid,
    Job,
    Missing,
    Outcome,
    _,
    _l,
    among,
    append_to_file,
    can_send_mail,
    csv_lines,
    currency_digits,
    db,
    need,
    ngettext,
    numbers_of,
    shown_number,
    start_job,
    today,
)

KIND = "proposals"
"""The kind of jobs on proposals; `params`: `action`, the proposals' `ids` in their order, where the public page lies
(`base`), and the list's page (`back`)."""
MOST = 10_000
"""Proposals of one job."""
LOOKED = 2_000
"""Proposals that are looked at beforehand; of a larger number the preview says that it is a part."""
NAMED = 3
"""Proposals of each group that are named beforehand."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """What can be done to many: `held` says, without changing anything, why not to one; `title` is verb and number."""

    key: str
    label: Any
    icon: str
    right: str
    title: Callable[[int], str]
    final: Any
    held: Callable[[Proposal, Contact], str] = lambda _proposal, _contact: ""
    warning: Any = ""
    barred: Callable[[Sequence[int]], Mapping[int, str]] = lambda _contact_ids: {}
    """Why not to any proposal of a contact, by the contacts' ids: asked once for many."""


def _not_to_send(proposal: Proposal, contact: Contact) -> str:
    """Why it is not sent."""
    state = services.state_of(proposal)
    if state == "expired":
        return _("It has expired: make a new version of it.")
    if state not in ("draft", "sent"):
        return _("It was answered or withdrawn.")
    if not proposal.lines:
        return _("It has no lines yet.")
    if proposal.valid_until is not None and proposal.valid_until < today():
        return _("Its last day is over: choose a later one first.")
    if can_send_mail() and not any(one.is_primary and not one.warning for one in contact.emails):
        return _("Its contact has no e-mail address: send it from its page, by a link to copy.")
    return ""


def _not_to_withdraw(proposal: Proposal, contact: Contact) -> str:
    """Why it is not withdrawn."""
    return {
        "accepted": _("It was accepted: what was agreed can't be withdrawn."),
        "declined": _("It was declined: there is nothing left to withdraw."),
        "withdrawn": _("It was withdrawn already."),
    }.get(proposal.state, "")


ACTIONS = {
    one.key: one
    for one in (
        Action(
            key="send",
            label=_l("Send"),
            icon="mail",
            right="contacts.manage",
            title=lambda number: ngettext("Send %(num)s proposal", "Send %(num)s proposals", number),
            final=_l("What was sent can't be called back; a proposal can be withdrawn, and its links can be cut."),
            held=_not_to_send,
            barred=services.cannot_accept,
        ),
        Action(
            key="withdraw",
            label=_l("Withdraw"),
            icon="undo-2",
            right="contacts.manage",
            title=lambda number: ngettext("Withdraw %(num)s proposal", "Withdraw %(num)s proposals", number),
            final=_l("There is no way back to the same version: what was withdrawn can be made anew, as a new one."),
            held=_not_to_withdraw,
        ),
        Action(
            key="export",
            label=_l("Export as CSV"),
            icon="download",
            right="contacts.read",
            title=lambda number: ngettext("Export %(num)s proposal", "Export %(num)s proposals", number),
            final=_l("An export changes nothing."),
        ),
    )
}


def find(key: str) -> Action:
    """The action of this name, which the present user may do; raises `Missing`, `Forbidden`."""
    if key not in ACTIONS:
        raise Missing(_("There is no such action on proposals."))
    need(ACTIONS[key].right)
    return ACTIONS[key]


def loaded(ids: Sequence[int]) -> dict[int, tuple[Proposal, Contact]]:
    """Proposals with their lines, contacts and these' e-mail addresses, by id: four statements, however many."""
    rows = db.session.execute(
        sa.select(Proposal, Contact)
        .join(Contact, Contact.id == Proposal.contact_id)
        .where(among(Proposal.id, ids))
        .options(sa.orm.selectinload(Proposal.lines), sa.orm.selectinload(Contact.emails))
    )
    return {proposal.id: (proposal, contact) for proposal, contact in rows}


@dataclass(kw_only=True)
class Group:
    """Proposals that would be left out for one reason."""

    reason: str
    count: int
    names: list[str]


def look(action: Action, ids: Sequence[int]) -> list[Group]:
    """Which of these would be left out, and why; nothing is changed."""
    groups: dict[str, Group] = {}
    for at in range(0, len(ids), 500):
        part = ids[at : at + 500]
        found = loaded(part)
        barred = action.barred([contact.id for _proposal, contact in found.values()])
        for one in part:
            reason = _gone()
            if one in found:
                proposal, contact = found[one]
                reason = action.held(proposal, contact) or barred.get(contact.id, "")
            if not reason:
                continue
            group = groups.setdefault(reason, Group(reason=reason, count=0, names=[]))
            group.count += 1
            if one in found and len(group.names) < NAMED:
                group.names.append(showing.called(found[one][0]))
    return sorted(groups.values(), key=lambda one: (-one.count, one.reason))


def _gone() -> str:
    return _("It is no longer there.")


def begin(action: Action, ids: Sequence[int], base: str, back: str) -> Job:
    """A job that does it to these; raises `Invalid` where there are none, or too many."""
    if not ids:
        raise Invalid(_("Nothing is chosen: tick the proposals first. Nothing chosen is never everything."))
    if len(ids) > MOST:
        raise Invalid(_("At most %(most)s proposals are done at once: narrow the list.", most=MOST))
    contacts = dict(
        db.session.execute(sa.select(Proposal.id, Proposal.contact_id).where(among(Proposal.id, ids))).all()
    )
    present = [one for one in dict.fromkeys(ids) if one in contacts]
    if not present:
        raise Invalid(_("None of the chosen proposals is there any more."))
    params = {"action": action.key, "ids": present, "base": base, "back": back}
    return start_job(KIND, params, [contacts[one] for one in present], total=len(present), way="mass_action")


def run(chunk: Chunk) -> None:
    """Do it to a chunk of them, each by itself: one that is refused leaves the others alone."""
    ids = {item.position: int(chunk.params["ids"][item.position - 1]) for item in chunk.items}
    if chunk.params["action"] == "export":
        _export(chunk, ids)
        return
    for item in chunk.items:
        try:
            with db.session.begin_nested():
                chunk.tell(item, _one(chunk.params, ids[item.position]))
        except CarnetError as error:
            told = error.errors.values() if isinstance(error, Invalid) else ()
            chunk.failed(item, _named(ids[item.position], " ".join(told) or error.message))


def _one(params: Mapping[str, Any], proposal_id: int) -> Outcome:
    if params["action"] == "withdraw":
        if services.withdraw(proposal_id):
            return Outcome("done", _named(proposal_id, ""))
        return Outcome("skipped", _named(proposal_id, _("It was withdrawn already.")))
    sent = sending.send(proposal_id, base=params["base"])
    if sent.email:
        return Outcome("done", _named(proposal_id, _("Mailed to %(address)s", address=sent.email)))
    return Outcome("done", _named(proposal_id, _("Nothing was mailed: make a link to copy on its page.")))


def _named(proposal_id: int, text: str) -> str:
    """What became of a proposal, with its number: the results name its contact alone."""
    found = db.session.get(Proposal, proposal_id)
    return ": ".join(filter(None, (showing.called(found) if found else "", text)))


def title(params: Mapping[str, Any], total: int) -> str:
    """What the job is called."""
    return ACTIONS[params["action"]].title(total)


def final(params: Mapping[str, Any]) -> str:
    """Why there is no way back."""
    return str(ACTIONS[params["action"]].final)


def right(params: Mapping[str, Any]) -> str:
    """What its owner needs."""
    return ACTIONS[params["action"]].right


def size(params: Mapping[str, Any]) -> int:
    """Proposals of one chunk."""
    return 500 if params["action"] == "export" else 50


# --- The table --------------------------------------------------------------------------------------------


def _head() -> list[str]:
    return [
        _("Id"), _("Number"), _("Version"), _("Title"), _("Contact"), _("Contact number"), _("State"), _("Currency"),
        _("Total before VAT"), _("VAT"), _("Total with VAT"), _("Valid until"), _("Sent"), _("Answered"),
    ]  # fmt: skip


def _export(chunk: Chunk, ids: Mapping[int, int]) -> None:
    """Append the lines of a chunk to the job's file, the head first."""
    end = chunk.data.get("end", 0)
    if not end:
        chunk.data["file"] = f"{chunk.job_id}-{secrets.token_urlsafe(12)}.csv"
        chunk.data["file_name"] = f"carnet-{chunk.job_id}.csv"
    found = loaded(list(ids.values()))
    numbers = numbers_of([contact.id for _proposal, contact in found.values()])
    table = [[] if end else _head()][: 0 if end else 1]
    for item in chunk.items:
        if (pair := found.get(ids[item.position])) is None:
            chunk.failed(item, _gone())
            continue
        table.append(_cells(*pair, shown_number(numbers.get(pair[1].id, {}))))
        chunk.done(item, reason=showing.called(pair[0]))
    chunk.data["end"] = append_to_file(chunk.data["file"], end, csv_lines(table, first=not end))


def _cells(proposal: Proposal, contact: Contact, number: str) -> list[str]:
    digits = currency_digits(proposal.currency)
    amounts = [str(Decimal(one).scaleb(-digits)) for one in (proposal.net, proposal.tax, proposal.gross)]
    times = [one.isoformat(timespec="seconds") if one else "" for one in (proposal.sent_at, proposal.decided_at)]
    return [
        str(proposal.id), proposal.number, str(proposal.revision), proposal.title, contact.name or contact.sort_name,
        number, str(services.STATES[services.state_of(proposal)]), proposal.currency, *amounts,
        proposal.valid_until.isoformat() if proposal.valid_until else "", *times,
    ]  # fmt: skip
