"""All that plug-ins may import from the core. `__all__` is the promise: it changes only with `CONTRACT`."""

from __future__ import annotations

from babel.numbers import get_currency_precision as currency_digits

from webapp import audit
from webapp.accounts import tokens
from webapp.accounts.services import find_user
from webapp.accounts.signing import client_address, count_wrong_link
from webapp.accounts.users import emails_of as user_emails
from webapp.accounts.users import ids_of as user_ids
from webapp.accounts.users import reach as user_reach
from webapp.acting import ROLES, Act, act, acting, acting_as_system, need
from webapp.administration import changes as setting_changes
from webapp.administration.company import logo as firm_logo
from webapp.administration.conflicts import conflict_page
from webapp.administration.forms import SettingsForm
from webapp.administration.sealing import seal, sign, unseal, unsign
from webapp.administration.settings import (
    default_language,
    label_of,
    put_setting,
    setting,
    value_label,
    value_list,
    zone,
)
from webapp.administration.told import told as told_changes
from webapp.aftercommit import after_commit
from webapp.beside import Beside
from webapp.config import is_origin
from webapp.contacts import bulk as many_contacts
from webapp.contacts import pictures as contact_pictures
from webapp.contacts import tagging as many_tags
from webapp.contacts.added import PREFIX as ADDED_PREFIX
from webapp.contacts.added import added as added_fields
from webapp.contacts.added import empty as empty_value
from webapp.contacts.added import fill as fill_added
from webapp.contacts.added import labels as field_labels
from webapp.contacts.alike import alike
from webapp.contacts.coerce import coerce, is_nothing
from webapp.contacts.coerce import decimal as read_number
from webapp.contacts.collections import shown as entry_line
from webapp.contacts.derived import number_of as shown_number
from webapp.contacts.derived import refresh as refresh_contact
from webapp.contacts.doubles import Double, likely_doubles
from webapp.contacts.fields import COLLECTIONS as CONTACT_COLLECTIONS
from webapp.contacts.fields import COMPANY_ONLY, LINK_FIELDS, PERSON_ONLY
from webapp.contacts.fields import FIELDS as CONTACT_FIELDS
from webapp.contacts.file_views import elsewhere
from webapp.contacts.guards import blockers as delete_blockers
from webapp.contacts.guards import of_link as link_blocker
from webapp.contacts.head import file_context, main_contact
from webapp.contacts.kinds import suggested as names_in_other_kind
from webapp.contacts.links import create as link_person
from webapp.contacts.links import load_link, today
from webapp.contacts.links import remove as unlink_person
from webapp.contacts.links import update as update_link
from webapp.contacts.models import (
    Address,
    BankAccount,
    Contact,
    ContactLink,
    ContactNumber,
    ContactTag,
    Email,
    ExternalId,
    Phone,
    SocialAccount,
    Tag,
)
from webapp.contacts.purging import unmake as unmake_contacts
from webapp.contacts.queries import functions_of, live, load, numbers_of, refuse_binned
from webapp.contacts.services import archive as archive_contact
from webapp.contacts.services import check_version, not_writable, touch, writable
from webapp.contacts.services import create as create_contact
from webapp.contacts.services import create_many as create_contacts
from webapp.contacts.services import to_bin as bin_contact
from webapp.contacts.services import update as update_contact
from webapp.contacts.telling import contacts_told, has_money, moment_told, value_told
from webapp.contacts.values import check_email, check_phone, check_vat, know_phones
from webapp.counts import count_listed
from webapp.db import (
    Base,
    BigId,
    Moment,
    among,
    at_end,
    db,
    discard,
    fetch,
    in_passing,
    now,
    snapshot,
    together,
    transaction,
    tuples,
    within,
)
from webapp.driven import ids as new_ids
from webapp.driven import insert_rows, no_collector
from webapp.embedding import FRAGMENT, Embedding, asked_at, embedded
from webapp.embedding import endpoints_of as embed_endpoints
from webapp.embedding import origins as embed_origins
from webapp.erasing import services as erasing
from webapp.erasing.rows import blanked
from webapp.erasing.subject import Subject
from webapp.errors import BootError, CarnetError, Forbidden, Gone, Invalid, Missing, Refused, Stale
from webapp.events import (
    ContactBinned,
    ContactChanged,
    ContactCreated,
    ContactRestored,
    ContactsAnonymised,
    ContactsHandedOver,
    ContactsMerged,
    FunctionActivated,
    FunctionReleased,
    MergeUndone,
    ProposalAccepted,
    ProspectDisqualified,
)
from webapp.folders import data_folder
from webapp.functions import bulk as many_functions
from webapp.functions import newcomers
from webapp.functions import renumbering as many_numbers
from webapp.functions.models import FunctionRow
from webapp.functions.numbers import in_one_range, scope_of
from webapp.functions.numbers import not_free as number_not_free
from webapp.functions.numbers import take as take_number
from webapp.functions.services import activate, convert, not_to_be_left, release, save_fields
from webapp.functions.services import known as known_function
from webapp.functions.services import values_of as function_values
from webapp.history.models import HistoryEntry
from webapp.history.services import Note, record, record_all
from webapp.history.services import of_contact as history_of
from webapp.htmx import announce, place, public_base, public_place, redirect_to, render, toast
from webapp.htmx import target as swap_target
from webapp.i18n import LOCALES, N_, _, _l, _lp, get_locale, ngettext, pgettext, speak
from webapp.jobs import INLINE, Chunk
from webapp.jobs import run_here as run_job_here
from webapp.jobs import start as start_job
from webapp.jobs.alone import unit
from webapp.jobs.files import append as append_to_file
from webapp.jobs.files import exports as exports_folder
from webapp.jobs.models import Job
from webapp.jobs.results import records as job_records
from webapp.jobs.services import load as load_job
from webapp.jobs.services import stop as stop_job
from webapp.jobs.services import title as job_title
from webapp.jobs.services import undo as undo_job
from webapp.jobs.services import way_back as job_way_back
from webapp.keptforms import resumable, resuming
from webapp.letters import Letter
from webapp.lists.columns import offered_columns as offered_list_columns
from webapp.lists.columns import told as contacts_listed
from webapp.lists.embeds import list_embed
from webapp.lists.place import Place as ListPlace
from webapp.lists.query import ListQuery
from webapp.lists.query import Page as ListPage
from webapp.lists.query import offered as offered_list_filters
from webapp.lists.rows import responsible_names as user_names
from webapp.lists.selection import CountChanged, Selection, listed
from webapp.lists.selection import columns_at as list_columns_at
from webapp.lists.sheet import NAME as CONTACT_NAME
from webapp.lists.sheet import called as contact_name
from webapp.lists.sheet import name_of as shown_name
from webapp.lists.views import list_page
from webapp.mail import can_send as can_send_mail
from webapp.mail import send_letter_later
from webapp.many_rows import insert_many, update_many
from webapp.merging.models import Merge, MergedContact
from webapp.outcomes import each, outcome
from webapp.plugin import (
    CONTRACT,
    EMBED_PREFIX,
    REST_PREFIX,
    Blocker,
    Check,
    Column,
    ContactFunction,
    DeleteGuard,
    DemoRows,
    Embed,
    Erasure,
    Field,
    FileHint,
    Filter,
    FunctionGuard,
    FunctionState,
    HistorySource,
    HistoryWords,
    JobKind,
    Label,
    ListAction,
    MassAction,
    MenuEntry,
    MergeRule,
    NumberRange,
    Outcome,
    PersonalData,
    Plugin,
    Realm,
    RestResource,
    SearchedText,
    Service,
    SettingDefaults,
    SettingsPage,
    Shortcut,
    Subscriber,
    Tab,
    ValueList,
)
from webapp.plugin.made_up import DemoChunk, DemoContact
from webapp.ports import Anonymising, Doubles, MassActions, Merging, MoreFields, Numbering
from webapp.processes import another_process
from webapp.realms import is_rehearsal
from webapp.references import Reference, of_orphaned, orphaned
from webapp.references import movable as merge_references
from webapp.registry import registry
from webapp.screen import warning_text
from webapp.search.match import found as searched_contacts
from webapp.search.match import sought as sought_words
from webapp.search.texts import refresh as refresh_searched
from webapp.security import (
    csp_framed_by,
    csp_framing_ours,
    for_once,
    only_asks,
    picture,
    public,
    right,
    safe_next,
    takes_files,
)
from webapp.sentforms import take as take_form
from webapp.sheets import csv_lines, guarded, unguarded
from webapp.shown import choices as field_choices
from webapp.shown import language
from webapp.shown import shown as field_words
from webapp.shown import typed as field_text
from webapp.streaming import made_while_sent
from webapp.text import clean, digits, fold, natural, sort_name
from webapp.words import change_label, change_value, may_see

