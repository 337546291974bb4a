"""The REST API under `/api/v1`: its door, its own resources, and those that other plug-ins offer (spec I4)."""

from plugins.rest import (
    activation,
    contacts,
    description,
    door,
    erasing,
    history,
    jobs,
    links,
    mass_actions,
    models,
    problems,
    token_views,
)
from webapp.api import REST_PREFIX, Erasure, MenuEntry, Plugin, Realm, RestResource, _l

plugin = Plugin(
    name="rest",
    label=_l("REST API"),
    version="0.1.0",
    models=(models.KeyedRequest,),
    migrations="migrations",
    erasures=(
        Erasure(
            key="rest_answers",
            label=_l("Answers of the API that wait to be told again"),
            find=erasing.find,
            erase=erasing.erase,
            tables=("rest_keyed_request",),
        ),
    ),
    blueprints=(token_views.blueprint,),
    menu=(MenuEntry(label=_l("API tokens"), endpoint="api_tokens.index", icon="plug", group="account"),),
    realms=(Realm(key="rest", prefix=REST_PREFIX, caller=door.caller, answer=problems.answer, around=door.around),),
    rest_resources=(
        RestResource(key="contacts", blueprint=contacts.blueprint),
        RestResource(key="functions", blueprint=activation.blueprint),
        RestResource(key="links", blueprint=links.blueprint),
        RestResource(key="history", blueprint=history.blueprint),
        RestResource(key="mass_actions", blueprint=mass_actions.blueprint),
        RestResource(key="jobs", blueprint=jobs.blueprint),
        RestResource(key="description", blueprint=description.blueprint),
    ),
)
