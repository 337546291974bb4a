"""Whom to ask for what one may not do oneself: names, never more than a few."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.acting import act
from webapp.db import db
from webapp.i18n import _

NAMED = 3


def administrators() -> list[str]:
    """Who can give rights, and do what only they may."""
    return _names(User.role == "administrator")


def whom_to_ask(right: str) -> str:
    """A sentence that names who may do what needs this right."""
    if right == "privacy":
        names = _names(User.data_protection.is_(True))
        return _("Ask who has the data-protection permission: %(names)s.", names=", ".join(names)) if names else ""
    names = administrators()
    return _("Ask an administrator: %(names)s.", names=", ".join(names)) if names else _("Ask an administrator.")


def _names(which: sa.ColumnElement[bool]) -> list[str]:
    others = sa.select(User).where(which, User.active.is_(True), User.id != (act().user_id or 0))
    return [one.shown_name for one in db.session.scalars(others.order_by(User.id).limit(NAMED))]
