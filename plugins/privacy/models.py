"""Requests of persons about their data, and the certificates of what was done (spec D5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now


class PrivacyCase(Base):
    """A request to erase, and in the end its certificate; what was anonymised unasked has one as well, done at once.

    Who asked (`requester`, `email`, `note`, `extension_reason`) is known until it is done; what stays names nobody.
    `contact_id` is NULL once the contact is deleted, `contact_number` what it was known by. `goes` and `stays` are what
    was erased and kept, by kind: `{"contact_email": 2}`, `{"contact_number": [1, null], "paper": [3, "2036-12-31"]}`.
    """

    __tablename__ = "privacy_case"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open', 'done')", name="state"),
        sa.CheckConstraint("decision IN ('', 'delete', 'anonymise', 'refuse')", name="decision"),
        sa.Index("ix_privacy_case_state_due", "state", "due_on", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    contact_number: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    channel: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    requester: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    email: Mapped[str] = mapped_column(sa.String(320), default="", server_default="")
    note: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    received_on: Mapped[dt.date] = mapped_column(sa.Date)
    due_on: Mapped[dt.date] = mapped_column(sa.Date)
    verified_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    extended_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    extension_reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="open", server_default="open")
    decision: Mapped[str] = mapped_column(sa.String(12), default="", server_default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    goes: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    stays: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    responsible_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def number(self) -> str:
        """What the case and its certificate are called by: the year and the id."""
        return f"{self.received_on.year}-{self.id:03}"

    @property
    def count(self) -> int:
        """How many values went."""
        return sum(self.goes.values())
