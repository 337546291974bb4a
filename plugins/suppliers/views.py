"""The list of suppliers."""

from flask import Blueprint, Response

from webapp.api import _, list_page, right

blueprint = Blueprint("suppliers", __name__)


@blueprint.route("/suppliers")
@right("contacts.read")
def index() -> Response:
    """All suppliers."""
    return list_page("supplier", title=_("Suppliers"), new_label=_("New supplier"))
