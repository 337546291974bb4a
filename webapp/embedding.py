"""Pages inside a page of somebody else: the same views and templates at a second address, below `/embed` (spec I3).

Every page that is offered as an `Embed` has it: `/embed/7/contacts/12/card` is `/contacts/12/card` in the frame number
7 of a portal, `/embed/f/contacts/12/card` is the same as a fragment. What stands there before the page's own address is
kept by the links between such pages. Who may see what there is the business of the plug-in that offers the realm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, current_app, g, has_request_context
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import BaseConverter

from webapp import realms
from webapp.plugin import EMBED_PREFIX, Embed
from webapp.registry import Registry

ARGUMENT = "embed"
"""The name of that part of the address, among a rule's arguments."""
FRAGMENT = f"{EMBED_PREFIX[1:]}/f"
"""That part for a page that is fetched as a fragment of another one."""


class At(BaseConverter):
    """What stands before a page's own address where it is embedded."""

    part_isolating = False
    regex = rf"{EMBED_PREFIX[1:]}/(?:f|[1-9][0-9]{{0,17}})"


@dataclass(frozen=True, kw_only=True)
class Embedding:
    """How the page at hand is embedded.

    `at` stands before its own address; links to the pages of `endpoints` lead on inside, all others out of it. Its
    template extends `extends`. `csrf` proves that a form is of this embedding. In a fragment `prefix` stands before the
    ids of its elements, which share a page with somebody else's. `look` is the portal's, for the shell.
    """

    at: str
    endpoints: Collection[str]
    extends: str
    csrf: str = ""
    prefix: str = ""
    look: Any = None


def embedded() -> Embedding | None:
    """How the page at hand is embedded; None where it has the window for itself."""
    return g.get("embedding") if has_request_context() else None


def asked_at() -> str:
    """What stands before the page's own address in the request at hand; empty for the page itself."""
    return str(g.get("embedded_at", ""))


def csrf_token() -> str:
    """What forms carry: of the embedding, else of the session."""
    here = embedded()
    return here.csrf if here is not None else str(generate_csrf())


def endpoints_of(one: Embed) -> frozenset[str]:
    """All that answers inside an embed."""
    return frozenset((one.endpoint, *one.parts))


def _offered(registry: Registry) -> Iterator[str]:
    for plugin in (registry.core, *registry.installed.values()):
        for one in plugin.embeds:
            yield from sorted(endpoints_of(one))


def mount(app: Flask, registry: Registry) -> None:
    """Give a second address to every page that any installed plug-in offers as an embed."""
    app.url_map.converters["embedded"] = At
    for endpoint in dict.fromkeys(_offered(registry)):
        for rule in list(app.url_map.iter_rules(endpoint)):
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            app.add_url_rule(f"/<embedded:{ARGUMENT}>{rule.rule}", endpoint=endpoint, methods=methods)

    @app.url_value_preprocessor
    def take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        # Views know nothing of it.
        if values:
            g.embedded_at = values.pop(ARGUMENT, "")

    @app.url_defaults
    def keep(endpoint: str, values: dict[str, Any]) -> None:
        here = embedded()
        if here is not None and endpoint in here.endpoints:
            values.setdefault(ARGUMENT, here.at)

    @app.before_request
    def gate() -> None:
        if asked_at() and realms.here() is None:
            abort(404)

    @app.context_processor
    def words() -> dict[str, Any]:
        # In the place of the session's token, which Flask-WTF gives to all templates.
        return {"csrf_token": csrf_token, "embedded": embedded}


def origins() -> tuple[str, ...]:
    """The portals that the deployment allows to embed anything at all (`CARNET_EMBED_ORIGINS`)."""
    allowed: tuple[str, ...] = current_app.config["CARNET"].embed_origins
    return allowed
