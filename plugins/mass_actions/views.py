"""Ask before, tell after: one page each."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from plugins.mass_actions import services
from webapp.api import render, right, safe_next

blueprint = Blueprint("mass_actions", __name__)


@blueprint.route("/mass-actions", methods=["POST"])
@right("contacts.manage")
def run() -> Response:
    """Name what will be done to how many; with `confirmed`, do it and show each one's outcome."""
    action = services.find(request.form.get("action", ""))
    contacts = services.chosen(request.form.getlist("ids"))
    back = safe_next(request.form.get("back")) or url_for("contacts.index")
    if request.form.get("confirmed") != "1":
        return render("mass_actions/confirm.html", action=action, contacts=contacts, back=back)
    return render("mass_actions/outcome.html", action=action, outcome=services.run(action, contacts), back=back)
