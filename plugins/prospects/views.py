"""The list of prospects."""

from flask import Blueprint, Response

from webapp.api import _, list_page, right

blueprint = Blueprint("prospects", __name__)


@blueprint.route("/prospects")
@right("contacts.read")
def index() -> Response:
    """All prospects."""
    return list_page("prospect", title=_("Prospects"), new_label=_("New prospect"))
