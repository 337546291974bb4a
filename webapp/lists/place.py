"""Where a contact's file stands in the list it was opened from: the way back, the files before and after (spec J3).

A list's row carries its list as `?in=customer?sort=-changed&country=FR`: the list's function (`all` for all
contacts) and its arguments. The file's other pages keep it, so that the way back is not lost by a tab.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, request, url_for
from werkzeug.datastructures import MultiDict

from webapp.contacts.models import Contact
from webapp.errors import Invalid
from webapp.i18n import _
from webapp.lists.query import CAP, ListQuery, offered
from webapp.registry import registry

LONGEST = 8_000
"""Characters of a place. A longer one is none at all: part of its filters would be another list."""
ALL = "all"
OTHERS = frozenset({"q", "sort", "archived", "cols", "saved", "after", "before"})
"""What a list's address says beside its filters."""
PAGES = frozenset(f"contacts.{page}" for page in ("file", "persons", "history", "edit", "kind", "archive", "delete"))
"""Pages of a file that keep the list; plug-ins' tabs as well."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A list and the page of it that was looked at, as an address of a file carries them."""

    query: ListQuery
    page: dict[str, str]

    @classmethod
    def of(cls, query: ListQuery, args: Any) -> Place:
        """The place of a list that is being shown."""
        return cls(query=query, page={key: args[key] for key in ("after", "before") if args.get(key)})

    @classmethod
    def read(cls, text: str | None) -> Place | None:
        """The place that an address names; None for none, and for one that is no list of ours."""
        if not text or len(text) > LONGEST:
            return None
        key, _mark, rest = text.partition("?")
        if key != ALL and not registry().is_function_enabled(key):
            return None
        args: MultiDict[str, str] = MultiDict(parse_qsl(rest))
        try:
            query = ListQuery.read(args, "" if key == ALL else key)
            query.where()
        except Invalid:
            return None
        return cls.of(query, args)

    @classmethod
    def meant(cls, text: str | None) -> Place:
        """The list that something is done to; raises `Invalid` where it can't be read with all that narrows it."""
        if text and len(text) > LONGEST:
            raise Invalid(
                _("The list these contacts were chosen from has too many filters for this: remove some, choose again.")
            )
        place = cls.read(text)
        if text is None or place is None:
            raise Invalid(_("The list these contacts were chosen from is not known: go back and choose again."))
        # A filter of a plug-in that was switched off meanwhile narrows no more: what is left is a larger list.
        if {key for key, _value in parse_qsl(text.partition("?")[2])} - OTHERS - offered().keys():
            raise Invalid(
                _("A filter of the list these contacts were chosen from is not offered any more: choose again.")
            )
        return place

    def text(self) -> str:
        """As an address carries it."""
        arguments = urlencode({**self.query.arguments(), **self.page}, doseq=True)
        return (self.query.function or ALL) + (f"?{arguments}" if arguments else "")

    @property
    def endpoint(self) -> str:
        """The list's own page."""
        function = registry().function(self.query.function)
        return function.list_endpoint if function else "contacts.index"

    @property
    def title(self) -> str:
        """What the list is called."""
        function = registry().function(self.query.function)
        return str(function.plural) if function else _("Contacts")

    @property
    def url(self) -> str:
        """The very page of the list that the file was opened from."""
        arguments: dict[str, Any] = {**self.query.arguments(), **self.page}
        return url_for(self.endpoint, **arguments)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What the bar above a file says of its list.

    `rank` is empty where the list no longer holds the contact, and where too many stand before it to be counted.
    """

    title: str
    url: str
    rank: tuple[int, int] | None
    previous_url: str
    next_url: str
    cap: int = CAP


def around(contact: Contact) -> Around | None:
    """The list that the present page's address names, seen from this contact; None without one."""
    place = Place.read(request.args.get("in"))
    if place is None or (place.query.by.is_bounded and place.query.is_too_long()):
        return None
    query, here = place.query, place.query.place_of(contact)
    ids = [query.neighbour(here, onward=onward) for onward in (False, True)]
    view: dict[str, Any] = {"view": query.function or None, "in": place.text()}
    previous_url, next_url = (url_for("contacts.file", id=one, **view) if one is not None else "" for one in ids)
    return Around(
        title=place.title,
        url=place.url,
        rank=query.rank(here),
        previous_url=previous_url,
        next_url=next_url,
    )


def setup(app: Flask) -> None:
    """Let the pages of one file keep the list it was opened from."""

    @app.url_defaults
    def keep(endpoint: str, values: dict[str, Any]) -> None:
        place = request.args.get("in") if request else None
        if place is None or len(place) > LONGEST or "in" in values:
            return
        if values.get("id") != (request.view_args or {}).get("id"):
            return
        if endpoint in PAGES or any(one.endpoint == endpoint for one in registry().offers("tabs")):
            values["in"] = place
