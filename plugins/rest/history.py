"""The history: who changed what, when, by which way."""

from __future__ import annotations

from typing import Any

from flask import Response

from plugins.rest import contacts, objects, schemas, services
from plugins.rest.resources import Resources, answer, place_before
from webapp.api import history_of, need

blueprint = Resources("rest_history", __name__, description="Every change of a contact, the newest first.")


@blueprint.route("/history")
@blueprint.arguments(schemas.HistoryPaging, location="query")
@blueprint.response(200, schemas.Entries)
@blueprint.alt_response(307, description="It was merged: the main contact's is at `Location`", headers=schemas.MOVED)
def index(arguments: dict[str, Any]) -> Response:
    """Read the history of a contact

    `changes` holds the old and the new value of each field; what this token may not see is left out.
    """
    need("contacts.read")
    contact = services.readable(arguments["contact"], binned=arguments["binned"])
    if contact.merged_into_id is not None:
        return contacts.moved("rest_history.index", contact, "contact")
    limit = arguments["limit"]
    rows = history_of(contact.id, place_before(arguments["cursor"]), limit + 1)
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return answer({"items": objects.entries(rows[:limit]), "next": following})
