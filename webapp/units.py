"""One request as a unit of work: whether it may write, in whose name it acts, which language it speaks."""

from __future__ import annotations

from contextvars import Token
from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.acting import Act, present
from webapp.db import writes
from webapp.htmx import redirect_to

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def setup(app: Flask) -> None:
    """Open and close the unit of work of each request of `app`."""

    @app.before_request
    def open_unit() -> None:
        g.tokens = [(writes, writes.set(request.method not in SAFE))]

    @app.before_request
    def in_whose_name() -> ResponseReturnValue | None:
        view = app.view_functions.get(request.endpoint or "")
        if current_user.is_authenticated:
            if current_user.locale:
                g.locale = current_user.locale
            who = Act(
                user_id=current_user.id,
                role=current_user.role,
                data_protection=current_user.data_protection,
                way="form",
            )
            g.tokens.append((present, present.set(who)))
            return None
        if view is None or getattr(view, "is_public", False) or request.blueprint == "security":
            return None
        place = request.full_path.rstrip("?") if request.method in SAFE else ""
        address = url_for("security.login", next=place or None)
        return redirect_to(address) if request.headers.get("HX-Request") == "true" else redirect(address)

    @app.teardown_request
    def close_unit(error: BaseException | None) -> None:
        tokens: list[tuple[Any, Token[Any]]] = g.pop("tokens", [])
        for variable, token in reversed(tokens):
            variable.reset(token)
