"""The tab with every change of a contact, narrowed by what, how, who, when (spec A4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Response, request, url_for

from webapp.administration.settings import zone
from webapp.contacts.added import added
from webapp.contacts.fields import COLLECTIONS, LINK_FIELDS
from webapp.contacts.file_views import elsewhere
from webapp.contacts.forms import fields_for, function_fields
from webapp.contacts.head import file_context, main_contact
from webapp.contacts.links import today
from webapp.contacts.models import Contact
from webapp.contacts.pages import blueprint
from webapp.history.beside import beside
from webapp.history.models import HistoryEntry
from webapp.history.services import Wanted, actors_of, of_contact
from webapp.htmx import render
from webapp.i18n import _
from webapp.lists.views import responsible_names
from webapp.security import right
from webapp.shown import month
from webapp.words import WAYS, change_label, history_actions, may_see

PAGE = 50
LAST = 2**62


@blueprint.route("/contacts/<int:id>/history")
@right("contacts.read")
def history(id: int) -> Response:  # noqa: A002 - the address's own word
    """Every change, the newest first, page by page; what narrows it stands in the address."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("contacts.history", contact.id)
    asked = {name: request.args.get(name, "")[:80] for name in ("action", "way", "user", "field", "since", "until")}
    before = min(request.args.get("before", type=int) or LAST, LAST)
    entries = of_contact(id, before=before, limit=PAGE + 1, wanted=_wanted(asked))
    page = entries[:PAGE]
    actors = actors_of(id)
    users = responsible_names({contact.responsible_id, *actors, *(entry.user_id for entry in page)})
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    following = url_for("contacts.history", id=id, before=page[-1].id, **kept) if len(entries) > PAGE else ""
    context = file_context(contact, "all", "history", users)
    return render(
        "contacts/history.html",
        fragments={"changes": "contacts/_changes.html"},
        groups=_by_month(page),
        beside=beside(page),
        next_url=following,
        first_url=url_for("contacts.history", id=id, **kept) if before < LAST else "",
        asked=asked,
        is_narrowed=bool(kept),
        actors=[(one, users.get(one, "")) for one in actors if one is not None],
        fields=_fields(contact, [function for _row, function in context["functions"]]),
        actions=[(key, label) for key, (label, _icon) in history_actions().items()],
        ways=list(WAYS.items()),
        **context,
    )


def _wanted(asked: dict[str, str]) -> Wanted:
    """What was asked, as far as it can be understood: nonsense finds nothing, a broken day narrows nothing."""
    user = asked["user"]
    return Wanted(
        action=asked["action"],
        way=asked["way"],
        user_id=int(user) if user.isdecimal() and len(user) < 19 else -1 if user else None,
        field=asked["field"],
        since=_start(_day(asked["since"])),
        until=_start(_day(asked["until"]), days=1),
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _start(day: dt.date | None, days: int = 0) -> dt.datetime | None:
    """When a day, or the day after it, begins in the firm's time zone."""
    if day is None or not 1900 <= day.year <= 9000:
        return None
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), zone())


def _by_month(entries: list[HistoryEntry]) -> list[tuple[str, list[HistoryEntry]]]:
    """The changes of today, then those of each month."""
    firms, now = zone(), today()
    found: dict[str, list[HistoryEntry]] = {}
    for entry in entries:
        day = entry.at.astimezone(firms).date()
        found.setdefault(_("Today") if day == now else month(day), []).append(entry)
    return list(found.items())


def _fields(contact: Contact, functions: list[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from, by their group, as far as this user may read their values."""
    own: list[Any] = [*fields_for(contact.kind), *added("", contact.kind), *COLLECTIONS]
    groups = [(_("Master data"), [(one.name, str(one.label)) for one in own] + [("tags", change_label("tags"))])]
    for function in functions:
        fields = [(f"{function.key}.{one.name}", str(one.label)) for one in function_fields(function)]
        groups.append((str(function.label), fields))
    groups.append((_("Contact persons"), [(one.name, str(one.label)) for one in LINK_FIELDS]))
    return [(label, [one for one in fields if may_see(one[0])]) for label, fields in groups]
