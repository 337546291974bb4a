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


@blueprint.route("/partners/compare")
@right("contacts.read")
def compare() -> Response:
    """The chosen contacts, side by side."""
    ids = request.args.getlist("ids", type=int)
    return render("sample_plugin/compare.html", contacts=[load(one) for one in ids], back=request.args.get("back", ""))


@blueprint.route("/settings/partners")
@right("settings")
def settings() -> Response:
    """The page of the settings."""
    return render("sample_plugin/settings.html", key="partners", count=services.count())


@blueprint.route("/settings/partners/<function>")
@right("settings")
def settings_for(function: str) -> Response:
    """How many partners have another function too."""
    return render("sample_plugin/settings.html", key=f"partners_{function}", count=services.count_with(function))


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
