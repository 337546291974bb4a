"""A page to be framed in a portal: it says whether frames work there, and whether their cookie is kept."""

from __future__ import annotations

import secrets

from flask import Response, current_app, request, url_for

from plugins.embed import asking, services
from plugins.embed.admitting import frameable_by
from plugins.embed.views import blueprint
from webapp.api import Missing, _, count_wrong_link, public, redirect_to, render

TOLD = "Carnet-Check"
"""A header for the page in Settings that asks for this one: what a browser's script can read of cookies."""


def cookie_name() -> str:
    """Of a cookie like the frames' own, which opens nothing."""
    return "__Host-carnet-check" if current_app.config["CARNET"].is_https else "carnet-check"


@blueprint.route("/check/<key>")
@public
def check(key: str) -> Response:
    """Set the cookie and come back, then tell what has come with it."""
    portal = services.by_key(key)
    if portal is None:
        count_wrong_link()
        raise Missing(_("There is no such portal."))
    frameable_by(origins := asking.origins_of(portal))
    if "again" not in request.args:
        # Another one each time: what was kept from an earlier check says nothing.
        once = secrets.token_urlsafe(8)
        answer = redirect_to(url_for("embed.check", key=key, again=once))
        is_https = current_app.config["CARNET"].is_https
        answer.set_cookie(
            cookie_name(), once, max_age=60, secure=is_https, httponly=True, path="/",
            samesite="None" if is_https else "Lax", partitioned=is_https,
        )  # fmt: skip
        return answer
    came = request.cookies.get(cookie_name(), "") == request.args["again"] != ""
    answer = render(
        "embed/check.html",
        portal=portal,
        origins=origins,
        # Browsers say where a page is shown; one that does not is asked to be looked at.
        shown_in=request.headers.get("Sec-Fetch-Dest", ""),
        came=came,
    )
    answer.headers[TOLD] = "cookie" if came else "no-cookie"
    return answer
