"""One request as a unit of work: whether it may write, in whose name it acts, which language it speaks."""

from __future__ import annotations

from contextvars import Token
from typing import Any

from flask import Flask, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import keptforms, realms
from webapp.acting import Act, present
from webapp.db import writes

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def to_sign_in() -> ResponseReturnValue:
    """Ask to sign in: then the page that was wanted, or the form that was sent, comes.

    htmx would swap a page into its target: it is told where to go; a form that it sent is sent again by
    `static/js/again.js`, as a browser does it.
    """
    is_htmx = request.headers.get("HX-Request") == "true"
    if request.method not in SAFE and keptforms.is_worth_keeping():
        if is_htmx:
            return make_response("", 401)
        keptforms.keep()
        return keptforms.sign_in_page()
    place = request.full_path.rstrip("?") if request.method in SAFE else ""
    address = url_for("security.login", next=place or None)
    if not is_htmx:
        return redirect(address)
    answer = make_response("", 401)
    answer.headers["HX-Redirect"] = address
    return answer


def setup(app: Flask) -> None:
    """Open and close the unit of work of each request of `app`."""

    @app.before_request
    def open_unit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        is_question = getattr(view, "only_asks", False)
        is_writing = request.method not in SAFE and not is_question
        g.tokens = [(writes, writes.set(is_writing or getattr(view, "is_for_once", False)))]

    @app.before_request
    def in_whose_name() -> ResponseReturnValue | None:
        view = app.view_functions.get(request.endpoint or "")
        if (realm := realms.here()) is not None:
            who = None if view is None or getattr(view, "is_public", False) else realm.caller()
            if not isinstance(who, Act):
                return who
            g.tokens.append((present, present.set(who)))
            return None
        if realms.is_beyond():
            # Its plug-in is switched off: there is nothing, whoever asks.
            return None
        if current_user.is_authenticated:
            if current_user.locale:
                g.locale = current_user.locale
            g.theme = current_user.theme
            g.tokens.append((present, present.set(current_user.act())))
            if keptforms.is_foreign() and keptforms.is_worth_keeping():
                return keptforms.again_page(
                    "foreign", keptforms.address(), keptforms.typed(), files=bool(request.files), status=409
                )
            return None
        if view is None or getattr(view, "is_public", False) or request.blueprint == "security":
            return None
        return to_sign_in()

    @app.teardown_request
    def close_unit(error: BaseException | None) -> None:
        tokens: list[tuple[Any, Token[Any]]] = g.pop("tokens", [])
        for variable, token in reversed(tokens):
            variable.reset(token)
