"""Passwords: what makes one, changing it, and the link for who has none or forgot it (spec J1, ASVS 6.2, 6.4)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask import current_app
from flask_security.utils import hash_password, verify_password
from itsdangerous import BadSignature, URLSafeTimedSerializer

from webapp import audit
from webapp.accounts import sessions
from webapp.accounts.models import User
from webapp.db import db, now
from webapp.errors import Invalid, Missing, Refused
from webapp.htmx import public_place
from webapp.i18n import _
from webapp.text import fold

SHORTEST = 12
LONGEST = 128
RESET_LASTS, INVITATION_LASTS = 3600, 3 * 24 * 3600
"""Seconds that a link is good for: one who forgot is waiting for it, one who is invited isn't."""


@cache
def common() -> frozenset[str]:
    """The most usual passwords, of any length (ASVS 6.2.4)."""
    text = (Path(__file__).parent / "common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def check_password(password: str, personal: Iterable[str] = ()) -> str:
    """The password; raises ValueError with what to do (ASVS 6.2: length, no rules of composition).

    `personal` are texts of which it may not be made: the user's name and e-mail address (ASVS 6.2.11).
    """
    if len(password) < SHORTEST:
        raise ValueError(_("Twelve characters at least: a sentence does very well."))
    if len(password) > LONGEST:
        raise ValueError(_("At most %(most)s characters.", most=LONGEST))
    if "\x00" in password:
        raise ValueError(_("This password holds a sign that can't be typed: choose another."))
    if _is_common(password.casefold()):
        raise ValueError(_("This password is among the first that are tried: choose another."))
    if _is_personal(password, personal):
        raise ValueError(
            _("This password is made of your name, your address or the name of this program: choose another.")
        )
    return password


def _is_common(folded: str) -> bool:
    """Usual itself, or a usual word with figures round it, or something short again and again."""
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    unit = re.match(r"^(.+?)\1*$", folded, re.DOTALL)
    again = unit[1] if unit else folded
    return (
        len(set(folded)) < 4
        or folded in common()
        or bare in common()
        or (len(again) < len(folded) and (len(again) < 6 or again in common()))
        or folded in "01234567890123456789"
        or folded in "abcdefghijklmnopqrstuvwxyz"
    )


def _is_personal(password: str, personal: Iterable[str]) -> bool:
    """Whether little is left once the words are taken out that anybody would try for this user."""
    words = {"carnet"}
    for text in personal:
        words |= {word for word in re.split(r"[\W_]+", fold(text)) if len(word) >= 4}
    rest = re.sub(r"[\W_]+", "", fold(password))
    before = len(rest)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < before and len(re.sub(r"\d", "", rest)) < 4


def is_right(user: User | None, password: str) -> bool:
    """Whether this is the user's password; takes the same time where there is no such user, or none with a password."""
    typed = password[:LONGEST].replace("\x00", "")
    if user is None or not user.password or not user.active:
        hash_password(typed)
        return False
    return bool(verify_password(typed, user.password)) and typed == password


def set_password(user_id: int, password: str, *, field: str = "password", keep_session: int | None = None) -> None:
    """Give a user this password; every session of theirs ends but `keep_session`. Raises `Invalid` on `field`."""
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise Missing(_("There is no such user."))
    try:
        check_password(password, (user.name, user.email))
    except ValueError as error:
        raise Invalid(_("Please correct what is marked."), {field: str(error)}) from None
    user.password = hash_password(password)
    db.session.flush()
    sessions.end_all(user.id, but=keep_session)
    audit.note("password_changed", user=user.id)


def reset_link(user: User) -> str:
    """The address where this user chooses a password: good once, for an hour (an invitation for three days)."""
    token = _signer().dumps([user.id, _state(user)])
    return public_place("security.reset", token=token)


def user_of_link(token: str, *, lock: bool = False) -> User:
    """Whose link this is; raises `Refused` where it has served, is too old or was never ours."""
    refusal = Refused(_("This link has served or is too old. Ask for another one."))
    try:
        (user_id, state), made = _signer().loads(token, return_timestamp=True)
    except BadSignature:
        raise refusal from None
    user = db.session.get(User, user_id, with_for_update=lock or None, populate_existing=True)
    if user is None or not user.active or not hmac.compare_digest(str(state), _state(user)):
        raise refusal
    if (now() - made).total_seconds() > (RESET_LASTS if user.password else INVITATION_LASTS):
        raise refusal
    return user


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt="carnet-password-link", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _state(user: User) -> str:
    """What a link is bound to: a new password or another address, and it is dead."""
    return hashlib.sha256(f"{user.id}\n{user.email}\n{user.password or ''}".encode()).hexdigest()[:32]
