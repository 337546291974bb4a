"""Merging by the REST API: what would be done (a dry run), doing it, and taking it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from flask_smorest import Blueprint

from plugins.merge import collisions, services, undoing
from plugins.merge.steps import packed
from webapp.api import Refused, is_rehearsal

blueprint = Blueprint("rest_merges", __name__, description="Contacts that become one, and what takes that back.")
LARGEST = 2**63 - 1
ID = ma.validate.Range(min=1, max=LARGEST)


class MergeSent(ma.Schema):
    """Which contacts become one: `main` is kept, `others` lead to it afterwards."""

    main = ma.fields.Integer(
        strict=True, validate=ID, metadata={"description": "Left out: the one that is suggested to be kept"}
    )
    others = ma.fields.List(
        ma.fields.Integer(strict=True, validate=ID),
        required=True,
        validate=ma.validate.Length(max=services.MOST),
    )
    choices = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(strict=True, validate=ID),
        metadata={
            "description": "By field, the id of the contact whose value is kept; `emails`, `phones`, `bank_accounts` "
            "and `addresses` name whose primary entry, or main address, leads; a function's as `customer.discount`"
        },
    )
    dry_run = ma.fields.Boolean()


class Collision(ma.Schema):
    """Two rows that can't both stay as they were."""

    table = ma.fields.String(required=True)
    how = ma.fields.String(required=True, validate=ma.validate.OneOf(("united", "demoted", "ended", "renamed")))
    aside = ma.fields.Integer(required=True)
    stays = ma.fields.Integer(required=True, allow_none=True)


class Made(ma.Schema):
    """A merge, or what it would do."""

    id = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "null in a dry run"})
    main = ma.fields.Integer(required=True)
    absorbed = ma.fields.List(ma.fields.Integer(), required=True)
    moved = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.Integer(), required=True,
        metadata={"description": "How many rows of each table belong to the main contact from then on"},
    )  # fmt: skip
    collisions = ma.fields.List(ma.fields.Nested(Collision), required=True)


class Answers(ma.Schema):
    """What holds where a value was changed since the merge."""

    choices = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(validate=ma.validate.OneOf(undoing.ANSWERS)),
    )
    dry_run = ma.fields.Boolean()


class Undone(ma.Schema):
    """A merge that was taken back."""

    id = ma.fields.Integer(required=True)
    main = ma.fields.Integer(required=True)
    absorbed = ma.fields.List(ma.fields.Integer(), required=True)
    converted = ma.fields.List(
        ma.fields.Integer(), required=True,
        metadata={"description": "Contacts that were converted, since the main contact was while they were one"},
    )  # fmt: skip


@blueprint.route("/merges", methods=["POST"])
@blueprint.arguments(MergeSent)
@blueprint.response(201, Made)
@blueprint.alt_response(200, schema=Made, description="What a dry run would have done")
def create(sent: dict[str, Any]) -> Response:
    """Merge contacts

    All of it or nothing. The values of the main contact are kept, else those of the other one changed last, else of
    the lower id; functions, entries, links and everything that plug-ins keep are united. What is in the way is named
    under `blockers`; a contact that was merged already is refused with `merged_into`.
    """
    main, others = sent.get("main"), sent["others"]
    ids = others if main is None else [main, *others]
    if is_rehearsal():
        plan, merge_id = services.preview(ids, main, sent.get("choices")), None
        services.refuse(plan)
    else:
        made, plan = services.merge(ids, main, sent.get("choices"))
        merge_id = made.id
    answer = jsonify(
        id=merge_id,
        main=plan.main.id,
        absorbed=[one.id for one in plan.absorbed],
        moved=plan.moved,
        collisions=[asdict(one) for one in collisions.of(plan)],
    )
    answer.status_code = 200 if merge_id is None else 201
    return answer


@blueprint.route("/merges/<int:merge_id>/undo", methods=["POST"])
@blueprint.arguments(Answers)
@blueprint.response(200, Undone)
def undo(sent: dict[str, Any], merge_id: int) -> dict[str, Any]:
    """Take a merge back

    Every row goes back to whose it was; what was changed since is kept. A single value that the merge set and somebody
    changed since is refused under `conflicts`, until `choices` say for each whether `before` or `now` holds.
    """
    try:
        found = undoing.undo(merge_id, sent.get("choices"))
    except Refused as error:
        if conflicts := error.details.get("conflicts"):
            error.details["conflicts"] = [packed(asdict(one)) for one in conflicts]
        raise
    return {
        "id": merge_id,
        "main": found.main.id,
        "absorbed": [one.id for one in found.absorbed],
        "converted": [contact_id for contact_id, _to in found.parting.conversions()],
    }
