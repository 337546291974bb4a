"""What the API takes and tells of imports, as schemas (contract)."""

from __future__ import annotations

import marshmallow as ma

from plugins.transfer import imports, listing, storing
from plugins.transfer.matching import KEYS
from plugins.transfer.models import DECISIONS, OUTCOMES, PLANS, UNDONE

STATES = ("new", "rehearsing", "rehearsed", "importing", "imported", "undoing", "undone", "erased")
SHOWN = ("", listing.FLAWED, *dict.fromkeys([*PLANS, *OUTCOMES[1:], *UNDONE[1:]]))
fields = ma.fields


def _texts() -> ma.fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))


class NewImport(ma.Schema):
    """How a file is read and what its columns hold; what is left out is found out."""

    mapping = fields.String(validate=ma.validate.Length(max=80), metadata={"description": "Name of a saved mapping"})
    kind = fields.String(validate=ma.validate.OneOf(("person", "company")))
    doubles = fields.String(validate=ma.validate.OneOf(imports.DOUBLES))
    match = fields.List(fields.String(validate=ma.validate.OneOf(KEYS)), validate=ma.validate.Length(max=len(KEYS)))
    dry_run = fields.Boolean()


class NewImportInJson(NewImport):
    """The same with the file as base64, its columns and what each row is given."""

    file_name = fields.String(required=True, validate=ma.validate.Length(min=1, max=storing.NAME))
    content = fields.String(
        required=True, metadata={"format": "byte", "description": "The file, in base64; larger ones as a form"}
    )
    columns = _texts()
    constants = _texts()
    country = fields.String(validate=ma.validate.Regexp(r"\A[A-Z]{2}\Z"))


class NewImportAsForm(ma.Schema):
    """The same as a form, with the file itself; `match` is a comma list there."""

    file = fields.String(required=True, metadata={"format": "binary"})
    mapping = fields.String(validate=ma.validate.Length(max=80))
    kind = fields.String(validate=ma.validate.OneOf(("person", "company")))
    doubles = fields.String(validate=ma.validate.OneOf(imports.DOUBLES))
    match = fields.String()
    dry_run = fields.Boolean()


class ImportTold(ma.Schema):
    """An import. `plans`, `outcomes` and `undone` count its rows; the jobs are null until there are any."""

    id = fields.Integer(required=True, allow_none=True, metadata={"description": "null in a dry run"})
    file_name = fields.String(required=True)
    state = fields.String(required=True, validate=ma.validate.OneOf(STATES))
    total = fields.Integer(required=True)
    headers = fields.List(fields.String(), required=True)
    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    match = fields.List(fields.String(), required=True)
    doubles = fields.String(required=True)
    plans = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    flawed = fields.Integer(required=True)
    outcomes = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    undone = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    rehearsal_job = fields.Integer(required=True, allow_none=True)
    job = fields.Integer(required=True, allow_none=True)
    undo_job = fields.Integer(required=True, allow_none=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class Imports(ma.Schema):
    """A page of imports, the newest first."""

    items = fields.List(fields.Nested(ImportTold), required=True)
    next = fields.String(required=True, allow_none=True)


class RowTold(ma.Schema):
    """A row: `plan` what would become of it, `outcome` what has, `undone` what taking it back did; null where not yet.

    `changes` are `{field: [old, new]}` as texts, `warnings` name a column (null: the whole row) and say what is wrong
    there. `contact_id` is the contact it went into; `other_id` the one that it would change, or may be a double of.
    """

    number = fields.Integer(required=True)
    line = fields.Integer(required=True)
    cells = fields.List(fields.String(), required=True)
    plan = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    other_id = fields.Integer(required=True, allow_none=True)
    changes = fields.Dict(required=True)
    warnings = fields.List(fields.Dict(), required=True)
    decision = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    told = fields.String(required=True)
    contact_id = fields.Integer(required=True, allow_none=True)
    undone = fields.String(required=True, allow_none=True)


class Rows(ma.Schema):
    """A page of rows in the order of the file."""

    items = fields.List(fields.Nested(RowTold), required=True)
    next = fields.String(required=True, allow_none=True)


class Paging(ma.Schema):
    """Which page of the imports."""

    limit = fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=imports.PAGE))
    cursor = fields.String(load_default="", validate=ma.validate.Length(max=20))


class RowsWanted(ma.Schema):
    """Which rows."""

    show = fields.String(load_default="", validate=ma.validate.OneOf(SHOWN))
    limit = fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    cursor = fields.String(load_default="", validate=ma.validate.Length(max=20))


class RowMended(ma.Schema):
    """Cells by their headers, and what is to be done with the row (null: as planned)."""

    cells = fields.Dict(keys=fields.String(), values=fields.String())
    decision = fields.String(allow_none=True, validate=ma.validate.OneOf(DECISIONS[1:]))
    dry_run = fields.Boolean()
