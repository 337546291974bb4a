"""All that plug-ins may import from the core. `__all__` is the promise: it changes only with `CONTRACT`."""

from __future__ import annotations

from webapp.acting import Act, act, acting, acting_as_system, need
from webapp.administration.settings import setting, value_label, value_list
from webapp.contacts.links import create as link_person
from webapp.contacts.models import Address, Contact, ContactLink, ContactNumber, Email, ExternalId, Phone
from webapp.contacts.queries import functions_of, live, load
from webapp.contacts.services import create as create_contact
from webapp.contacts.services import create_many as create_contacts
from webapp.contacts.services import touch, writable
from webapp.contacts.services import update as update_contact
from webapp.contacts.values import check_email, check_phone, check_vat
from webapp.contacts.views import file_context
from webapp.db import Base, BigId, Moment, db, now, transaction
from webapp.errors import BootError, CarnetError, Forbidden, Invalid, Missing, Refused, Stale
from webapp.events import (
    ContactBinned,
    ContactChanged,
    ContactCreated,
    ContactRestored,
    FunctionActivated,
    FunctionReleased,
)
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, convert, release
from webapp.history.services import record
from webapp.htmx import place, redirect_to, render, toast
from webapp.i18n import N_, _, _l, _lp, ngettext, pgettext
from webapp.lists.views import list_page
from webapp.plugin import (
    CONTRACT,
    Blocker,
    Column,
    ContactFunction,
    DeleteGuard,
    Field,
    Filter,
    FunctionGuard,
    MassAction,
    MenuEntry,
    MergeRule,
    PersonalData,
    Plugin,
    Service,
    Subscriber,
    Tab,
    ValueList,
)
from webapp.ports import MassActions, Numbering
from webapp.registry import registry
from webapp.security import right, safe_next
from webapp.text import clean, digits, fold, sort_name

__all__ = [
    "CONTRACT",
    "N_",
    "Act",
    "Address",
    "Base",
    "BigId",
    "Blocker",
    "BootError",
    "CarnetError",
    "Column",
    "Contact",
    "ContactBinned",
    "ContactChanged",
    "ContactCreated",
    "ContactFunction",
    "ContactLink",
    "ContactNumber",
    "ContactRestored",
    "DeleteGuard",
    "Email",
    "ExternalId",
    "Field",
    "Filter",
    "Forbidden",
    "FunctionActivated",
    "FunctionGuard",
    "FunctionReleased",
    "FunctionRow",
    "Invalid",
    "MassAction",
    "MassActions",
    "MenuEntry",
    "MergeRule",
    "Missing",
    "Moment",
    "Numbering",
    "PersonalData",
    "Phone",
    "Plugin",
    "Refused",
    "Service",
    "Stale",
    "Subscriber",
    "Tab",
    "ValueList",
    "_",
    "_l",
    "_lp",
    "act",
    "acting",
    "acting_as_system",
    "activate",
    "check_email",
    "check_phone",
    "check_vat",
    "clean",
    "convert",
    "create_contact",
    "create_contacts",
    "db",
    "digits",
    "file_context",
    "fold",
    "functions_of",
    "link_person",
    "list_page",
    "live",
    "load",
    "need",
    "ngettext",
    "now",
    "pgettext",
    "place",
    "record",
    "redirect_to",
    "registry",
    "release",
    "render",
    "right",
    "safe_next",
    "setting",
    "sort_name",
    "toast",
    "touch",
    "transaction",
    "update_contact",
    "value_label",
    "value_list",
    "writable",
]  # fmt: skip
