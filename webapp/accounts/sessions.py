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

MOST = 200
"""Sessions of one user that are listed."""


@dataclass(frozen=True, slots=True)
class Live:
    """The session of the request at hand, as it was read."""

    id: int
    user_id: int
    seen_at: dt.datetime


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _lasts(session: UserSession, at: dt.datetime) -> bool:
    """Whether a session that nobody ended lets its browser in at that moment."""
    idle, longest = (REMEMBERED_IDLE, REMEMBERED_LONGEST) if session.remembered else (IDLE, LONGEST)
    return session.seen_at > at - idle and session.created_at > at - longest


_HOLDER = (
    sa.select(User, UserSession)
    .join(UserSession, UserSession.user_id == User.id)
    .where(UserSession.digest == sa.bindparam("digest"), User.active, UserSession.ended_at.is_(None))
)
"""Asked in every request, so made once."""


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
    row = db.session.execute(_HOLDER, {"digest": _digest(key)}).first()
    if row is None or not _lasts(row[1], now()):
        return None
    user, session = row
    return user, Live(session.id, user.id, session.seen_at)


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
    at = now()
    found = db.session.scalars(
        sa.select(UserSession)
        .where(
            UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.seen_at > at - REMEMBERED_IDLE
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(MOST)
    )
    return [one for one in found if _lasts(one, at)]


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
