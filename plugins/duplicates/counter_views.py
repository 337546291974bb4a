"""How many pairs wait for a decision, as a page so small that a portal shows it among others (spec I3)."""

from __future__ import annotations

from flask import Response

from plugins.duplicates import services
from plugins.duplicates.views import blueprint
from webapp.api import render, right


@blueprint.route("/duplicates/counter")
@right("contacts.read")
def counter() -> Response:
    """The number, and the way to the review."""
    return render("duplicates/counter.html", count=services.count_open())
