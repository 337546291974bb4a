"""Which functions a contact has: core data, guarded by the database (spec C4); its own fields are its plug-in's.

`function_kind` is filled by each function plug-in's migration. The composite foreign key makes the database
itself vouch for `slot` and `is_final` of every row, so that hand-typed SQL can't lie about them; the triggers
of `webapp/migrations` refuse the rest, statement by statement.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, BigId, Moment, now


class FunctionKind(Base):
    """A function that contacts can have, known to the database."""

    __tablename__ = "function_kind"
    __table_args__ = (sa.UniqueConstraint("key", "slot", "is_final"),)

    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(sa.String(40))
    is_final: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class FunctionRow(Base):
    """One function of one contact, from when until when.

    `ended_how`: converted, released or merged. `merge_id` names the merge that last moved or ended the row,
    `undone_merge_id` the one whose undo last did: a final function's row moves or ends in no other way.
    """

    __tablename__ = "contact_function"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["function", "slot", "is_final"],
            ["function_kind.key", "function_kind.slot", "function_kind.is_final"],
            name="fk_contact_function_kind",
        ),
        sa.Index(
            "uq_contact_function_live", "contact_id", "slot", unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "ix_contact_function_live", "function", "contact_id",
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    function: Mapped[str] = mapped_column(sa.String(40))
    slot: Mapped[str] = mapped_column(sa.String(40))
    is_final: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    started_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    started_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    started_way: Mapped[str] = mapped_column(sa.String(20), default="form", server_default="form")
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    ended_way: Mapped[str | None] = mapped_column(sa.String(20))
    ended_how: Mapped[str | None] = mapped_column(sa.String(20))
    converted_to_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("contact_function.id", ondelete="SET NULL"), index=True
    )
    merge_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    undone_merge_id: Mapped[int | None] = mapped_column(sa.BigInteger)
