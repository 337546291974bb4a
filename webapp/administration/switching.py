"""Plug-ins as an administrator sees them: their state, what they bring and keep, and the switch of each (spec I1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from webapp.acting import need
from webapp.administration import changes
from webapp.administration.settings import put_setting, setting
from webapp.db import fetch
from webapp.errors import Missing, Refused
from webapp.i18n import _, ngettext
from webapp.lists.models import SavedView
from webapp.plugin import Plugin
from webapp.registry import registry

PAGE, OFF = "plugins", "plugins.off"
State = Literal["enabled", "off", "not_allowed", "broken"]
MOST = 10_000
"""Rows of a table are counted so far and no further."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Rows of a table that a plug-in keeps, whatever it is switched to; `most` says that there are more."""

    table: str
    label: str
    rows: int
    most: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One plug-in of the overview.

    `why` says what stands against its switch, in words, `brings` what it adds while it is on. `not_allowed` are those
    that `CARNET_PLUGINS` of the deployment leaves out.
    """

    name: str
    label: str
    version: str
    state: State
    brings: Sequence[str]
    kept: Sequence[Kept]
    why: str = ""

    @property
    def rows(self) -> int:
        """How many rows it keeps, as far as they were counted."""
        return sum(one.rows for one in self.kept)

    @property
    def has_more(self) -> bool:
        """Whether there are more than that."""
        return any(one.most for one in self.kept)


def overview() -> list[Row]:
    """All installed plug-ins by their labels, and those that can't be used; a fixed number of statements."""
    need("settings")
    plugins = registry()
    kept = keeps(plugins.installed.values())
    rows = [
        Row(
            name=one.name,
            label=str(one.label),
            version=one.version,
            state=state_of(one.name),
            brings=brings(one),
            kept=kept[one.name],
            why=_held(one, not plugins.is_enabled(one.name)),
        )
        for one in plugins.installed.values()
    ]
    broken = [
        Row(name=one.name, label=one.name, version="", state="broken", brings=(), kept=(), why=one.reason)
        for one in plugins.broken.values()
    ]
    return sorted(rows, key=lambda one: (one.label.casefold(), one.name)) + broken


def find(name: str) -> Plugin:
    """An installed plug-in; raises `Missing` for any other."""
    found = registry().installed.get(name)
    if found is None:
        raise Missing(_("There is no such plug-in."))
    return found


def state_of(name: str) -> State:
    """The state of an installed one."""
    if registry().is_enabled(name):
        return "enabled"
    return "off" if name in registry().allowed else "not_allowed"


def switch(name: str, on: bool) -> bool:
    """Let a plug-in's offers act, or no more; in all processes from their next request on. Returns what changed.

    Its duties act in any case, and its rows stay. Raises `Missing`; `Refused` where the deployment leaves it out, or
    others that are on require it, or it requires one that is off.
    """
    need("settings")
    changes.hold()
    plugin = find(name)
    if (registry().is_enabled(name)) is on:
        return False
    if reason := _held(plugin, on):
        raise Refused(reason)
    off = {one for one in setting(OFF) if one in registry().installed}
    put_setting(OFF, sorted(off - {name} if on else off | {name}))
    changes.note(PAGE, "plugin_on" if on else "plugin_off", subject=name)
    return True


def _held(plugin: Plugin, on: bool) -> str:
    """Why it can't be switched on, or off; empty where it can."""
    plugins = registry()
    if on and plugin.name not in plugins.allowed:
        return _("This deployment leaves it out: its operator names it in CARNET_PLUGINS.")
    if on:
        off = [one for one in plugin.requires if not plugins.is_enabled(one)]
        return _("First switch on what it requires: %(names)s.", names=_labels(off)) if off else ""
    needed = [one.name for one in plugins.installed.values() if plugin.name in one.requires]
    needed = [one for one in needed if plugins.is_enabled(one)]
    return _("First switch off what requires it: %(names)s.", names=_labels(needed)) if needed else ""


def _labels(names: Iterable[str]) -> str:
    return ", ".join(_("“%(name)s”", name=registry().installed[one].label) for one in names)


