"""Users of the application: who they are, and what their role lets them do (spec J1)."""

from __future__ import annotations

import datetime as dt
from typing import cast

import sqlalchemy as sa
from flask_security.core import UserMixin
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from webapp.acting import RIGHTS, Act, Role, Way
from webapp.db import Base, BigId, Moment, now
from webapp.text import fold


class User(Base, UserMixin):
    """A person who signs in. `role` is one of `webapp.acting.ROLES`; `fs_uniquifier` is what Flask-Security names."""

    __tablename__ = "user_account"
    __table_args__ = (
        sa.CheckConstraint("role IN ('reader', 'editor', 'manager', 'administrator')", name="role"),
        sa.Index("ix_user_account_sort_name_id", "sort_name", "id"),
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
    density: Mapped[str] = mapped_column(sa.String(12), default="compact", server_default="compact")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    sort_name: Mapped[str] = mapped_column(
        sa.String(450).with_variant(sa.String(450, collation="C"), "postgresql"), default="", server_default=""
    )
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # Names that Flask-Security looks for: the second factor (its secret sealed) and its recovery codes (hashed).
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    tf_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    """The 30 seconds that the last accepted code was for: no code serves twice."""

    @property
    def roles(self) -> list[object]:
        """Flask-Security asks for role objects; rights come from `role` alone."""
        return []

    def has_permission(self, permission: str) -> bool:
        """Whether the role (or, for `privacy`, the data-protection permission) grants a right."""
        return self.data_protection if permission == "privacy" else self.role in RIGHTS[permission]

    def act(self, way: Way = "form") -> Act:
        """This user as the one who acts, by `way`."""
        return Act(user_id=self.id, role=cast(Role, self.role), data_protection=self.data_protection, way=way)

    @property
    def shown_name(self) -> str:
        """The name, or what stands before the @."""
        return self.name or self.email.partition("@")[0]


@event.listens_for(User, "before_insert")
@event.listens_for(User, "before_update")
def _sort(_mapper: object, _connection: object, user: User) -> None:
    # Folded in Python, so that both databases sort and find alike (design: decided once).
    user.sort_name = fold(f"{user.name or ''} {user.email}")


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
