"""What users set about themselves: name, language, appearance, density, e-mail address (spec J1)."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from webapp import audit
from webapp.accounts import sessions
from webapp.accounts.models import User
from webapp.acting import act
from webapp.db import db
from webapp.errors import Forbidden, Invalid
from webapp.i18n import LOCALES, _
from webapp.text import clean

THEMES = ("system", "light", "dark")
DENSITIES = ("compact", "comfortable")


def own_account() -> User:
    """The user who acts, locked for a change; raises `Forbidden` where nobody is signed in."""
    user = db.session.get(User, act().user_id or 0, with_for_update=True, populate_existing=True)
    if user is None:
        raise Forbidden(_("Sign in first."))
    return user


def save(values: Mapping[str, str]) -> None:
    """Change name, language, appearance and density of the user who acts; raises `Invalid`."""
    user, errors = own_account(), {}
    name = clean(values.get("name", ""))
    if len(name) > 120:
        errors["name"] = _("At most %(most)s characters.", most=120)
    for key, offered in (("locale", ("", *LOCALES)), ("theme", THEMES), ("density", DENSITIES)):
        if values.get(key, "") not in offered:
            errors[key] = _("Choose one from the list.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    user.name, user.locale = name, values.get("locale", "")
    user.theme, user.density = values["theme"], values["density"]
    db.session.flush()


def change_email(typed: str, *, keep_session: int | None = None) -> str:
    """Sign in by another address from now on; returns the former one. Raises `Invalid`. Other sessions end."""
    user = own_account()
    try:
        address = validate_email(clean(typed), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        text = _("This is not an e-mail address: write it like name@example.com.")
        raise Invalid(_("Please correct what is marked."), {"email": text}) from None
    taken = db.session.scalar(sa.select(User.id).where(User.email == address, User.id != user.id))
    if taken is not None:
        text = _("There is a user with this e-mail address already.")
        raise Invalid(_("Please correct what is marked."), {"email": text})
    former, user.email = user.email, str(address)
    db.session.flush()
    sessions.end_all(user.id, but=keep_session)
    audit.note("email_changed", user=user.id)
    return former
