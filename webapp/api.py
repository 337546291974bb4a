"""All that plug-ins may import from the core. `__all__` is the promise: it changes only with `CONTRACT`."""

from __future__ import annotations

from webapp.accounts import tokens
from webapp.acting import ROLES, Act, act, acting, acting_as_system, need
from webapp.administration.sealing import seal, unseal
from webapp.administration.settings import setting, value_label, value_list
from webapp.contacts import bulk as many_contacts
from webapp.contacts import tagging as many_tags
from webapp.contacts.coerce import coerce
from webapp.contacts.doubles import Double
from webapp.contacts.fields import COLLECTIONS as CONTACT_COLLECTIONS
from webapp.contacts.fields import FIELDS as CONTACT_FIELDS
from webapp.contacts.fields import LINK_FIELDS
from webapp.contacts.head import file_context
from webapp.contacts.links import create as link_person
from webapp.contacts.links import load_link
from webapp.contacts.links import remove as unlink_person
from webapp.contacts.links import update as update_link
from webapp.contacts.models import (
    Address,
    Contact,
    ContactLink,
    ContactNumber,
    ContactTag,
    Email,
    ExternalId,
    Phone,
    Tag,
)
from webapp.contacts.queries import functions_of, live, load
from webapp.contacts.services import archive as archive_contact
from webapp.contacts.services import check_version, touch, writable
from webapp.contacts.services import create as create_contact
from webapp.contacts.services import create_many as create_contacts
from webapp.contacts.services import to_bin as bin_contact
from webapp.contacts.services import update as update_contact
from webapp.contacts.values import check_email, check_phone, check_vat
from webapp.counts import count_listed
from webapp.db import Base, BigId, Moment, db, discard, now, transaction
from webapp.errors import BootError, CarnetError, Forbidden, Gone, Invalid, Missing, Refused, Stale
from webapp.events import (
    ContactBinned,
    ContactChanged,
    ContactCreated,
    ContactRestored,
    ContactsHandedOver,
    FunctionActivated,
    FunctionReleased,
)
from webapp.functions import bulk as many_functions
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, convert, release, save_fields
from webapp.history.models import HistoryEntry
from webapp.history.services import of_contact as history_of
from webapp.history.services import record
from webapp.htmx import place, redirect_to, render, toast
from webapp.i18n import N_, _, _l, _lp, ngettext, pgettext
from webapp.jobs import INLINE, Chunk
from webapp.jobs import run_here as run_job_here
from webapp.jobs import start as start_job
from webapp.jobs.files import exports as exports_folder
from webapp.jobs.models import Job
from webapp.jobs.results import records as job_records
from webapp.jobs.services import load as load_job
from webapp.jobs.services import stop as stop_job
from webapp.jobs.services import title as job_title
from webapp.jobs.services import undo as undo_job
from webapp.lists.columns import offered_columns as offered_list_columns
from webapp.lists.columns import texts as list_texts
from webapp.lists.query import ListQuery
from webapp.lists.query import Page as ListPage
from webapp.lists.rows import responsible_names as user_names
from webapp.lists.selection import CountChanged, Selection, listed
from webapp.lists.selection import columns_at as list_columns_at
from webapp.lists.selection import rows_of as list_rows
from webapp.lists.views import list_page
from webapp.outcomes import each, outcome
from webapp.plugin import (
    CONTRACT,
    REST_PREFIX,
    Blocker,
    Column,
    ContactFunction,
    DeleteGuard,
    Field,
    Filter,
    FunctionGuard,
    FunctionState,
    HistorySource,
    JobKind,
    ListAction,
    MassAction,
    MenuEntry,
    MergeRule,
    Outcome,
    PersonalData,
    Plugin,
    Realm,
    RestResource,
    Service,
    SettingsPage,
    Subscriber,
    Tab,
    ValueList,
)
from webapp.ports import Doubles, MassActions, Numbering
from webapp.registry import registry
from webapp.screen import warning_text
from webapp.security import only_asks, public, right, safe_next
from webapp.sentforms import take as take_form
from webapp.sheets import csv_lines, guarded, unguarded
from webapp.shown import choices as field_choices
from webapp.text import clean, digits, fold, sort_name
from webapp.words import may_see

__all__ = [
    "CONTACT_COLLECTIONS",
    "CONTACT_FIELDS",
    "CONTRACT",
    "INLINE",
    "LINK_FIELDS",
    "N_",
    "REST_PREFIX",
    "ROLES",
    "Act",
    "Address",
    "Base",
    "BigId",
    "Blocker",
    "BootError",
    "CarnetError",
    "Chunk",
    "Column",
    "Contact",
    "ContactBinned",
    "ContactChanged",
    "ContactCreated",
    "ContactFunction",
    "ContactLink",
    "ContactNumber",
    "ContactRestored",
    "ContactTag",
    "ContactsHandedOver",
    "CountChanged",
    "DeleteGuard",
    "Double",
    "Doubles",
    "Email",
    "ExternalId",
    "Field",
    "Filter",
    "Forbidden",
    "FunctionActivated",
    "FunctionGuard",
    "FunctionReleased",
    "FunctionRow",
    "FunctionState",
    "Gone",
    "HistoryEntry",
    "HistorySource",
    "Invalid",
    "Job",
    "JobKind",
    "ListAction",
    "ListPage",
    "ListQuery",
    "MassAction",
    "MassActions",
    "MenuEntry",
    "MergeRule",
    "Missing",
    "Moment",
    "Numbering",
    "Outcome",
    "PersonalData",
    "Phone",
    "Plugin",
    "Realm",
    "Refused",
    "RestResource",
    "Selection",
    "Service",
    "SettingsPage",
    "Stale",
    "Subscriber",
    "Tab",
    "Tag",
    "ValueList",
    "_",
    "_l",
    "_lp",
    "act",
    "acting",
    "acting_as_system",
    "activate",
    "archive_contact",
    "bin_contact",
    "check_email",
    "check_phone",
    "check_vat",
    "check_version",
    "clean",
    "coerce",
    "convert",
    "count_listed",
    "create_contact",
    "create_contacts",
    "csv_lines",
    "db",
    "digits",
    "discard",
    "each",
    "exports_folder",
    "field_choices",
    "file_context",
    "fold",
    "functions_of",
    "guarded",
    "history_of",
    "job_records",
    "job_title",
    "link_person",
    "list_columns_at",
    "list_page",
    "list_rows",
    "list_texts",
    "listed",
    "live",
    "load",
    "load_job",
    "load_link",
    "many_contacts",
    "many_functions",
    "many_tags",
    "may_see",
    "need",
    "ngettext",
    "now",
    "offered_list_columns",
    "only_asks",
    "outcome",
    "pgettext",
    "place",
    "public",
    "record",
    "redirect_to",
    "registry",
    "release",
    "render",
    "right",
    "run_job_here",
    "safe_next",
    "save_fields",
    "seal",
    "setting",
    "sort_name",
    "start_job",
    "stop_job",
    "take_form",
    "toast",
    "tokens",
    "touch",
    "transaction",
    "undo_job",
    "unguarded",
    "unlink_person",
    "unseal",
    "update_contact",
    "update_link",
    "user_names",
    "value_label",
    "value_list",
    "warning_text",
    "writable",
]  # fmt: skip
