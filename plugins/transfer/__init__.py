"""Import and export of contacts (spec H)."""

from plugins.transfer import commands, erasing, models, rehearsing, rest, running, undoing, views
from plugins.transfer.exporting import commands as export_commands
from plugins.transfer.exporting import mass
from plugins.transfer.exporting import rest as export_rest
from plugins.transfer.exporting import views as export_views
from webapp.api import (
    Erasure,
    HistorySource,
    JobKind,
    ListAction,
    MassAction,
    MenuEntry,
    Plugin,
    RestResource,
    _l,
)

plugin = Plugin(
    name="transfer",
    label=_l("Import and export"),
    version="0.1.0",
    models=(models.Import, models.StagedRow, models.SavedMapping),
    migrations="migrations",
    erasures=(
        Erasure(
            key="imports",
            label=_l("Rows of imports, and their files"),
            find=erasing.find,
            erase=erasing.erase,
            tables=("transfer_import", "transfer_row", "transfer_mapping"),
            overdue=erasing.is_due,
            expire=erasing.tidy,
        ),
    ),
    blueprints=(views.blueprint, export_views.blueprint),
    history_sources=(HistorySource(key="import", label=_l("Import"), endpoint="transfer.show"),),
    job_kinds=(
        JobKind(
            key=rehearsing.KIND,
            run=rehearsing.run,
            title=rehearsing.title,
            final=rehearsing.final,
            size=lambda params: rehearsing.CHUNK,
        ),
        JobKind(
            key=running.KIND,
            run=running.run,
            title=running.title,
            undo=undoing.undo,
            size=lambda params: running.CHUNK,
        ),
    ),
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
    rest_resources=(
        RestResource(key="imports", blueprint=rest.blueprint),
        RestResource(key="exports", blueprint=export_rest.blueprint),
    ),
    commands=(commands.import_command, export_commands.export_command),
)
