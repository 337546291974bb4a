"""Where a frame begins: a code is used up for it, and its look is fetched."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, make_response, request, url_for

from plugins.embed import appearance, asking, launching
from plugins.embed.admitting import ended, frameable_by
from plugins.embed.door import cookie_name, refused
from webapp.api import EMBED_PREFIX, Embedding, Forbidden, _, count_wrong_link, for_once, public, speak

blueprint = Blueprint("embed", __name__, url_prefix=EMBED_PREFIX)


@blueprint.route("/start", methods=["GET", "POST"])
@public
@for_once
def start() -> Response:
    """Use a one-time code up and go on to the page that it was for, without the code in the address."""
    code = request.values.get("code", "")[:200]
    if portal := launching.portal_of_code(code):
        frameable_by(asking.origins_of(portal))
    spent = launching.burn(code)
    if spent is None:
        if portal is None:
            count_wrong_link()
        raise ended()
    wanted = asking.looking(launching.kept(spent), request.values)
    found = launching.standing(portal, spent.user_id, wanted)
    # Answered, not raised: the code is used up.
    if found is None:
        return refused(ended())
    if found.locale:
        speak(found.locale)
    if (origin := _sender()) and origin not in found.origins:
        return refused(Forbidden(_("This view was made for another portal. Nothing is shown here.")))
    frame, key = launching.start(spent, wanted, request.cookies.get(cookie_name(), ""))
    g.embedding = Embedding(at=f"{EMBED_PREFIX[1:]}/{frame.id}", endpoints=found.endpoints, extends="")
    answer = make_response("", 303)
    values: dict[str, Any] = dict(wanted.values)
    answer.headers["Location"] = url_for(found.views[wanted.view].endpoint, **values)
    answer.headers["Referrer-Policy"] = "no-referrer"
    is_https = current_app.config["CARNET"].is_https
    answer.set_cookie(
        cookie_name(), key, max_age=launching.LONGEST, secure=is_https, httponly=True, path="/",
        samesite="None" if is_https else "Lax", partitioned=is_https,
    )  # fmt: skip
    return answer


def _sender() -> str:
    """The origin of the page that sent the browser here, where it says so; empty for our own."""
    told = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(told)
    return "" if not parts.netloc or parts.netloc == request.host else f"{parts.scheme}://{parts.netloc}"


@blueprint.route("/look.css")
@public
def look() -> Response:
    """The style sheet for an accent colour and a font: it names nobody, and says what its address says."""
    answer = make_response(appearance.sheet(request.args.get("accent", ""), request.args.get("font", "")))
    answer.mimetype = "text/css"
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
