"""The list's parameters: those of `ListQuery`, under the API's names, and whatever filters plug-ins offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import marshmallow as ma
from werkzeug.datastructures import MultiDict

from plugins.rest.problems import wrong_parameters
from plugins.rest.schemas import Paging
from webapp.api import Invalid, ListPage, ListQuery, _, registry

SORTS = ("name", "-name", "city", "-city", "changed", "-changed")
OWN = ("q", "sort", "limit", "cursor", "archived")
RENAMED = {"after": "cursor"}
"""What a list's address calls otherwise than the API."""


class ListParameters(Paging):
    """Search, order and place of a list; every filter of the lists is a parameter as well."""

    q = ma.fields.String(validate=ma.validate.Length(max=200))
    sort = ma.fields.String(load_default="name", validate=ma.validate.OneOf(SORTS))
    archived = ma.fields.Boolean(load_default=False)


def filters() -> list[str]:
    """Names of the filters that lists offer now."""
    return [one.key for one in registry().offers("filters")]


def page_of(given: MultiDict[str, str], arguments: dict[str, Any]) -> ListPage:
    """The page that is asked for; raises `Invalid` for what nobody knows, naming the parameter."""
    try:
        return replace(_read(given, arguments), size=arguments["limit"]).page()
    except Invalid as error:
        if not error.errors:
            raise
        named = wrong_parameters({RENAMED.get(name, name): text for name, text in error.errors.items()})
        # A cursor that nobody gave out is no wrong value but no request of ours (400).
        named.status = error.status
        raise named from None


def _read(given: MultiDict[str, str], arguments: dict[str, Any]) -> ListQuery:
    offered = filters()
    for name in given:
        if name not in (*OWN, *offered, "dry_run"):
            raise wrong_parameters({name: _("There is no parameter “%(name)s”.", name=name[:60])})
    known = MultiDict((name, value) for name, value in given.items(multi=True) if name in offered)
    known["q"] = arguments.get("q", "")
    known["sort"] = arguments["sort"]
    if arguments["cursor"]:
        known["after"] = arguments["cursor"]
    if arguments["archived"]:
        known["archived"] = "1"
    return ListQuery.read(known)
