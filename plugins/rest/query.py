"""The list's parameters: those of `ListQuery`, under the API's names, and whatever filters plug-ins offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import marshmallow as ma
from werkzeug.datastructures import MultiDict

from plugins.rest.problems import wrong_parameters
from plugins.rest.schemas import Paging
from webapp.api import Invalid, ListPage, ListQuery, _, offered_list_filters

SORTS = tuple(mark + one for one in ("name", "city", "number", "changed", "created") for mark in ("", "-"))
LONGEST = 200
"""Characters of a search."""
OWN = ("q", "sort", "limit", "cursor", "archived")
RENAMED = {"after": "cursor"}
"""What a list's address calls otherwise than the API."""


class ListParameters(Paging):
    """Search, order and place of a list; every filter of the lists is a parameter as well."""

    q = ma.fields.String(validate=ma.validate.Length(max=LONGEST))
    sort = ma.fields.String(load_default="name", validate=ma.validate.OneOf(SORTS))
    archived = ma.fields.Boolean(load_default=False)


def filters() -> list[str]:
    """Names of the filters that lists offer now."""
    return list(offered_list_filters())


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


def wanted(given: MultiDict[str, str]) -> ListQuery:
    """All that match what a body has under `filter`; raises `Invalid` for what nobody knows, by where it stands."""
    offered = filters()
    known: MultiDict[str, str] = MultiDict()
    errors = {}
    for name, value in given.items(multi=True):
        if name in offered or (name == "q" and len(value) <= LONGEST):
            known.add(name, value)
        elif name == "q":
            errors["filter.q"] = _("This is too long: at most %(most)s characters.", most=LONGEST)
        elif name == "archived" and value in ("true", "false"):
            known["archived"] = "1" if value == "true" else ""
        elif name == "archived":
            errors["filter.archived"] = _("This is true or false.")
        else:
            errors[f"filter.{name}"] = _("There is no parameter “%(name)s”.", name=name[:60])
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    try:
        found = ListQuery.read(known)
        found.where()
    except Invalid as error:
        raise Invalid(error.message, {f"filter.{name}": text for name, text in error.errors.items()}) from None
    return found
