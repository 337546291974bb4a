"""What a portal's server calls: a one-time code for a frame. It shows its key and secret, as HTTP Basic has it."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, jsonify, request
from flask_smorest import Blueprint

from plugins.embed import asking, launching, services
from plugins.embed.models import Portal
from webapp.api import Refused, _, count_wrong_link, public, public_place

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
        services.note_refused(key)
        count_wrong_link()
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
