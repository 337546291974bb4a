"""The history of contacts: one line per change, with old and new values (spec A4), redactable (spec D5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, BigId, Moment, now


class HistoryEntry(Base):
    """Who changed what, when, by which way. `changes` is `{field: [old, new]}`; `source` leads to what caused it.

    `about_id` is another contact that the line tells of by its name, such as a contact person that was linked: where
    that one is anonymised, the name goes from here as well.
    """

    __tablename__ = "history_entry"
    __table_args__ = (
        sa.Index("ix_history_entry_contact_id_id", "contact_id", "id"),
        sa.Index(
            "ix_history_entry_about_id", "about_id",
            sqlite_where=sa.text("about_id IS NOT NULL"), postgresql_where=sa.text("about_id IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"))
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    way: Mapped[str] = mapped_column(sa.String(20))
    action: Mapped[str] = mapped_column(sa.String(40))
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    source: Mapped[str | None] = mapped_column(sa.String(200))
    about_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"))
