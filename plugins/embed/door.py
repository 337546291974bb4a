"""The realm below `/embed`: who stands behind a frame, what becomes of an answer there, and how a refusal looks.

No cookie of the application counts here, and none of here counts there: a frame has a session, a cookie and a CSRF
token of its own, and may do no more than its launch was for.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue

from plugins.embed import asking, fragments, launching
from plugins.embed.admitting import admit, ended, frameable_by
from plugins.embed.rewriting import Rewriter
from webapp.api import (
    EMBED_PREFIX,
    FRAGMENT,
    Act,
    CarnetError,
    Embedding,
    Forbidden,
    Realm,
    _,
    asked_at,
    csp_framed_by,
    embedded,
    public_base,
    render,
    sign,
    swap_target,
    toast,
)

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
DONE = "done"
"""The argument by which a page knows that it follows on something that was saved."""


def cookie_name() -> str:
    """Of the frames' cookie; it is another one than the application's."""
    return "__Host-carnet-embed" if current_app.config["CARNET"].is_https else "carnet-embed"


def caller() -> Act | Response:
    """Who sees this frame; raises what tells them why not."""
    if asked_at() == FRAGMENT:
        return fragments.caller()
    number = int(asked_at().rpartition("/")[2])
    key = request.cookies.get(cookie_name(), "")
    found = launching.find(number, key)
    if found is None:
        if portal := launching.portal_of_frame(number):
            frameable_by(asking.origins_of(portal))
        raise ended()
    frameable_by(found.origins)
    csrf = sign(f"{number}.{launching.digest(key)[:16]}", "embed form")
    who = admit(found, Embedding(at=asked_at(), endpoints=found.endpoints, extends="shells/embed.html", csrf=csrf,
                                 look=found.wanted))  # fmt: skip
    if request.method in UNSAFE and not _is_ours(csrf):
        raise Forbidden(_("This form was not sent from this view. Nothing was changed: reload it and send it again."))
    return who


def _is_ours(csrf: str) -> bool:
    shown = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
    return hmac.compare_digest(shown.encode(), csrf.encode())


def around(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run a view, and make of its answer what is shown in a frame, or in a page that is not ours."""
    made = make_response(current_app.make_response(view()))
    if asked_at():
        made = _leading_on(made)
        if asked_at() == FRAGMENT:
            made = fragments.fetched(made)
        if made.mimetype == "text/html":
            made.set_data(_rewriter().of(made.get_data(as_text=True)))
    return headed(made)


def _rewriter() -> Rewriter:
    here = embedded()
    if asked_at() != FRAGMENT or here is None:
        return Rewriter("frame", public_base())
    return Rewriter("static" if fragments.is_static() else "fragment", public_base(), here.prefix)


def headed(made: Response) -> Response:
    """An answer with the headers of this realm: who may frame or read it, and that it is nobody's opener."""
    made.headers["Content-Security-Policy"] = csp_framed_by(g.get("framed_by", ()))
    made.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    made.headers.setdefault("Cache-Control", "no-store")
    return fragments.readable(made) if asked_at() == FRAGMENT else made


def _leading_on(made: Response) -> Response:
    """Where an answer leads out of what may be framed, say here that it is done, with a link that leads there."""
    header = next((name for name in ("Location", "HX-Redirect") if name in made.headers), "")
    if not header:
        return made
    address = made.headers[header]
    if address.startswith(f"{EMBED_PREFIX}/"):
        if request.method in UNSAFE:
            parts = urlsplit(address)
            query = f"{parts.query}&" if parts.query else ""
            made.headers[header] = f"{parts.path}?{query}{urlencode({DONE: 1})}"
        return made
    return render("embed/done.html", address=address, again=request.full_path.rstrip("?"), done=True)


def refused(error: Exception) -> Response:
    """What goes wrong here, as a small page; as a message where a part of one was asked for."""
    status = getattr(error, "status", None) or getattr(error, "code", None) or 500
    titles = {
        401: _("This view has ended"),
        403: _("This is not shown here"),
        404: _("There is nothing here"),
        413: _("That is too large"),
        429: _("Too many tries"),
    }
    text = error.message if isinstance(error, CarnetError) else _("Nothing was changed.")
    if asked_at() == FRAGMENT and embedded() is None:
        g.embedding = Embedding(at=FRAGMENT, endpoints=(), extends="shells/portal.html")
    if swap_target():
        toast(text, "danger")
        made = make_response("", status)
        made.headers["HX-Reswap"] = "none"
    else:
        made = render("embed/refused.html", status, title=titles.get(status, _("That did not work")), text=text)
        if asked_at() == FRAGMENT:
            made.set_data(Rewriter("static", public_base()).of(made.get_data(as_text=True)))
    if wait := getattr(error, "wait", 0):
        made.headers["Retry-After"] = str(wait)
    return headed(made)


realm = Realm(key="embed", prefix=EMBED_PREFIX, caller=caller, answer=refused, around=around)
