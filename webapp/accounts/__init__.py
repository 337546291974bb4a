"""Sign-in by Flask-Security, with our user model, templates and address names."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.core import RoleMixin

from webapp.accounts.models import User
from webapp.db import db

SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
    "SECURITY_PASSWORD_SALT": "unused: argon2 brings its own",
    "SECURITY_PASSWORD_LENGTH_MIN": 12,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    # Nothing asks for a fresh sign-in yet, so the page where one would give it is not there.
    "SECURITY_FRESHNESS": dt.timedelta(minutes=-1),
    "SECURITY_LOGIN_URL": "/login",
    "SECURITY_LOGOUT_URL": "/logout",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_POST_LOGIN_VIEW": "/contacts",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_CACHE_CONTROL": None,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Lax",
}


class NoRole(RoleMixin):
    """Flask-Security wants a role model; our roles are a column of the user (spec J1)."""


datastore = SQLAlchemyUserDatastore(db, User, NoRole)


def setup(app: Flask) -> None:
    """Give `app` its sign-in."""
    https = app.config["CARNET"].is_https
    app.config["REMEMBER_COOKIE_SECURE"] = https
    app.config["REMEMBER_COOKIE_NAME"] = "__Host-carnet-remember" if https else "carnet-remember"
    logging.getLogger("flask_security").setLevel(logging.ERROR)
    Security(app, datastore)
