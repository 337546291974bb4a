"""What the API takes and tells of proposals, as schemas."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import marshmallow as ma

from plugins.proposals.services import STATES
from plugins.proposals.values import MOST_LINES

fields = ma.fields
LARGEST_ID = 2**63 - 1
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = {"format": "date-time"}
ID = ma.validate.Range(min=1, max=LARGEST_ID)
TEXT = ma.validate.Length(max=4000)


class Number(fields.Field):
    """A decimal string such as "1234.50", the same in every language; a JSON number is read as it is written."""

    default_error_messages = {"invalid": "Not a valid decimal string."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        is_text = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,10})?", value)
        if not (is_number or is_text):
            raise self.make_error("invalid")
        try:
            # Far beyond what can be kept, an exponent would only cost time.
            return max(min(Decimal(str(value)), Decimal(10**25)), Decimal(-(10**25)))
        except (InvalidOperation, ValueError):
            raise self.make_error("invalid") from None


def number(about: str, **more: Any) -> Number:
    """Its schema: what is told is text, what is sent may be a number."""
    return Number(metadata={"type": ["string", "number", "null"], "description": about}, allow_none=True, **more)


class Day(fields.String):
    """A day, written 2026-12-31."""

    default_error_messages = {"invalid": "Not a valid date."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            if not isinstance(text, str) or not re.fullmatch(DATE, text):
                raise ValueError(text)
            return dt.date.fromisoformat(text)
        except ValueError:
            raise self.make_error("invalid") from None


def identity(**more: Any) -> fields.Integer:
    """The schema of an id."""
    return fields.Integer(strict=True, validate=ID, **more)


def text(**more: Any) -> fields.String:
    """A text that is told."""
    return fields.String(required=True, **more)


class LineSent(ma.Schema):
    """A line: description, quantity and price are needed."""

    description = fields.String(required=True, validate=ma.validate.Length(max=2000))
    quantity = number("Three decimals at most", required=True)
    unit = fields.String(allow_none=True, validate=ma.validate.Length(max=20))
    unit_price = number("In the proposal's currency, with its decimals", required=True)
    discount = number("Per cent")
    vat_rate = number("Per cent; 0 where left out")


class ProposalChange(ma.Schema):
    """What of a draft is changed; `lines` are replaced whole."""

    title = fields.String(validate=ma.validate.Length(max=200))
    currency = fields.String(validate=ma.validate.Length(equal=3))
    valid_until = Day(allow_none=True, metadata={"format": "date"})
    introduction = fields.String(allow_none=True, validate=TEXT)
    closing = fields.String(allow_none=True, validate=TEXT)
    number = fields.String(validate=ma.validate.Length(max=64))
    responsible = identity(allow_none=True)
    lines = fields.List(fields.Nested(LineSent), metadata={"maxItems": MOST_LINES})
    version = fields.Integer(strict=True, allow_none=True, validate=ma.validate.Range(min=0))
    dry_run = fields.Boolean()


class NewProposal(ProposalChange):
    """A proposal to make: contact and title are needed. Left out, the currency is the contact's, else the firm's, and
    the last day is in 30 days; `valid_until: null` is none."""

    class Meta:
        """For marshmallow."""

        exclude = ("version",)

    contact_id = identity(required=True)
    title = fields.String(required=True, validate=ma.validate.Length(min=1, max=200))


class Nothing(ma.Schema):
    """What an action takes: the version that was read."""

    version = fields.Integer(strict=True, allow_none=True, validate=ma.validate.Range(min=0))
    dry_run = fields.Boolean()


class Sending(Nothing):
    """To whom the link is mailed: left out, to the contact's primary address; empty, to nobody."""

    email = fields.String(allow_none=True, validate=ma.validate.Length(max=254))


class Answering(Nothing):
    """Who answered, as they told it; of a refusal the reason."""

    name = fields.String(allow_none=True, validate=ma.validate.Length(max=200))
    reason = fields.String(allow_none=True, validate=ma.validate.Length(max=2000))


class LineTold(ma.Schema):
    """A line, and its amount without VAT."""

    description = text()
    quantity = text()
    unit = text(allow_none=True)
    unit_price = text()
    discount = text()
    vat_rate = text()
    net = text()


class VatTold(ma.Schema):
    """One rate, the sum of its lines, the tax on it."""

    rate = text()
    base = text()
    tax = text()


class AnswerTold(ma.Schema):
    """Who answered, when, and by which way."""

    kind = text(validate=ma.validate.OneOf(("accepted", "declined")))
    way = text(validate=ma.validate.OneOf(("page", "user", "api")))
    at = text(metadata=TIME)
    user = fields.Integer(required=True, allow_none=True)
    name = text(allow_none=True)
    reason = text(allow_none=True)
    content_hash = text(metadata={"description": "SHA-256 of what was answered"})


def _proposal() -> dict[str, fields.Field]:
    return {
        "id": fields.Integer(required=True, allow_none=True, metadata={"description": "null in a dry run"}),
        "contact_id": fields.Integer(required=True),
        "number": text(allow_none=True),
        "title": text(),
        "introduction": text(allow_none=True),
        "closing": text(allow_none=True),
        "currency": text(),
        "valid_until": text(allow_none=True, metadata={"format": "date"}),
        "state": text(validate=ma.validate.OneOf(tuple(STATES))),
        "revision": fields.Integer(required=True),
        "lines": fields.List(fields.Nested(LineTold), required=True),
        "net": text(),
        "tax": text(),
        "gross": text(),
        "vat": fields.List(fields.Nested(VatTold), required=True),
        "responsible": fields.Integer(required=True, allow_none=True),
        "created_at": text(metadata=TIME),
        "updated_at": text(metadata=TIME),
        "sent_at": text(allow_none=True, metadata=TIME),
        "decided_at": text(allow_none=True, metadata=TIME),
        "answer": fields.Nested(AnswerTold, required=True, allow_none=True),
        "version": fields.Integer(required=True),
    }


ProposalTold = type("ProposalTold", (ma.Schema,), _proposal())
ProposalSent = type(
    "ProposalSent",
    (ma.Schema,),
    {
        **_proposal(),
        "link": text(metadata={"description": "The public page, told this once", "format": "uri"}),
        "mailed_to": text(allow_none=True),
    },
)
ProposalDecided = type(
    "ProposalDecided",
    (ma.Schema,),
    {
        **_proposal(),
        "changed": fields.Boolean(required=True, metadata={"description": "false: it was so already"}),
        "note": text(allow_none=True, metadata={"description": "Why the contact was not made a customer"}),
    },
)


class Proposals(ma.Schema):
    """A page of proposals."""

    items = fields.List(fields.Nested(ProposalTold), required=True)
    next = text(allow_none=True)


class Paging(ma.Schema):
    """A page."""

    class Meta:
        """For marshmallow."""

        unknown = ma.RAISE

    limit = fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    cursor = fields.String(load_default="", validate=ma.validate.Length(max=2000))


class Wanted(Paging):
    """Which proposals, and in which order."""

    q = fields.String(load_default="", validate=ma.validate.Length(max=200))
    state = fields.String(load_default="", validate=ma.validate.OneOf(("", "open", *STATES)))
    contact = fields.Integer(load_default=None, validate=ID)
    responsible = fields.Integer(load_default=None, validate=ID)
    sort = fields.String(load_default="-created", validate=ma.validate.Length(max=20))
