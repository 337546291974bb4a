"""Notes of contacts, and the follow-ups that they ask for (spec A7)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now

OPEN = "follow_up_on IS NOT NULL AND done_at IS NULL"
"""The notes that somebody is still to follow up."""
DONE = "done_at IS NOT NULL"


def _partial(name: str, where: str, *columns: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class ContactNote(Base):
    """What somebody noted of a contact; with `follow_up_on`, somebody is to come back to it on that day.

    `author_id` is NULL where no user wrote it, such as in made-up contacts. `done_at` tells when the follow-up was
    ticked off, by whom `done_by_id`; a note without follow-up has neither. Ids follow the order of writing.
    """

    __tablename__ = "contact_note"
    __table_args__ = (
        sa.Index("ix_contact_note_contact_id_is_pinned", "contact_id", "is_pinned", "id"),
        _partial("ix_contact_note_open", OPEN, "follow_up_on", "id"),
        _partial("ix_contact_note_open_of_user", OPEN, "follow_up_user_id", "follow_up_on", "id"),
        _partial("ix_contact_note_open_of_contact", OPEN, "contact_id", "follow_up_on", "id"),
        _partial("ix_contact_note_done", DONE, "done_at", "id"),
        _partial("ix_contact_note_done_of_user", DONE, "follow_up_user_id", "done_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    is_pinned: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    follow_up_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    follow_up_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to follow it up."""
        return self.follow_up_on is not None and self.done_at is None
