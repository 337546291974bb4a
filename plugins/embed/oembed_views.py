"""oEmbed (https://oembed.com): a wiki asks what stands at an address of ours, and gets a frame for it.

What it is told says nothing of whoever the address is about: the frame shows that, to who may see it.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from plugins.embed import asking, launching
from plugins.embed.admitting import frameable_by
from plugins.embed.door import cookie_name
from webapp.api import EMBED_PREFIX, Embed, Missing, _, public, public_base, registry, render

blueprint = Blueprint("oembed", __name__)
SANDBOX = "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox"
KEPT = 3600
"""Seconds for which a wiki may keep the answer."""
WIDTH = 600


def at(address: str) -> tuple[Embed, str, dict[str, object]] | None:
    """What may be embedded at a path of ours, its endpoint and the values of its address; None for nothing."""
    try:
        endpoint, values = current_app.url_map.bind(request.host).match(address, method="GET")
    except HTTPException:
        return None
    found = next((one for one in asking.offered().values() if endpoint == one.endpoint), None)
    return (found, endpoint, dict(values)) if found else None


@blueprint.route("/oembed")
@public
def oembed() -> Response:
    """The frame for an address; 404 for one that can't be embedded, 501 for another form than JSON."""
    if request.args.get("format", "json") != "json":
        answer = make_response(_("Only JSON is told here."), 501)
        answer.mimetype = "text/plain"
        return answer
    base, url = public_base(), request.args.get("url", "")[:2000]
    parts = urlsplit(url) if url.startswith(f"{base}/") else None
    found = at(parts.path.removeprefix(urlsplit(base).path)) if parts is not None else None
    if parts is None or found is None:
        raise Missing(_("Nothing at this address can be embedded."))
    embed = found[0]
    width = min(request.args.get("maxwidth", WIDTH, type=int) or WIDTH, WIDTH)
    height = min(request.args.get("maxheight", embed.height, type=int) or embed.height, embed.height)
    query = f"?{parts.query}" if parts.query else ""
    frame = Markup('<iframe src="{}" title="{}" width="{}" height="{}" sandbox="{}"></iframe>').format(
        f"{base}{url_for('embed_open.open_here', address=parts.path.lstrip('/'))}{query}",
        embed.label, max(width, 1), max(height, 1), SANDBOX,
    )  # fmt: skip
    answer = jsonify(
        version="1.0", type="rich", provider_name="Carnet", provider_url=base, title=str(embed.label),
        width=max(width, 1), height=max(height, 1), html=str(frame), cache_age=KEPT,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.after_app_request
def discover(answer: Response) -> Response:
    """Say at each address that can be embedded where its oEmbed is: to who is not signed in, too."""
    if request.method != "GET" or request.path.startswith(EMBED_PREFIX) or not registry().is_enabled("embed"):
        return answer
    if any(request.endpoint == one.endpoint for one in asking.offered().values()):
        here = f"{public_base()}{request.full_path.rstrip('?')}"
        link = f"{public_base()}{url_for('oembed.oembed')}?{urlencode({'url': here})}"
        answer.headers.add("Link", f'<{link}>; rel="alternate"; type="application/json+oembed"')
    return answer


opening = Blueprint("embed_open", __name__, url_prefix=EMBED_PREFIX)


@opening.route("/open/<path:address>")
@public
def open_here(address: str) -> Answer:
    """A frame without a code: what a frame of the same portal that is open already may show as well, else a link."""
    frameable_by(launching.origins())
    found = at(f"/{address}")
    if found is None:
        raise Missing(_("Nothing at this address can be embedded."))
    embed, endpoint, values = found
    # Of what the address says besides, what the page takes, and no more.
    given = {one.name: request.args[one.name] for one in embed.takes if one.name in request.args}
    place = f"/{address}" + (f"?{urlencode(given)}" if given else "")
    for number, standing in launching.open_frames(request.cookies.get(cookie_name(), "")):
        if standing.act(endpoint, values) is not None:
            return redirect(f"{EMBED_PREFIX}/{number}{place}")
    return render("embed/open.html", label=embed.label, address=f"{public_base()}{place}")
