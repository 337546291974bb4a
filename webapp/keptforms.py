"""A form sent too late is not lost: what was typed waits, signed, in the sign-in page's own form.

The session ended while somebody typed. What they sent is carried by the pages that ask them to sign in (a hidden
field: nothing in an address, a log, a cookie or on the server), and afterwards their form stands there again,
filled. A view that can show its form without saving says so by `@resumable` and asks `resuming()`, as it does for
"add a line"; for all others a page lists what was typed, with one button that sends it.

Only what our own page sent is carried, by the word of the browser (`Sec-Fetch-Site`, `Origin`): the cookie is
`SameSite=Lax`, so a form of another site looks signed out, and must never come back with a button to press.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request, session
from flask_babel import refresh
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from webapp.accounts import sessions
from webapp.acting import acting
from webapp.security import safe_next
from webapp.words import change_label

V = TypeVar("V", bound=Callable[..., Any])

MOST = 256 * 1024
"""Bytes of a form that is carried: more than a contact with everything filled in."""
LASTS = 24 * 3600
"""Seconds that it may wait: over a night."""
OURS = frozenset({"csrf_token", "kept", "whose", "resume"})
SECRET = re.compile(r"password|passwd|secret|totp|otp|token|mail[._]url", re.IGNORECASE)
"""Names of fields whose content is typed again rather than carried."""
SILENT = frozenset({"form_key", "version", "base", "next", "back", "ids", "present_kind", "do", "confirmed", "then"})
"""Names of fields that nobody typed: they are carried, and not shown."""
TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
Pairs = list[tuple[str, str]]


def resumable(view: V) -> V:
    """Mark a view that shows its form filled, without saving, where `resuming()`."""
    view.is_resumable = True  # type: ignore[attr-defined]
    return view


def resuming() -> bool:
    """Whether this form only comes back to be looked at, after signing in."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.form.get("resume") == "1" and hasattr(view, "is_resumable")


def is_own() -> bool:
    """Whether the browser says that a page of ours sent this request (ASVS 3.5.1)."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if not origin:
        return False
    parts = urlsplit(origin)
    base = current_app.config["CARNET"].base_url
    return f"{parts.scheme}://{parts.netloc}" in (request.host_url.rstrip("/"), base)


def is_worth_keeping() -> bool:
    """Whether the request at hand is a form of ours, not too long, to an address behind the sign-in."""
    view = current_app.view_functions.get(request.endpoint or "")
    return (
        request.method == "POST"
        and request.mimetype in TYPES
        and (request.content_length or 0) <= MOST
        and view is not None
        and not getattr(view, "is_public", False)
        and request.blueprint != "security"
        and is_own()
    )


def typed() -> Pairs:
    """Name and value of each field that was sent, without secrets and without what is the form's own business."""
    return [
        (name, value) for name, value in request.form.items(multi=True) if name not in OURS and not SECRET.search(name)
    ]


def address() -> str:
    """Where the form at hand was sent."""
    return request.full_path.rstrip("?")


def whose() -> int | None:
    """The user on whose page the form was filled in, where the form or the old cookie says so."""
    if (said := request.form.get("whose", "")).isdecimal():
        return int(said[:18])
    key = session.get("_user_id")
    return sessions.owner(str(key)) if key else None


def is_foreign() -> bool:
    """Whether the form at hand was filled in on the page of another user than the one who is signed in now."""
    said = request.form.get("whose", "") if request.mimetype in TYPES else ""
    return bool(said) and said != str(current_user.id)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="carnet-kept-form")


def keep() -> None:
    """Let the sign-in page that answers this request carry the form."""
    g.kept = _signer().dumps({"to": address(), "of": whose(), "fields": typed(), "files": bool(request.files)})


def carried() -> dict[str, Any] | None:
    """The form that a step of the sign-in carries; None where there is none, or it is forged or too old."""
    try:
        kept = _signer().loads(g.get("kept") or request.form.get("kept", ""), max_age=LASTS)
    except (BadSignature, HTTPException):
        # What can't be read, such as a body that is too large, carries nothing: the page that says so asks here, too.
        return None
    return dict(kept) if safe_next(kept.get("to")) else None


def kept_field() -> Markup:
    """The hidden field that each form of the sign-in passes on; empty where nothing waits."""
    if carried() is None:
        return Markup("")
    return Markup('<input type="hidden" name="kept" value="{}">').format(g.get("kept") or request.form["kept"])


def sign_in_page() -> Response:
    """The sign-in page, with the form that waits for it: answers the form's own address."""
    return make_response(render_template("security/login_user.html"), 401)


def _resumable(to: str) -> bool:
    try:
        endpoint, _values = current_app.create_url_adapter(request).match(urlsplit(to).path, method="POST")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return hasattr(current_app.view_functions[endpoint], "is_resumable")


def _label(name: str) -> str:
    """What the screens call a field; nothing where only the program has a word for it."""
    collection, _dash, rest = name.partition("-")
    key = collection if rest else name
    label = change_label(key)
    return "" if label == key else label


def shown_fields(fields: Pairs) -> Pairs:
    """Label and value of what a person typed, for their eyes."""
    return [(_label(name), value) for name, value in fields if value.strip() and name not in SILENT]


def again_page(reason: str, to: str, fields: Pairs, *, files: bool = False, status: int = 200) -> Response:
    """What was typed, and a button that sends it, or shows the form again. `reason`: signed_in, expired, foreign."""
    return make_response(
        render_template(
            "forms/again.html",
            reason=reason,
            to=to,
            fields=fields,
            typed=shown_fields(fields),
            files=files,
            can_resume=_resumable(to),
        ),
        status,
    )


def after_sign_in(response: Response) -> Response:
    """In place of the redirect that ends a sign-in: the form that waited. Another user's is dropped."""
    ended = request.method == "POST" and response.status_code in (302, 303) and "kept" in request.form
    if not ended or not current_user.is_authenticated or (kept := carried()) is None:
        return response
    if kept["of"] not in (None, current_user.id):
        return response
    g.pop("csrf_token", None)
    g.kept = None
    if current_user.locale:
        g.locale = current_user.locale
        refresh()
    fields = [(name, value) for name, value in kept["fields"]]
    with acting(current_user.act()):
        page = again_page("signed_in", kept["to"], fields, files=kept["files"])
    # The answer keeps its headers: cookies of the sign-in are among them.
    response.set_data(page.get_data())
    response.mimetype = "text/html"
    response.status_code = 200
    response.headers.pop("Location", None)
    return response


def setup(app: Flask) -> None:
    """Give the sign-in of `app` its memory. After `htmx.finish` is set, so that these pages get its headers."""
    app.jinja_env.globals.update(kept_field=kept_field, resuming=resuming)
    app.after_request(after_sign_in)
