"""The list of members."""

from flask import Blueprint, Response

from webapp.api import _, list_page, right

blueprint = Blueprint("loyalty", __name__)


@blueprint.route("/members")
@right("contacts.read")
def index() -> Response:
    """All members."""
    return list_page("member", title=_("Members"), new_label=_("New member"))
