"""What is noted about a prospect; it stays readable when the contact has become a customer (spec C5)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base


class Prospect(Base):
    """Fields of the function prospect; money in minor units of `currency`, probability in basis points."""

    __tablename__ = "prospect"

    contact_function_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_function.id"), primary_key=True, autoincrement=False
    )
    status: Mapped[str] = mapped_column(sa.String(20), default="new", server_default="new")
    rating: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    source: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    stage: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    probability: Mapped[int | None]
    expected_revenue: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="", server_default="")
    loss_reason: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    loss_text: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
