"""The description of the API, OpenAPI 3.1: of the resources of all enabled plug-ins, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from weakref import WeakKeyDictionary

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, current_app, g, make_response
from flask_smorest.spec.plugins import FlaskPlugin

from plugins.rest import functions, problems, query, schemas
from plugins.rest.activation import BODY
from plugins.rest.added import AddedValues, state
from plugins.rest.fields import LARGEST_ID
from plugins.rest.resources import Resources
from webapp.api import REST_PREFIX, RestResource, public, registry

blueprint = Resources("rest_description", __name__)
METHODS = ("get", "post", "put", "patch", "delete")
ALWAYS = (400, 401, 403, 404, 422)
CHANGING = (409, 413, 415)
FROM_THE_ADDRESS = ("id", "link_id", "contact")
ABOUT = (
    "Contacts, their functions, contact persons, history, and jobs. Send `Authorization: Bearer TOKEN`. Errors are "
    "`application/problem+json` (RFC 9457). Ids are integers, given once; times UTC, RFC 3339; money and rates "
    "decimal strings. See docs/api.md."
)


class Description:
    """One description; flask-smorest's blueprints ask it for what they ask its `Api` for."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"
    DEFAULT_REQUEST_BODY_CONTENT_TYPE = "application/json"

    def __init__(self) -> None:
        self.marshmallow = MarshmallowPlugin()
        self.spec = APISpec("Carnet", "1", "3.1.0", [FlaskPlugin(), self.marshmallow], info={"description": ABOUT})
        self.marshmallow.converter.add_attribute_function(_functions)
        self.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
        self.spec.components.schema("Problem", schema=schemas.Trouble)
        for status in map(HTTPStatus, (*ALWAYS, *CHANGING, 410)):
            self.spec.components.response(status.name, _problem(status))

    def reference(self, schema: Any) -> Any:
        """A reference to a schema among the components."""
        return self.marshmallow.converter.resolve_nested_schema(schema)

    def add(self, resource: RestResource) -> None:
        """Describe the calls of a resource."""
        one: Any = resource.blueprint
        one.register_views_in_doc(self, current_app, self.spec, name=one.name, parameters=None)
        self.spec.tag({"name": one.name, "description": one.description})

    def finished(self) -> dict[str, Any]:
        """All of it, with what holds for every call."""
        bodies = [self.reference(functions.sent(one)) for one in registry().functions()]
        made: dict[str, Any] = self.spec.to_dict()
        made["servers"] = [{"url": "/"}]
        made["security"] = [{"token": []}]
        for path, calls in made["paths"].items():
            shared = calls.pop("parameters", [])
            for method in METHODS:
                if method in calls:
                    call = calls[method]
                    call["parameters"] = [*shared, *call.get("parameters", []), *_parameters(path, method)]
                    self._finish(call, method, bodies)
        return made

    def _finish(self, call: dict[str, Any], method: str, bodies: list[Any]) -> None:
        if call.get("requestBody") == BODY:
            schema = _any_function(bodies)
            call["requestBody"] = {"required": False, "content": {"application/json": {"schema": schema}}}
        for status in (*ALWAYS, 410, *(CHANGING if method != "get" else ())):
            call["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{HTTPStatus(status).name}"})
        for parameter in call["parameters"]:
            if parameter["name"] in FROM_THE_ADDRESS and parameter["in"] == "path":
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
            if parameter["name"] == "function" and parameter["in"] == "path":
                parameter["schema"] = {"type": "string", "enum": [one.key for one in registry().functions()]}
            if parameter["name"] == "action" and parameter["in"] == "path":
                keys = [one.key for one in registry().offers("mass_actions")]
                parameter["schema"] = {"type": "string", **({"enum": keys} if keys else {})}


def _functions(converter: Any, field: Any, **_more: Any) -> dict[str, Any]:
    """What apispec asks for each field; it makes this a method of its converter."""
    if isinstance(field, AddedValues):
        return field.described(converter.field2property)
    if not isinstance(field, functions.FunctionValues):
        return {}
    described: dict[str, Any] = field.described(converter.resolve_nested_schema)
    return described


def _problem(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": status.phrase, "content": {problems.TYPE: {"schema": schema}}}


def _any_function(bodies: list[Any]) -> dict[str, Any]:
    """The fields of one of the functions; with whichever version was read."""
    more = {"version": {"type": ["integer", "null"]}, "dry_run": {"type": "boolean"}}
    return {"anyOf": bodies, "description": f"Fields of the function; also {', '.join(more)}."}


def _parameters(path: str, method: str) -> Iterator[dict[str, Any]]:
    """What every call, or every call that changes something, takes besides."""
    text = {"type": "string"}
    if method == "get":
        if path == f"{REST_PREFIX}/contacts":
            for key in query.filters():
                yield {"in": "query", "name": key, "schema": text, "description": "A filter of the lists."}
        return
    about = "Answer 200 as if done, and change nothing."
    yield {"in": "query", "name": "dry_run", "schema": {"type": "boolean"}, "description": about}
    yield {"in": "header", "name": "If-Match", "schema": text, "description": "The version that was read."}
    if method == "post":
        about = "The same key and request again are answered as before, for a day."
        schema = {"type": "string", "maxLength": 200}
        yield {"in": "header", "name": "Idempotency-Key", "schema": schema, "description": about}


@blueprint.route("/openapi.json")
@blueprint.response(200, dict)
@public
def openapi() -> Response:
    """The description of the API

    Of what is switched on now. It needs no token.
    """
    g.locale = "en"
    known = _texts.setdefault(registry(), {})
    present = registry().enabled, state()
    if present not in known:
        known.clear()
        known[present] = json.dumps(_made())
    return make_response(known[present], 200, {"Content-Type": "application/json"})


_texts: WeakKeyDictionary[Any, dict[Any, str]] = WeakKeyDictionary()
"""By application, plug-ins that are switched on and fields that were added: making it takes a tenth of a second."""


def _made() -> dict[str, Any]:
    """The description of the resources that answer now."""
    one = Description()
    for resource in registry().offers("rest_resources"):
        if resource.blueprint is not blueprint:
            one.add(resource)
    return one.finished()
