"""Errors as answers: a page, or a toast where htmx asked: what happened, what is safe, one way on.

A page of a mistake of ours (500) or of a database that is away (503) looks nobody up: it works without the database.
What a form had sent is in the page, with a button that sends it again: nothing typed is lost.
"""

from __future__ import annotations

import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import refresh
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from webapp import keptforms, realms, schema
from webapp.accounts.asking import administrators
from webapp.acting import RIGHTS
from webapp.db import db, is_unreachable, misses_a_name
from webapp.errors import BootError, CarnetError, Forbidden, Refused
from webapp.htmx import in_dialog, redirect_to, toast, wants_fragment
from webapp.i18n import LOCALES, _
from webapp.registry import registry
from webapp.security import safe_next
from webapp.words import ROLES

log = logging.getLogger("carnet")

WAIT_S = {429: 60, 503: 10}
"""Seconds after which another try may do, where nobody knows better (`Retry-After`)."""


def setup(app: Flask) -> None:
    """Answer every error of `app`."""
    app.register_error_handler(CarnetError, realms.or_else(expected))
    app.register_error_handler(CSRFError, realms.or_else(no_token))
    app.register_error_handler(SecurityError, unknown_host)
    app.register_error_handler(HTTPException, realms.or_else(by_status))
    app.register_error_handler(Exception, unexpected)


def page(status: int, title: str, text: str, **context: object) -> Response:
    """A refusal as a page of its own; as a toast where htmx asked, so that what was typed stays where it is."""
    if (realm := realms.here()) is not None:
        told = CarnetError(text, **context)
        told.status = status
        answer = realm.answer(told)
    elif in_dialog() and (again := safe_next(request.form["next"])):
        # Behind the dialog nobody would see it: it says so itself, filled anew.
        toast(text, "danger")
        answer = redirect_to(again)
    elif wants_fragment() and not context.get("blockers"):
        reference = context.get("reference")
        named = _("Reference: %(reference)s", reference=reference)
        toast(f"{text} {named}" if reference else text, "danger")
        answer = make_response("", status)
        answer.headers["HX-Reswap"] = "none"
    else:
        context.setdefault("back", _came_from())
        answer = make_response(
            render_template("errors/error.html", status=status, title=title, text=text, **context), status
        )
    if status in WAIT_S:
        answer.headers["Retry-After"] = str(WAIT_S[status])
    return answer


def _came_from() -> str:
    """The page of ours that sent the user here, but for this one itself."""
    parts = urlsplit(request.headers.get("Referer", ""))
    place = safe_next(parts.path + (f"?{parts.query}" if parts.query else ""))
    return place if parts.netloc == request.host and place != request.full_path.rstrip("?") else ""


def expected(error: CarnetError) -> Response:
    """A rule, a right or a missing record: say it where the user is."""
    if isinstance(error, BootError):
        raise error
    titles = {
        400: _("This request can't be read"),
        403: _("This is not yours to do"),
        404: _("There is nothing here"),
        409: _("That can't be done now"),
        410: _("This is in the bin"),
        422: _("Something is not right yet"),
        429: _("Too many tries"),
    }
    if isinstance(error, Forbidden):
        return page(
            403, titles[403], _why_not(error), administrators=administrators() if current_user.is_authenticated else []
        )
    blockers = error.details.get("blockers", []) if isinstance(error, Refused) else []
    main_id = error.details.get("merged_into")
    main = url_for("contacts.file", id=main_id) if main_id else ""
    answer = page(error.status, titles[error.status], error.message, blockers=blockers, main=main)
    if wait := getattr(error, "wait", 0):
        answer.headers["Retry-After"] = str(wait)
    return answer


def _why_not(error: Forbidden) -> str:
    """Which role would do, and which the user has."""
    right = error.details.get("right")
    if right == "privacy":
        return _("This needs the data-protection permission, which your account does not have. Nothing was changed.")
    if right not in RIGHTS or not current_user.is_authenticated or current_user.role in RIGHTS[right]:
        return error.message
    return _(
        "This needs the role “%(needed)s”; yours is “%(own)s”. Nothing was changed.",
        needed=ROLES[RIGHTS[right][0]],
        own=ROLES[current_user.role],
    )


