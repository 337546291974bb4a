"""What goes wrong, as RFC 9457 has it: `application/problem+json`, in the caller's language, naming what to change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Response, g, make_response
from flask_babel import get_locale
from werkzeug.exceptions import HTTPException

from webapp.api import N_, Blocker, CarnetError, Forbidden, Invalid, Stale, _, clean

TYPE = "application/problem+json"
KEPT = ("merged_into", "confirm", "reference", "count", "conflicts", "merge", "existing", "kept_until")
"""Details of a refusal that a program can act upon."""

STATUS = {
    400: N_("This request can't be read: send JSON in UTF-8, as the description of the API has it."),
    401: N_("Who are you? Send `Authorization: Bearer` with a token that has not ended."),
    403: N_("This token may not do that: its scope and its user's role both have to allow it."),
    404: N_("There is nothing at this address: look it up in the description of the API."),
    405: N_("This address does not know that method: look it up in the description of the API."),
    413: N_("That is too large: send at most 2 MB at once."),
    415: N_("Send JSON, and say so: `Content-Type: application/json`."),
    422: N_("Please correct what is named under “errors”."),
    429: N_("Too many requests: wait as long as `Retry-After` says."),
}
"""What a status of HTTP means here, and what to do."""

SENTENCES = {
    "Missing data for required field.": N_("This is needed."),
    "Field may not be null.": N_("This can't be null."),
    "Not a valid string.": N_("This is a text, or null."),
    "Not a valid date.": N_("This is a day, written such as 2026-12-31, or null."),
    "Not a valid decimal string.": N_('This is an amount as a text, such as "1234.50", or null.'),
    "Not a valid integer.": N_("This is a whole number."),
    "Not a valid boolean.": N_("This is true or false."),
    "Not a valid list.": N_("This is a list."),
    "Not a valid mapping type.": N_("This is an object."),
    "Invalid input type.": N_("This is an object."),
    "Unknown field.": N_("There is no such field: look it up in the description of the API."),
}
"""Sentences of marshmallow, in ours: they are the same in every version, and have no translation there."""
IN_FRAGMENT = "~!$&'()*+,;=:@?"
_MOST = 50
"""Errors that are told at once."""


def answer(error: Exception) -> Response:
    """The answer to an error of ours or of HTTP's."""
    if isinstance(error, CarnetError):
        return _expected(error)
    status = error.code or 500 if isinstance(error, HTTPException) else 500
    headers = dict(error.get_headers()) if isinstance(error, HTTPException) else {}
    for name in ("Content-Type", "Content-Length"):
        headers.pop(name, None)
    more: dict[str, Any] = {}
    if messages := getattr(error, "data", {}).get("messages"):
        more["errors"] = list(_of_schema(messages))[:_MOST]
    text = _(STATUS[status]) if status in STATUS else _("That can't be done now.")
    return problem(status, text, headers=headers, **more)


def _expected(error: CarnetError) -> Response:
    more = {name: error.details[name] for name in KEPT if name in error.details}
    if isinstance(error, Forbidden):
        return problem(403, _(STATUS[403]))
    if blockers := error.details.get("blockers"):
        more["blockers"] = [_blocker(one) for one in blockers]
    errors = dict(error.errors) if isinstance(error, Invalid) else {}
    if field := error.details.get("field"):
        errors[field] = error.message
    if parameters := error.details.get("parameters"):
        more["errors"] = [{"parameter": clean(name)[:80], "detail": text} for name, text in parameters.items()]
    elif messages := error.details.get("messages"):
        more["errors"] = list(_of_schema(messages))[:_MOST]
    elif errors:
        more["errors"] = [
            {**place(*filter(None, name.split("."))), "detail": str(text)} for name, text in errors.items()
        ][:_MOST]
    if isinstance(error, Stale):
        more |= {"version": error.details.get("version"), "current": error.details["current"]}
        for name in ("contact", "link", "proposal"):
            if name in error.details:
                more[name] = error.details[name]
    return problem(error.status, error.message, **more)


def wrong_parameters(texts: Mapping[str, str]) -> Invalid:
    """The refusal of parameters of the address, each with its sentence."""
    error = Invalid(_(STATUS[422]))
    error.details["parameters"] = texts
    return error


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """A problem, with the members of its own that `more` names."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    made = make_response(json.dumps(body), status)
    made.headers.update(headers or {})
    made.headers["Content-Type"] = TYPE
    finish(made)
    return made


def finish(response: Response) -> Response:
    """What all answers of the API have: no copy anywhere, and the language of what is said."""
    response.headers["Cache-Control"] = "no-store"
    locale = get_locale()
    response.headers["Content-Language"] = g.get("locale") or (locale.language if locale else "en")
    return response


def _blocker(one: Blocker) -> dict[str, Any]:
    names = ("key", "plugin", "label", "count", "remedy", "override")
    return {name: getattr(one, name) for name in names}


def place(*steps: str) -> dict[str, str]:
    """Where in the body these steps lead, as a JSON pointer in a fragment (RFC 6901, 6); the whole body is `#`."""
    escaped = (clean(step)[:80].replace("~", "~0").replace("/", "~1") for step in steps)
    return {"pointer": "#" + "".join("/" + quote(step, safe=IN_FRAGMENT) for step in escaped)}


def _of_schema(messages: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The errors that webargs found, by where they were: `{"json": {"emails": {"0": {"value": ["…"]}}}}`."""
    for location, found in messages.items():
        for path, text in _leaves(found, ()):
            named = place(*path) if location == "json" else {"parameter": clean(".".join(path))[:80]}
            yield {**named, "detail": _sentence(text)}


def _leaves(found: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(found, Mapping):
        for key, value in found.items():
            yield from _leaves(value, path if key == "_schema" else (*path, str(key)))
    elif isinstance(found, list):
        for one in found:
            yield from _leaves(one, path)
    else:
        yield path, str(found)


def _sentence(text: str) -> str:
    if text in SENTENCES:
        return _(SENTENCES[text])
    if longest := re.fullmatch(r"Longer than maximum length (\d+)\.", text):
        return _("This is too long: at most %(most)s characters.", most=longest[1])
    if offered := re.fullmatch(r"Must be one of: (.*)\.", text):
        return _("Choose one of: %(offered)s.", offered=offered[1])
    if many := re.fullmatch(r"More than (\d+) entries\.", text):
        return _("These are too many: at most %(most)s entries.", most=many[1])
    if between := re.fullmatch(r"Must be greater than or equal to (-?\d+) and less than or equal to (\d+)\.", text):
        return _("This lies between %(least)s and %(most)s.", least=between[1], most=between[2])
    return _("This does not fit: look it up in the description of the API.")
