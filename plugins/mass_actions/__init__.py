"""Mass actions: what plug-ins offer for one contact, done to the chosen ones of a list (spec C2, G2)."""

from plugins.mass_actions import services, views
from webapp.api import MassActions, Plugin, Service, _l

plugin = Plugin(
    name="mass_actions",
    label=_l("Mass actions"),
    version="0.1.0",
    blueprints=(views.blueprint,),
    services=(Service(port=MassActions, provide=services.Bar),),
)
