"""Exports by the REST API: a list as a file, sent while it is read (spec H4; contract)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response
from flask_smorest import Blueprint
from werkzeug.datastructures import MultiDict

from plugins.transfer.exporting.formats import FORMATS
from plugins.transfer.exporting.services import asked_for
from plugins.transfer.exporting.views import streamed
from webapp.api import Invalid, ListQuery, need

blueprint = Blueprint("rest_exports", __name__, description="Contacts as files.")
LONGEST = 200
"""Characters of a search."""
COLUMNS = (
    "Of a table: `all`, which can be imported again, `shown`, those that the list shows, or keys of columns of lists "
    "between commas, such as `city,number,email`"
)
SORTS = "As lists are sorted: `name`, `city`, `changed` …, with `-` before it from behind"


class Wanted(ma.Schema):
    """Which contacts, as which kind of file."""

    format = ma.fields.String(load_default="csv", validate=ma.validate.OneOf(tuple(FORMATS)))
    columns = ma.fields.String(
        load_default="all", validate=ma.validate.Length(min=1, max=2000), metadata={"description": COLUMNS}
    )
    function = ma.fields.String(load_default="", metadata={"description": "Only contacts with this function"})
    q = ma.fields.String(load_default="", validate=ma.validate.Length(max=LONGEST))
    sort = ma.fields.String(
        load_default="name", validate=ma.validate.Length(min=1, max=80), metadata={"description": SORTS}
    )
    archived = ma.fields.Boolean(
        load_default=False, metadata={"description": "The archived contacts instead of the others"}
    )


def _media(schema: dict[str, Any]) -> dict[str, Any]:
    return {one.media_type: {"schema": schema if one.key == "json" else {}} for one in FORMATS.values()}


FILE = {200: {"description": "The file", "content": _media({"type": "array", "items": {"type": "object"}})}}


@blueprint.route("/contacts/export")
@blueprint.arguments(Wanted, location="query", unknown=ma.RAISE)
@blueprint.doc(responses=FILE)
def export(arguments: dict[str, Any]) -> Response:
    """Export contacts

    As one file, however many there are: it is sent while it is read, all of it as it was when it was asked for.
    """
    need("contacts.read")
    sent = MultiDict({"q": arguments["q"], "sort": arguments["sort"]})
    if arguments["archived"]:
        sent["archived"] = "1"
    try:
        wanted = asked_for(arguments["format"], arguments["columns"], arguments["function"])
        ids = ListQuery.read(sent, arguments["function"]).ids()
    except Invalid as error:
        error.details["parameters"] = error.errors or {"sort": error.message}
        raise
    return streamed(wanted, [ids])
