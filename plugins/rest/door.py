"""The door of the API: who calls, in which language, with what body; then dry runs and requests that come twice.

It stands before every resource under `/api/v1`, those of other plug-ins too, so that all of them act alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from plugins.rest import idempotency, problems
from webapp.api import Act, Invalid, _, discard, is_rehearsal, tokens

LOCALES = ("fr", "en", "de")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TRUE, FALSE = ("true", "1"), ("false", "0", "")


def caller() -> Act | Response:
    """Who shows this token, or 401; cookies count for nothing. The body is read here, once for all resources."""
    _speak(None)
    kind, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    found = tokens.verify(secret.strip()) if kind.lower() == "bearer" else None
    if found is None:
        wrong = ', error="invalid_token"' if kind else ""
        headers = {"WWW-Authenticate": f'Bearer realm="carnet"{wrong}'}
        return problems.problem(401, _(problems.STATUS[401]), headers=headers)
    who, locale = found
    _speak(locale or None)
    g.rest_body = _body() if request.method in UNSAFE else None
    g.is_rehearsal = _dry()
    return who


def _speak(own: str | None) -> None:
    """Speak the language that the request asks for, else the user's own, else the firm's."""
    if "Accept-Language" in request.headers:
        wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
        own = next((one for one in wanted if one in LOCALES), own)
    if own:
        g.locale = own


def _body() -> Any:
    """The body as JSON, or a form's fields where a call takes files; None where there is none.

    Raises what HTTP has for what can't be read.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if request.mimetype == "multipart/form-data" and hasattr(view, "takes_files"):
        fields: dict[str, Any] = request.form.to_dict()
        if (dry := fields.get("dry_run", "").lower()) in (*TRUE, *FALSE):
            fields["dry_run"] = dry in TRUE
        return fields
    raw = request.get_data(cache=True)
    if not raw:
        return None
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadRequest from None


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


def _dry() -> bool:
    """Whether nothing is to be changed: `dry_run=true` in the address or the body."""
    if request.method not in UNSAFE:
        return False
    given = request.args.get("dry_run", "").lower()
    if given not in (*TRUE, *FALSE):
        raise problems.wrong_parameters({"dry_run": _("This is true or false.")})
    in_body = g.rest_body.get("dry_run", False) if isinstance(g.rest_body, dict) else False
    if not isinstance(in_body, bool):
        raise Invalid(_(problems.STATUS[422]), {"dry_run": _("This is true or false.")})
    return given in TRUE or in_body


def around(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run a view inside its transaction: a request with a key once, a dry run without a trace."""
    if is_rehearsal():
        made = make_response(current_app.make_response(view()))
        discard()
        if made.status_code < 300:
            made.status_code = 200
            made.headers.pop("Location", None)
        return problems.finish(made)
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    if not key:
        return problems.finish(current_app.make_response(view()))
    return idempotency.once(key, lambda: problems.finish(current_app.make_response(view())))
