"""Portals that may embed, their one-time codes, and the frames that browsers have open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now


class Portal(Base):
    """A portal, as a client of ours (spec I3).

    `key` names it in public, of its secret only the SHA-256 is kept; the one before it (`old_digest`) lets in until
    `old_until`. `origins` are those of its pages, exactly as browsers send them. `views` are the keys of the embeds it
    may show, `scopes` what it is granted beyond reading them. Without a user's claim it reads as `reader_id`.
    `fragments`: it may also fetch pages as fragments of its own, with tokens.
    """

    __tablename__ = "embed_portal"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    origins: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    views: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    scopes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    reader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    fragments: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    digest: Mapped[str] = mapped_column(sa.String(64))
    old_digest: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    old_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    secret_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Launch(Base):
    """A one-time code that waits to be used: for whom, on which origin, for which page, looking how.

    `digest` is the SHA-256 of the code. `wanted` is what was asked for: `plugins.embed.asking.Wanted` as JSON.
    """

    __tablename__ = "embed_launch"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    portal_id: Mapped[int] = mapped_column(sa.ForeignKey("embed_portal.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    wanted: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Frame(Base):
    """A frame that a browser has open: its own session, apart from the application's (ASVS 7).

    `digest` is the SHA-256 of the key in the browser's cookie, which all frames of one user in one portal share; the
    frame's number stands in its address. A row with `ended_at` lets nobody in.
    """

    __tablename__ = "embed_frame"
    __table_args__ = (
        sa.Index("ix_embed_frame_digest_seen_at", "digest", "seen_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    portal_id: Mapped[int] = mapped_column(sa.ForeignKey("embed_portal.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    wanted: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
