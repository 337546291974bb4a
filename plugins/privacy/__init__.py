"""Data protection: erasure requests as cases, anonymising with a preview, certificates (spec D5)."""

from plugins.privacy import mass, models, provider, rest, services, views
from webapp.api import (
    Anonymising,
    FileHint,
    MassAction,
    MenuEntry,
    PersonalData,
    Plugin,
    RestResource,
    Service,
    _l,
)

plugin = Plugin(
    name="privacy",
    label=_l("Data protection"),
    version="0.1.0",
    models=(models.PrivacyCase,),
    migrations="migrations",
    personal_data=(
        PersonalData(
            table="privacy_case",
            label=_l("Requests and certificates of data protection"),
            personal=("requester", "email", "note", "extension_reason"),
            kept=(
                "contact_number", "channel", "received_on", "due_on", "verified_on", "extended_on", "state",
                "decision", "reason", "goes", "stays", "responsible_id", "decided_by_id", "done_at", "created_at",
                "version",
            ),
            why=_l("That and when it was done, without who asked"),
            goes_along=True,
        ),
    ),
    blueprints=(views.blueprint,),
    menu=(
        MenuEntry(
            label=_l("Data protection"), endpoint="privacy.index", icon="shield-check", group="data",
            right="privacy", order=80, count=services.count_open,
        ),
    ),
    file_hints=(FileHint(key="privacy", icon="shield-check", find=views.hints),),
    mass_actions=(
        MassAction(
            key="anonymise",
            label=_l("Anonymise…"),
            icon="eye-off",
            run=mass.run,
            fields=mass.fields,
            check=mass.check,
            title=mass.title,
            final=mass.final,
            right="privacy",
            chunk=10,
            order=200,
            warning=_l("All that is personal goes. Numbers, country and what the law keeps stay."),
        ),
    ),
    services=(Service(port=Anonymising, provide=provider.Provider),),
    rest_resources=(RestResource(key="privacy", blueprint=rest.blueprint),),
)  # fmt: skip
