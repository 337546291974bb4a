"""Loyalty: members collect points and get rewards."""

from loyalty import models, services, views
from webapp.api import Column, ContactFunction, MenuEntry, MergeRule, PersonalData, Plugin, ValueList, _l, list_embed

plugin = Plugin(
    name="loyalty",
    label=_l("Loyalty"),
    version="1.0.0",
    models=(models.Member, models.Reward),
    migrations="migrations",
    value_lists=(ValueList(key="loyalty_tiers", label=_l("Loyalty tiers"), items=services.TIERS),),
    functions=(
        ContactFunction(
            key="member", label=_l("Member"), plural=_l("Members"), letter=_l("M"), view_label=_l("Member view"),
            icon="star", colour="slot-b", slot="member", model=models.Member, fields=services.FIELDS,
            states=services.states, states_label=_l("Rewards"), list_endpoint="loyalty.index", number_range="own",
        ),
    ),
    blueprints=(views.blueprint,),
    menu=(MenuEntry(label=_l("Members"), endpoint="loyalty.index", icon="star"),),
    embeds=(list_embed("members", _l("List of members"), "loyalty.index", "star"),),
    columns=(Column(key="loyalty_points", label=_l("Points"), values=services.points_of),),
    merge_rules=(MergeRule(table="loyalty_reward", columns=("contact_id", "name"), rule="unite"),),
    personal_data=(
        PersonalData(table="loyalty_member", label=_l("Memberships"), kept=("tier", "points"), goes_along=True),
        PersonalData(table="loyalty_reward", label=_l("Rewards"), personal=("name",), rows="go", goes_along=True),
    ),
)  # fmt: skip
