"""The browser's side of a session: its cookie, who asks, and what a sign-in goes through (ASVS 6.3, 7.2)."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, Response, current_app, g, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import audit, realms
from webapp.accounts import second_factor, sessions, throttle
from webapp.accounts.models import User
from webapp.accounts.sessions import Live
from webapp.db import db, in_passing, now
from webapp.htmx import redirect_to

KEY = "_user_id"
"""Where Flask-Login looks for whom to load: here it is the session's key, never a user's name or number."""
HALF, HALF_LASTS = "half", 600
"""Between password and code: who it is, for ten minutes."""
OPEN_WITHOUT = frozenset({"account.second_factor_page", "account.switch_on", "security.logout", "accounts.preferences"})
"""Where one may go while the deployment demands a second factor and there is none yet."""


def client_address() -> str:
    """The browser's network address; empty where only the proxy's is known, which stands for everybody."""
    settings = current_app.config["CARNET"]
    return "" if settings.is_https and not settings.proxies else request.remote_addr or ""


def current_session() -> Live:
    """The session of a signed-in request."""
    live: Live = g.live_session
    return live


def load(key: str) -> User | None:
    """Flask-Login's loader: user and session in one statement."""
    found = sessions.find(str(key))
    if found is None:
        return None
    user, g.live_session = found
    return user


def enter(user: User, remembered: bool) -> None:
    """Sign `user` in: a new session under a new key, whatever the cookie held before (ASVS 7.2.4)."""
    session.clear()
    session[KEY] = sessions.start(
        user, remembered, address=client_address(), agent=request.headers.get("User-Agent", "")
    )
    session.permanent = remembered
    # What comes after in this request belongs to them, a new CSRF token too.
    g.pop("csrf_token", None)
    g._login_user = user
    audit.note("sign_in", user=user.id)


def leave() -> None:
    """Sign the browser out; its key lets nobody in any more."""
    if live := g.get("live_session"):
        sessions.end(live.id)
        audit.note("sign_out", user=live.user_id)
    session.clear()


def start_half(user: User, remembered: bool, place: str) -> None:
    """The password was right: keep in the cookie whose code is awaited, bound to that password."""
    session.clear()
    g.pop("csrf_token", None)
    session[HALF] = {
        "user": user.id, "of": _mark(user), "at": int(now().timestamp()), "remembered": remembered, "next": place,
    }  # fmt: skip


def half() -> tuple[User, dict[str, Any]] | None:
    """Whose code is awaited; None once it took too long, the password changed, or the user was switched off."""
    kept = session.get(HALF)
    if not kept or now().timestamp() - kept["at"] > HALF_LASTS:
        return None
    user = db.session.get(User, kept["user"])
    if user is None or not user.active or kept["of"] != _mark(user) or not second_factor.is_on(user):
        return None
    return user, kept


def _mark(user: User) -> str:
    return hashlib.sha256(f"{user.password}\n{user.tf_totp_secret}".encode()).hexdigest()[:32]


def count_try(kind: throttle.Kind, subject: str) -> None:
    """Count a try of an account and of the network it comes from; raises `throttle.TooMany`."""
    throttle.attempt(kind, subject)
    throttle.attempt(throttle.ADDRESS, throttle.network(client_address()))


def try_succeeded(kind: throttle.Kind, subject: str) -> None:
    """Take that try off again."""
    throttle.succeeded(kind, subject)
    throttle.took_back(throttle.ADDRESS, throttle.network(client_address()))


def too_many(answer: Response, error: throttle.TooMany) -> Response:
    """Make of a page the answer to too many tries."""
    answer.status_code = 429
    answer.headers["Retry-After"] = str(error.wait)
    return answer


def count_wrong_link(subject: str = "") -> None:
    """Count an address of a public page that leads nowhere, be it asked for by a GET; raises `throttle.TooMany`.

    `subject` is whose it would be, where that is known: it is counted for them as well as for the network.

    For links that nobody could guess: who has a right one is let in before anything is counted, so that no other's
    tries keep them out.
    """
    error: throttle.TooMany | None = None
    with in_passing():
        try:
            for who in (subject, throttle.network(client_address())):
                throttle.attempt(throttle.LINK, who)
        except throttle.TooMany as caught:
            error = caught
    if error is not None:
        raise error


def _demand_second_factor() -> ResponseReturnValue | None:
    """Where the deployment demands it, setting it up comes before all else; who shows a token has no page for that."""
    if not current_app.config["CARNET"].require_totp or realms.here() or not current_user.is_authenticated:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    is_health = request.blueprint == "health"
    if second_factor.is_on(current_user) or request.endpoint in OPEN_WITHOUT or is_health or view is None:
        return None
    return redirect_to(url_for("account.second_factor_page"))


def _note_seen(response: Response) -> Response:
    """Note once a minute that the browser is there: after the request's own work, and only if nobody is in the way."""
    live: Live | None = g.get("live_session")
    if live is None or now() - live.seen_at < sessions.SEEN_EVERY:
        return response
    with in_passing():
        sessions.seen(live.id)
    return response


def setup(app: Flask) -> None:
    """Let sessions decide who asks."""
    app.login_manager.user_loader(load)  # type: ignore[attr-defined]
    # The API knows its callers by itself; no other token signs anybody in.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.before_request(_demand_second_factor)
    app.after_request(_note_seen)
    if proxies := app.config["CARNET"].proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]
