"""What a firm sets for itself: value lists (spec A8), settings, and who changed them when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, BigId, Moment, now


class ValueListItem(Base):
    """One value of a list, with its stable code for import and API and its labels in the three languages."""

    __tablename__ = "value_list_item"
    __table_args__ = (sa.UniqueConstraint("list", "code"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list: Mapped[str] = mapped_column(sa.String(40))
    code: Mapped[str] = mapped_column(sa.String(40))
    label_fr: Mapped[str] = mapped_column(sa.String(120))
    label_en: Mapped[str] = mapped_column(sa.String(120))
    label_de: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Setting(Base):
    """One setting of the firm, by its key."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)


class SettingChange(Base):
    """Who changed what on a page of the settings, and when. `changes` is `{field: [old, new]}`, secrets left out.

    `page` is the page's key, `subject` what it was about where a page has several (a user's id, a value's code).
    The newest `id` of a page is its version: what a form that was opened earlier is compared with (spec A5).
    """

    __tablename__ = "setting_change"
    __table_args__ = (
        sa.Index("ix_setting_change_page_subject_id", "page", "subject", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    page: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    action: Mapped[str] = mapped_column(sa.String(40))
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")


class PluginTable(Base):
    """Whose a table is, written down when the schema is upgraded: known still when the plug-in's package is gone."""

    __tablename__ = "plugin_table"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    plugin: Mapped[str] = mapped_column(sa.String(80), index=True)


class Logo(Base):
    """The firm's logo, checked by its content; there is one row at most (spec J4)."""

    __tablename__ = "company_logo"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
