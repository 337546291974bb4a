"""Pages inside a firm's portal: frames, fragments and fixed text, for origins that an administrator names (spec I3)."""

from plugins.embed import door, erasing, models, rest, views
from webapp.api import Erasure, PersonalData, Plugin, RestResource, _l

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
    blueprints=(views.blueprint,),
    realms=(door.realm,),
    rest_resources=(RestResource(key="embed", blueprint=rest.blueprint),),
)
