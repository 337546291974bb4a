"""Prospects: contacts that may become customers (spec B5, C)."""

from functools import partial

from plugins.prospects import models, services, views
from webapp.api import (
    ContactChanged,
    ContactFunction,
    ContactsMerged,
    Filter,
    FunctionActivated,
    FunctionGuard,
    MenuEntry,
    PersonalData,
    Plugin,
    Subscriber,
    ValueList,
    _l,
    _lp,
    count_listed,
    list_embed,
)

plugin = Plugin(
    name="prospects",
    label=_l("Prospects"),
    version="0.1.0",
    models=(models.Prospect,),
    migrations="migrations",
    function_guards=(FunctionGuard(function="prospect", action="convert", find=services.disqualified),),
    personal_data=(
        PersonalData(
            table="prospect",
            label=_l("Prospect fields"),
            personal=("loss_text",),
            kept=(
                "status",
                "rating",
                "source",
                "stage",
                "probability",
                "expected_revenue",
                "currency",
                "loss_reason",
            ),
        ),
    ),
    value_lists=(
        ValueList(key="stages", label=_l("Stages"), items=services.STAGES),
        ValueList(key="loss_reasons", label=_l("Loss reasons"), items=services.LOSS_REASONS),
    ),
    blueprints=(views.blueprint,),
    functions=(
        ContactFunction(
            key="prospect",
            label=_l("Prospect"),
            plural=_l("Prospects"),
            letter=_lp("prospect", "P"),
            view_label=_l("Prospect view"),
            past_label=_l("As a prospect"),
            icon="target",
            colour="prospect",
            slot="buyer",
            model=models.Prospect,
            fields=services.FIELDS,
            kept_papers=_l(
                "Documents that must be kept exist for this prospect: it can't be deleted, only anonymised."
            ),
            list_endpoint="prospects.index",
            order=10,
        ),
    ),
    filters=(
        Filter(
            key="prospect_status",
            label=_l("Status"),
            choices=lambda: services.STATUSES,
            where=services.has_status,
            several=True,
            functions=("prospect",),
            order=15,
        ),
    ),
    embeds=(list_embed("prospects", _l("List of prospects"), "prospects.index", "target", 31),),
    menu=(
        MenuEntry(
            label=_l("Prospects"),
            endpoint="prospects.index",
            icon="target",
            order=20,
            count=partial(count_listed, "prospect"),
        ),
    ),
    subscribers=(
        Subscriber(event=ContactChanged, hear=services.changed),
        Subscriber(event=FunctionActivated, hear=services.begun),
        Subscriber(event=ContactsMerged, hear=services.merged),
    ),
)
