"""Health, for those who watch the deployment: no sign-in, no detail."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp import schema
from webapp.db import db
from webapp.registry import registry
from webapp.security import public

blueprint = Blueprint("health", __name__)


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
