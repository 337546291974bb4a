"""Possible doubles (spec A6, E8): which contacts may be one and the same, how sure that is, and why."""

from plugins.duplicates import (
    bulk_views,
    commands,
    counter_views,
    erasing,
    finding,
    hints,
    jobs,
    keeping,
    models,
    services,
    settings_views,
    switches,
)
from webapp.api import (
    ContactBinned,
    ContactChanged,
    ContactCreated,
    ContactRestored,
    ContactsMerged,
    Doubles,
    Embed,
    Erasure,
    FileHint,
    JobKind,
    MenuEntry,
    MergeRule,
    MergeUndone,
    PersonalData,
    Plugin,
    Service,
    SettingDefaults,
    SettingsPage,
    Shortcut,
    Subscriber,
    _l,
)

plugin = Plugin(
    name="duplicates",
    label=_l("Possible doubles"),
    version="0.1.0",
    models=(models.DoubleKey, models.DoublePair, models.DoubleModel, models.DoubleScan),
    migrations="migrations",
    subscribers=(
        Subscriber(event=ContactCreated, hear=keeping.created, hear_many=keeping.created_many),
        Subscriber(event=ContactChanged, hear=keeping.changed),
        Subscriber(event=ContactBinned, hear=keeping.moved),
        Subscriber(event=ContactRestored, hear=keeping.moved),
        Subscriber(event=ContactsMerged, hear=keeping.merged),
        Subscriber(event=MergeUndone, hear=keeping.merged),
    ),
    # Every module with views adds them to the one blueprint.
    blueprints=tuple(dict.fromkeys(one.blueprint for one in (bulk_views, counter_views))),
    menu=(
        MenuEntry(
            label=_l("Doubles"),
            endpoint="duplicates.index",
            icon="copy-check",
            group="data",
            order=10,
            count=services.count_open,
        ),
    ),
    embeds=(
        Embed(
            key="doubles",
            label=_l("Number of possible doubles"),
            endpoint="duplicates.counter",
            icon="copy-check",
            height=160,
            order=70,
        ),
    ),
    file_hints=(FileHint(key="doubles", icon="copy-check", find=hints.of_contact),),
    shortcuts=tuple(
        Shortcut(keys=keys, label=label, where=_l("Possible doubles"))
        for keys, label in (
            ("m", _l("Merge the pair; once more: at once")),
            ("a s", _l("Keep the pair apart")),
            ("l", _l("Put the pair off")),
            ("z", _l("Take back the last decision")),
            ("o", _l("Open both contacts")),
        )
    ),
    settings_pages=(
        SettingsPage(
            key=settings_views.KEY,
            label=_l("Possible doubles"),
            section="crm",
            endpoint="duplicates.settings",
            icon="copy-check",
            hint=_l("From which score on pairs are shown, and merged together"),
            order=55,
        ),
    ),
    services=(Service(port=Doubles, provide=finding.Finder),),
    job_kinds=(JobKind(key=jobs.KIND, run=jobs.run, title=jobs.title, final=jobs.final, size=jobs.size),),
    setting_defaults=(SettingDefaults(key=switches.SECTION, value=switches.DEFAULTS.__getitem__),),
    commands=(commands.duplicates,),
    merge_rules=(
        # What is derived of a contact, or was decided about it, tells of that very contact.
        MergeRule(table="double_key", columns=("contact_id", "place"), rule="stay"),
        MergeRule(table="double_pair", columns=("low_id", "high_id"), rule="stay"),
    ),
    personal_data=(
        PersonalData(
            table="double_key",
            label=_l("Keys to find doubles by"),
            personal=("profile", *models.SLOT_NAMES),
            kept=("version", "rules", "made"),
            rows="go",
            goes_along=True,
        ),
        PersonalData(
            table="double_pair",
            label=_l("Pairs of possible doubles"),
            personal=("reasons",),
            kept=("score", "state", "scan_id", "found_at", "decided_at", "decided_by_id"),
            rows="go",
            goes_along=True,
        ),
        PersonalData(table="double_scan", label=_l("Scans for doubles"), kept=("plan",)),
    ),
    erasures=(
        Erasure(
            key="double_words",
            label=_l("Rare words among those that doubles are judged by"),
            find=erasing.find,
            erase=erasing.erase,
            tables=("double_model",),
        ),
    ),
)
