"""The list of customers."""

from flask import Blueprint, Response

from webapp.api import _, list_page, right

blueprint = Blueprint("customers", __name__)


@blueprint.route("/customers")
@right("contacts.read")
def index() -> Response:
    """All customers."""
    return list_page("customer", title=_("Customers"), new_label=_("New customer"))
