"""Papers of contacts, and the files that were sent with them (spec D4, D7)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now


class StoredFile(Base):
    """A file on the disk, named by the SHA-256 of its content: several documents may be the same paper."""

    __tablename__ = "stored_file"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class Document(Base):
    """An invoice, a contract …; `amount` in minor units of `currency`.

    `kept_until` is the last day on which it must be kept: NULL where it need not be, `FOREVER` while a contract has no
    end. It follows from the term of `term_years` in `term_country`, which were Settings' when it was worked out.
    `least_until` is the last day that held before a contract had no end: it can't end with an earlier one.
    """

    __tablename__ = "document"
    __table_args__ = (
        sa.Index("ix_document_contact_id_dated_on", "contact_id", "dated_on", "id"),
        sa.Index("ix_document_contact_id_kept_until", "contact_id", "kept_until"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    type: Mapped[str] = mapped_column(sa.String(20))
    number: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    dated_on: Mapped[dt.date] = mapped_column(sa.Date)
    ends_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    amount: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="", server_default="")
    description: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    kept_until: Mapped[dt.date | None] = mapped_column(sa.Date)
    least_until: Mapped[dt.date | None] = mapped_column(sa.Date)
    term_country: Mapped[str] = mapped_column(sa.String(2), default="", server_default="")
    term_years: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
