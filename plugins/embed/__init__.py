"""Pages inside a firm's portal: frames, fragments and fixed text, for origins that an administrator names (spec I3)."""

from plugins.embed import check_views, door, erasing, fragment_views, models, oembed_views, rest, settings_views
from webapp.api import Erasure, HistorySource, PersonalData, Plugin, RestResource, SettingsPage, _l

plugin = Plugin(
    name="embed",
    label=_l("Embedding in a portal"),
    version="0.1.0",
    models=(models.Portal, models.Launch, models.Frame),
    migrations="migrations",
    personal_data=(PersonalData(table="embed_portal", label=_l("Portals"), kept=("origins", "views", "scopes")),),
    erasures=(
        Erasure(
            key="embed_frames",
            label=_l("Frames in portals that show it"),
            find=erasing.find,
            erase=erasing.erase,
            tables=erasing.TABLES,
        ),
    ),
    blueprints=(
        check_views.blueprint,
        settings_views.blueprint,
        fragment_views.blueprint,
        oembed_views.blueprint,
        oembed_views.opening,
    ),
    history_sources=(HistorySource(key="embed", label=_l("Portal"), endpoint="fragments.show"),),
    settings_pages=(
        SettingsPage(
            key="embed",
            label=_l("Embedding"),
            section="general",
            endpoint="portals.index",
            icon="plug",
            hint=_l("Portals that show cards, lists and forms of Carnet, and what each may"),
            order=50,
        ),
    ),
    realms=(door.realm,),
    rest_resources=(RestResource(key="embed", blueprint=rest.blueprint),),
)
