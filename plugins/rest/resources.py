"""The blueprint of our own resources: flask-smorest's, with bodies from the door and unknown parameters refused."""

from __future__ import annotations

from typing import Any

import flask_smorest
import marshmallow as ma
from flask import Response, g, jsonify, request
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from plugins.rest import problems
from webapp.api import Stale, _

EVERYWHERE = ("dry_run",)
"""Parameters that each changing call knows: the door has read them."""


class Parser(FlaskParser):
    """Takes the body that the door has read; an unknown parameter of the address is an error, as in a body."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}

    def load_json(self, req: Any, schema: Any) -> Any:
        body = g.rest_body
        if body is None:
            return {}
        if isinstance(body, dict) and isinstance(body.get("dry_run"), bool):
            return {name: value for name, value in body.items() if name != "dry_run"}
        return body

    def load_querystring(self, req: Any, schema: Any) -> Any:
        known = MultiDict((name, value) for name, value in req.args.items(multi=True) if name not in EVERYWHERE)
        return MultiDictProxy(known, schema)


class Resources(flask_smorest.Blueprint):
    """Calls of the API that belong together."""

    ARGUMENTS_PARSER = Parser()


def answer(body: Any, status: int = 200, *, version: int | None = None, location: str = "") -> Response:
    """An answer in JSON, with the version as its ETag where it has one."""
    made = jsonify(body)
    made.status_code = status
    if version is not None:
        made.headers["ETag"] = f'"{version}"'
    if location:
        made.headers["Location"] = location
    return made


def given_version(body_version: int | None) -> int | None:
    """The version that the caller has read, by `version` or `If-Match`; None where nothing was said.

    An `If-Match` that names no version of ours fits none.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return body_version
    names = [one.strip().removeprefix("W/").strip('"') for one in header.split(",")]
    known = {int(one) for one in names if one.isascii() and one.isdecimal() and len(one) < 19}
    if body_version is not None:
        return body_version if body_version in known else 0
    return min(known) if len(known) == 1 else 0


def place_after(cursor: str) -> int:
    """The id after which a page begins; raises `Invalid` for a cursor that was never given."""
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        text = _("This page of the list is not known: start again at the first page.")
        raise problems.wrong_parameters({"cursor": text})
    return int(cursor)


def place_before(cursor: str) -> int | None:
    """The id before which a page begins, from the newest backwards."""
    return place_after(cursor) if cursor else None


def compared(error: Stale, version: int | None, name: str, present: Any) -> Stale:
    """The refusal of an old version, with both: the number that was read, and the record as it is (spec A5)."""
    error.details |= {"version": version, name: present}
    error.message = _("Someone else saved this since you read it. Compare with what is there now, and send it again.")
    return error
