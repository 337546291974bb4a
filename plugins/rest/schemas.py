"""What is sent and what is told, as schemas: they check the one and describe both."""

from __future__ import annotations

from functools import cache
from typing import Any

import marshmallow as ma

from plugins.rest.added import AddedValues
from plugins.rest.fields import TIME, Boolean, Integer, identity, schema_of
from plugins.rest.functions import FunctionValues, PastFunctions
from plugins.rest.objects import NAMES
from webapp.api import CONTACT_COLLECTIONS, CONTACT_FIELDS, LINK_FIELDS

MOST = 200
"""Items of a page at most."""
DEFAULT = 50
MOST_ITEMS = 100
"""Entries of a list of a contact, as the services have it."""
TOO_MANY = "More than {max} entries."
AT_MOST = ma.validate.Length(max=MOST_ITEMS, error=TOO_MANY)

KINDS = ("person", "company")
fields = ma.fields


VERSION_TAG = {"description": "The version, for `If-Match`", "schema": {"type": "string"}}
PLACE = {"description": "Its address", "schema": {"type": "string"}}
TAGGED = {"ETag": VERSION_TAG}
CREATED = {"ETag": VERSION_TAG, "Location": PLACE}
MOVED = {"Location": PLACE}


class Strict(ma.Schema):
    """Refuses what it does not know, and says so in the description."""

    class Meta:
        """For marshmallow."""

        unknown = ma.RAISE


@cache
def _item(name: str, *, told: bool, rehearsed: bool) -> type[ma.Schema]:
    """The schema of one entry of a collection."""
    collection = next(one for one in CONTACT_COLLECTIONS if one.name == name)
    needed: tuple[str, ...] = collection.key if len(collection.key) == 1 else ()
    if name == "consents":
        needed = ("channel", "status")
    made: dict[str, fields.Field] = {
        one.name: schema_of(one, told=told, required=told or one.name in needed) for one in collection.fields
    }
    for one in needed:
        made[one].allow_none = told and one not in collection.key
    made["id"] = identity(required=told, allow_none=rehearsed)
    if collection.has_primary:
        made["is_primary"] = Boolean(required=told)
    if hasattr(collection.model, "normalised"):
        made["normalised"] = fields.String(allow_none=True, required=told, metadata={"readOnly": True})
    title = "".join(part.capitalize() for part in name.split("_"))
    use = "Rehearsed" if rehearsed else "Told" if told else "Sent"
    return _schema(f"{title}{use}", made)


def _schema(name: str, found: dict[str, fields.Field]) -> type[ma.Schema]:
    return type(name, (Strict,), found)


def _collections(*, told: bool, rehearsed: bool = False) -> dict[str, fields.Field]:
    made: dict[str, fields.Field] = {}
    for one in CONTACT_COLLECTIONS:
        item = _item(one.name, told=told, rehearsed=rehearsed)
        made[one.name] = fields.List(
            fields.Nested(item),
            required=told and one.right == "contacts.read",
            allow_none=not told,
            validate=() if told else AT_MOST,
        )
    return made


def _singles(*, told: bool) -> dict[str, fields.Field]:
    return {NAMES.get(one.name, one.name): schema_of(one, told=told, required=told) for one in CONTACT_FIELDS}


def _sent() -> dict[str, Any]:
    """What both a new contact and a change take."""
    tag = fields.String(validate=ma.validate.Length(max=60))
    return {
        **_singles(told=False),
        **_collections(told=False),
        "external_id": fields.String(allow_none=True, validate=ma.validate.Length(max=120)),
        "tags": fields.List(tag, allow_none=True, validate=AT_MOST),
        "fields": FunctionValues(),
        "custom": AddedValues(),
    }


NewContact = _schema(
    "NewContact",
    {
        **_sent(),
        "kind": fields.String(required=True, validate=ma.validate.OneOf(KINDS)),
        "functions": fields.List(
            fields.String(validate=ma.validate.Length(max=40)), validate=ma.validate.Length(max=20, error=TOO_MANY)
        ),
    },
)
ContactChange = _schema(
    "ContactChange", {**_sent(), "archived": Boolean(), "version": Integer(validate=ma.validate.Range(min=0))}
)


