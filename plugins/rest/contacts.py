"""Contacts: list, create, read, change, delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, request, url_for
from werkzeug.datastructures import MultiDict

from plugins.rest import objects, schemas, services
from plugins.rest.query import ListParameters, page_of
from plugins.rest.resources import Resources, answer, compared, given_version
from webapp.api import Contact, Stale, bin_contact, contacts_told, is_rehearsal, need

blueprint = Resources("rest_contacts", __name__, description="Contacts, whatever their functions.")


@blueprint.route("/contacts")
@blueprint.arguments(ListParameters, location="query", unknown="include")
@blueprint.response(200, schemas.Contacts)
def index(arguments: dict[str, Any]) -> Response:
    """List contacts

    Search, filters and order are those of the lists on the screen. `next` is the cursor of the next page.
    """
    need("contacts.read")
    page = page_of(MultiDict(request.args), arguments)
    return answer({"items": contacts_told([row.id for row in page.rows]), "next": page.next or None})


@blueprint.route("/contacts", methods=["POST"])
@blueprint.arguments(schemas.NewContact)
@blueprint.response(201, schemas.Contact, headers=schemas.CREATED)
@blueprint.alt_response(200, schema=schemas.RehearsedContact, description="What a dry run would have created")
def create(sent: dict[str, Any]) -> Response:
    """Create a contact

    A person or a company, with a name, an e-mail address or a phone, and with functions if wanted.
    """
    need("contacts.edit")
    made = objects.contact(services.create(sent))
    if is_rehearsal():
        return answer(schemas.without_ids(made))
    return answer(made, 201, version=made["version"], location=url_for("rest_contacts.read_one", id=made["id"]))


@blueprint.route("/contacts/<int:id>")
@blueprint.arguments(schemas.Looked, location="query")
@blueprint.response(200, schemas.Contact, headers=schemas.TAGGED)
@blueprint.alt_response(307, description="It was merged: the main contact is at `Location`", headers=schemas.MOVED)
def read_one(arguments: dict[str, Any], id: int) -> Response:  # noqa: A002 - the address's own word
    """Read a contact

    A merged one leads to the main contact; one in the bin is gone (410), unless a manager asks for it by `binned`.
    """
    need("contacts.read")
    contact = services.readable(id, binned=arguments["binned"])
    if contact.merged_into_id is not None:
        return moved("rest_contacts.read_one", contact)
    return told(contact)


def moved(endpoint: str, contact: Contact, name: str = "id") -> Response:
    """To the main contact, until the merge is undone: so nobody keeps the way."""
    place = url_for(endpoint, **{name: str(contact.merged_into_id)})  # type: ignore[arg-type]
    kept = urlencode([(key, value) for key, value in request.args.items(multi=True) if key != name])
    made = nothing(307)
    made.headers["Location"] = f"{place}{'&' if '?' in place else '?'}{kept}" if kept else place
    return made


def nothing(status: int = 204) -> Response:
    """An answer without a body."""
    made = make_response("", status)
    made.headers.pop("Content-Type", None)
    return made


def told(contact: Contact, **more: Any) -> Response:
    """The whole contact, with its version."""
    found = objects.contact(contact)
    return answer({**found, **more}, version=found["version"])


@blueprint.route("/contacts/<int:id>", methods=["PATCH"])
@blueprint.arguments(schemas.ContactChange)
@blueprint.response(200, schemas.Contact, headers=schemas.TAGGED)
def change(sent: dict[str, Any], id: int) -> Response:  # noqa: A002
    """Change a contact

    What is named is replaced, null clears it; a list is replaced whole, and an entry with its `id` stays the same.
    """
    need("contacts.edit")
    version = given_version(sent.get("version"))
    try:
        return told(services.change(id, sent, version))
    except Stale as error:
        raise compared(error, version, "contact", objects.contact(services.readable(id))) from None


@blueprint.route("/contacts/<int:id>", methods=["DELETE"])
@blueprint.arguments(schemas.Deletion, location="query")
@blueprint.response(204)
@blueprint.alt_response(200, schema=schemas.Contact, description="What a dry run would have put into the bin")
def delete(arguments: dict[str, Any], id: int) -> Response:  # noqa: A002
    """Put a contact into the bin

    Refused with `blockers` while something holds it; an administrator may cut its links by `override=links`.
    """
    need("contacts.manage")
    version = given_version(arguments["version"])
    services.readable(id)
    try:
        gone = bin_contact(id, version, override_links=arguments["override"] == "links")
    except Stale as error:
        raise compared(error, version, "contact", objects.contact(services.readable(id))) from None
    if is_rehearsal():
        return told(gone)
    return nothing()
