"""Users of the application: who they are, and what their role lets them do (spec J1)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_security.core import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from webapp.acting import RIGHTS
from webapp.db import Base, BigId, Moment, now


class User(Base, UserMixin):
    """A person who signs in. `role` is one of `webapp.acting.ROLES`; `fs_uniquifier` ends all sessions when renewed."""

    __tablename__ = "user_account"
    __table_args__ = (
        sa.CheckConstraint("role IN ('reader', 'editor', 'manager', 'administrator')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    password: Mapped[str | None] = mapped_column(sa.String(255))
    role: Mapped[str] = mapped_column(sa.String(20))
    data_protection: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    locale: Mapped[str] = mapped_column(sa.String(5), default="", server_default="")
    theme: Mapped[str] = mapped_column(sa.String(10), default="system", server_default="system")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    # Names that Flask-Security looks for: the second factor and its recovery codes.
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))

    @property
    def roles(self) -> list[object]:
        """Flask-Security asks for role objects; rights come from `role` alone."""
        return []

    def has_permission(self, permission: str) -> bool:
        """Whether the role (or, for `privacy`, the data-protection permission) grants a right."""
        return self.data_protection if permission == "privacy" else self.role in RIGHTS[permission]

    @property
    def shown_name(self) -> str:
        """The name, or what stands before the @."""
        return self.name or self.email.partition("@")[0]


class UserSession(Base):
    """A sign-in that lasts: one browser of one user, listed and ended by its user or an administrator (ASVS 7.5.2).

    The browser's cookie carries a random key, of which `digest` is the SHA-256; a row with `ended_at` lets nobody in.
    """

    __tablename__ = "user_session"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    remembered: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    address: Mapped[str] = mapped_column(sa.String(45), default="", server_default="")
    agent: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Throttle(Base):
    """Failed tries of one kind for one subject (an account, a network address), whatever process counted them.

    `digest` is the SHA-256 of kind and subject, so that the table names nobody.
    """

    __tablename__ = "throttle"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    last_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    blocked_until: Mapped[dt.datetime | None] = mapped_column(Moment)


class ApiToken(Base):
    """A token for the API: it may do what its scope and its user's role both allow (spec J1).

    Only the SHA-256 of the secret is kept; the secret is shown once. A row with `ended_at` lets nobody in.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        sa.CheckConstraint("scope IN ('read', 'write', 'admin')", name="scope"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    scope: Mapped[str] = mapped_column(sa.String(10))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
