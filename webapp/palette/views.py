"""The palette's page and what it shows while one types (spec J3). Without script the page is a search with links.

What is typed goes in the body, not in an address: it is mostly a name (`only_asks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from flask import Blueprint, Response, current_app, request, url_for
from flask_login import current_user

from webapp.acting import act
from webapp.htmx import render
from webapp.i18n import _
from webapp.palette.commands import Command, all_commands, saved_views
from webapp.palette.services import LONGEST, Found, contacts, fits, marked, these, words_of
from webapp.plugin import ContactFunction
from webapp.security import only_asks, right

blueprint = Blueprint("palette", __name__)
ONLY_COMMANDS = ">"
"""Typed first, it leaves the contacts out."""
RECENT = "carnet-recent"
KEPT = 6
"""Contacts opened last that the browser's own cookie remembers, for as long as it stays open and signed in."""
KINDS = {"person": "user", "company": "building-2"}
NOTHING = Command(label="", icon="")


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of the palette: its words in pieces, with what was typed; and what it does, as a command says it."""

    number: int
    pieces: list[tuple[str, bool]]
    icon: str
    url: str
    small: str = ""
    functions: list[ContactFunction] = field(default_factory=list)
    command: Command = NOTHING


@dataclass(frozen=True, kw_only=True)
class Group:
    """Lines below one title."""

    key: str
    title: str
    items: list[Item]


@blueprint.route("/palette", methods=["GET", "POST"])
@right("contacts.read")
@only_asks
def find() -> Response:
    """Contacts and commands that have what was typed; nothing typed: the contacts opened last, and all commands."""
    q = request.form.get("q", "").replace("\x00", "")[:LONGEST].strip()
    return render(
        "palette/index.html", fragments={"palette-list": "palette/_results.html"}, q=q, groups=groups(q),
    )  # fmt: skip


def groups(q: str) -> list[Group]:
    """What is shown for `q`."""
    only_commands = q.startswith(ONLY_COMMANDS)
    q = q.removeprefix(ONLY_COMMANDS).strip()
    words, numbers = words_of(q), count(1)
    found = [] if only_commands else contacts(q) if words else these(_recent())
    commands = [one for one in all_commands() if fits(words, one.label, one.where)]
    if words and not only_commands:
        commands += _with_text(q)
    views = [one for one in saved_views() if fits(words, one.label, one.where)]
    shown = [
        Group(
            key="contacts",
            title=_("Contacts") if words else _("Opened last"),
            items=[_of_contact(one, words, next(numbers)) for one in found],
        ),
        Group(key="views", title=_("Saved views"), items=_of_commands(views, words, numbers)),
        Group(key="commands", title=_("Commands"), items=_of_commands(commands, words, numbers)),
    ]
    return [one for one in shown if one.items]


def _with_text(q: str) -> list[Command]:
    """What can be done with the text itself."""
    label = _("Search all contacts for “%(text)s”", text=q)
    found = [Command(label=label, icon="search", url=url_for("contacts.index", q=q))]
    if act().may("contacts.edit"):
        label = _("New contact “%(text)s”", text=q)
        found.append(Command(label=label, icon="plus", form="palette-new", name="company_name", value=q))
    return found


def _of_contact(one: Found, words: Sequence[str], number: int) -> Item:
    told = [_("No. %(number)s", number=one.number) if one.number else "", one.city, one.reach]
    return Item(
        number=number,
        pieces=marked(one.name, words),
        icon=KINDS.get(one.kind, "user"),
        url=url_for("contacts.file", id=one.id),
        small=" · ".join(part for part in told if part),
        functions=one.functions,
    )


def _of_commands(commands: Sequence[Command], words: Sequence[str], numbers: count[int]) -> list[Item]:
    return [
        Item(
            number=next(numbers),
            pieces=marked(one.label, words),
            icon=one.icon,
            url=one.url,
            small=one.where,
            command=one,
        )
        for one in commands
    ]


def _recent() -> list[int]:
    """The contacts that this user opened last in this browser."""
    whose, *ids = request.cookies.get(RECENT, "").split(".")
    if whose != str(act().user_id):
        return []
    opened = (int(one) for one in ids[:KEPT] if one.isascii() and one.isdecimal() and len(one) < 19)
    return list(dict.fromkeys(opened))


@blueprint.after_app_request
def remember(answer: Response) -> Response:
    """Keep which contacts were opened last, by their ids; signing out forgets them."""
    if request.endpoint == "security.logout":
        answer.delete_cookie(RECENT)
    elif request.endpoint == "contacts.file" and answer.status_code == 200 and current_user.is_authenticated:
        opened = int((request.view_args or {})["id"])
        before = _recent()
        if before[:1] != [opened]:
            ids = list(dict.fromkeys([opened, *before]))[:KEPT]
            https = current_app.config["CARNET"].is_https
            text = ".".join(str(one) for one in (act().user_id, *ids))
            answer.set_cookie(RECENT, text, samesite="Lax", secure=https, httponly=True)
    return answer
