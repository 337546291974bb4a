"""Import and export of contacts (spec H)."""

from plugins.transfer import commands, views
from plugins.transfer.exporting import commands as export_commands
from plugins.transfer.exporting import mass
from plugins.transfer.exporting import views as export_views
from webapp.api import ListAction, MassAction, MenuEntry, Plugin, _l

plugin = Plugin(
    name="transfer",
    label=_l("Import and export"),
    version="0.1.0",
    blueprints=(views.blueprint, export_views.blueprint),
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
        ListAction(key="export", label=_l("Export"), endpoint="exporting.choose", icon="download", takes_list=True),
    ),
    mass_actions=(
        MassAction(
            key="export",
            label=_l("Export…"),
            icon="download",
            work=mass.write,
            fields=mass.fields,
            title=mass.title,
            final=mass.final,
            right="contacts.read",
            chunk=500,
            order=70,
        ),
    ),
    commands=(commands.import_command, export_commands.export_command),
)