__all__ = [
    "ADDED_PREFIX", "COMPANY_ONLY", "CONTACT_COLLECTIONS", "CONTACT_FIELDS", "CONTACT_NAME", "CONTRACT",
    "EMBED_PREFIX", "FRAGMENT", "INLINE", "LINK_FIELDS", "LOCALES", "N_", "PERSON_ONLY", "REST_PREFIX", "ROLES",
    "Act", "Address", "Anonymising", "BankAccount", "Base", "Beside", "BigId", "Blocker", "BootError", "CarnetError",
    "Check", "Chunk", "Column", "Contact", "ContactBinned", "ContactChanged", "ContactCreated", "ContactFunction",
    "ContactLink", "ContactNumber", "ContactRestored", "ContactTag", "ContactsAnonymised", "ContactsHandedOver",
    "ContactsMerged", "CountChanged", "DeleteGuard", "DemoChunk", "DemoContact", "DemoRows", "Double", "Doubles",
    "Email", "Embed", "Embedding", "Erasure", "ExternalId", "Field", "FileHint", "Filter", "Forbidden",
    "FunctionActivated", "FunctionGuard", "FunctionReleased", "FunctionRow", "FunctionState", "Gone", "HistoryEntry",
    "HistorySource", "HistoryWords", "Invalid", "Job", "JobKind", "Label", "Letter", "ListAction", "ListPage",
    "ListPlace", "ListQuery", "MassAction", "MassActions", "MenuEntry", "Merge", "MergeRule", "MergeUndone",
    "MergedContact", "Merging", "Missing", "Moment", "MoreFields", "Note", "NumberRange", "Numbering", "Outcome",
    "PersonalData", "Phone", "Plugin", "ProposalAccepted", "ProspectDisqualified", "Realm", "Reference", "Refused",
    "RestResource", "SearchedText", "Selection", "Service", "SettingDefaults", "SettingsForm", "SettingsPage",
    "Shortcut", "SocialAccount", "Stale", "Subject", "Subscriber", "Tab", "Tag", "ValueList", "_", "_l", "_lp", "act",
    "acting", "acting_as_system", "activate", "added_fields", "after_commit", "alike", "among", "announce",
    "another_process", "append_to_file", "archive_contact", "asked_at", "at_end", "audit", "bin_contact", "blanked",
    "can_send_mail", "change_label", "change_value", "check_email", "check_phone", "check_vat", "check_version",
    "clean", "client_address", "coerce", "conflict_page", "contact_name", "contact_pictures", "contacts_listed",
    "contacts_told", "convert", "count_listed", "count_wrong_link", "create_contact", "create_contacts",
    "csp_framed_by", "csp_framing_ours", "csv_lines", "currency_digits", "data_folder", "db", "default_language",
    "delete_blockers", "digits", "discard", "each", "elsewhere", "embed_endpoints", "embed_origins", "embedded",
    "empty_value", "entry_line", "erasing", "exports_folder", "fetch", "field_choices", "field_labels", "field_text",
    "field_words", "file_context", "fill_added", "find_user", "firm_logo", "fold", "for_once", "function_values",
    "functions_of", "get_locale", "guarded", "has_money", "history_of", "in_one_range", "in_passing", "insert_many",
    "insert_rows", "is_nothing", "is_origin", "is_rehearsal", "job_records", "job_title", "job_way_back",
    "know_phones", "known_function", "label_of", "language", "likely_doubles", "link_blocker", "link_person",
    "list_columns_at", "list_embed", "list_page", "listed", "live", "load", "load_job", "load_link",
    "made_while_sent", "main_contact", "many_contacts", "many_functions", "many_numbers", "many_tags", "may_see",
    "merge_references", "moment_told", "names_in_other_kind", "natural", "need", "new_ids", "newcomers", "ngettext",
    "no_collector", "not_to_be_left", "not_writable", "now", "number_not_free", "numbers_of", "of_orphaned",
    "offered_list_columns", "offered_list_filters", "only_asks", "orphaned", "outcome", "pgettext", "picture",
    "place", "public", "public_base", "public_place", "put_setting", "read_number", "record", "record_all",
    "redirect_to", "refresh_contact", "refresh_searched", "refuse_binned", "registry", "release", "render",
    "resumable", "resuming", "right", "run_job_here", "safe_next", "save_fields", "scope_of", "seal",
    "searched_contacts", "send_letter_later", "setting", "setting_changes", "shown_name", "shown_number", "sign",
    "snapshot", "sort_name", "sought_words", "speak", "start_job", "stop_job", "swap_target", "take_form",
    "take_number", "takes_files", "toast", "today", "together", "tokens", "told_changes", "touch", "transaction",
    "tuples", "undo_job", "unguarded", "unit", "unlink_person", "unmake_contacts", "unseal", "unsign",
    "update_contact", "update_link", "update_many", "user_emails", "user_ids", "user_names", "user_reach",
    "value_label", "value_list", "value_told", "warning_text", "within", "writable", "zone",
]  # fmt: skip
