"""Sessions: the browser holds a random key, the base its digest, so that a copied cookie can be ended (ASVS 7.4, 7.5).

A session ends by signing out, by its user's list, by a new password, by switching the user off, after 30 minutes
without a request and after 12 hours in any case; where one stays signed in, after 14 days and after 30.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.accounts.models import User, UserSession
from webapp.db import db, now

IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)
REMEMBERED_IDLE, REMEMBERED_LONGEST = dt.timedelta(days=14), dt.timedelta(days=30)
SEEN_EVERY = dt.timedelta(minutes=1)
"""How exact `seen_at` is: a write a minute at most."""


@dataclass(frozen=True, slots=True)
class Live:
    """The session of the request at hand, as it was read."""

    id: int
    user_id: int
    seen_at: dt.datetime


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _is_open(at: dt.datetime) -> sa.ColumnElement[bool]:
    """Whether a session lets its browser in at that moment."""
    remembered = UserSession.remembered
    return sa.and_(
        UserSession.ended_at.is_(None),
        sa.case(
            (remembered, UserSession.seen_at > at - REMEMBERED_IDLE), else_=UserSession.seen_at > at - IDLE
        ),
        sa.case(
            (remembered, UserSession.created_at > at - REMEMBERED_LONGEST),
            else_=UserSession.created_at > at - LONGEST,
        ),
    )  # fmt: skip


def start(user: User, remembered: bool, *, address: str = "", agent: str = "") -> str:
    """A new session of `user`; returns the key for the browser's cookie, which is stored nowhere else.

    What ended more than 30 days ago is forgotten on the way.
    """
    db.session.execute(
        sa.delete(UserSession).where(
            UserSession.user_id == user.id, UserSession.created_at < now() - REMEMBERED_LONGEST
        )
    )
    key = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            user_id=user.id, digest=_digest(key), remembered=remembered, address=address[:45], agent=agent[:200]
        )
    )
    db.session.flush()
    return key


def find(key: str) -> tuple[User, Live] | None:
    """Who holds this key, in one statement; None where the session has ended or its user is switched off."""
    row = db.session.execute(
        sa.select(User, UserSession.id, UserSession.seen_at)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.digest == _digest(key), User.active, _is_open(now()))
    ).first()
    return (row[0], Live(row[1], row[0].id, row[2])) if row else None


def owner(key: str) -> int | None:
    """Whose session it is or was: it may have ended."""
    return db.session.scalar(sa.select(UserSession.user_id).where(UserSession.digest == _digest(key)))


def seen(session_id: int) -> None:
    """Note that its browser is still there; two requests at once write once."""
    at = now()
    db.session.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.seen_at <= at - SEEN_EVERY, UserSession.ended_at.is_(None))
        .values(seen_at=at)
    )


def of_user(user_id: int) -> Sequence[UserSession]:
    """The open sessions of a user, the one used last first."""
    return db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user_id, _is_open(now()))
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(100)
    ).all()


def end(session_id: int) -> None:
    """The browser that holds this session is signed out at its next request."""
    _end(UserSession.id == session_id)


def end_all(user_id: int, but: int | None = None) -> int:
    """End all sessions of a user, `but` one; returns how many were still open."""
    conditions = [UserSession.user_id == user_id]
    if but is not None:
        conditions.append(UserSession.id != but)
    return _end(*conditions)


def _end(*conditions: sa.ColumnElement[bool]) -> int:
    result = db.session.execute(
        sa.update(UserSession)
        .where(UserSession.ended_at.is_(None), *conditions)
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
