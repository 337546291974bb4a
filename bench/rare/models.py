"""The function has a table, as any has, and nothing in it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base


class Rare(Base):
    """One contact's function."""

    __tablename__ = "rare"

    contact_function_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_function.id"), primary_key=True, autoincrement=False
    )
