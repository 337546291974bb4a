"""The contract between the core and its plug-ins: frozen dataclasses, no behaviour.

A plug-in is one `Plugin` object in its package's `__init__.py`. What it declares lies on two planes:
*duties* act while the package is installed, switched on or off; *offers* act only while it is enabled.
Every extension point is described, with an example, in `docs/plugins.md` (a test compares).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webapp.plugin.duties import (
    Blocker,
    DeleteGuard,
    Erasure,
    FunctionGuard,
    HistoryWords,
    MergeRule,
    PersonalData,
    SearchedText,
    ValueList,
)
from webapp.plugin.fields import Field, FieldKind, Label, Text
from webapp.plugin.offers import (
    EMBED_PREFIX,
    REST_PREFIX,
    Check,
    Column,
    ContactFunction,
    DemoRows,
    Embed,
    FileHint,
    Filter,
    FunctionState,
    HistorySource,
    ListAction,
    MenuEntry,
    NumberRange,
    Realm,
    RestResource,
    Service,
    SettingDefaults,
    SettingsPage,
    Shortcut,
    Subscriber,
    Tab,
)
from webapp.plugin.work import JobKind, MassAction, Outcome, Outcomes

if TYPE_CHECKING:
    import click
    from flask import Blueprint

__all__ = [
    "CONTRACT",
    "EMBED_PREFIX",
    "REST_PREFIX",
    "Blocker",
    "Check",
    "Column",
    "ContactFunction",
    "DeleteGuard",
    "DemoRows",
    "Embed",
    "Erasure",
    "Field",
    "FieldKind",
    "FileHint",
    "Filter",
    "FunctionGuard",
    "FunctionState",
    "HistorySource",
    "HistoryWords",
    "JobKind",
    "Label",
    "ListAction",
    "MassAction",
    "MenuEntry",
    "MergeRule",
    "NumberRange",
    "Outcome",
    "Outcomes",
    "PersonalData",
    "Plugin",
    "Realm",
    "RestResource",
    "SearchedText",
    "Service",
    "SettingDefaults",
    "SettingsPage",
    "Shortcut",
    "Subscriber",
    "Tab",
    "Text",
    "ValueList",
]

CONTRACT = 1
"""Version of this contract; a plug-in written for another one is refused at boot."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """All that a plug-in does to others, on one screen.

    `name` is its package's name; `migrations` the folder of its Alembic versions inside that package.
    """

    name: str
    label: Label
    version: str
    contract: int = CONTRACT
    requires: tuple[str, ...] = ()
    # duties
    models: tuple[type[Any], ...] = ()
    migrations: str = ""
    delete_guards: tuple[DeleteGuard, ...] = ()
    function_guards: tuple[FunctionGuard, ...] = ()
    merge_rules: tuple[MergeRule, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    value_lists: tuple[ValueList, ...] = ()
    history_words: tuple[HistoryWords, ...] = ()
    searches: tuple[SearchedText, ...] = ()
    # offers
    blueprints: tuple[Blueprint, ...] = ()
    functions: tuple[ContactFunction, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    tabs: tuple[Tab, ...] = ()
    file_hints: tuple[FileHint, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    history_sources: tuple[HistorySource, ...] = ()
    columns: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    list_actions: tuple[ListAction, ...] = ()
    mass_actions: tuple[MassAction, ...] = ()
    job_kinds: tuple[JobKind, ...] = ()
    settings_pages: tuple[SettingsPage, ...] = ()
    setting_defaults: tuple[SettingDefaults, ...] = ()
    number_ranges: tuple[NumberRange, ...] = ()
    checks: tuple[Check, ...] = ()
    realms: tuple[Realm, ...] = ()
    rest_resources: tuple[RestResource, ...] = ()
    embeds: tuple[Embed, ...] = ()
    services: tuple[Service, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    commands: tuple[click.Command, ...] = ()
    demo_rows: tuple[DemoRows, ...] = ()
