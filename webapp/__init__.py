"""Carnet: contact management for small and medium firms. `create_app()` is the order of boot on one screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from whitenoise import WhiteNoise

from webapp import (
    accounts,
    cli,
    config,
    core,
    errorpages,
    htmx,
    i18n,
    keptforms,
    realms,
    references,
    security,
    units,
)
from webapp.accounts.sessions import REMEMBERED_LONGEST
from webapp.administration import settings as firm
from webapp.config import Config
from webapp.db import db, transaction
from webapp.discovery import Found, discover
from webapp.errors import BootError
from webapp.registry import Registry

__all__ = ["Carnet", "create_app"]

FOR_PORTALS = ("js/loader-1.js", "css/portal.css")
"""Static files that other origins may load: they hold nothing of anybody."""


class Csrf(CSRFProtect):
    """Tokens in forms, but in realms: no cookie counts there, so nothing can be sent in somebody's name."""

    def protect(self, *args: Any, **kwargs: Any) -> None:
        """Raise where the form at hand has no token of this session."""
        if realms.here() is None:
            super().protect(*args, **kwargs)


class Carnet(Flask):
    """Flask, with one transaction around each view (design rule 2)."""

    session_interface = realms.Sessions()

    def dispatch_request(self) -> ResponseReturnValue:
        """Commit when the view is done, roll back when it raises; error pages come after."""
        with transaction():
            return realms.around(super().dispatch_request)


def create_app(settings: Config | None = None, *, found: Found | None = None) -> Carnet:
    """An application from the environment, or from `settings` and the plug-ins `found` (tests name their own).

    Raises `BootError` with one clear line where the deployment can't work.
    """
    settings = settings or config.read(os.environ)
    app = Carnet("webapp", template_folder=str(config.TEMPLATES), static_folder=None)
    app.config.from_mapping(flask_settings(settings))
    registry = Registry(core.plugin, found or discover(), settings.plugins)
    app.extensions["carnet"] = registry
    db.init_app(app)
    security.setup(app)
    translations = [folder / "translations" for folder in registry.folders.values()]
    i18n.setup(app, translations, firm.default_language, firm.timezone)
    units.setup(app)
    # After the unit of work: who is signed out is asked to sign in, whatever became of the form's token.
    Csrf(app)
    accounts.setup(app)
    errorpages.setup(app)
    if missing := references.without_a_rule(registry):
        # Found at the merge itself, it would be too late for whoever clicks.
        raise BootError("\n".join(missing))
    core.mount(app, registry)
    cli.attach(app, registry)
    app.after_request(htmx.finish)
    keptforms.setup(app)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(config.STATIC),
        prefix="static/",
        max_age=86_400,
        autorefresh=app.debug,
        allow_all_origins=False,
        add_headers_function=static_headers,
    )
    return app


def static_headers(headers: Headers, path: str, _url: str) -> None:
    """The strict headers of every answer; and scripts are asked for again, since they import each other unstamped."""
    for name, value in security.HEADERS.items():
        headers[name] = value
    if path.endswith(".js"):
        headers["Cache-Control"] = "no-cache"
    if path.endswith(FOR_PORTALS):
        # What pages of other origins load; a hash in theirs says what it must be.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers["Access-Control-Allow-Origin"] = "*"


def flask_settings(settings: Config) -> Mapping[str, Any]:
    """What Flask and its extensions are told; cookies are `Secure` with `__Host-` where the address is https."""
    https = settings.is_https
    return {
        "CARNET": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "SESSION_COOKIE_NAME": "__Host-carnet" if https else "carnet",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": REMEMBERED_LONGEST,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        **accounts.SETTINGS,
    }