def brings(plugin: Plugin) -> list[str]:
    """What a plug-in adds while it is on, in words."""
    numbers = {
        kind: len(getattr(plugin, kind))
        for kind in ("functions", "menu", "tabs", "columns", "filters", "mass_actions", "settings_pages", "commands")
    }
    told = [
        ngettext("%(num)s contact function", "%(num)s contact functions", numbers["functions"]),
        ngettext("%(num)s menu entry", "%(num)s menu entries", numbers["menu"]),
        ngettext("%(num)s tab", "%(num)s tabs", numbers["tabs"]),
        ngettext("%(num)s column", "%(num)s columns", numbers["columns"]),
        ngettext("%(num)s filter", "%(num)s filters", numbers["filters"]),
        ngettext("%(num)s mass action", "%(num)s mass actions", numbers["mass_actions"]),
        ngettext("%(num)s page of the settings", "%(num)s pages of the settings", numbers["settings_pages"]),
        ngettext("%(num)s command", "%(num)s commands", numbers["commands"]),
    ]
    found = [words for words, number in zip(told, numbers.values(), strict=True) if number]
    if plugin.rest_resources or plugin.realms:
        found.append(_("calls of the API"))
    return found


def keeps(plugins: Collection[Plugin]) -> dict[str, list[Kept]]:
    """The tables of each with rows in them, by the plug-in's name; one statement."""
    labels = {table: str(one.label) for _plugin, one in registry().duties("erasures") for table in one.tables}
    labels |= {one.table: str(one.label) for _plugin, one in registry().duties("personal_data") if one.label}
    owned = [(plugin.name, model.__table__) for plugin in plugins for model in plugin.models]
    found: dict[str, list[Kept]] = {plugin.name: [] for plugin in plugins}
    counts = counted([table for _name, table in owned])
    for name, table in owned:
        if number := counts[table.name]:
            label = labels.get(table.name, table.name.replace("_", " "))
            most = number > MOST
            found[name].append(Kept(table=table.name, label=label, rows=min(number, MOST), most=most))
    return found


def counted(tables: Sequence[sa.Table]) -> dict[str, int]:
    """Rows of each table, counted to one more than `MOST`; one statement."""
    if not tables:
        return {}
    parts = []
    for table in tables:
        some = sa.select(sa.literal(1).label("one")).select_from(table).limit(MOST + 1).subquery()
        parts.append(sa.select(sa.literal(table.name).label("name"), sa.func.count().label("rows")).select_from(some))
    return {row.name: row.rows for row in fetch(sa.union_all(*parts))}


def vanishes(plugin: Plugin) -> list[str]:
    """What is no longer to be seen while it is off, in words (spec I1)."""
    told = []
    for function in plugin.functions:
        told.append(_("The list “%(plural)s”, and the view of this function in every file.", plural=function.plural))
    if not plugin.functions and (entries := _said(plugin.menu)):
        told.append(_("In the menu: %(names)s.", names=entries))
    if tabs := _said(plugin.tabs):
        told.append(_("In the files, the tabs: %(names)s.", names=tabs))
    if columns := _said((*plugin.columns, *plugin.filters)):
        told.append(_("In the lists, columns and filters: %(names)s.", names=columns))
    if actions := _said((*plugin.mass_actions, *plugin.list_actions)):
        told.append(_("The actions: %(names)s.", names=actions))
    if views := _views(plugin):
        told.append(ngettext("%(num)s saved view of its lists.", "%(num)s saved views of its lists.", views))
    if pages := _said(plugin.settings_pages):
        told.append(_("Pages of the settings: %(names)s.", names=pages))
    if plugin.rest_resources or plugin.realms:
        told.append(_("Its calls of the API: they answer 404."))
    if plugin.job_kinds or plugin.mass_actions:
        told.append(_("Its jobs that are under way end with the next portion."))
    return told


def _said(offers: Iterable[Any]) -> str:
    """The labels of offers, each once."""
    return ", ".join(dict.fromkeys(str(one.label) for one in offers))


def _views(plugin: Plugin) -> int:
    keys = [one.key for one in plugin.functions]
    if not keys:
        return 0
    return int(fetch(sa.select(sa.func.count()).where(SavedView.list.in_(keys))).scalar_one())


def stays(plugin: Plugin, kept: Sequence[Kept]) -> list[str]:
    """What goes on while it is off, in words."""
    told = []
    for one in kept:
        words = _("%(label)s: more than %(num)s", label=one.label, num=one.rows) if one.most else ""
        told.append(words or _("%(label)s: %(num)s", label=one.label, num=one.rows))
    if plugin.delete_guards:
        told.append(_("What it holds back from deletion stays held back."))
    if plugin.models:
        told.append(_("Merges move its rows, anonymising erases what is personal in them."))
    return told
