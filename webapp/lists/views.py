"""The list page: one view for all contacts and for each function's list (spec A1, B1, G1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for

from webapp.acting import act, need
from webapp.contacts.queries import anonymised_by_number
from webapp.counts import counts
from webapp.embedding import embedded
from webapp.htmx import redirect_to, render, target, wants_fragment
from webapp.i18n import _
from webapp.lists import saved, sorts
from webapp.lists.columns import ListColumn
from webapp.lists.place import ALL, Place
from webapp.lists.query import CAP, ListQuery, offered
from webapp.lists.rows import Layout, mass_actions, number_of, responsible_names
from webapp.lists.saved import Desk, View, list_key
from webapp.plugin import Filter, Label, ListAction
from webapp.ports import MassActions
from webapp.registry import registry

__all__ = ["list_page", "number_of", "responsible_names"]

# `all` is a list's name among the lists; as a view, the list without any; as a selection, all that match.
READABLE = "!$'()*,/:;?@"
"""What stands in an address as it is, as in those of `url_for`."""


def with_arguments(address: str, arguments: Mapping[str, Any]) -> str:
    """An address with its arguments; those without a value are left out. `url_for` takes longer than a page has."""
    given = {key: value for key, value in arguments.items() if value}
    return f"{address}?{urlencode(given, doseq=True, safe=READABLE)}" if given else address


@dataclass(frozen=True, kw_only=True)
class Head:
    """A column's head: where it leads, empty where it is not sorted by it, and how it is sorted now.

    `hint` says why not, where another list could be.
    """

    key: str
    label: Label
    short: Label = ""
    classes: str = ""
    url: str = ""
    state: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A saved view above the list; the first one is the list without any."""

    label: Label
    url: str
    is_current: bool
    view: View | None = None


def list_page(function: str = "", title: Any = None, new_label: Any = None) -> Response:
    """The page of the contacts that have `function` (all where empty); the table alone where htmx swaps `#list`.

    At the list's bare address the user's own view opens. `select=all` chooses all that match, without scripts.
    """
    need("contacts.read")
    query, desk = ListQuery.read(request.args, function), saved.desk(function)
    address = url_for(request.endpoint or "contacts.index")
    if not request.args and desk.default and not wants_fragment():
        return redirect_to(with_arguments(address, desk.default.opened()))
    query, is_lost = _known(query, desk)
    view, columns = desk.view(query.saved), desk.columns_of(query)
    page = query.page()
    spot = Place.of(query, request.args)
    place = spot.text()
    actions, actions_url = mass_actions(function, archived=query.archived), registry().service(MassActions).address()
    ticks = bool(actions and actions_url)
    layout = Layout(function=function, columns=columns, place=place, ticks=ticks)
    takes_all = ticks and request.args.get("select") == ALL
    count = query.total() if takes_all else query.count() if page.count is None else page.count
    arguments = query.arguments()
    # Lists that differ by little are told from this one's arguments: each asks all plug-ins for their filters.
    unfiltered = {key: value for key, value in arguments.items() if key in ("q", "cols", "saved", "sort")}
    here = {"list": list_key(function), **arguments}
    answer = render(
        "lists/index.html",
        fragments={"list": "lists/_list.html"},
        query=query,
        lines=layout.lines(page.rows),
        shown=len(page.rows),
        heads=heads(query, columns, address, arguments, is_long=count > CAP and _is_long(query, page.count)),
        edits=bool(layout.edit),
        anonymised=anonymised_by_number(query.q) if query.q and not query.archived else [],
        count=count,
        is_capped=count > CAP and not takes_all,
        cap=CAP,
        takes_all=takes_all,
        title=title,
        new_label=new_label,
        address=address,
        plain_url=with_arguments(address, unfiltered),
        kept=[pair for pair in _pairs(arguments) if pair[0] != "q"],
        pairs=_pairs(arguments),
        place=place,
        tabs=tabs(query, desk, address),
        view=view,
        is_lost=is_lost,
        differs=bool(view and view.differs(query)),
        reset_url=with_arguments(address, view.opened()) if view else "",
        next_url=with_arguments(address, {**arguments, "after": page.next}) if page.next else "",
        previous_url=with_arguments(address, {**arguments, "before": page.previous}) if page.previous else "",
        here=with_arguments(address, {**arguments, **spot.page}),
        chips=chips(query, address),
        filters_url=with_arguments(url_for("lists.filters"), here),
        columns_url=with_arguments(url_for("lists.columns"), here),
        count_url=with_arguments(url_for("lists.count"), here),
        new_view_url=with_arguments(url_for("lists.views.new"), here),
        archived_url=with_arguments(address, {**arguments, "archived": "" if query.archived else "1"}),
        list_actions=list_actions(),
        mass_actions=actions,
        mass_actions_url=actions_url,
        new_url=url_for("contacts.new", function=function or None),
    )
    if target() == "list" and any(value == "" for value in request.args.values()):
        # A form sends its empty fields too; the address that stays is the short one.
        answer.headers["HX-Push-Url"] = with_arguments(address, arguments)
    return answer