class WarningTold(Strict):
    """A value that could not be verified, or not be read by an import."""

    pointer = fields.String(required=True)
    key = fields.String(required=True)
    detail = fields.String(required=True)


def _told(*, rehearsed: bool = False) -> dict[str, Any]:
    def always(one: type[fields.Field] = fields.String, **more: Any) -> fields.Field:
        return one(required=True, **more)

    words = fields.List(fields.String(), required=True)
    return {
        "id": identity(required=True, allow_none=rehearsed),
        "kind": always(validate=ma.validate.OneOf(KINDS)),
        "name": always(),
        **_singles(told=True),
        **_collections(told=True, rehearsed=rehearsed),
        "external_id": always(allow_none=True),
        "tags": words,
        "functions": words,
        "fields": FunctionValues(required=True),
        "custom": AddedValues(told=True, required=True),
        "past": PastFunctions(required=True),
        "number": always(allow_none=True),
        "numbers": fields.Dict(keys=fields.String(), values=fields.String(), required=True),
        "former_numbers": words,
        "warnings": fields.List(fields.Nested(WarningTold), required=True),
        **{name: Boolean(required=True) for name in ("archived", "binned", "anonymised")},
        "created_at": always(metadata=TIME),
        "updated_at": always(metadata=TIME),
        "version": always(Integer),
    }


Contact = _schema("Contact", _told())
ConvertedContact = _schema("ConvertedContact", {**_told(), "changed": Boolean(required=True)})
RehearsedContact = _schema("RehearsedContact", _told(rehearsed=True))


def page_of(item: type[ma.Schema], name: str) -> type[ma.Schema]:
    """The schema of a page: its items, and the cursor of the next one, null on the last."""
    return _schema(
        name,
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
    )


Contacts = page_of(Contact, "Contacts")


_OF_LINK: dict[str, fields.Field] = {
    **{one.name: schema_of(one) for one in LINK_FIELDS},
    "move_primary": Boolean(metadata={"description": "Take the mark from the present primary contact."}),
}
NewLink = _schema("NewLink", {"person_id": identity(required=True), **_OF_LINK})
LinkChange = _schema("LinkChange", {**_OF_LINK, "version": Integer(validate=ma.validate.Range(min=0))})


def _link(*, rehearsed: bool = False) -> dict[str, Any]:
    return {
        "id": identity(required=True, allow_none=rehearsed),
        "person_id": identity(required=True),
        "party_id": identity(required=True),
        "person": fields.String(required=True),
        "party": fields.String(required=True),
        **{one.name: schema_of(one, told=True, required=True) for one in LINK_FIELDS},
        "created_at": fields.String(required=True, metadata=TIME),
        "version": Integer(required=True),
    }


Link = _schema("Link", _link())
RehearsedLink = _schema("RehearsedLink", _link(rehearsed=True))
Links = page_of(Link, "Links")


class Entry(Strict):
    """A line of the history."""

    id = identity(required=True)
    contact = identity(required=True)
    came_from = identity(
        required=True, allow_none=True,
        metadata={"description": "The contact that it tells of, where that was merged into this one"},
    )  # fmt: skip
    at = fields.String(required=True, metadata=TIME)
    user = identity(required=True, allow_none=True)
    user_name = fields.String(required=True, allow_none=True)
    way = fields.String(required=True)
    action = fields.String(required=True)
    changes = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Raw(allow_none=True), validate=ma.validate.Length(equal=2)),
        required=True,
    )  # fmt: skip
    source = fields.String(required=True, allow_none=True)


Entries = page_of(Entry, "Entries")


