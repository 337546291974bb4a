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
