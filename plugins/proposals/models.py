"""Proposals: what is offered to a contact, its earlier versions, its links, and the answer that was given to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.api import Base, BigId, Contact, Moment, now

STATES = ("draft", "sent", "accepted", "declined", "withdrawn")
"""What is stored. That a sent one has expired follows from its last day (`services.state_of`)."""
NEVER = dt.date(9999, 12, 31)
"""The day after which nothing is said to end."""
_NUMBERED = sa.text("number <> ''")


class Proposal(Base):
    """A proposal as it is now: the content of its latest `revision`, and what became of that.

    `net`, `tax` and `gross` are minor units of `currency`, kept for lists; `valid_until` is the last day on which it
    can be accepted. `sent_at` and `decided_at` tell of the revision at hand. `version` counts edits. `search_text` is
    number and title, folded; `sort_number` the number as it sorts, `sort_day` the last day, those without one last.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'sent', 'accepted', 'declined', 'withdrawn')", name="state"),
        sa.Index("uq_proposal_number", "number", unique=True, sqlite_where=_NUMBERED, postgresql_where=_NUMBERED),
        sa.Index("ix_proposal_contact_id_id", "contact_id", "id"),
        sa.Index("ix_proposal_state_valid_until", "state", "valid_until", "currency", "gross"),
        sa.Index("ix_proposal_state_decided_at", "state", "decided_at"),
        sa.Index("ix_proposal_sort_number", "sort_number", "id"),
        sa.Index("ix_proposal_gross", "gross", "id"),
        sa.Index("ix_proposal_sort_day", "sort_day", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    number: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    sort_number: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    introduction: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    closing: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    currency: Mapped[str] = mapped_column(sa.String(3))
    valid_until: Mapped[dt.date | None] = mapped_column(sa.Date)
    sort_day: Mapped[dt.date] = mapped_column(sa.Date, default=NEVER, server_default="9999-12-31")
    state: Mapped[str] = mapped_column(sa.String(10), default="draft", server_default="draft")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    net: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    tax: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    gross: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    responsible_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    search_text: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    decided_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    contact: Mapped[Contact] = relationship(foreign_keys=[contact_id], lazy="raise_on_sql", viewonly=True)
    lines: Mapped[list[ProposalLine]] = relationship(
        order_by="ProposalLine.position", cascade="all, delete-orphan", lazy="select"
    )


class ProposalLine(Base):
    """One line: `quantity` in thousandths, `unit_price` in minor units, `discount` and `vat_rate` in basis points."""

    __tablename__ = "proposal_line"
    __table_args__ = (
        sa.Index("ix_proposal_line_proposal_id", "proposal_id", "position"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id"))
    position: Mapped[int]
    description: Mapped[str] = mapped_column(sa.Text)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    unit: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    unit_price: Mapped[int] = mapped_column(sa.BigInteger)
    discount: Mapped[int] = mapped_column(default=0, server_default="0")
    vat_rate: Mapped[int] = mapped_column(default=0, server_default="0")


class ProposalVersion(Base):
    """An earlier revision as it was sent: `content` is what `contents.packed` makes of it. Nothing changes it."""

    __tablename__ = "proposal_version"
    __table_args__ = (sa.UniqueConstraint("proposal_id", "revision"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id"))
    revision: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    state: Mapped[str] = mapped_column(sa.String(10))
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    replaced_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class ProposalLink(Base):
    """An address under which a recipient reads one revision and answers; the secret in it is known by its hash alone.

    `email` is whom it was mailed to, empty where somebody copied it; `refused_at` when the mail server did not take it.
    """

    __tablename__ = "proposal_link"
    __table_args__ = (sa.UniqueConstraint("token_hash"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    revision: Mapped[int]
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    email: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    refused_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class ProposalAnswer(Base):
    """The evidence of an answer: who gave it, when, from where, to which content; one for each revision.

    `way` is `page` (the recipient, by the link), `user` or `api`; `user_id` who answered for the recipient. `name` is
    what the recipient wrote, `statement` the sentence that was ticked, `address` and `agent` the browser's.
    `content_hash` is the SHA-256 of the content that was answered (`contents.fingerprint`).
    """

    __tablename__ = "proposal_answer"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('accepted', 'declined')", name="kind"),
        sa.UniqueConstraint("proposal_id", "revision"),
        sa.Index(
            "uq_proposal_answer_accepted", "proposal_id", unique=True,
            sqlite_where=sa.text("kind = 'accepted'"), postgresql_where=sa.text("kind = 'accepted'"),
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    way: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal_link.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    statement: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    address: Mapped[str] = mapped_column(sa.String(45), default="", server_default="")
    agent: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    content_hash: Mapped[str] = mapped_column(sa.String(64))
