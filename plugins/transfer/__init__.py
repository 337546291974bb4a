"""Import and export of contacts (spec H)."""

from plugins.transfer import commands, views
from webapp.api import ListAction, MenuEntry, Plugin, _l

plugin = Plugin(
    name="transfer",
    label=_l("Import and export"),
    version="0.1.0",
    blueprints=(views.blueprint,),
    menu=(
        MenuEntry(
            label=_l("Import"),
            endpoint="transfer.import_file",
            icon="upload",
            group="data",
            order=20,
            right="contacts.manage",
        ),
    ),
    list_actions=(
        ListAction(
            key="import",
            label=_l("Import"),
            endpoint="transfer.import_file",
            icon="upload",
            fills=True,
            right="contacts.manage",
        ),
    ),
    commands=(commands.import_command,),
)
