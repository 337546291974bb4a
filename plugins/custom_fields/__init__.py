"""Custom fields: what a firm wants to note of contacts and their functions besides what Carnet knows (spec D8)."""

from plugins.custom_fields import models, personal, values, views
from plugins.custom_fields.definitions import TOKEN
from webapp.api import MergeRule, MoreFields, PersonalData, Plugin, Service, SettingDefaults, SettingsPage, _l

KEPT = ("field_id", "slot", "contact_function_id")
VALUES = ("text", "folded", "number", "day", "yes", "choice_id")

plugin = Plugin(
    name="custom_fields",
    label=_l("Custom fields"),
    version="0.1.0",
    models=(models.CustomField, models.CustomChoice, models.CustomValue),
    migrations="migrations",
    merge_rules=(MergeRule(table="custom_value", columns=("contact_id", "field_id", "slot"), rule="end"),),
    personal_data=tuple(
        PersonalData(
            table="custom_value",
            label=_l("Custom fields"),
            personal=VALUES,
            kept=KEPT,
            by=(by,),
            rows="go",
            where=personal.of_personal_fields,
            goes_along=True,
        )
        for by in ("contact_id", "contact_function_id")
    ),
    blueprints=(views.blueprint,),
    settings_pages=(
        SettingsPage(
            key="custom_fields",
            label=_l("Custom fields"),
            section="crm",
            endpoint="custom_fields.index",
            icon="list-checks",
            hint=_l("Fields of your own, for contacts or one function"),
            order=60,
        ),
    ),
    setting_defaults=(SettingDefaults(key="custom_fields", value={TOKEN.partition(".")[2]: ""}.__getitem__),),
    services=(Service(port=MoreFields, provide=values.Provider),),
)
