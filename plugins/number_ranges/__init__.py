"""Number ranges (spec F): what numbers look like, which functions share them, and what became of each."""

from plugins.number_ranges import allocation, kinds, models, renumber, report, rest, views
from webapp.api import Check, MassAction, Numbering, Plugin, RestResource, Service, SettingDefaults, SettingsPage, _l

plugin = Plugin(
    name="number_ranges",
    label=_l("Number ranges"),
    version="0.1.0",
    models=(models.RangeValue, models.NumberGap, models.NumberBlock),
    migrations="migrations",
    blueprints=(views.blueprint,),
    settings_pages=(
        SettingsPage(
            key="number_ranges",
            label=_l("Number ranges"),
            section="general",
            endpoint="number_ranges.index",
            icon="hash",
            hint=_l("What numbers look like, which comes next, and which are missing"),
            order=20,
        ),
        *(
            SettingsPage(
                key=f"numbers_{key}",
                label=label,
                section="crm",
                endpoint="number_ranges.show",
                values={"key": key},
                needs=key,
                icon=icon,
                hint=_l("A number range of its own, or the common one"),
                order=order,
            )
            for key, label, icon, order in (
                ("prospect", _l("Prospects"), "target", 20),
                ("customer", _l("Customers"), "handshake", 30),
                ("supplier", _l("Suppliers"), "truck", 40),
            )
        ),
        SettingsPage(
            key="accounts",
            label=_l("Debtor and creditor accounts"),
            section="finance",
            endpoint="number_ranges.accounts",
            icon="landmark",
            hint=_l("Given in turn from ranges of accounting, or typed by hand"),
            order=10,
        ),
    ),
    rest_resources=(RestResource(key="number_ranges", blueprint=rest.blueprint),),
    services=(Service(port=Numbering, provide=allocation.Ranges),),
    setting_defaults=(SettingDefaults(key=kinds.SECTION, value=kinds.default),),
    checks=(Check(key="number_ranges", find=report.findings),),
    mass_actions=(
        MassAction(
            key="renumber",
            label=_l("Give new numbers…"),
            icon="hash",
            run=renumber.run,
            check=renumber.check,
            fields=renumber.fields,
            title=renumber.title,
            ahead=renumber.ahead,
            undo=renumber.undo,
            warning=_l(
                "Numbers on letters and invoices sent so far keep leading to the contact: former numbers stay found."
            ),
            chunk=renumber.BULK,
            order=55,
        ),
    ),
)
