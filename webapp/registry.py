"""Which plug-ins there are, and who answers: discovery, checks at boot, offers and duties, events, services."""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from flask import current_app

from webapp import ports
from webapp.administration import settings
from webapp.config import HOME
from webapp.errors import BootError
from webapp.plugin import CONTRACT, ContactFunction, Plugin

State = Literal["enabled", "off", "broken"]
DUTIES = ("models", "delete_guards", "function_guards", "merge_rules", "personal_data", "value_lists")
KEYED = (
    "functions", "columns", "filters", "list_actions", "mass_actions", "tabs", "history_sources",
    "value_lists", "delete_guards", "blueprints", "commands", "realms", "rest_resources", "settings_pages",
)  # fmt: skip
"""What has a key, or a name, of its own: each has one owner, whether that is switched on or off."""
GROUP = "carnet.plugins"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A package that could not be imported; it counts as gone, and the overview names it."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What discovery brought: manifests, the folder of each one's package, and what could not be imported."""

    plugins: tuple[Plugin, ...] = ()
    folders: Mapping[str, Path] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()


class Registry:
    """The plug-ins of one application. Built once at boot; `enabled` are the names that are switched on."""

    def __init__(self, core: Plugin, found: Found, wanted: tuple[str, ...] | None = None) -> None:
        self.core = core
        self.folders = {core.name: HOME, **found.folders}
        self.installed = {plugin.name: plugin for plugin in in_order(found.plugins)}
        self.broken = {one.name: one for one in found.broken}
        self.enabled = set(self.installed if wanted is None else wanted)
        self._offers: dict[tuple[str, frozenset[str]], list[Any]] = {}
        self._check(wanted)
        self._functions = {
            function.key: function
            for plugin in self._all()
            for function in sorted(plugin.functions, key=lambda one: one.order)
        }

    @property
    def timezone(self) -> str:
        """The name of the time zone in which days are counted: the firm's, else the deployment's (spec J4)."""
        return settings.timezone()

    def _all(self) -> Iterator[Plugin]:
        yield self.core
        yield from self.installed.values()

    def _check(self, wanted: tuple[str, ...] | None) -> None:
        """Stop the boot, in one clear line, on what can't work (design: the contract)."""
        for name in wanted or ():
            if name in self.broken:
                raise BootError(f"Plug-in {name} can't be loaded: {self.broken[name].reason}")
            if name not in self.installed:
                known = ", ".join(sorted(self.installed)) or "none"
                raise BootError(f"CARNET_PLUGINS names {name}, which is not installed. Installed: {known}.")
        for plugin in self.installed.values():
            if plugin.contract != CONTRACT:
                raise BootError(
                    f"Plug-in {plugin.name} is written for contract {plugin.contract}, this is {CONTRACT}: "
                    "install a matching version."
                )
        for name in sorted(self.enabled):
            for needed in self.installed[name].requires:
                if needed not in self.enabled:
                    raise BootError(f"Plug-in {name} requires {needed}: name it in CARNET_PLUGINS as well.")
        self._check_keys()

    def _check_keys(self) -> None:
        for kind in KEYED:
            owners: dict[str, str] = {}
            for plugin in self._all():
                for one in getattr(plugin, kind):
                    key = one.key if hasattr(one, "key") else one.name
                    if key in owners:
                        raise BootError(
                            f"Plug-ins {owners[key]} and {plugin.name} both bring {kind} “{key}”: "
                            "switch one of them off by uninstalling it."
                        )
                    owners[key] = plugin.name
        names = Counter(getattr(model, "__tablename__", "") for plugin in self._all() for model in plugin.models)
        for table, times in names.items():
            if times > 1:
                raise BootError(f"Table {table} is brought by {times} plug-ins: only one may own it.")
        services = Counter(s.port.__name__ for p in self._all() if self.is_enabled(p.name) for s in p.services)
        for port, times in services.items():
            if times > 1:
                raise BootError(f"{times} enabled plug-ins provide {port}: name only one of them in CARNET_PLUGINS.")

    def is_enabled(self, name: str) -> bool:
        """Whether the offers of this plug-in act."""
        return name == self.core.name or name in self.enabled

    def offers(self, kind: str) -> list[Any]:
        """All offers of one kind (`"menu"`, `"tabs"` …) of enabled plug-ins, by their `order`."""
        key = kind, frozenset(self.enabled)
        if key not in self._offers:
            found = [one for plugin in self._all() if self.is_enabled(plugin.name) for one in getattr(plugin, kind)]
            self._offers[key] = sorted(found, key=lambda one: getattr(one, "order", 0))
        return list(self._offers[key])

    def duties(self, kind: str) -> list[tuple[Plugin, Any]]:
        """All duties of one kind with their plug-ins, whether these are switched on or off."""
        if kind not in DUTIES:
            raise KeyError(kind)
        return [(plugin, one) for plugin in self._all() for one in getattr(plugin, kind)]

    def functions(self) -> list[ContactFunction]:
        """The contact functions of enabled plug-ins, in their order."""
        return cast(list[ContactFunction], self.offers("functions"))

    def function(self, key: str) -> ContactFunction | None:
        """The function called `key` of any installed plug-in, also of a switched-off one; None where unknown."""
        return self._functions.get(key)

    def is_function_enabled(self, key: str) -> bool:
        """Whether contacts can be given this function now (spec I1)."""
        return any(function.key == key for function in self.functions())

    def service(self, port: type[T]) -> T:
        """The provider of a port, or its Null twin."""
        for service in self.offers("services"):
            if service.port is port:
                return cast(T, service.provide())
        return cast(T, ports.NULL[port])

    def publish(self, event: object) -> None:
        """Tell all subscribers of enabled plug-ins, in this transaction."""
        for subscriber in self.offers("subscribers"):
            if isinstance(event, subscriber.event):
                subscriber.hear(event)

    def overview(self) -> list[dict[str, str]]:
        """Name and state of each plug-in, as `carnet plugins --json` prints it."""
        rows = [
            {"name": name, "state": "enabled" if name in self.enabled else "off"} for name in sorted(self.installed)
        ]
        return rows + [{"name": name, "state": "broken"} for name in sorted(self.broken)]


