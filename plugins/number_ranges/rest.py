"""Number ranges by the REST API: read them, change how they give numbers, switch which function takes from which."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from plugins.number_ranges import kinds, report, switches, values
from plugins.number_ranges.kinds import COMMON, SECTION
from plugins.number_ranges.pattern import LONGEST_AFFIX, LONGEST_LENGTH
from plugins.number_ranges.rules import LARGEST_STEP
from plugins.number_ranges.wanted import NAMES, RESTARTS, coerced
from webapp.api import Invalid, Missing, Stale, _, need, registry

blueprint = Blueprint("rest_number_ranges", __name__, description="What numbers look like, and which comes next.")

COUNTER = ma.validate.Range(min=1, max=10**LONGEST_LENGTH - 1)
ROW = ma.validate.Range(min=1, max=2**63 - 1)
SWITCHES = ("own", "starts", "keeps", "on")


class Sent(ma.Schema):
    """What of a range is to change; what is not named stays. `id` says which of its values in time is meant."""

    id = ma.fields.Integer(
        strict=True, validate=ROW, metadata={"description": "Of the value; the one valid today where left out"}
    )
    version = ma.fields.Integer(strict=True, validate=ROW, metadata={"description": "Of the value, as it was read"})
    prefix = ma.fields.String(validate=ma.validate.Length(max=LONGEST_AFFIX))
    suffix = ma.fields.String(validate=ma.validate.Length(max=LONGEST_AFFIX))
    length = ma.fields.Integer(strict=True, validate=ma.validate.Range(min=1, max=LONGEST_LENGTH))
    step = ma.fields.Integer(strict=True, validate=ma.validate.Range(min=1, max=LARGEST_STEP))
    next = ma.fields.Integer(
        strict=True, validate=COUNTER, metadata={"description": "The counter of the number that comes next"}
    )
    restart = ma.fields.String(validate=ma.validate.OneOf([code for code, _label in RESTARTS]))
    first = ma.fields.Integer(strict=True, validate=COUNTER, metadata={"description": "Where the counter begins again"})
    valid_from = ma.fields.Date(allow_none=True)
    valid_to = ma.fields.Date(allow_none=True)
    manual = ma.fields.Boolean(metadata={"description": "Whether a number can be typed by hand"})
    own = ma.fields.Boolean(metadata={"description": "Whether the function has a range of its own"})
    starts = ma.fields.Boolean(metadata={"description": "Whether there is a number from the start"})
    keeps = ma.fields.Boolean(metadata={"description": "Whether the number stays at conversion"})
    on = ma.fields.Boolean(metadata={"description": "Whether accounts are given in turn"})


class Value(ma.Schema):
    """What a range is set to, and when that is valid."""

    id = ma.fields.Integer(required=True)
    version = ma.fields.Integer(required=True)
    prefix = ma.fields.String(required=True)
    suffix = ma.fields.String(required=True)
    length = ma.fields.Integer(required=True)
    step = ma.fields.Integer(required=True)
    next = ma.fields.Integer(required=True)
    restart = ma.fields.String(required=True)
    first = ma.fields.Integer(required=True)
    valid_from = ma.fields.Date(required=True, allow_none=True)
    valid_to = ma.fields.Date(required=True, allow_none=True)
    manual = ma.fields.Boolean(required=True)


class Range(ma.Schema):
    """A range: what takes its numbers from it, which comes next, how many are given and left, its values in time."""

    key = ma.fields.String(required=True)
    label = ma.fields.String(required=True)
    is_on = ma.fields.Boolean(required=True, metadata={"description": "Whether anything takes numbers from it now"})
    functions = ma.fields.List(ma.fields.String(), required=True)
    next = ma.fields.String(required=True, allow_none=True)
    given = ma.fields.Integer(required=True)
    free = ma.fields.Integer(required=True)
    warnings = ma.fields.List(ma.fields.String(), required=True)
    switches = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Boolean(), required=True)
    values = ma.fields.List(ma.fields.Nested(Value), required=True)


class Ranges(ma.Schema):
    """All ranges."""

    items = ma.fields.List(ma.fields.Nested(Range), required=True)


def told(key: str) -> dict[str, Any]:
    """A range as the API tells it."""
    found = kinds.kind(key)
    state = report.state(found)
    rows = [(one, values.as_now(one)) for one in values.all_of(key)]
    return {
        "key": key,
        "label": found.label,
        "is_on": found.is_on,
        "functions": list(found.shares) if found.is_on else [],
        "next": state.next or None,
        "given": state.given,
        "free": state.free,
        "warnings": list(state.warnings) if found.is_on else [],
        "switches": {name: kinds.switch(key, name) for name in _switches_of(key)},
        "values": [
            {"id": row.id, "version": row.version} | {name: getattr(wanted, name) for name in NAMES}
            for row, wanted in rows
        ],
    }


def _switches_of(key: str) -> list[str]:
    """The names of what can be switched of a range."""
    if key == COMMON:
        return []
    asked = kinds.kind(key).asked
    if asked is not None:
        return ["on"] if asked.field else []
    return [one.name for one in switches.fields(switches.numbered(key))]


@blueprint.route("/number-ranges")
@blueprint.response(200, Ranges)
def index() -> Any:
    """List the number ranges

    The common one, those of functions, whether these have their own now or not, and those of accounts and documents.
    """
    need("settings")
    functions = [one.key for one in registry().functions() if one.number_range != "none"]
    asked = [one.key for one in registry().offers("number_ranges")]
    return {"items": [told(key) for key in (COMMON, *functions, *asked)]}


@blueprint.route("/number-ranges/<key>", methods=["PATCH"])
@blueprint.arguments(Sent)
@blueprint.response(200, Range)
def change(sent: dict[str, Any], key: str) -> Any:
    """Change a number range

    How it gives numbers from now on, and by `own`, `starts`, `keeps` or `on` what takes numbers from it. Numbers that
    were given never change. A counter that would give one of them again is refused with the smallest possible.
    """
    need("settings")
    kinds.kind(key)
    wanted = {name: sent.pop(name) for name in SWITCHES if name in sent}
    if unknown := [name for name in wanted if name not in _switches_of(key)]:
        text = _("This range has no such switch.")
        raise Invalid(text, dict.fromkeys(unknown, text))
    if wanted:
        _switch(key, wanted)
    if sent:
        values.ensure(key)
    value_id, version = sent.pop("id", None), sent.pop("version", None)
    if value_id is not None or version is not None or sent:
        row = values.load(key, value_id) if value_id is not None else _present(key)
        try:
            values.save(key, row.id, coerced(sent), version)
        except Stale as error:
            error.details["version"] = version
            raise
    return told(key)


def _present(key: str) -> Any:
    """The value that is meant where none is named: today's, else the only one."""
    rows = values.all_of(key)
    valid = report.valid_value(key)
    if valid is None and len(rows) != 1:
        raise Missing(_("No number range is valid today: name the value by “id”."))
    return next(one for one in rows if valid is None or one.id == valid.id)


def _switch(key: str, wanted: dict[str, bool]) -> None:
    settings = {f"{SECTION}.{key}.{name}": value for name, value in wanted.items()}
    if kinds.kind(key).asked is not None:
        switches.save_accounts(settings)
    else:
        switches.save(key, settings)
