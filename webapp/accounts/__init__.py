"""Users and their sign-in: passwords hashed by Flask-Security, sessions, second factor and pages our own."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.core import RoleMixin

from webapp import audit
from webapp.accounts.models import User
from webapp.db import db

SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
    "SECURITY_PASSWORD_SALT": "unused: argon2 brings its own",
    # Nothing of Flask-Security's own pages is mounted, the one for a fresh sign-in neither.
    "SECURITY_FRESHNESS": dt.timedelta(minutes=-1),
    "SECURITY_CACHE_CONTROL": None,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    # A key in a cookie is found in the base or is worth nothing: no guess by the browser's name on top.
    "SESSION_PROTECTION": None,
}


class NoRole(RoleMixin):
    """Flask-Security wants a role model; our roles are a column of the user (spec J1)."""


datastore = SQLAlchemyUserDatastore(db, User, NoRole)


def setup(app: Flask) -> None:
    """Give `app` its sign-in."""
    from webapp.accounts import signing

    logging.getLogger("flask_security").setLevel(logging.ERROR)
    audit.setup()
    Security(app, datastore, register_blueprint=False)
    signing.setup(app)
