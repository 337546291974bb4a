"""What makes lists fast at a million contacts, and the views that users save (spec G1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.contacts.models import sortable
from webapp.db import Base, BigId, Moment, now


class Listing(Base):
    """One line of a function's list: a listed contact that has the function now, with what such lists are sorted by.

    Derived, and kept by triggers (`webapp/migrations/listing_0004.py`) whoever writes by whatever way: so a list of
    a hundred among a million costs what the list of all costs. No foreign key: rows go with what they tell of.
    """

    __tablename__ = "contact_listing"
    __table_args__ = tuple(
        sa.Index(f"ix_contact_listing_{column}", "function", column, "contact_id")
        for column in ("sort_name", "sort_city", "sort_number", "updated_at", "created_at")
    )

    contact_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    function: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    sort_name: Mapped[str] = mapped_column(sortable(400), default="", server_default="")
    sort_city: Mapped[str] = mapped_column(sortable(160), default="", server_default="")
    sort_number: Mapped[str] = mapped_column(sortable(200), default="", server_default="")
    updated_at: Mapped[dt.datetime] = mapped_column(Moment)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)


class SavedView(Base):
    """A list as someone wants to see it again: its address's arguments and its columns; of one list (spec G1).

    `list` is the function's key, `all` for all contacts. `columns` NULL: whatever the user shows there.
    """

    __tablename__ = "list_view"
    __table_args__ = (sa.UniqueConstraint("owner_id", "list", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list: Mapped[str] = mapped_column(sa.String(40), index=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(80))
    shared: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    arguments: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    columns: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class ListSetting(Base):
    """How one user sees one list: the columns in their order, and the view that opens by itself."""

    __tablename__ = "list_setting"

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    list: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    columns: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)
    default_view_id: Mapped[int | None] = mapped_column(sa.ForeignKey("list_view.id", ondelete="SET NULL"), index=True)
