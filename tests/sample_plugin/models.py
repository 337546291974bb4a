"""What is kept about a partner, and its contracts."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId


class Partner(Base):
    """Fields of the function partner; discount in basis points."""

    __tablename__ = "partner"

    contact_function_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_function.id"), primary_key=True, autoincrement=False
    )
    level: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    since: Mapped[dt.date | None] = mapped_column(sa.Date)
    discount: Mapped[int | None]
    account: Mapped[str] = mapped_column(sa.String(20), default="", server_default="", index=True)
    note: Mapped[str] = mapped_column(sa.Text, default="", server_default="")


class PartnerContract(Base):
    """A signed contract; a contact has one of each title."""

    __tablename__ = "partner_contract"
    __table_args__ = (sa.UniqueConstraint("contact_id", "title"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    signed_on: Mapped[dt.date | None] = mapped_column(sa.Date)
