"""The list of partners, and the tab with a contact's contracts."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from sample_plugin import services
from webapp.api import _, file_context, list_page, load, redirect_to, render, right, toast

blueprint = Blueprint("sample_plugin", __name__)


@blueprint.route("/partners")
@right("contacts.read")
def index() -> Response:
    """All partners."""
    return list_page("partner", title=_("Partners"), new_label=_("New partner"))


@blueprint.route("/settings/partners")
@right("settings")
def settings() -> Response:
    """The page of the settings."""
    return render("sample_plugin/settings.html", count=services.count())


@blueprint.route("/contacts/<int:id>/contracts")
@right("contacts.read")
def contracts(id: int) -> Response:  # noqa: A002 - the address's own word
    """The tab."""
    contact = load(id)
    return render(
        "sample_plugin/contracts.html",
        contracts=services.contracts_of(id),
        **file_context(contact, "all", "contracts"),
    )


@blueprint.route("/contacts/<int:id>/contracts", methods=["POST"])
@right("contacts.edit")
def add(id: int) -> Response:  # noqa: A002
    """Sign a contract."""
    services.add_contract(id, request.form.get("title", ""))
    toast(_("The contract is signed."))
    return redirect_to(url_for("sample_plugin.contracts", id=id))
