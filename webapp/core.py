"""The core as a plug-in of its own kind: its duties and offers, and how all blueprints are mounted behind one gate."""

from __future__ import annotations

from flask import Flask, abort, request
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from webapp import counts, embedding, realms, screen
from webapp.accounts import models as accounts_models
from webapp.accounts.account_views import blueprint as account_pages
from webapp.accounts.sign_in_views import blueprint as sign_in_pages
from webapp.accounts.user_views import blueprint as users
from webapp.accounts.views import blueprint as accounts_pages
from webapp.administration import models as administration_models
from webapp.administration.company_views import blueprint as company
from webapp.administration.plugin_views import blueprint as plugins
from webapp.administration.value_list_views import blueprint as value_lists
from webapp.administration.views import blueprint as health
from webapp.administration.views import settings
from webapp.cli import COMMANDS
from webapp.config import TEMPLATES
from webapp.contacts import binned, fields, guards
from webapp.contacts import models as contacts_models
from webapp.contacts.embeds import EMBEDS
from webapp.contacts.link_views import blueprint as links
from webapp.contacts.picture_views import blueprint as pictures
from webapp.contacts.views import blueprint as contacts
from webapp.erasing import personal
from webapp.events import ContactsMerged, MergeUndone
from webapp.functions import models as functions_models
from webapp.functions.views import blueprint as functions
from webapp.history import models as history_models
from webapp.i18n import _l
from webapp.jobs import models as jobs_models
from webapp.jobs.views import blueprint as jobs
from webapp.lists import models as lists_models
from webapp.lists import place
from webapp.lists.filters import FILTERS
from webapp.lists.pages import blueprint as lists
from webapp.merging import models as merging_models
from webapp.palette.views import blueprint as palette
from webapp.plugin import REST_PREFIX, HistorySource, MenuEntry, MergeRule, Plugin, SettingsPage, Subscriber
from webapp.registry import Registry
from webapp.search import texts
from webapp.sentforms import SentForm

VERSION = "0.1.0"

plugin = Plugin(
    name="core",
    label=_l("Core"),
    version=VERSION,
    migrations="migrations",
    models=(
        contacts_models.Contact,
        contacts_models.Email,
        contacts_models.Phone,
        contacts_models.Address,
        contacts_models.BankAccount,
        contacts_models.SocialAccount,
        contacts_models.Consent,
        contacts_models.ExternalId,
        contacts_models.Picture,
        contacts_models.Tag,
        contacts_models.ContactTag,
        contacts_models.ContactNumber,
        contacts_models.ContactLink,
        functions_models.FunctionKind,
        functions_models.FunctionRow,
        history_models.HistoryEntry,
        merging_models.Merge,
        merging_models.MergedContact,
        accounts_models.User,
        accounts_models.UserSession,
        accounts_models.Throttle,
        accounts_models.ApiToken,
        administration_models.ValueListItem,
        administration_models.Setting,
        administration_models.SettingChange,
        administration_models.Logo,
        administration_models.PluginTable,
        lists_models.Listing,
        lists_models.SavedView,
        lists_models.ListSetting,
        jobs_models.Job,
        jobs_models.JobItem,
        SentForm,
    ),
    delete_guards=guards.GUARDS,
    value_lists=fields.VALUE_LISTS,
    merge_rules=(
        MergeRule(table="contact_consent", columns=("contact_id", "channel"), rule="unite"),
        MergeRule(table="contact_tag", columns=("contact_id", "tag_id"), rule="unite"),
        MergeRule(table="contact_picture", columns=("contact_id",), rule="end"),
        MergeRule(table="contact_function", columns=("contact_id", "slot"), rule="end"),
        MergeRule(table="contact_link", columns=("person_id", "party_id"), rule="end"),
        MergeRule(table="contact_link", columns=("party_id",), rule="demote"),
        MergeRule(table="contact_merge", columns=("main_id",), rule="stay"),
        MergeRule(table="contact_merge_absorbed", columns=("merge_id", "contact_id"), rule="stay"),
        MergeRule(table="history_entry", columns=("about_id",), rule="stay"),
    ),
    personal_data=personal.DATA,
    erasures=personal.ERASURES,
    blueprints=(
        contacts, lists, links, pictures, functions, accounts_pages, sign_in_pages, account_pages, health, settings,
        company, value_lists, users, plugins, palette, jobs,
    ),
    settings_pages=(
        SettingsPage(
            key="company", label=_l("Company"), section="general", endpoint="company.edit", icon="building-2",
            hint=_l("The firm's names, address, VAT id, logo, currency, time zone and mail server"), order=10,
        ),
        SettingsPage(
            key="value_lists", label=_l("Value lists"), section="crm", endpoint="value_lists.index",
            icon="list-checks", hint=_l("Payment terms, categories, sources and all else that is chosen from a list"),
            order=10,
        ),
        SettingsPage(
            key="users", label=_l("Users and roles"), section="users", endpoint="users.index", icon="users",
            hint=_l("Who signs in, what they may do, and handing over when somebody leaves"), order=10,
        ),
        SettingsPage(
            key="plugins", label=_l("Plug-ins"), section="general", endpoint="plugins.index", icon="plug",
            hint=_l("What Carnet can do here: switched on and off while it runs, without losing anything"), order=40,
        ),
    ),
    menu=(
        MenuEntry(
            label=_l("Contacts"), endpoint="contacts.index", icon="users", order=10, count=counts.count_listed
        ),
        MenuEntry(label=_l("Jobs"), endpoint="jobs.index", icon="list-checks", group="data", order=90),
    ),
    job_kinds=(binned.PURGE,),
    history_sources=(HistorySource(key="job", label=_l("Job"), endpoint="jobs.show"),),
    filters=FILTERS,
    subscribers=(
        Subscriber(event=ContactsMerged, hear=texts.moved), Subscriber(event=MergeUndone, hear=texts.moved),
    ),
    embeds=EMBEDS,
    commands=COMMANDS,
)  # fmt: skip


def mount(app: Flask, registry: Registry) -> None:
    """Mount all installed blueprints; one gate answers 404 for those of plug-ins that are not enabled (spec I1)."""
    owners: dict[str, str] = {}
    resources: set[str] = set()
    for one in (plugin, *registry.installed.values()):
        for blueprint in one.blueprints:
            app.register_blueprint(blueprint)
            owners[blueprint.name] = one.name
        for resource in one.rest_resources:
            app.register_blueprint(resource.blueprint, url_prefix=REST_PREFIX)
            # Its callers show tokens: no browser sends those by itself.
            app.extensions["csrf"].exempt(resource.blueprint)
            resources.add(resource.blueprint.name)
            owners[resource.blueprint.name] = one.name
    folders = {name: FileSystemLoader(folder / "templates" / name) for name, folder in registry.folders.items()}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader(folders)])
    counts.setup(app)
    screen.setup(app)
    place.setup(app)
    embedding.mount(app, registry)

    @app.before_request
    def gate() -> None:
        owner = owners.get(request.blueprint or "")
        if owner is not None and not registry.is_enabled(owner):
            abort(404)
        if request.blueprint in resources and realms.here() is None:
            abort(404)