def _known(query: ListQuery, desk: Desk) -> tuple[ListQuery, bool]:
    """The list under a view that there is, or under none; and whether its address names one that there is not."""
    if query.saved in ("", ALL):
        # The bare address is the view's that opens by itself: what leads there must say that it means all.
        return (replace(query, saved=ALL) if desk.default else query), False
    if desk.view(query.saved):
        return query, False
    return replace(query, saved=ALL if desk.default else ""), True


def _pairs(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Arguments as hidden fields of a form."""
    given = [(key, value if isinstance(value, list) else [value]) for key, value in arguments.items() if value]
    return [(key, one) for key, values in given for one in values]


def tabs(query: ListQuery, desk: Desk, address: str) -> list[Tab]:
    """The list without a view, then the views."""
    bare = with_arguments(address, {"saved": ALL if desk.default else ""})
    found = [Tab(label=_("All"), url=bare, is_current=desk.view(query.saved) is None)]
    for one in desk.views:
        url = with_arguments(address, one.opened())
        found.append(Tab(label=one.name, url=url, is_current=query.saved == str(one.id), view=one))
    return found


def list_actions() -> list[ListAction]:
    """The links that plug-ins offer this user in the head of lists; none in a portal's page."""
    if embedded() is not None:
        return []
    return [one for one in registry().offers("list_actions") if act().may(one.right)]


def words(one: Filter, values: list[str]) -> str:
    """The chosen values of a filter, in the user's words."""
    if one.name is not None:
        return ", ".join(str(one.name(value)) for value in values)
    if one.typed:
        return ", ".join(values)
    known = dict(one.choices())
    return ", ".join(str(known.get(value, value)) for value in values)


def chips(query: ListQuery, address: str) -> list[dict[str, str]]:
    """Each filter that is set: what it says, where it is changed, and the list without it."""
    chosen = query.chosen()
    if not chosen:
        return []
    form = with_arguments(url_for("lists.filters"), {"list": list_key(query.function), **query.arguments()})
    return [
        {
            "key": key,
            "label": str(one.label),
            "words": words(one, chosen[key]),
            "edit_url": f"{form}#f-{key}",
            "url": with_arguments(address, query.arguments(filters={**chosen, key: []})),
        }
        for key, one in offered().items()
        if key in chosen
    ]


def _is_long(query: ListQuery, count: int | None) -> bool:
    """Whether a list is known to be too long for sorts that no index holds; nobody counts a search or a filter for it.

    Where what narrows the list fits so many that nothing has told their number (`count`), such a head leads on, and
    the list is refused there if it is too long.
    """
    if count is not None:
        return count > sorts.LONGEST
    key = ("is long", query.function)
    return query.is_whole and bool(counts().of(key, lambda: int(query.is_too_long())))


def heads(
    query: ListQuery, columns: Iterable[ListColumn], address: str, arguments: Mapping[str, Any], *, is_long: bool
) -> list[Head]:
    """The heads of the name and of the shown columns, each leading to the list sorted by it or the other way round.

    Of a list that `is_long` by what no index holds, none does.
    """
    unsorted = with_arguments(address, {**arguments, "sort": ""})
    sign = "&" if "?" in unsorted else "?"

    def head(key: str, label: Label, short: Label = "", classes: str = "") -> Head:
        sort = sorts.sort_named(key)
        if sort is None:
            return Head(key=key, label=label, short=short, classes=classes)
        if is_long and sort.is_bounded:
            return Head(key=key, label=label, short=short, classes=classes, hint=sorts.too_long(label))
        is_present = query.sort == key
        descending = not query.descending if is_present else sort.newest_first
        wanted = ("-" if descending else "") + key
        return Head(
            key=key,
            label=label,
            short=short,
            classes=classes,
            url=unsorted if wanted == "name" else f"{unsorted}{sign}sort={wanted}",
            state=("descending" if query.descending else "ascending") if is_present else "",
        )

    return [head("name", _("Name")), *(head(one.key, one.label, one.short, one.classes) for one in columns)]
