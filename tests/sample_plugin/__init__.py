"""Partners: a plug-in that uses every extension point of the contract, for tests and as an example."""

from sample_plugin import commands, models, rest, services, views
from webapp.api import (
    Column,
    ContactFunction,
    DeleteGuard,
    Filter,
    FunctionActivated,
    FunctionGuard,
    HistorySource,
    JobKind,
    ListAction,
    MassAction,
    MenuEntry,
    MergeRule,
    Numbering,
    PersonalData,
    Plugin,
    Realm,
    RestResource,
    Service,
    SettingsPage,
    Subscriber,
    Tab,
    ValueList,
    _l,
    each,
)

plugin = Plugin(
    name="sample_plugin",
    label=_l("Partners"),
    version="1.0.0",
    contract=1,
    requires=("suppliers",),
    models=(models.Partner, models.PartnerContract),
    migrations="migrations",
    delete_guards=(DeleteGuard(key="partner_contracts", find=services.contracts_hold),),
    function_guards=(FunctionGuard(function="partner", action="release", find=services.still_under_contract),),
    merge_rules=(MergeRule(table="partner_contract", columns=("contact_id", "title"), rule="unite"),),
    personal_data=(
        PersonalData(table="partner", personal=("note",), kept=("level", "since", "discount")),
        PersonalData(table="partner_contract", personal=("title",), kept=("signed_on",)),
    ),
    value_lists=(ValueList(key="partner_levels", label=_l("Partner levels"), items=services.LEVELS),),
    blueprints=(views.blueprint, rest.feed),
    functions=(
        ContactFunction(
            key="partner",
            label=_l("Partner"),
            plural=_l("Partners"),
            letter=_l("A"),
            view_label=_l("Partner view"),
            past_label=_l("As a partner"),
            icon="handshake",
            colour="slot-a",
            slot="partner",
            model=models.Partner,
            fields=services.FIELDS,
            states=services.states,
            states_label=_l("What this partner may do"),
            list_endpoint="sample_plugin.index",
            order=90,
        ),
    ),
    menu=(
        MenuEntry(
            label=_l("Partners"), endpoint="sample_plugin.index", icon="handshake", order=90, count=services.count
        ),
    ),
    tabs=(
        Tab(
            key="contracts",
            label=_l("Contracts"),
            endpoint="sample_plugin.contracts",
            order=90,
            count=services.count_contracts,
        ),
    ),
    history_sources=(HistorySource(key="partner", label=_l("Contracts of"), endpoint="sample_plugin.contracts"),),
    columns=(Column(key="partner_level", label=_l("Partner level"), values=services.levels_of),),
    filters=(
        Filter(
            key="partner_level",
            label=_l("Partner level"),
            choices=services.level_choices,
            where=services.has_level,
        ),
    ),
    list_actions=(
        ListAction(
            key="partners", label=_l("All partners"), endpoint="sample_plugin.index", icon="handshake", fills=True
        ),
    ),
    mass_actions=(
        MassAction(key="make_partner", label=_l("Make partner"), icon="handshake", run=each(services.make_partner)),
    ),
    job_kinds=(
        JobKind(
            key="sign_contracts",
            run=services.sign_contracts,
            title=services.contracts_title,
            undo=services.end_contracts,
        ),
        JobKind(
            key="greet",
            run=services.greet,
            title=services.greetings_title,
            final=lambda params: _l("A greeting can't be taken back."),
            size=lambda params: params.get("size", 100),
        ),
    ),
    settings_pages=(
        SettingsPage(
            key="partners",
            label=_l("Partners"),
            section="plugins",
            endpoint="sample_plugin.settings",
            icon="handshake",
            hint=_l("How many partners there are"),
        ),
    ),
    realms=(Realm(key="sample_feed", prefix="/feed", caller=rest.reader, answer=rest.failed, around=rest.signed),),
    rest_resources=(RestResource(key="contracts", blueprint=rest.contracts),),
    services=(Service(port=Numbering, provide=services.Numbers),),
    subscribers=(Subscriber(event=FunctionActivated, hear=services.welcome),),
    commands=(commands.partners,),
)
