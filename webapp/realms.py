"""Realms: parts of the address space that know their callers, and answer what goes wrong, in a way of their own.

The API's callers show tokens and read JSON; pages know nothing of that, and a realm nothing of cookies. A plug-in
offers a `Realm`; switched off, its addresses are like any that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, g, has_request_context, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue

from webapp.plugin import Realm
from webapp.registry import registry

Handler = Callable[[Any], ResponseReturnValue]


def here() -> Realm | None:
    """The realm in which the request at hand lies, of an enabled plug-in."""
    if not has_request_context():
        return None
    path = request.path
    # Whether its plug-in is switched on is asked only where there is one: what needs no database does without.
    for plugin, one in registry().realms:
        if (path == one.prefix or path.startswith(f"{one.prefix}/")) and registry().is_enabled(plugin):
            return one
    return None


class Sessions(SecureCookieSessionInterface):
    """The session of the application's own pages; in a realm it is empty, and nothing of it is kept."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds."""
        return self.session_class() if is_beyond() else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie."""
        if not is_beyond():
            super().save_session(app, session, response)


def is_beyond() -> bool:
    """Whether the address at hand lies in the realm of an installed plug-in, be that switched on or off."""
    return any(f"{request.path}/".startswith(f"{one.prefix}/") for _plugin, one in registry().realms)


def is_rehearsal() -> bool:
    """Whether nothing of this request will last: its realm was asked for a dry run."""
    return bool(g.get("is_rehearsal"))


def around(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run the view, inside the request's transaction, as its realm does."""
    realm = here()
    return realm.around(view) if realm is not None else view()


def or_else(handler: Handler) -> Handler:
    """What a realm answers to an error, else what `handler` does. Mistakes of ours are the handler's to note."""

    def answer(error: Any) -> ResponseReturnValue:
        realm = here()
        if realm is None or getattr(error, "code", None) == 500:
            return handler(error)
        return realm.answer(error)

    return answer
