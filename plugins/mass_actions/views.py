"""Ask before, tell after: one page each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.mass_actions import services
from webapp.api import render, right, safe_next

blueprint = Blueprint("mass_actions", __name__)


@blueprint.route("/mass-actions", methods=["POST"])
@right("contacts.manage")
def run() -> Response:
    """Name what will be done to how many; with `confirmed`, do it and show each one's outcome."""
    action = services.find(request.form.get("action", ""))
    chosen = services.chosen(request.form.getlist("ids"))
    gone = chosen.gone + min(request.form.get("gone", 0, int), services.MOST)
    back = safe_next(request.form.get("back")) or url_for("contacts.index")
    context: dict[str, Any] = {"action": action, "gone": gone, "back": back}
    if request.form.get("confirmed") != "1":
        return render("mass_actions/confirm.html", contacts=chosen.contacts, **context)
    return render("mass_actions/outcome.html", outcome=services.run(action, chosen.contacts), **context)
