"""What a portal's server calls: a one-time code for a frame. It shows its key and secret, as HTTP Basic has it."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, g, jsonify, request
from flask_smorest import Blueprint

from plugins.embed import asking, launching, services, tokens
from plugins.embed.models import Portal
from webapp.api import FRAGMENT, Embedding, Refused, _, count_wrong_link, public, public_place

blueprint = Blueprint("rest_embed", __name__, description="What a portal's server asks for, to show pages inside it.")
fields = ma.fields


class NotKnown(Refused):
    """No portal that shows this secret (401)."""

    status = 401


class Wanted(ma.Schema):
    """What a portal wants to show."""

    class Meta:
        """For marshmallow."""

        unknown = ma.RAISE

    view = fields.String(required=True, metadata={"description": "The key of what is shown, such as `card`"})
    parameters = fields.Dict(metadata={"description": 'What that takes, such as `{"id": 12}`'})
    opens = fields.List(fields.String(), metadata={"description": "Other views that its links lead to inside"})
    user = fields.String(metadata={"description": "E-mail address of who is signed in to the portal"})
    origin = fields.String(metadata={"description": "The page's origin; the portal's first where none is named"})
    locale = fields.String(metadata={"description": "`fr`, `en` or `de`; the user's own where none is named"})
    theme = fields.String(metadata={"description": "`auto`, `light` or `dark`"})
    accent = fields.String(metadata={"description": "A colour, such as `#1a7f5a`"})
    font = fields.String(metadata={"description": "`system`, `arial`, `georgia`, `segoe` or `verdana`"})


class WantedFragment(Wanted):
    """What a portal wants to put into a page of its own."""

    uid = fields.String(metadata={"description": "Tells fragments of one page apart: small letters and digits"})


class Token(ma.Schema):
    """A token, and where a fragment is fetched with it."""

    token = fields.String(required=True, metadata={"description": "For `Authorization: Bearer`"})
    url = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds"})
    view = fields.String(required=True)
    origin = fields.String(required=True)
    uid = fields.String(required=True, metadata={"description": "All ids begin with `c-<uid>-`"})


class Code(ma.Schema):
    """A one-time code, and where a frame begins with it."""

    code = fields.String(required=True)
    url = fields.String(required=True, metadata={"description": "For the frame's `src`: it serves once"})
    start_url = fields.String(required=True, metadata={"description": "Takes `code` by a form instead"})
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds"})
    view = fields.String(required=True)
    origin = fields.String(required=True)


def caller() -> Portal:
    """The portal that calls; raises 401, or 429 after many wrong secrets from one network."""
    shown = request.authorization
    key, secret = (shown.username or "", shown.password or "") if shown and shown.type == "basic" else ("", "")
    portal = services.verify(key, secret)
    if portal is None:
        count_wrong_link(services.refused_for(key))
        raise NotKnown(_("Send the portal's key and its secret as HTTP Basic authorization."))
    if not asking.origins_of(portal):
        raise Refused(_("No origin of this portal is allowed here: its operator names them in CARNET_EMBED_ORIGINS."))
    return portal


@blueprint.route("/embed/launch", methods=["POST"])
@blueprint.arguments(Wanted)
@blueprint.response(201, Code)
@public
def launch(sent: dict[str, Any]) -> Response:
    """Begin a frame

    The code serves once, within a minute, in a frame of a page of the portal's.
    """
    portal = caller()
    code, wanted = launching.launch(portal, sent)
    answer = jsonify(
        code=code,
        url=public_place("embed.start", code=code),
        start_url=public_place("embed.start"),
        expires_in=int(launching.CODE_LASTS.total_seconds()),
        view=wanted.view,
        origin=wanted.origin,
    )
    answer.status_code = 201
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/embed/token", methods=["POST"])
@blueprint.arguments(WantedFragment)
@blueprint.response(201, Token)
@public
def token(sent: dict[str, Any]) -> Response:
    """Fetch a fragment

    The token serves five minutes, on the origin that it was made for; by `?static=1` the portal's server fetches fixed
    text with it.
    """
    portal = caller()
    made, wanted = tokens.make(portal, sent)
    values: dict[str, Any] = dict(wanted.values)
    g.embedding = Embedding(at=FRAGMENT, endpoints=(asking.offered()[wanted.view].endpoint,), extends="")
    answer = jsonify(
        token=made,
        url=public_place(asking.offered()[wanted.view].endpoint, **values),
        expires_in=tokens.LASTS,
        view=wanted.view,
        origin=wanted.origin,
        uid=wanted.uid,
    )
    answer.status_code = 201
    answer.headers["Cache-Control"] = "no-store"
    return answer