def no_token(error: CSRFError) -> Response:
    """A form without its token: its session has ended, or the form is not ours."""
    if keptforms.is_worth_keeping() and not wants_fragment():
        return keptforms.again_page(
            "expired", keptforms.address(), keptforms.typed(), files=bool(request.files), status=400
        )
    return page(
        400,
        _("This form has waited too long"),
        _("This form has waited too long, and nothing was saved. Reload the page and send it again."),
    )


def by_status(error: HTTPException) -> Response:
    """Werkzeug's own refusals, in the user's words."""
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        return unexpected(error.original_exception)
    status = error.code or 500
    texts = {
        400: (_("This request can't be read"), _("Something in it can't be read. Nothing was changed.")),
        404: (_("There is nothing here"), _("The address may be mistyped, or what it led to is gone.")),
        405: (_("That is not how this address works"), _("Use the button on the page. Nothing was changed.")),
        413: (
            _("That is too large"),
            _(
                "That is too large: send at most 2 MB of text and %(most)s MB of files at once. Nothing was saved.",
                most=max(request.max_content_length or 0, current_app.config["MAX_CONTENT_LENGTH"]) // 1024 // 1024,
            ),
        ),
        429: (_("Too many tries"), _("That were too many tries in a short time: wait a minute, then try again.")),
    }
    if error.response is not None:
        return make_response(error.response)
    title, text = texts.get(status, (_("That can't be done now"), _("Nothing was changed.")))
    answer = page(status, title, text)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def unknown_host(error: SecurityError) -> Response:
    """A host name this deployment does not serve: no page, since no address of ours could be put into it."""
    answer = make_response("This address is not served here. Ask the administrator to set CARNET_BASE_URL.", 400)
    answer.mimetype = "text/plain"
    return answer


def unexpected(error: Exception) -> Response:
    """A mistake of ours, or a database that is away: a reference for the log, nothing of the cause on the screen."""
    reference = secrets.token_hex(4)
    away = isinstance(error, SQLAlchemyError) and is_unreachable(error)
    other_schema = isinstance(error, SQLAlchemyError) and not away and misses_a_name(error) and not _is_current()
    if away:
        # The cause alone: of a base that is away, a hundred requests a second may tell.
        log.error("%s %s %s: %s", reference, request.method, request.endpoint, getattr(error, "orig", error))
    else:
        log.error("%s %s %s", reference, request.method, request.endpoint, exc_info=error)
    _look_nobody_up()
    again = keptforms.typed() if keptforms.is_worth_keeping() else []
    if away:
        return page(
            503,
            _("Carnet is out of reach for a moment"),
            _("The database does not answer. Nothing was saved, and nothing is lost: try again in a moment."),
            reference=reference,
            again=again,
        )
    if other_schema:
        return page(
            503,
            _("Carnet is being updated"),
            _("The database is at another version. Nothing was saved: an administrator runs “carnet schema upgrade”."),
            reference=reference,
            again=again,
        )
    return page(
        500,
        _("That went wrong on our side"),
        _("That went wrong on our side. Nothing was saved. If it happens again, tell the administrator the reference."),
        reference=reference,
        again=again,
    )


def _is_current() -> bool:
    try:
        return schema.is_current(db.engine, registry())
    except SQLAlchemyError:
        return False


def _look_nobody_up() -> None:
    """For the rest of this answer nobody is signed in, and nothing is asked of the database."""
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
    if g.get("locale") not in LOCALES:
        chosen = request.cookies.get("carnet-locale", "")
        known = chosen if chosen in LOCALES else request.accept_languages.best_match(list(LOCALES))
        g.locale = known or current_app.config["CARNET"].locale
        refresh()
