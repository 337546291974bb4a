"""The second factor: an authenticator app, and recovery codes for the day it is lost (spec J1, ASVS 6.5)."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from webapp import audit
from webapp.accounts import sessions, totp
from webapp.accounts.models import User
from webapp.acting import act, need
from webapp.administration.sealing import seal, unseal
from webapp.db import db, now
from webapp.errors import Invalid, Missing, Refused
from webapp.i18n import _

PURPOSE = "second factor"
METHOD = "authenticator"
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another."""
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Cheaper than for passwords: nobody thought these 59 bits up, and ten are made or tried at once."""


def is_on(user: User) -> bool:
    """Whether a code is asked for after this user's password."""
    return bool(user.tf_totp_secret)


def codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return len(user.mf_recovery_codes or [])


def offer(user: User) -> str:
    """A new secret for the app, sealed for this user: the form of the set-up carries it, nothing is stored yet."""
    return seal(f"{user.id} {totp.new_secret()}", PURPOSE)


def offered(user: User, sealed: str) -> str | None:
    """The secret that such a form carries; None where it was forged, or made for another user."""
    whose, _blank, secret = (unseal(sealed, PURPOSE) or "").partition(" ")
    return secret if secret and whose == str(user.id) else None


def switch_on(user_id: int, secret: str, code: str, *, keep_session: int | None = None) -> list[str]:
    """Ask for this app's codes from now on; returns the recovery codes, to be shown once.

    Raises `Invalid` where `code` is not the app's, `Refused` where a second factor is on already. All other
    sessions of the user end.
    """
    user = _own(user_id)
    if is_on(user):
        raise Refused(_("The second factor is on already. Switch it off first to set up another app."))
    step = totp.matching_step(secret, code, now())
    if step is None:
        raise Invalid(
            _("Please correct what is marked."),
            {"code": _("This is not the code that the app shows now. Check that its clock is right.")},
        )
    user.tf_primary_method, user.tf_totp_secret, user.tf_last_step = METHOD, seal(secret, PURPOSE), step
    codes = _new_codes(user)
    sessions.end_all(user.id, but=keep_session)
    audit.note("second_factor_on", user=user.id)
    return codes


def renew_codes(user_id: int) -> list[str]:
    """Ten new recovery codes in place of the old ones, to be shown once; raises `Refused` where the factor is off."""
    user = _own(user_id)
    if not is_on(user):
        raise Refused(_("The second factor is off: set it up first."))
    audit.note("recovery_codes_renewed", user=user.id)
    return _new_codes(user)


def switch_off(user_id: int, *, keep_session: int | None = None) -> None:
    """The password alone signs this user in from now on; their other sessions end."""
    _clear(_own(user_id))
    sessions.end_all(user_id, but=keep_session)
    audit.note("second_factor_off", user=user_id)


def reset(user_id: int) -> None:
    """An administrator takes the second factor off somebody who has lost it; all sessions of that user end."""
    need("settings")
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise Missing(_("There is no such user."))
    _clear(user)
    sessions.end_all(user_id)
    audit.note("second_factor_reset", user=user_id, by=act().user_id)


def accepts_code(user: User, code: str) -> bool:
    """Whether this is a code of the user's app that has not served yet (ASVS 6.5.1); from now on it has."""
    secret = unseal(user.tf_totp_secret or "", PURPOSE)
    step = totp.matching_step(secret, code, now()) if secret else None
    if step is None:
        return False
    # One statement decides, so that a code sent twice at once serves once.
    taken = db.session.execute(
        sa.update(User)
        .where(User.id == user.id, sa.or_(User.tf_last_step.is_(None), User.tf_last_step < step))
        .values(tf_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def accepts_recovery_code(user_id: int, code: str) -> bool:
    """Whether this is one of the user's recovery codes; it is used up by that."""
    typed = "".join(one for one in code.casefold() if one.isalnum())
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or len(typed) != 12:
        return False
    left = list(user.mf_recovery_codes or [])
    fitting = next((one for one in left if _is_hash_of(one, typed)), None)
    if fitting is None:
        return False
    user.mf_recovery_codes = [one for one in left if one != fitting]
    db.session.flush()
    audit.note("recovery_code_used", user=user_id, left=len(left) - 1)
    return True


def _is_hash_of(stored: str, code: str) -> bool:
    try:
        return HASHER.verify(stored, code)
    except (Argon2Error, InvalidHashError):
        return False


def _own(user_id: int) -> User:
    """The user, locked; only for themself, or for the operator of the deployment."""
    if act().user_id != user_id:
        need("settings")
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise Missing(_("There is no such user."))
    return user


def _new_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(LETTERS) for _letter in range(12)) for _code in range(CODES)]
    user.mf_recovery_codes = [HASHER.hash(one) for one in codes]
    db.session.flush()
    return [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in codes]


def _clear(user: User) -> None:
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_step = user.mf_recovery_codes = None
    db.session.flush()
