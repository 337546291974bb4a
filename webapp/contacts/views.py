"""Pages of contacts: the list of all of them; the views of one contact's pages lie beside this module."""

from __future__ import annotations

from flask import Response

from webapp.contacts import (
    bin_views,
    card_views,
    delete_views,
    edit_views,
    file_views,
    history_views,
    kind_views,
    new_views,
    state_views,
)
from webapp.contacts.pages import blueprint
from webapp.i18n import _
from webapp.lists.views import list_page
from webapp.security import right

VIEWS = (file_views, card_views, history_views, new_views, edit_views, kind_views, delete_views, bin_views, state_views)
"""Each registers its addresses with the blueprint when it is imported."""


@blueprint.route("/contacts")
@right("contacts.read")
def index() -> Response:
    """All contacts, whatever their functions (spec A1)."""
    return list_page(title=_("Contacts"), new_label=_("New contact"))
