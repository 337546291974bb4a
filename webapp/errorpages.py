"""Errors as answers: a page, a fragment or a toast, each with what is safe and one way on (libs: status codes)."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from webapp.errors import BootError, CarnetError, Refused
from webapp.htmx import toast, wants_fragment
from webapp.i18n import _

log = logging.getLogger("carnet")


def setup(app: Flask) -> None:
    """Answer every error of `app`."""
    app.register_error_handler(CarnetError, expected)
    app.register_error_handler(CSRFError, no_token)
    app.register_error_handler(SecurityError, unknown_host)
    app.register_error_handler(HTTPException, by_status)
    app.register_error_handler(Exception, unexpected)


def page(status: int, title: str, text: str, **context: object) -> Response:
    """A refusal as a page of its own."""
    return make_response(render_template("errors/error.html", status=status, title=title, text=text, **context), status)


def expected(error: CarnetError) -> Response:
    """A rule, a right or a missing record: say it where the user is."""
    if isinstance(error, BootError):
        raise error
    titles = {
        403: _("This is not yours to do"),
        404: _("There is nothing here"),
        409: _("That can't be done now"),
        422: _("Something is not right yet"),
    }
    if wants_fragment() and error.status in (403, 404):
        toast(error.message, "danger")
        return make_response("", error.status)
    blockers = error.details.get("blockers", []) if isinstance(error, Refused) else []
    return page(error.status, titles[error.status], error.message, blockers=blockers)


def no_token(error: CSRFError) -> Response:
    """A form without its token: the session has ended, or the form is not ours."""
    return page(
        400,
        _("This form has expired"),
        _("Nothing was saved. Go back, reload the page and send the form again."),
    )


def by_status(error: HTTPException) -> Response:
    """Werkzeug's own refusals, in the user's words."""
    status = error.code or 500
    texts = {
        400: (_("This request can't be read"), _("Go back and try again.")),
        404: (_("There is nothing here"), _("The address may be mistyped, or what it led to is gone.")),
        405: (_("That is not how this address works"), _("Go back and use the button on the page.")),
        413: (_("That is too large"), _("Send less at once: at most 2 MB of text, 16 MB of files.")),
        429: (_("Too many tries"), _("Wait a minute, then try again.")),
    }
    if error.response is not None:
        return make_response(error.response)
    title, text = texts.get(status, (_("That can't be done now"), _("Go back and try again.")))
    answer = page(status, title, text)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def unknown_host(error: SecurityError) -> Response:
    """A host name this deployment does not serve: no page, since no address of ours could be put into it."""
    return _plain(400, "This address is not served here. Ask the administrator to set CARNET_BASE_URL.")


def _plain(status: int, text: str) -> Response:
    answer = make_response(text, status)
    answer.mimetype = "text/plain"
    return answer


def unexpected(error: Exception) -> Response:
    """A mistake of ours: an id for the log, nothing of the cause on the screen."""
    reference = secrets.token_hex(4)
    log.error("%s %s %s", reference, request.method, request.endpoint, exc_info=error)
    title = _("That went wrong on our side")
    text = _("Nothing was saved. Try again; if it happens once more, tell your administrator this reference.")
    try:
        return page(500, title, text, reference=reference)
    except SQLAlchemyError:
        # A page asks who is signed in; without a database nobody can say.
        return _plain(500, f"{title}. {text} {reference}")
