"""Anonymising by the REST API."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from plugins.privacy import deciding
from webapp.api import is_rehearsal

blueprint = Blueprint("rest_privacy", __name__, description="Anonymising contacts, once and for good.")


class AnonymisingSent(ma.Schema):
    """Why, and the contact's number, so that nobody else is meant."""

    reason = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=500),
        metadata={"description": "Without personal data: the certificate repeats it"},
    )
    confirm = ma.fields.String(
        required=True, metadata={"description": "The contact's number; its id where it has none"}
    )
    dry_run = ma.fields.Boolean()


class Kept(ma.Schema):
    """Rows that stay, of one kind."""

    count = ma.fields.Integer(required=True)
    until = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "The last day on which the law keeps them"}
    )


class Anonymised(ma.Schema):
    """What was erased and what stays, by kind; `certificate` is null in a dry run."""

    id = ma.fields.Integer(required=True)
    certificate = ma.fields.String(required=True, allow_none=True)
    erased = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    kept = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(Kept), required=True)


@blueprint.route("/contacts/<int:id>/anonymise", methods=["POST"])
@blueprint.arguments(AnonymisingSent)
@blueprint.response(200, Anonymised)
def anonymise(sent: dict[str, Any], id: int) -> dict[str, Any]:  # noqa: A002 - the address's own word
    """Anonymise a contact

    All that is personal goes, of the contact and of those merged into it, and nothing brings it back; number, country
    and what the law keeps stay. Needs the data-protection permission and a token of scope `admin`.
    """
    if is_rehearsal():
        done = deciding.rehearse(id, sent["reason"], sent["confirm"])
        goes, stays, number = {one.key: one.count for one in done.goes}, deciding.kept_of(done), None
    else:
        case = deciding.anonymise(id, sent["reason"], sent["confirm"])
        goes, stays, number = case.goes, case.stays, case.number
    kept = {key: {"count": count, "until": until} for key, (count, until) in stays.items()}
    return {"id": id, "certificate": number, "erased": goes, "kept": kept}
