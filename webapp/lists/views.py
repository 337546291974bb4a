"""The list page: one view for all contacts and for each function's list (spec A1, B1, G1)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from webapp.acting import act, need
from webapp.htmx import render, target
from webapp.lists.place import ALL, Place
from webapp.lists.query import CAP, SORTS, ListQuery, offered
from webapp.lists.rows import columns_of, mass_actions, number_of, read_rows, responsible_names
from webapp.plugin import Filter, ListAction
from webapp.ports import MassActions
from webapp.registry import registry

__all__ = ["list_page", "number_of", "responsible_names"]


def list_page(function: str = "", title: Any = None, new_label: Any = None) -> Response:
    """The page of the contacts that have `function` (all where empty); the table alone where htmx swaps `#list`."""
    need("contacts.read")
    query = ListQuery.read(request.args, function)
    page = query.page()
    columns = columns_of(function)
    place = Place.of(query, request.args).text()
    endpoint = request.endpoint or "contacts.index"
    count = query.count()
    arguments = query.arguments()
    answer = render(
        "lists/index.html",
        fragments={"list": "lists/_list.html"},
        query=query,
        rows=read_rows(page.rows, function, columns, place),
        columns=columns,
        count=count,
        capped=count > CAP,
        cap=CAP,
        title=title,
        new_label=new_label,
        address=url_for(endpoint),
        kept=[(key, one) for key, value in query.arguments(q="").items() for one in _each(value)],
        sort_urls=_sort_urls(query, endpoint),
        next_url=url_for(endpoint, **arguments, after=page.next) if page.next else "",
        previous_url=url_for(endpoint, **arguments, before=page.previous) if page.previous else "",
        here=request.script_root + request.full_path.rstrip("?"),
        chips=chips(query, endpoint),
        filters_url=url_for("lists.filters", list=function or ALL, **arguments),
        archived_url=url_for(endpoint, **query.arguments(archived=not query.archived)),
        list_actions=list_actions(),
        # Mass actions take live contacts alone.
        mass_actions=[] if query.archived else mass_actions(function),
        mass_actions_url=registry().service(MassActions).address(),
        new_url=url_for("contacts.new", function=function or None),
    )
    if target() == "list" and any(value == "" for value in request.args.values()):
        # A form sends its empty fields too; the address that stays is the short one.
        answer.headers["HX-Push-Url"] = url_for(endpoint, **arguments)
    return answer


def _each(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def list_actions() -> list[ListAction]:
    """The links that plug-ins offer this user in the head of lists."""
    return [one for one in registry().offers("list_actions") if act().may(one.right)]


def words(one: Filter, values: list[str]) -> str:
    """The chosen values of a filter, in the user's words."""
    if one.name is not None:
        return ", ".join(str(one.name(value)) for value in values)
    if one.typed:
        return ", ".join(values)
    known = dict(one.choices())
    return ", ".join(str(known.get(value, value)) for value in values)


def chips(query: ListQuery, endpoint: str) -> list[dict[str, str]]:
    """Each filter that is set: what it says, where it is changed, and the list without it."""
    chosen = query.chosen()
    listed = query.function or ALL
    return [
        {
            "key": key,
            "label": str(one.label),
            "words": words(one, chosen[key]),
            "edit_url": url_for("lists.filters", list=listed, **query.arguments()) + f"#f-{key}",
            "url": url_for(endpoint, **query.arguments(filters={**chosen, key: []})),
        }
        for key, one in offered().items()
        if key in chosen
    ]


def _sort_urls(query: ListQuery, endpoint: str) -> dict[str, dict[str, str]]:
    """For each sortable column where its head leads, and how it is sorted now."""
    found = {}
    for sort in SORTS:
        present = query.sort == sort
        flipped = not query.descending if present else sort == "changed"
        state = ("descending" if query.descending else "ascending") if present else ""
        url = url_for(endpoint, **query.arguments(sort=sort, descending=flipped))
        found[sort] = {"url": url, "state": state}
    return found
