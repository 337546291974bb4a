"""Proposals by the REST API: writing, sending, and the answer that makes a customer (contract: `/proposals`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Response, jsonify, make_response, request, url_for
from flask_smorest import Blueprint

from plugins.proposals import amounts, contents, deciding, letter, listing, sending, services
from plugins.proposals import rest_schemas as schemas
from plugins.proposals.deciding import Answer, Decided
from plugins.proposals.models import Proposal, ProposalAnswer
from webapp.api import Gone, Invalid, Missing, Stale, _, client_address, currency_digits, db, is_rehearsal, load, need

blueprint = Blueprint("rest_proposals", __name__, description="What is offered to contacts, and what they answer.")
Object = dict[str, Any]
ANSWERED = ("accepted", "declined")
TAG = {"ETag": {"description": "The version, for `If-Match`", "schema": {"type": "string"}}}
PLACE = {"Location": {"description": "Its address", "schema": {"type": "string"}}}


def told(*some: Proposal) -> list[Object]:
    """Proposals as the API tells them: three statements, however many."""
    ids = [one.id for one in some]
    answers = db.session.scalars(sa.select(ProposalAnswer).where(ProposalAnswer.proposal_id.in_(ids)))
    given = {(one.proposal_id, one.revision): one for one in answers}
    return [_told(one, given.get((one.id, one.revision))) for one in some]


def _told(one: Proposal, given: ProposalAnswer | None) -> Object:
    content = contents.present(one)
    sums = content.totals

    def money(units: int) -> str:
        return _decimal(units, currency_digits(one.currency))

    return {
        "id": one.id,
        "contact_id": one.contact_id,
        "number": one.number or None,
        "title": one.title,
        "introduction": one.introduction or None,
        "closing": one.closing or None,
        "currency": one.currency,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        "state": services.state_of(one),
        "revision": one.revision,
        "lines": [
            {
                "description": line.description,
                "quantity": _decimal(line.quantity, 3),
                "unit": line.unit or None,
                "unit_price": money(line.unit_price),
                "discount": _decimal(line.discount, 2),
                "vat_rate": _decimal(line.vat_rate, 2),
                "net": money(amounts.amount(line)),
            }
            for line in content.lines
        ],
        "net": money(sums.net),
        "tax": money(sums.tax),
        "gross": money(sums.gross),
        "vat": [{"rate": _decimal(vat.rate, 2), "base": money(vat.base), "tax": money(vat.tax)} for vat in sums.rates],
        "responsible": one.responsible_id,
        "created_at": _moment(one.created_at),
        "updated_at": _moment(one.updated_at),
        "sent_at": _moment(one.sent_at),
        "decided_at": _moment(one.decided_at),
        "answer": _answer(given) if given is not None and one.state in ANSWERED else None,
        "version": one.version,
    }


def _answer(given: ProposalAnswer) -> Object:
    return {
        "kind": given.kind,
        "way": given.way,
        "at": _moment(given.at),
        "user": given.user_id,
        "name": given.name or None,
        "reason": given.reason or None,
        "content_hash": given.content_hash,
    }


def _decimal(units: int, digits: int) -> str:
    return f"{Decimal(units).scaleb(-digits):.{digits}f}"


def _moment(value: dt.datetime | None) -> str | None:
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if value else None


def _made(proposal: Proposal, status: int = 200, **more: Any) -> Response:
    """The answer with a proposal; in a dry run it has no id."""
    (found,) = told(proposal)
    if is_rehearsal() and status == 201:
        found["id"] = None
    answer = jsonify({**found, **more})
    answer.status_code = status
    answer.headers["ETag"] = f'"{proposal.version}"'
    if status == 201:
        answer.headers["Location"] = url_for("rest_proposals.show", id=proposal.id)
    return answer


def _values(sent: Mapping[str, Any]) -> Object:
    """What the services take of a body."""
    own = {name: value for name, value in sent.items() if name not in ("contact_id", "version", "dry_run")}
    if "responsible" in own:
        own["responsible_id"] = own.pop("responsible")
    return own


@contextmanager
def _named_as_sent() -> Iterator[None]:
    """What is wrong is named as the body names it."""
    try:
        yield
    except Invalid as error:
        names = {"responsible_id": "responsible"}
        raise Invalid(error.message, {names.get(one, one): text for one, text in error.errors.items()}) from None


def _version(sent: Mapping[str, Any]) -> int | None:
    """The version that the caller has read, by `version` or `If-Match`; one that is none of ours fits nothing."""
    body: int | None = sent.get("version")
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return body
    names = [one.strip().removeprefix("W/").strip('"') for one in header.split(",")]
    known = {int(one) for one in names if one.isascii() and one.isdecimal() and len(one) < 19}
    if body is not None:
        return body if body in known else 0
    return min(known) if len(known) == 1 else 0


def _checked(proposal_id: int, sent: Mapping[str, Any]) -> None:
    """Raise `Stale`, with the proposal as it is, where someone saved since the version that was read."""
    version = _version(sent)
    if version is None:
        return
    try:
        services.for_change(proposal_id, version)
    except Stale as error:
        (present,) = told(services.get(proposal_id))
        error.details |= {"version": version, "proposal": present}
        error.message = _(
            "Someone else saved this since you read it. Compare with what is there now, and send it again."
        )
        raise


@blueprint.route("/proposals")
@blueprint.arguments(schemas.Wanted, location="query", unknown=ma.RAISE)
@blueprint.response(200, schemas.Proposals)
def index(wanted: Object) -> Response:
    """List proposals

    The newest first unless `sort` says otherwise: `created`, `number`, `valid_until`, `total`, each with a minus sign
    before it for downwards. `state` may be `open`: drafts, and those sent that can still be accepted. `q` looks in
    number, title, and what finds the contact.
    """
    need("contacts.read")
    query = listing.ProposalQuery(
        q=wanted["q"],
        state=wanted["state"],
        contact_id=wanted["contact"],
        responsible_id=wanted["responsible"],
        sort=wanted["sort"],
        after=wanted["cursor"],
        size=wanted["limit"],
    )
    return _page(query)


@blueprint.route("/contacts/<int:id>/proposals")
@blueprint.arguments(schemas.Paging, location="query", unknown=ma.RAISE)
@blueprint.response(200, schemas.Proposals)
@blueprint.alt_response(307, description="It was merged: the main contact's are at `Location`", headers=PLACE)
def of_contact(wanted: Object, id: int) -> Response:  # noqa: A002 - the address's own word
    """List the proposals of a contact

    The newest first, those of contacts that were merged into it among them.
    """
    need("contacts.read")
    contact = load(id)
    if contact.merged_into_id is not None:
        answer = make_response("", 307)
        answer.headers["Location"] = url_for(
            "rest_proposals.of_contact",
            id=contact.merged_into_id,
            limit=wanted["limit"],
            cursor=wanted["cursor"] or None,
        )
        return answer
    if contact.deleted_at is not None:
        raise Gone(_("This contact is in the bin: a manager can restore it."))
    return _page(listing.ProposalQuery(contact_id=id, after=wanted["cursor"], size=wanted["limit"]))


def _page(query: listing.ProposalQuery) -> Response:
    found = listing.page(query, with_lines=True)
    return jsonify({"items": told(*(one for one, _contact in found.rows)), "next": found.next or None})


@blueprint.route("/proposals", methods=["POST"])
@blueprint.arguments(schemas.NewProposal)
@blueprint.response(201, schemas.ProposalTold, headers={**TAG, **PLACE})
@blueprint.alt_response(200, schema=schemas.ProposalTold, description="What a dry run would have made")
def create(sent: Object) -> Response:
    """Make a proposal

    A draft, to any contact whatever its functions, with the next number of the range.
    """
    need("contacts.edit")
    try:
        with _named_as_sent():
            made = services.create(sent["contact_id"], _values(sent))
    except Missing as error:
        raise Invalid(_("Please correct what is marked."), {"contact_id": error.message}) from None
    return _made(made, 201)


@blueprint.route("/proposals/<int:id>")
@blueprint.response(200, schemas.ProposalTold, headers=TAG)
def show(id: int) -> Response:  # noqa: A002
    """Read a proposal"""
    return _made(services.get(id))


@blueprint.route("/proposals/<int:id>", methods=["PATCH"])
@blueprint.arguments(schemas.ProposalChange)
@blueprint.response(200, schemas.ProposalTold, headers=TAG)
def change(sent: Object, id: int) -> Response:  # noqa: A002
    """Change a draft

    What is named is replaced, lines whole. One that was sent is refused: `POST /proposals/{id}/revise` makes a new
    version of it.
    """
    need("contacts.edit")
    _checked(id, sent)
    with _named_as_sent():
        return _made(services.update(id, _values(sent)))


@blueprint.route("/proposals/<int:id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(200, schema=schemas.ProposalTold, description="What a dry run would have deleted")
def delete(id: int) -> Response:  # noqa: A002
    """Delete a draft

    For managers also what was declined or withdrawn. Its number is not given again.
    """
    need("contacts.edit")
    _checked(id, {})
    (before,) = told(services.get(id))
    services.delete(id)
    return jsonify(before) if is_rehearsal() else make_response("", 204)


@blueprint.route("/proposals/<int:id>/send", methods=["POST"])
@blueprint.arguments(schemas.Sending)
@blueprint.response(200, schemas.ProposalSent, headers=TAG)
def send(sent: Object, id: int) -> Response:  # noqa: A002
    """Send a proposal

    By a link of its own, which is mailed where the firm has a mail server, and told here this once. Sent again, there
    is one link more.
    """
    need("contacts.edit")
    _checked(id, sent)
    made = sending.send(id, email=sent.get("email"))
    return _made(services.get(id), link=letter.public_page(made.token), mailed_to=made.email or None)


@blueprint.route("/proposals/<int:id>/revoke", methods=["POST"])
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.ProposalTold, headers=TAG)
def revoke(sent: Object, id: int) -> Response:  # noqa: A002
    """End all links of a proposal

    At once; it stays sent, and can be sent by a new link.
    """
    need("contacts.edit")
    _checked(id, sent)
    sending.revoke(id)
    return _made(services.get(id))


@blueprint.route("/proposals/<int:id>/revise", methods=["POST"])
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.ProposalTold, headers=TAG)
def revise(sent: Object, id: int) -> Response:  # noqa: A002
    """Make a new version of what was sent

    It is a draft again; who has the link of the version before is told that there is a newer one.
    """
    need("contacts.edit")
    _checked(id, sent)
    return _made(services.revise(id))


@blueprint.route("/proposals/<int:id>/accept", methods=["POST"])
@blueprint.arguments(schemas.Answering)
@blueprint.response(200, schemas.ProposalDecided, headers=TAG)
def accept(sent: Object, id: int) -> Response:  # noqa: A002
    """Accept for the recipient

    From draft or sent. The contact becomes a customer, once: whoever comes second gets `changed: false`. What has
    expired, was withdrawn or declined is refused with what to do, and so is a prospect that is disqualified.
    """
    need("contacts.edit")
    _checked(id, sent)
    return _decided(deciding.accept(id, _given(sent)))


@blueprint.route("/proposals/<int:id>/decline", methods=["POST"])
@blueprint.arguments(schemas.Answering)
@blueprint.response(200, schemas.ProposalDecided, headers=TAG)
def decline(sent: Object, id: int) -> Response:  # noqa: A002
    """Note that the recipient declined"""
    need("contacts.edit")
    _checked(id, sent)
    return _decided(deciding.decline(id, _given(sent)))


@blueprint.route("/proposals/<int:id>/withdraw", methods=["POST"])
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.ProposalDecided, headers=TAG)
def withdraw(sent: Object, id: int) -> Response:  # noqa: A002
    """Withdraw a proposal

    A draft, or one that was sent and not answered.
    """
    need("contacts.edit")
    _checked(id, sent)
    changed = services.withdraw(id)
    return _decided(Decided(proposal=services.get(id), changed=changed))


def _given(sent: Mapping[str, Any]) -> Answer:
    return Answer(name=sent.get("name") or "", reason=sent.get("reason") or "", address=client_address())


def _decided(found: Decided) -> Response:
    return _made(found.proposal, changed=found.changed, note=found.note or None)
