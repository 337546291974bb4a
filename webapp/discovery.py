"""Which plug-ins there are: finding their packages, and which of them can be used together.

One that can't be imported, is written for another contract, misses what it requires or brings what another one brings
counts as gone and is named in the overview; where the deployment names it in `CARNET_PLUGINS`, the boot stops.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webapp.errors import BootError
from webapp.plugin import CONTRACT, Plugin

GROUP = "carnet.plugins"
KEYED = (
    "functions", "columns", "filters", "list_actions", "mass_actions", "tabs", "history_sources",
    "value_lists", "delete_guards", "blueprints", "commands", "realms", "rest_resources", "settings_pages",
    "setting_defaults", "number_ranges", "checks", "file_hints", "erasures", "history_words", "demo_rows",
    "embeds",
)  # fmt: skip
"""What has a key, or a name, of its own: each has one owner, whether that is switched on or off."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A package that can't be used, and why: it counts as gone, and the overview names it."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What discovery brought: manifests, the folder of each one's package, and what could not be imported."""

    plugins: tuple[Plugin, ...] = ()
    folders: Mapping[str, Path] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()


def discover(extra: Iterable[str] = ()) -> Found:
    """Import the shipped plug-ins (folders of `plugins/`), those of the entry points, and `extra` packages.

    A package that can't be imported is reported, and stops nothing else.
    """
    plugins: list[Plugin] = []
    folders: dict[str, Path] = {}
    broken: list[Broken] = []
    modules = {point.name: point.value for point in importlib.metadata.entry_points(group=GROUP)}
    modules |= {name.rsplit(".", 1)[-1]: name for name in extra}
    # Nobody takes the place of a shipped one.
    modules |= {name: f"plugins.{name}" for name in shipped()}
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


def usable(core: Plugin, found: Found, wanted: tuple[str, ...] | None) -> Found:
    """Those that can be used together, what is required coming first, and the others among the broken ones.

    Where two clash, those that the deployment names go before, then the shipped ones, then by name. Raises `BootError`
    with one clear line for a name in `wanted` that is unknown or broken, or requires what `wanted` does not name.
    """
    named = frozenset(wanted or ())
    ours = frozenset(shipped())
    broken = {one.name: one for one in found.broken}
    present = {one.name: one for one in found.plugins}
    taken = dict(_claims(core))
    accepted: dict[str, Plugin] = {}
    order = sorted(present.values(), key=lambda one: (one.name not in named, one.name not in ours, one.name))

    def visit(plugin: Plugin, chain: tuple[str, ...]) -> None:
        if plugin.name in accepted or plugin.name in broken:
            return
        if reason := _reason(plugin, chain):
            _reject(plugin.name, reason)
            return
        accepted[plugin.name] = plugin
        taken.update(_claims(plugin))

    def _reason(plugin: Plugin, chain: tuple[str, ...]) -> str:
        if plugin.contract != CONTRACT:
            return f"it is written for contract {plugin.contract}, this is {CONTRACT}: install a matching version"
        for needed in plugin.requires:
            if needed in (*chain, plugin.name):
                way = (*chain, plugin.name)
                return f"plug-ins require each other in a circle: {' → '.join((*way[way.index(needed) :], needed))}"
            if needed in present:
                visit(present[needed], (*chain, plugin.name))
            if needed not in accepted:
                return f"it requires {needed}, which {'is broken' if needed in broken else 'is not installed'}"
        for claim, owner in _claims(plugin):
            if claim in taken:
                return f"{taken[claim]} and {owner} both bring {claim}: uninstall one of them"
        return ""

    def _reject(name: str, reason: str) -> None:
        if name in named:
            raise BootError(f"Plug-in {name} can't be used: {reason}.")
        broken[name] = Broken(name=name, reason=reason)

    for name in wanted or ():
        if name in broken:
            raise BootError(f"Plug-in {name} can't be loaded: {broken[name].reason}")
        if name not in present:
            known = ", ".join(sorted(present)) or "none"
            raise BootError(f"CARNET_PLUGINS names {name}, which is not installed. Installed: {known}.")
        for needed in present[name].requires:
            if needed in present and needed not in named:
                raise BootError(f"Plug-in {name} requires {needed}: name it in CARNET_PLUGINS as well.")
    for plugin in order:
        visit(plugin, ())
    in_order = sorted(accepted.values(), key=lambda one: one.name)
    return Found(plugins=tuple(_required_first(in_order)), folders=found.folders, broken=tuple(broken.values()))


def _claims(plugin: Plugin) -> Iterator[tuple[str, str]]:
    """What a plug-in brings that nobody else may, in words, and its name."""
    for kind in KEYED:
        for one in getattr(plugin, kind):
            yield f"{kind} “{one.key if hasattr(one, 'key') else one.name}”", plugin.name
    for model in plugin.models:
        yield f"table {model.__tablename__}", plugin.name


def _required_first(plugins: list[Plugin]) -> list[Plugin]:
    """By name, but behind what they require; there is no circle."""
    by_name = {plugin.name: plugin for plugin in plugins}
    ordered: dict[str, Plugin] = {}

    def add(plugin: Plugin) -> None:
        for needed in plugin.requires:
            add(by_name[needed])
        ordered.setdefault(plugin.name, plugin)

    for plugin in plugins:
        add(plugin)
    return list(ordered.values())
