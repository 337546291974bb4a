"""What each merge did, step by step, so that it can be taken back (spec E6). That it was, is core data."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId


class MergeStep(Base):
    """One step of a merge: rows of a table that moved, that were changed, or that came about.

    `data` names tables and columns as they were called at that time; what is not there any more is passed over when
    the merge is taken back. See `plugins.merge.steps` for its shapes.
    """

    __tablename__ = "merge_step"
    __table_args__ = (sa.UniqueConstraint("merge_id", "position"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("contact_merge.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    table: Mapped[str] = mapped_column(sa.String(80))
    data: Mapped[Any] = mapped_column(sa.JSON)
