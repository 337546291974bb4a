"""Functions of a contact: activate with fields, take back, convert."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, g

from plugins.rest import added, contacts, functions, objects, schemas, services
from plugins.rest.resources import Resources, compared, given_version
from webapp.api import Contact, Invalid, Missing, Stale, _, convert, need, registry, release

blueprint = Resources("rest_functions", __name__, description="What a contact is: prospect, customer, supplier …")
BODY: dict[str, Any] = {"content": {"application/json": {"schema": {"type": "object"}}}}
"""Replaced by the fields of all functions, in the description."""


def _sent(function: str) -> tuple[dict[str, Any], int | None]:
    """The function's fields in the body, and the version that was read."""
    wanted = registry().function(function)
    if wanted is None or not registry().is_function_enabled(function):
        if wanted is None:
            raise Missing(_("There is no contact function “%(key)s”.", key=function[:40]))
        return {}, None
    body = g.rest_body if g.rest_body is not None else {}
    if not isinstance(body, dict):
        text = _("Send an object with the function's fields, or nothing.")
        raise Invalid(text, {"": text})
    own = {name: value for name, value in body.items() if name not in ("dry_run", "version", "to")}
    try:
        version = schemas.Read().load({name: body[name] for name in ("version",) if name in body}).get("version")
        return functions.sent(wanted)().load(own), given_version(version)
    except ma.ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ma.ValidationError) -> Exception:
    found = Invalid(_("Please correct what is marked."))
    found.details["messages"] = {"json": error.messages}
    return found


def _do(id: int, version: int | None, work: Any) -> tuple[Contact, Any]:  # noqa: A002
    """Run `work` on a contact that is still at `version`."""
    try:
        contact = services.changeable(id, version)
    except Stale as error:
        raise compared(error, version, "contact", objects.contact(services.readable(id))) from None
    return contact, work()


@blueprint.route("/contacts/<int:id>/functions/<function>", methods=["PUT"])
@blueprint.doc(requestBody=BODY)
@blueprint.response(200, schemas.Contact, headers=schemas.TAGGED)
def put(id: int, function: str) -> Response:  # noqa: A002
    """Activate a function

    The body, if any, holds its fields and its `number`; where the contact has the function already, they are changed.
    """
    need("contacts.edit")
    values, version = _sent(function)
    contact, _is_new = _do(id, version, lambda: services.activate_with(id, function, values))
    return contacts.told(contact)


@blueprint.route("/contacts/<int:id>/functions/<function>", methods=["DELETE"])
@blueprint.arguments(schemas.Unlinking, location="query")
@blueprint.response(200, schemas.Contact, headers=schemas.TAGGED)
def delete(arguments: dict[str, Any], id: int, function: str) -> Response:  # noqa: A002
    """Take a function back

    Only one that is not for good, and on which nothing hangs; what was noted stays under `past`.
    """
    need("contacts.edit")
    contact, _none = _do(id, given_version(arguments["version"]), lambda: release(id, function))
    return contacts.told(contact)


@blueprint.route("/contacts/<int:id>/convert", methods=["POST"])
@blueprint.doc(requestBody=BODY)
@blueprint.response(200, schemas.ConvertedContact, headers=schemas.TAGGED)
def to_customer(id: int) -> Response:  # noqa: A002
    """Convert a prospect to a customer, for good

    The body, if any, holds the customer's fields. `changed` is false where it was a customer already.
    """
    need("contacts.edit")
    to = g.rest_body.get("to", "customer") if isinstance(g.rest_body, dict) else "customer"
    if not isinstance(to, str):
        raise Invalid(_("Please correct what is marked."), {"to": _("This is a text.")})
    values, version = _sent(to)
    contact, changed = _do(id, version, lambda: convert(id, to, added.flat(values)))
    return contacts.told(contact, changed=changed)
