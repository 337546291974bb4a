"""Who answers: the plug-ins of an application with their offers and duties, events, services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast

from flask import current_app, has_app_context

from webapp import ports
from webapp.administration import settings
from webapp.config import HOME
from webapp.discovery import Found, usable
from webapp.errors import BootError
from webapp.plugin import ContactFunction, Plugin, Realm, Service

DUTIES = (
    "models", "delete_guards", "function_guards", "merge_rules", "personal_data", "erasures", "value_lists",
    "history_words", "searches",
)  # fmt: skip

T = TypeVar("T")


class Registry:
    """The plug-ins of one application, built once at boot.

    `allowed` are those that the deployment names (`CARNET_PLUGINS`), `enabled` those of them that no administrator has
    switched off: asked anew in each unit of work, so that a switch acts at the next request everywhere (spec I1).
    """

    def __init__(self, core: Plugin, found: Found, wanted: tuple[str, ...] | None = None) -> None:
        found = usable(core, found, wanted)
        self.core = core
        self.folders = {core.name: HOME, **found.folders}
        self.installed = {plugin.name: plugin for plugin in found.plugins}
        self.broken = {one.name: one for one in found.broken}
        self.allowed = frozenset(self.installed if wanted is None else wanted)
        self.memo: dict[str, Any] = {}
        """What plug-ins work out once from what is installed, each under its own name."""
        self._offers: dict[tuple[str, frozenset[str]], list[Any]] = {}
        self._services: dict[tuple[type[Any], frozenset[str]], list[Service]] = {}
        self._enabled: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}
        self._check_providers()
        self.realms: tuple[tuple[str, Realm], ...] = tuple(
            (plugin.name, realm) for plugin in self._all() for realm in plugin.realms
        )
        """All that are installed, each with its plug-in."""
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

    def _check_providers(self) -> None:
        for port in {service.port for plugin in self._all() for service in plugin.services}:
            if (times := len(self._providers(port))) > 1:
                name = port.__name__
                raise BootError(f"{times} enabled plug-ins provide {name}: name only one of them in CARNET_PLUGINS.")

    def _providers(self, port: type[Any]) -> list[Service]:
        """Who answers behind a port: the enabled plug-ins that provide it, but for those that another one replaces."""
        enabled = self.enabled
        key = port, enabled
        if key not in self._services:
            own = {self.core.name, *enabled}
            offered = [
                (plugin.name, service)
                for plugin in self._all()
                if plugin.name in own
                for service in plugin.services
                if service.port is port
            ]
            replaced = {service.replaces for _name, service in offered}
            self._services[key] = [service for name, service in offered if name not in replaced]
        return self._services[key]

    @property
    def enabled(self) -> frozenset[str]:
        """The plug-ins whose offers act now: allowed, not switched off, and nothing that they require is.

        Outside of this application's contexts, such as at boot, nothing is known to be switched off.
        """
        is_here = has_app_context() and current_app.extensions.get("carnet") is self
        off = settings.switched_off() if is_here else frozenset()
        if not off:
            return self.allowed
        key = self.allowed, off
        if key not in self._enabled:
            self._enabled[key] = self._without(off)
        return self._enabled[key]

    def _without(self, off: frozenset[str]) -> frozenset[str]:
        left = set(self.allowed - off)
        # In the order of requirements: what needs one that is off comes after it.
        for name, plugin in self.installed.items():
            if not left.issuperset(plugin.requires):
                left.discard(name)
        return frozenset(left)

    def is_enabled(self, name: str) -> bool:
        """Whether the offers of this plug-in act."""
        return name == self.core.name or name in self.enabled

    def offers(self, kind: str) -> list[Any]:
        """All offers of one kind (`"menu"`, `"tabs"` …) of enabled plug-ins, by their `order`."""
        enabled = self.enabled
        key = kind, enabled
        if key not in self._offers:
            own = {self.core.name, *enabled}
            found = [one for plugin in self._all() if plugin.name in own for one in getattr(plugin, kind)]
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

    def all_functions(self) -> list[ContactFunction]:
        """The contact functions of all installed plug-ins, those of switched-off ones too."""
        return list(self._functions.values())

    def function(self, key: str) -> ContactFunction | None:
        """The function called `key` of any installed plug-in, also of a switched-off one; None where unknown."""
        return self._functions.get(key)

    def is_function_enabled(self, key: str) -> bool:
        """Whether contacts can be given this function now (spec I1)."""
        return any(function.key == key for function in self.functions())

    def service(self, port: type[T]) -> T:
        """The provider of a port, or its Null twin."""
        for service in self._providers(port):
            return cast(T, service.provide())
        return cast(T, ports.NULL[port])

    def publish(self, event: object) -> None:
        """Tell all subscribers of enabled plug-ins, in this transaction."""
        for subscriber in self.offers("subscribers"):
            if isinstance(event, subscriber.event):
                subscriber.hear(event)

    def publish_many(self, events: Sequence[object]) -> None:
        """Tell of many events of one kind, those who hear of many at once by one call for all of them."""
        for subscriber in self.offers("subscribers"):
            if events and isinstance(events[0], subscriber.event):
                if subscriber.hear_many is not None:
                    subscriber.hear_many(events)
                else:
                    for event in events:
                        subscriber.hear(event)

    def overview(self) -> list[dict[str, str]]:
        """Name and state of each plug-in, as `carnet plugins --json` prints it."""
        enabled = self.enabled
        rows = [{"name": name, "state": "enabled" if name in enabled else "off"} for name in sorted(self.installed)]
        return rows + [{"name": name, "state": "broken"} for name in sorted(self.broken)]


def registry() -> Registry:
    """The registry of the present application."""
    return cast(Registry, current_app.extensions["carnet"])
