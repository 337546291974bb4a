"""Rights in views, headers on every answer, and addresses that are safe to go to (ASVS 3.4, 3.7)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, session
from werkzeug.exceptions import HTTPException

from webapp.acting import need

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V", bound=Callable[..., Any])

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
    )
)
NOBODY = "'none'"
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def csp_framed_by(origins: Sequence[str]) -> str:
    """The strict policy for a page that frames of these origins may show; of none, nobody's."""
    return CSP.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins) or NOBODY}")


def csp_framing_ours() -> str:
    """The strict policy for a page with a frame of our own in it."""
    return CSP.replace("frame-src 'none'", "frame-src 'self'")


def right(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Guard a view: the same right that its services ask for."""

    def guard(view: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            need(name)
            return view(*args, **kwargs)

        guarded.right = name  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view that needs no sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def only_asks(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view that is posted to and writes nothing, so that it waits for no writer.

    What is asked about goes in the body, since an address is logged and kept: personal data has no place there.
    """
    view.only_asks = True  # type: ignore[attr-defined]
    return view


def for_once(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view that changes something though it is only asked for: its address serves once, and is used up."""
    view.is_for_once = True  # type: ignore[attr-defined]
    return view


def takes_files(most: int) -> Callable[[V], V]:
    """Mark a view that is sent files: `most` bytes at once, which are read before anything is asked of the database.

    While a slow sender is waited for, nobody waits for the database on its account (SQLite has one writer at a time).
    Files go to disk as they come; the view says which are too large.
    """

    def mark(view: V) -> V:
        view.takes_files = most  # type: ignore[attr-defined]
        return view

    return mark


def safe_next(url: str | None) -> str:
    """`url` where it is a place inside this application, else an empty text (ASVS 3.7.2)."""
    if not url or not url.startswith("/") or url.startswith(("//", "/\\")) or "\\" in url:
        return ""
    if any(ord(char) < 32 for char in url):
        return ""
    parts = urlsplit(url)
    return "" if parts.scheme or parts.netloc else url


def picture(content: bytes, media_type: str) -> Response:
    """An uploaded picture as an answer; a browser that opens it alone runs nothing in it (ASVS 3.2.1)."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def set_headers(response: Response) -> Response:
    """The same strict headers on every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["CARNET"].is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def limit_size() -> None:
    """Refuse a large body unread: all that is no upload is held in memory whole, so it has the smaller limit."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
        return
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "takes_files", 0)
    if not most:
        return
    if "_user_id" not in session and "Authorization" not in request.headers:
        # Nobody whom we know: they sign in first, and send it then.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
        return
    request.max_content_length = most
    with suppress(HTTPException):
        # Said again to whoever asks for the form, once it is known in whose language.
        request.form  # noqa: B018


def setup(app: Flask) -> None:
    """Put the headers on every answer of `app`, and limits on every request before anything reads it."""
    app.before_request(limit_size)
    app.after_request(set_headers)
