"""Tokens for the API: made, listed, ended, and who stands behind one (spec J1, I4).

A token may do what its scope and its user's role both allow. Its secret has 256 bits, is shown once, and only its
SHA-256 is kept: there is nothing in the database that lets anyone in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal, cast

import sqlalchemy as sa

from webapp import audit
from webapp.accounts import passwords, signing, throttle
from webapp.accounts.models import ApiToken, User
from webapp.acting import ROLES, Act, Role, act, need
from webapp.db import db, in_passing, now
from webapp.errors import Forbidden, Invalid, Missing, Refused
from webapp.i18n import _
from webapp.text import clean

Scope = Literal["read", "write", "admin"]
SCOPES: dict[Scope, Role] = {"read": "reader", "write": "manager", "admin": "administrator"}
"""The most that a token of a scope may do, as the role that may do as much."""
PREFIX = "carnet_"
MOST = 50
"""Open tokens of one user: more is a mistake."""
SEEN_EVERY = dt.timedelta(minutes=1)


def create(user: User, name: str, scope: str) -> tuple[ApiToken, str]:
    """A new token of a user, and its secret, which nobody can see again; raises `Invalid`, `Refused`."""
    _own(user.id)
    errors: dict[str, str] = {}
    called = clean(name)
    if not called or len(called) > 120:
        errors["name"] = _("Give the token a name of at most %(most)s characters: who uses it?", most=120)
    if scope not in SCOPES:
        errors["scope"] = _("The scope is read, write or admin.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    if len(of_user(user.id)) >= MOST:
        raise Refused(_("There are %(most)s tokens already: end one that is not used any more.", most=MOST))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(user_id=user.id, name=called, scope=scope, digest=_digest(secret))
    db.session.add(token)
    db.session.flush()
    audit.note("token_made", user=user.id, token=token.id, scope=scope)
    return token, secret


def create_own(name: str, scope: str, password: str) -> tuple[ApiToken, str]:
    """A new token of the one who acts, once they have shown that it is they (ASVS 7.5.1); raises `Invalid`.

    A wrong password is a failed try of theirs, as at sign-in: `throttle.TooMany`.
    """
    user = db.session.get(User, act().user_id or 0)
    if user is None:
        raise Forbidden(_("Only a signed-in user has tokens."))
    signing.count_try(throttle.PASSWORD, user.email)
    if not passwords.is_right(user, password):
        audit.note("password_wrong", user=user.id)
        raise Invalid(_("Please correct what is marked."), {"password": _("This is not your password.")})
    signing.try_succeeded(throttle.PASSWORD, user.email)
    return create(user, name, scope)


def of_user(user_id: int | None = None) -> Sequence[ApiToken]:
    """The tokens of a user that let someone in, the newest first; of everybody where no user is named."""
    if user_id is None:
        need("settings")
    else:
        _own(user_id)
    query = sa.select(ApiToken).where(ApiToken.ended_at.is_(None)).order_by(ApiToken.id.desc())
    return db.session.scalars(query if user_id is None else query.where(ApiToken.user_id == user_id)).all()


def end(token_id: int) -> ApiToken:
    """End a token: from now on it lets nobody in. Raises `Missing` for one that is not there, or not one's own."""
    token = db.session.get(ApiToken, token_id) if 0 < token_id < 2**63 else None
    if token is None or (token.user_id != act().user_id and not act().may("settings")):
        raise Missing(_("There is no such token."))
    if token.ended_at is None:
        token.ended_at = now()
        db.session.flush()
        audit.note("token_ended", user=token.user_id, token=token.id)
    return token


def end_all(user_id: int) -> int:
    """End all tokens of a user; returns how many."""
    open_ones = of_user(user_id)
    for token in open_ones:
        end(token.id)
    return len(open_ones)


def verify(secret: str) -> tuple[Act, str] | None:
    """What a token may do in whose name, and that user's language; None where it lets nobody in.

    That is one that is unknown or has ended, or whose user is switched off.

    Notes that it was used, at most once a minute and in a transaction of its own.
    """
    if not secret.startswith(PREFIX):
        return None
    found = db.session.execute(
        sa.select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.digest == _digest(secret), ApiToken.ended_at.is_(None), User.active)
    ).one_or_none()
    if found is None:
        return None
    token, user = found
    # Noting the use ends this reading of the rows: what is needed of them is taken before.
    who, locale = allowed(user, cast(Scope, token.scope)), user.locale
    if token.used_at is None or now() - token.used_at > SEEN_EVERY:
        noted = sa.update(ApiToken).where(ApiToken.id == token.id).values(used_at=now())
        with in_passing():
            db.session.execute(noted)
    return who, locale


def allowed(user: User, scope: Scope) -> Act:
    """What the scope and the user's role both allow; the data-protection permission comes with `admin` alone."""
    role = min(cast(Role, user.role), SCOPES[scope], key=ROLES.index)
    return Act(
        user_id=user.id,
        role=role,
        way="api",
        data_protection=user.data_protection and scope == "admin",
        only_reads=scope == "read",
    )


def _own(user_id: int) -> None:
    """Tokens are their user's business, and an administrator's."""
    if act().user_id != user_id and not act().may("settings"):
        raise Forbidden(_("These are somebody else's tokens."))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
