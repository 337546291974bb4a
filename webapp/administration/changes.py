"""Changes of the settings: one at a time, against the version that was read, each noted with who and when (spec J4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp import audit
from webapp.acting import act, need
from webapp.administration.models import SettingChange
from webapp.administration.settings import forget, put_setting, setting
from webapp.db import db, is_sqlite
from webapp.errors import Stale
from webapp.history.services import Change, plain
from webapp.i18n import _

LOCK = 716254
"""PostgreSQL's number for "somebody changes the settings"; SQLite has one writer anyway."""
SHOWN = 5
"""Last changes at the foot of a page."""
SECRETS = frozenset({"mail.password"})
"""Settings whose values no change names."""


def hold() -> None:
    """Wait until nobody else changes settings, and read afresh what they have saved; held until the commit."""
    if not is_sqlite(db.session.connection()):
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    forget()


def version(page: str) -> int:
    """The version of a page: its newest change, 0 before the first."""
    return db.session.scalar(sa.select(sa.func.max(SettingChange.id)).where(SettingChange.page == page)) or 0


def save(page: str, values: Mapping[str, Any], given: int | None = None) -> dict[str, Change]:
    """Set what `values` names by key; returns what changed.

    Raises `Stale` where someone saved the page since version `given` was read (spec A5).
    """
    need("settings")
    hold()
    present = version(page)
    if given is not None and given != present:
        raise Stale(
            _("Someone else saved these settings while you were writing. Compare both versions and choose."),
            current=present,
        )
    changes: dict[str, Change] = {}
    for key, new in values.items():
        old = setting(key)
        if new != old:
            put_setting(key, new)
            changes[key] = (None, None) if key in SECRETS else (old, new)
    if changes:
        note(page, "changed", changes)
    return changes


def note(page: str, action: str, changes: Mapping[str, Change] | None = None, subject: str = "") -> None:
    """Write down what was changed, in the present actor's name."""
    db.session.add(
        SettingChange(
            user_id=act().user_id,
            page=page,
            subject=subject,
            action=action,
            changes={key: [plain(old), plain(new)] for key, (old, new) in (changes or {}).items()},
        )
    )
    db.session.flush()
    audit.note("settings_changed", page=page, action=action, subject=subject, by=act().user_id)


def last(
    page: str, *, subject: str | None = None, within: str | None = None, limit: int = SHOWN
) -> Sequence[SettingChange]:
    """The newest changes of a page first; of one `subject` of it, or of all whose subject begins with `within`."""
    need("settings")
    query = sa.select(SettingChange).where(SettingChange.page == page)
    if subject is not None:
        query = query.where(SettingChange.subject == subject)
    if within is not None:
        query = query.where(SettingChange.subject.startswith(within, autoescape=True))
    return db.session.scalars(query.order_by(SettingChange.id.desc()).limit(limit)).all()