def _job(*, rehearsed: bool = False) -> dict[str, fields.Field]:
    return {
        "id": identity(required=True, allow_none=rehearsed),
        "state": fields.String(
            required=True, validate=ma.validate.OneOf(["queued", "running", "done", "stopped", "failed"])
        ),
        "title": fields.String(required=True),
        "way": fields.String(required=True),
        **{name: Integer(required=True) for name in ("total", "done", "skipped", "failed")},
        "error": fields.String(required=True, allow_none=True),
        "undo_of": identity(required=True, allow_none=True),
        "created_at": fields.String(required=True, metadata=TIME),
        "started_at": fields.String(required=True, allow_none=True, metadata=TIME),
        "ended_at": fields.String(required=True, allow_none=True, metadata=TIME),
    }


Job = _schema("Job", _job())
RehearsedJob = _schema("RehearsedJob", _job(rehearsed=True))
OUTCOMES = ("done", "skipped", "failed")


class MassActionSent(Strict):
    """Which contacts, by ids or by what they match, and what the action asks."""

    ids = fields.List(Integer(validate=ma.validate.Range(min=1, max=2**63 - 1)))
    filter = fields.Dict(
        keys=fields.String(), metadata={"description": "The parameters of the list of contacts, but for its order."}
    )
    expected = Integer(metadata={"description": "How many contacts match the filter."})
    values = fields.Dict(keys=fields.String(), metadata={"description": "What the action asks, by name."})


class Result(Strict):
    """What became of one record; null while it is still to do."""

    contact_id = Integer(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True, validate=ma.validate.OneOf([*OUTCOMES, None]))
    reason = fields.String(required=True)


Results = page_of(Result, "Results")


def without_ids(told: Any) -> Any:
    """What a dry run would have made: no id of it was ever given."""
    if isinstance(told, list):
        return [without_ids(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {name: None if name == "id" else without_ids(value) for name, value in told.items()}


class Paging(Strict):
    """Which part of a list."""

    limit = fields.Integer(load_default=DEFAULT, validate=ma.validate.Range(min=1, max=MOST))
    cursor = fields.String(load_default="", validate=ma.validate.Length(max=2000))


class ResultsPaging(Paging):
    """Which results."""

    outcome = fields.String(load_default="", validate=ma.validate.OneOf(OUTCOMES))


class Looked(Strict):
    """Whether a contact in the bin is told as well: to managers."""

    binned = fields.Boolean(load_default=False)


class LookedPaging(Paging):
    """A page of what belongs to a contact."""

    binned = fields.Boolean(load_default=False)


class HistoryPaging(LookedPaging):
    """Whose history."""

    contact = fields.Integer(required=True, validate=ma.validate.Range(min=1, max=2**63 - 1))


class Read(Strict):
    """Which version was read, in a body."""

    version = Integer(validate=ma.validate.Range(min=0))


class Deletion(Strict):
    """A deletion's conditions."""

    version = fields.Integer(load_default=None, validate=ma.validate.Range(min=0))
    override = fields.String(load_default="", validate=ma.validate.OneOf(["links"]))


class Unlinking(Strict):
    """Which version of a link goes."""

    version = fields.Integer(load_default=None, validate=ma.validate.Range(min=0))


class Trouble(ma.Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(lambda: Wrong()))
    blockers = fields.List(fields.Nested(lambda: BlockerTold()))
    version = Integer(allow_none=True)
    current = Integer()
    contact = fields.Nested(Contact)
    link = fields.Nested(Link)
    proposal = fields.Dict(keys=fields.String())
    merged_into = identity()
    existing = identity()
    kept_until = fields.String()
    count = Integer()
    confirm = fields.String()
    reference = fields.String()


class Wrong(Strict):
    """One thing to correct: where in the body, or by which parameter."""

    pointer = fields.String()
    parameter = fields.String()
    detail = fields.String(required=True)


class BlockerTold(Strict):
    """Why a contact can't be deleted now (spec D3)."""

    key = fields.String(required=True)
    plugin = fields.String(required=True)
    label = fields.String(required=True)
    count = Integer(required=True)
    remedy = fields.String(required=True)
    override = Boolean(required=True)
