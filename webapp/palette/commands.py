"""The palette's commands: what the registry offers this user already, and what the core's own menus have (J3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.accounts.profile import THEMES
from webapp.acting import act
from webapp.administration.pages import settings_pages
from webapp.db import db
from webapp.htmx import place
from webapp.i18n import LOCALES, _
from webapp.lists.models import SavedView
from webapp.registry import registry
from webapp.text import fold
from webapp.words import GROUPS

MOST_VIEWS = 200
"""Saved views that are looked through."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A place to go to (`url`), or a button of one of the page's forms: `form` is its id, `name` and `value` it sends.

    `where` says what it belongs to, `dialog` names one that it opens, `key` is the key that does the same; `lang` is
    the label's language where it is not the user's.
    """

    label: str
    icon: str
    where: str = ""
    url: str = ""
    form: str = ""
    name: str = ""
    value: str = ""
    dialog: str = ""
    key: str = ""
    lang: str = ""


def all_commands() -> list[Command]:
    """Everything this user may do from the palette, each place once."""
    found: dict[object, Command] = {}
    for one in (*_new(), *_pages(), *_actions(), *_settings(), *_own()):
        found.setdefault(one.url or one, one)
    return list(found.values())


def _new() -> Iterator[Command]:
    if act().may("contacts.edit"):
        yield Command(label=_("New contact"), icon="plus", url=place("contacts.new"), key="n")
        for one in registry().functions():
            label = _("New contact: %(function)s", function=one.label)
            yield Command(label=label, icon=one.icon, url=place("contacts.new", function=one.key))


def _pages() -> Iterator[Command]:
    groups = list(GROUPS)
    entries = sorted(registry().offers("menu"), key=lambda one: groups.index(one.group) if one.group in groups else 9)
    for one in entries:
        if act().may(one.right):
            where = str(GROUPS.get(one.group) or _("My account"))
            yield Command(label=str(one.label), icon=one.icon, where=where, url=place(one.endpoint))
    if act().may("contacts.manage"):
        yield Command(label=_("Bin"), icon="trash-2", url=place("contacts.bin_"))


def _actions() -> Iterator[Command]:
    for one in registry().offers("list_actions"):
        if act().may(one.right):
            yield Command(label=str(one.label), icon=one.icon, url=place(one.endpoint))


def _settings() -> Iterator[Command]:
    settings = _("Settings")
    if act().may("settings"):
        yield Command(label=settings, icon="settings", url=place("settings.home"))
    for section, pages in settings_pages():
        for one in pages:
            where = f"{settings} › {section}"
            yield Command(label=str(one.label), icon=one.icon, where=where, url=place(one.endpoint, **one.values))


def _own() -> Iterator[Command]:
    account, appearance, language = _("My account"), _("Appearance"), _("Language")
    yield Command(label=account, icon="user", url=place("account.index"))
    yield Command(label=_("Second factor"), icon="shield-check", where=account, url=place("account.second_factor_page"))
    words = {"system": (_("System"), "monitor"), "light": (_("Light"), "sun"), "dark": (_("Dark"), "moon")}
    for value in THEMES:
        label, icon = words[value]
        yield Command(label=label, icon=icon, where=appearance, form="preferences", name="theme", value=value)
    for code, label in LOCALES.items():
        yield Command(
            label=label, icon="globe", where=language, form="preferences", name="locale", value=code, lang=code
        )
    yield Command(label=_("Shortcuts"), icon="keyboard", dialog="shortcuts", key="?")
    yield Command(label=_("Sign out"), icon="log-out", form="sign-out")


def saved_views() -> list[Command]:
    """The views of lists that this user saved or that are shared, by name."""
    lists = {one.key: (str(one.plural), one.list_endpoint) for one in registry().functions()}
    lists["all"] = (_("Contacts"), "contacts.index")
    query = (
        sa.select(SavedView.id, SavedView.list, SavedView.name, SavedView.arguments)
        .where(sa.or_(SavedView.owner_id == act().user_id, SavedView.shared), SavedView.list.in_(lists))
        .order_by(SavedView.id.desc())
        .limit(MOST_VIEWS)
    )
    return [
        Command(
            label=row.name,
            icon="bookmark",
            where=lists[row.list][0],
            url=place(lists[row.list][1], **row.arguments, saved=row.id),
        )
        for row in sorted(db.session.execute(query), key=lambda row: (fold(row.name), row.id))
    ]
