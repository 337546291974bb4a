"""Contact persons: a person's place at a party."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from plugins.rest import contacts, objects, schemas, services
from plugins.rest.resources import Resources, answer, compared, given_version, place_after
from webapp.api import Stale, is_rehearsal, link_person, load_link, need, unlink_person, update_link

blueprint = Resources("rest_links", __name__, description="Contact persons of a party, and where a person is one.")


@blueprint.route("/contacts/<int:id>/links")
@blueprint.arguments(schemas.LookedPaging, location="query")
@blueprint.response(200, schemas.Links)
@blueprint.alt_response(307, description="It was merged: the main contact's are at `Location`", headers=schemas.MOVED)
def index(arguments: dict[str, Any], id: int) -> Response:  # noqa: A002 - the address's own word
    """List the links of a contact

    As a party its contact persons, as a person the parties where it is one, in the order in which they were made.
    """
    need("contacts.read")
    contact = services.readable(id, binned=arguments["binned"])
    if contact.merged_into_id is not None:
        return contacts.moved("rest_links.index", contact)
    limit = arguments["limit"]
    found = services.links_of(id, place_after(arguments["cursor"]), limit)
    following = str(found[limit - 1].id) if len(found) > limit else None
    return answer({"items": [objects.link(one) for one in found[:limit]], "next": following})


@blueprint.route("/contacts/<int:id>/links", methods=["POST"])
@blueprint.arguments(schemas.NewLink)
@blueprint.response(201, schemas.Link, headers=schemas.CREATED)
@blueprint.alt_response(200, schema=schemas.RehearsedLink, description="What a dry run would have linked")
def create(sent: dict[str, Any], id: int) -> Response:  # noqa: A002
    """Link a contact person

    Where another is the primary contact, `move_primary` says that the mark moves.
    """
    need("contacts.edit")
    services.readable(id)
    person, moves = sent.pop("person_id"), sent.pop("move_primary", False)
    with services.named_in_body("person_id"):
        services.readable(person)
    made = objects.link(link_person(id, person, sent, move_primary=moves))
    if is_rehearsal():
        return answer(schemas.without_ids(made))
    return answer(made, 201, version=made["version"], location=url_for("rest_links.change", link_id=made["id"]))


@blueprint.route("/links/<int:link_id>", methods=["PATCH"])
@blueprint.arguments(schemas.LinkChange)
@blueprint.response(200, schemas.Link, headers=schemas.TAGGED)
def change(sent: dict[str, Any], link_id: int) -> Response:
    """Change a link

    What is named is replaced, null clears it.
    """
    need("contacts.edit")
    version, moves = given_version(sent.pop("version", None)), sent.pop("move_primary", False)
    try:
        found = objects.link(update_link(link_id, sent, version, move_primary=moves))
    except Stale as error:
        raise compared(error, version, "link", objects.link(load_link(link_id))) from None
    return answer(found, version=found["version"])


@blueprint.route("/links/<int:link_id>", methods=["DELETE"])
@blueprint.arguments(schemas.Unlinking, location="query")
@blueprint.response(204)
@blueprint.alt_response(200, schema=schemas.Link, description="What a dry run would have removed")
def delete(arguments: dict[str, Any], link_id: int) -> Response:
    """Remove a link

    A primary contact's can't be removed: first set `is_primary` to false.
    """
    need("contacts.edit")
    version = given_version(arguments["version"])
    before = objects.link(load_link(link_id))
    try:
        unlink_person(link_id, version)
    except Stale as error:
        raise compared(error, version, "link", objects.link(load_link(link_id))) from None
    return answer(before) if is_rehearsal() else contacts.nothing()
