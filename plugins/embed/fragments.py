"""Fragments of a portal's own page, fetched from its origin with a token, and fixed text for its server (spec I3).

The answers of CORS are made here, by hand: which origin may read one is known only once its token is, which extensions
for CORS, whose origins are set at the start, can't be told.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response, g, make_response, request

from plugins.embed import asking, launching, tokens
from plugins.embed.admitting import admit, ended
from plugins.embed.models import Portal
from webapp.api import FRAGMENT, Act, Embedding, Forbidden, _, db

ALLOWED = (
    "Authorization, HX-Request, HX-Target, HX-Trigger, HX-Trigger-Name, HX-Current-URL, HX-Source, HX-Request-Type, "
    "HX-Boosted, HX-Prompt, HX-History-Restore-Request"
)
"""What htmx 2 and 4 send."""
EXPOSED = (
    "HX-Trigger, HX-Trigger-After-Swap, HX-Trigger-After-Settle, HX-Location, HX-Redirect, HX-Refresh, HX-Retarget, "
    "HX-Reswap, HX-Reselect, HX-Push-Url, HX-Replace-Url"
)
MAX_AGE = 600
"""Seconds for which a browser need not ask again."""


def is_static() -> bool:
    """Whether fixed text is asked for: read alone, by a portal's server."""
    return request.args.get("static") == "1"


def caller() -> Act | Response:
    """Who shows this token; raises what tells them why not. Cookies count for nothing."""
    origin = request.headers.get("Origin", "")
    if origin and _may_read(origin):
        g.read_by = origin
    if request.method == "OPTIONS":
        return preflight()
    kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
    claim = tokens.read(token.strip()) if kind.lower() == "bearer" else None
    if claim is None:
        raise ended()
    portal = db.session.scalar(sa.select(Portal).where(Portal.key == claim.portal))
    found = launching.standing(portal, claim.user_id, claim.wanted)
    if found is None or portal is None or not portal.fragments:
        raise ended()
    if origin != claim.wanted.origin and (origin or not is_static()):
        raise Forbidden(_("This token was made for another origin."))
    if is_static() and request.method != "GET":
        raise Forbidden(_("Fixed text is for reading."))
    return admit(
        found,
        Embedding(
            at=FRAGMENT,
            # Of fixed text, every link opens the application.
            endpoints=() if is_static() else found.endpoints,
            extends="shells/portal.html",
            prefix=f"c-{claim.wanted.uid}-",
            look=claim.wanted,
        ),
    )


def _may_read(origin: str) -> bool:
    """Whether this is the origin of a portal that may fetch fragments."""
    portals = db.session.scalars(sa.select(Portal).where(Portal.active, Portal.fragments))
    return any(origin in asking.origins_of(one) for one in portals)


def preflight() -> Response:
    """What a browser asks before it sends a request with a token: may this origin, and with which headers."""
    answer = make_response("", 204)
    if "read_by" in g:
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
        answer.headers["Access-Control-Allow-Headers"] = ALLOWED
        answer.headers["Access-Control-Max-Age"] = str(MAX_AGE)
    return readable(answer)


def readable(answer: Response) -> Response:
    """An answer that scripts of the portal's origin may read, and of no other."""
    answer.vary.add("Origin")
    if origin := g.get("read_by"):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = EXPOSED
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def fetched(made: Response) -> Response:
    """What becomes of an answer in a page that is not ours: nothing moves that page elsewhere."""
    made.headers.pop("HX-Push-Url", None)
    if address := made.headers.pop("HX-Redirect", ""):
        # Inside it is fetched anew, with the same token.
        made.status_code, made.headers["Location"] = 303, address
    return made
