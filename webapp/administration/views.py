"""The home of the settings; and health, for those who watch the deployment: no sign-in, no detail."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp import schema
from webapp.db import db
from webapp.htmx import render
from webapp.registry import registry
from webapp.security import public, right

blueprint = Blueprint("health", __name__)
settings = Blueprint("settings", __name__)


@settings.route("/settings")
@right("settings")
def home() -> Response:
    """All pages of the settings that this user may open, by section."""
    return render("administration/home.html")


@blueprint.route("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@blueprint.route("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The database answers and its schema is this version's."""
    try:
        ready = schema.is_current(db.engine, registry())
    except SQLAlchemyError:
        ready = False
    return ({"status": "ok"}, 200) if ready else ({"status": "not ready"}, 503)
