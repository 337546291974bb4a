"""Merging contacts, with a preview before and a way back afterwards (spec E1-E7)."""

from plugins.merge import erasing, groups, made, models, places, provider, rest, services, undo_views
from webapp.api import (
    Erasure,
    HistorySource,
    JobKind,
    MassAction,
    Merging,
    PersonalData,
    Plugin,
    RestResource,
    Service,
    SettingsPage,
    _l,
)

plugin = Plugin(
    name="merge",
    label=_l("Merging"),
    version="0.1.0",
    models=(models.MergeStep,),
    migrations="migrations",
    personal_data=(
        PersonalData(
            table="merge_step",
            label=_l("Copies from before a merge"),
            personal=("data",),
            kept=("merge_id", "position", "kind", "table"),
            rows="go",
            goes_along=True,
        ),
    ),
    erasures=(
        Erasure(
            key="once_merged",
            label=_l("Lines in the history of contacts that it was merged with once"),
            find=erasing.find,
            erase=erasing.erase,
        ),
    ),
    rest_resources=(RestResource(key="merges", blueprint=rest.blueprint),),
    job_kinds=(
        JobKind(
            key=groups.KIND, run=groups.run, undo=groups.undo, title=groups.title, size=lambda params: groups.CHUNK
        ),
    ),
    blueprints=(undo_views.blueprint,),
    history_sources=(HistorySource(key="merge", label=_l("Merge"), endpoint="merge.show", offers=made.undo_offers),),
    settings_pages=(
        SettingsPage(
            key="merges",
            label=_l("Merges"),
            section="crm",
            endpoint="merge.index",
            icon="merge",
            hint=_l("Which contacts were merged, by whom, and taking it back"),
            right="contacts.manage",
            order=60,
        ),
    ),
    mass_actions=(
        MassAction(
            key="merge",
            label=_l("Merge contacts…"),
            icon="merge",
            page=places.of_chosen,
            call="POST /merges",
            most=services.MOST,
            order=30,
        ),
    ),
    services=(Service(port=Merging, provide=provider.Provider),),
)
