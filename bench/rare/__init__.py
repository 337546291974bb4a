"""A function that one contact in ten thousand has, so that the benchmark sees how its list fares among a million."""

from flask import Blueprint, Response

from bench.rare.models import Rare
from webapp.api import ContactFunction, MenuEntry, Plugin, list_page, right

blueprint = Blueprint("rare", __name__)


@blueprint.route("/rare")
@right("contacts.read")
def index() -> Response:
    """All that have it."""
    return list_page("rare", title="Rare", new_label="New rare contact")


plugin = Plugin(
    name="rare",
    label="Rare",
    version="0",
    models=(Rare,),
    migrations="migrations",
    blueprints=(blueprint,),
    functions=(
        ContactFunction(
            key="rare",
            label="Rare",
            plural="Rare",
            letter="R",
            view_label="Rare view",
            past_label="As a rare one",
            icon="handshake",
            colour="slot-a",
            slot="rare",
            model=Rare,
            fields=(),
            list_endpoint="rare.index",
            order=90,
        ),
    ),
    menu=(MenuEntry(label="Rare", endpoint="rare.index", icon="handshake", order=90),),
)
