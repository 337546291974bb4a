"""That contacts were merged, and into which (spec E): core data, for the database itself asks for it (spec C4).

What a merge moved and changed, row by row, is kept by whoever merges; here stands only that it happened.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, BigId, Moment, now


class Merge(Base):
    """One merge. `undone_at` NULL: it holds. `main_id` is NULL once the main contact is purged."""

    __tablename__ = "contact_merge"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    main_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    way: Mapped[str] = mapped_column(sa.String(20), default="form", server_default="form")
    source: Mapped[str | None] = mapped_column(sa.String(200))
    undone_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)


class MergedContact(Base):
    """A contact that a merge absorbed, in the order in which they were chosen."""

    __tablename__ = "contact_merge_absorbed"

    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("contact_merge.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0, server_default="0")
