"""What a proposal says, of its present or an earlier revision, in one shape for pages, evidence and the API."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from plugins.proposals.amounts import Totals, amount, totals
from plugins.proposals.models import Proposal, ProposalVersion
from webapp.api import Missing, _, db, need


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line, as `models.ProposalLine` keeps it."""

    description: str
    quantity: int
    unit: str
    unit_price: int
    discount: int
    vat_rate: int

    @property
    def amount(self) -> int:
        """What it comes to without VAT, in minor units."""
        return amount(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words, lines and terms of one revision."""

    revision: int
    title: str
    introduction: str
    closing: str
    currency: str
    valid_until: dt.date | None
    lines: tuple[Line, ...]

    @property
    def totals(self) -> Totals:
        """Its sums."""
        return totals(self.lines)


def present(proposal: Proposal) -> Content:
    """What it says now."""
    return Content(
        revision=proposal.revision,
        title=proposal.title,
        introduction=proposal.introduction,
        closing=proposal.closing,
        currency=proposal.currency,
        valid_until=proposal.valid_until,
        lines=tuple(Line(**{name: getattr(one, name) for name in Line.__dataclass_fields__}) for one in proposal.lines),
    )


def of_revision(proposal: Proposal, revision: int) -> Content:
    """What a revision of it says; raises `Missing` for one that there is not."""
    need("contacts.read")
    return read(proposal, revision)


def read(proposal: Proposal, revision: int) -> Content:
    """The same for whoever has been let in otherwise, by a link."""
    if revision == proposal.revision:
        return present(proposal)
    query = sa.select(ProposalVersion.content).where(
        ProposalVersion.proposal_id == proposal.id, ProposalVersion.revision == revision
    )
    # A number beyond the present revision need not fit into a column of the database.
    kept = db.session.scalar(query) if 0 < revision < proposal.revision else None
    if kept is None:
        raise Missing(_("There is no such version."))
    return unpacked(kept, revision)


def versions(proposal_id: int) -> Sequence[ProposalVersion]:
    """The earlier revisions of a proposal, the newest first."""
    need("contacts.read")
    query = sa.select(ProposalVersion).where(ProposalVersion.proposal_id == proposal_id)
    return db.session.scalars(query.order_by(ProposalVersion.revision.desc())).all()


def packed(content: Content) -> dict[str, Any]:
    """As JSON keeps it."""
    found = asdict(content)
    del found["revision"]
    found["valid_until"] = content.valid_until.isoformat() if content.valid_until else None
    found["lines"] = list(found["lines"])
    return found


def unpacked(kept: dict[str, Any], revision: int) -> Content:
    """From what `packed` made; empty where the contact was anonymised since."""
    day = kept.get("valid_until")
    return Content(
        revision=revision,
        title=kept.get("title", ""),
        introduction=kept.get("introduction", ""),
        closing=kept.get("closing", ""),
        currency=kept.get("currency", ""),
        valid_until=dt.date.fromisoformat(day) if day else None,
        lines=tuple(Line(**one) for one in kept.get("lines", ())),
    )


def fingerprint(content: Content) -> str:
    """SHA-256 of the content: whoever has a copy of what was accepted can show that it is the same."""
    text = json.dumps(packed(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