def in_order(plugins: Iterable[Plugin]) -> list[Plugin]:
    """Sort so that what is required comes first; raises BootError on a missing or circular `requires`."""
    by_name = {plugin.name: plugin for plugin in plugins}
    ordered: dict[str, Plugin] = {}

    def visit(plugin: Plugin, chain: tuple[str, ...]) -> None:
        if plugin.name in ordered:
            return
        if plugin.name in chain:
            circle = " → ".join((*chain[chain.index(plugin.name) :], plugin.name))
            raise BootError(f"Plug-ins require each other in a circle: {circle}.")
        for needed in plugin.requires:
            if needed not in by_name:
                raise BootError(f"Plug-in {plugin.name} requires {needed}, which is not installed.")
            visit(by_name[needed], (*chain, plugin.name))
        ordered[plugin.name] = plugin

    for plugin in sorted(by_name.values(), key=lambda one: one.name):
        visit(plugin, ())
    return list(ordered.values())


def discover(extra: Iterable[str] = ()) -> Found:
    """Import the shipped plug-ins (folders of `plugins/`), those of the entry points, and `extra` packages.

    A package that can't be imported is reported, and stops nothing else.
    """
    plugins: list[Plugin] = []
    folders: dict[str, Path] = {}
    broken: list[Broken] = []
    modules = {name: f"plugins.{name}" for name in shipped()}
    modules |= {point.name: point.value for point in importlib.metadata.entry_points(group=GROUP)}
    modules |= {name.rsplit(".", 1)[-1]: name for name in extra}
    for name, module in sorted(modules.items()):
        try:
            package = importlib.import_module(module.partition(":")[0])
            plugin = package.plugin
        except (Exception, SystemExit) as error:
            # Whatever a third party's module does at import must not take the others down.
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            broken.append(Broken(name=name, reason=reason))
            continue
        if not isinstance(plugin, Plugin):
            broken.append(Broken(name=name, reason="its `plugin` is no Plugin object"))
            continue
        if plugin.name != name:
            broken.append(Broken(name=name, reason=f"its manifest calls itself {plugin.name}"))
            continue
        plugins.append(plugin)
        folders[name] = Path(str(package.__file__)).parent
    return Found(plugins=tuple(plugins), folders=folders, broken=tuple(broken))


def shipped() -> list[str]:
    """The folders beside this package that are plug-ins; a deleted folder is simply not there."""
    try:
        package = importlib.import_module("plugins")
    except ModuleNotFoundError:
        return []
    return [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]


def registry() -> Registry:
    """The registry of the present application."""
    return cast(Registry, current_app.extensions["carnet"])
