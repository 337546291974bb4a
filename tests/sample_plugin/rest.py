"""Contracts by the REST API, and a feed whose readers show a key of their own."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, make_response, request
from flask_smorest import Blueprint as Resources

from sample_plugin import services
from webapp.api import Act, acting_as_system, need

contracts = Resources("sample_contracts", __name__, description="Contracts with partners.")
feed = Blueprint("sample_feed", __name__, url_prefix="/feed")


class NewContract(ma.Schema):
    """A contract to sign."""

    title = ma.fields.String(required=True, validate=ma.validate.Length(max=120))


class Contract(NewContract):
    """A signed contract."""

    id = ma.fields.Integer(required=True)


@contracts.route("/contacts/<int:id>/contracts")
@contracts.response(200, Contract(many=True))
def index(id: int) -> Any:  # noqa: A002 - the address's own word
    """List the contracts of a contact"""
    return services.contracts_of(id)


@contracts.route("/contacts/<int:id>/contracts", methods=["POST"])
@contracts.arguments(NewContract)
@contracts.response(201, Contract)
def add(sent: dict[str, str], id: int) -> Any:  # noqa: A002
    """Sign a contract"""
    return services.add_contract(id, sent["title"])


@feed.route("/partners")
def partners() -> Response:
    """How many partners there are."""
    need("contacts.read")
    return make_response(f"{services.count()}\n", {"Content-Type": "text/plain"})


def reader() -> Act | Response:
    """Who shows the key of the feed."""
    if request.headers.get("X-Feed-Key") != "letters and figures":
        return make_response("Show the key of the feed.\n", 401)
    return acting_as_system("api")


def failed(error: Exception) -> Response:
    """What a reader of the feed gets instead."""
    return make_response("There is nothing.\n", getattr(error, "status", None) or getattr(error, "code", 500))


def signed(view: Any) -> Any:
    """The feed's answers say where they come from."""
    answer = make_response(view())
    answer.headers["X-Feed"] = "partners"
    return answer
