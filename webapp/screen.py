"""What every template can use: shell, icons, navigation, values in words. The only place that adds to Jinja."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Hashable, Sequence
from functools import cache, lru_cache
from typing import Any

from babel.dates import format_date as babel_date
from babel.dates import format_timedelta
from flask import Flask, current_app, g, request, url_for
from flask_babel import format_date, format_datetime, format_decimal
from flask_login import current_user
from markupsafe import Markup

from webapp.accounts.asking import whom_to_ask
from webapp.acting import act
from webapp.administration.pages import settings_pages
from webapp.administration.settings import zone
from webapp.config import STATIC
from webapp.contacts.added import added, sections
from webapp.contacts.fields import BY_NAME, COLLECTION, IDENTITY
from webapp.contacts.forms import (
    PARENT,
    PART,
    TAGS,
    ContactForm,
    collections_shown,
    fields_for,
    function_fields,
    function_inputs,
)
from webapp.contacts.values import WARNINGS
from webapp.counts import beside
from webapp.db import now
from webapp.htmx import shell, wants_fragment
from webapp.i18n import LOCALES, _, get_locale, made_once
from webapp.lists.place import around
from webapp.plugin import MenuEntry
from webapp.registry import registry
from webapp.security import safe_next
from webapp.shown import choices, language, shown
from webapp.text import initials
from webapp.words import ENDINGS, GROUPS, ROLES, WAYS, change_label, change_value, history_actions, may_see

WEEK = 7 * 24 * 60
"""In minutes."""


@cache
def static_url(name: str) -> str:
    """The address of a static file, with its time of change so that browsers fetch a new one.

    Looked up once a process: a page has a hundred icons, and the files change with the program.
    """
    path = STATIC / name
    stamp = int(path.stat().st_mtime) if path.is_file() else 0
    return f"/static/{name}?v={stamp:x}"


@cache
def icon(name: str, extra: str = "", level: str = "") -> Markup:
    """An icon of the sprite, with further classes; `level` marks the one that a script shows for that level."""
    classes = f"c-icon {extra}" if extra else "c-icon"
    mark = Markup(' data-for-level="{}"').format(level) if level else ""
    return Markup('<svg class="{}" aria-hidden="true"{}><use href="{}#{}"/></svg>').format(
        classes, mark, static_url("icons.svg"), name
    )


def navigation() -> list[tuple[str, list[dict[str, Any]]]]:
    """The side bar's groups and lines, from what plug-ins offer and this user may see."""
    home = f"{request.blueprint}.index"
    return [
        (
            title,
            [
                {
                    **line,
                    "count": beside(one),
                    "current": one.endpoint in (request.endpoint, home),
                }
                for one, line in lines
            ],
        )
        for title, lines in _menu(tuple(one for one in registry().offers("menu") if act().may(one.right)))
    ]


def _menu(entries: tuple[MenuEntry, ...]) -> list[tuple[str, list[tuple[MenuEntry, dict[str, Any]]]]]:
    """Labels, addresses and icons of these entries by group: made once a process for all who may see the same."""

    def made() -> list[tuple[str, list[tuple[MenuEntry, dict[str, Any]]]]]:
        groups = [(str(title), [one for one in entries if one.group == key]) for key, title in GROUPS.items()]
        return [
            (title, [(one, {"label": str(one.label), "url": url_for(one.endpoint), "icon": icon(one.icon)})
                     for one in found])
            for title, found in groups if found
        ]  # fmt: skip

    return made_once(("menu", request.script_root, *(id(one) for one in entries)), made)


def offered_shortcuts() -> tuple[tuple[str, str, str], ...]:
    """Where plug-ins have keys of their own, which, and what for."""
    return tuple((str(one.where), one.keys, str(one.label)) for one in registry().offers("shortcuts"))


def fixed(name: str, **values: Hashable) -> Markup:
    """A part of the frame that says the same to everyone in a language: rendered once a process.

    Its template sees `values` alone, and must ask for nothing of the request, the user or the session.
    """

    def made() -> Markup:
        return Markup(current_app.jinja_env.get_template(name).render(values))  # noqa: S704 - a template of ours

    return made_once((name, *values.items()), made)


def ago(moment: dt.datetime) -> str:
    """How long ago, in words; a date once it is more than a week."""
    return ages([moment])[0]


def ages(moments: Sequence[dt.datetime]) -> list[str]:
    """How long ago each of them was, in words; a date where it is more than a week."""
    present, place, locale = now(), zone(), str(get_locale() or "en")

    def told(moment: dt.datetime) -> str:
        passed = (present - moment) // dt.timedelta(minutes=1)
        if passed >= WEEK:
            return _day(moment.astimezone(place).date(), locale)
        return _passed(passed, locale) if passed > 0 else _("just now")

    return [told(one) for one in moments]


@lru_cache(maxsize=4096)
def _day(day: dt.date, locale: str) -> str:
    """A date in a language: the same few hundred days stand in all lists."""
    return str(babel_date(day, "medium", locale=locale))


@lru_cache(maxsize=4096)
def _passed(minutes: int, locale: str) -> str:
    """A time of less than a week in a language, in words."""
    return str(format_timedelta(dt.timedelta(minutes=-minutes), add_direction=True, locale=locale))


def country_name(code: str) -> str:
    """A country's name in the user's language."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def warning_text(key: str) -> str:
    """The sentence for a stored warning; an import's own sentence as it is."""
    return _(WARNINGS[key]) if key in WARNINGS else key


def safe_link(address: str) -> str:
    """A website as a link's target; empty for anything that is not http or https."""
    if address.startswith(("http://", "https://")):
        return address
    return f"https://{address}" if "://" not in address and ":" not in address and "." in address else ""


def source_of(entry: Any) -> dict[str, str]:
    """What caused a line of the history, in words and with its address where a plug-in knows it; empty for nothing."""
    if not entry.source:
        return {}
    key, _blank, number = entry.source.replace(":", " ").partition(" ")
    for one in registry().offers("history_sources"):
        if one.key == key and number.isdecimal() and len(number) < 19:
            return {"text": f"{one.label} {number}", "url": url_for(one.endpoint, id=int(number))}
    return {"text": entry.source, "url": ""}


def form_labels(names: list[str], form: ContactForm) -> str:
    """The labels of form fields, in one sentence's list."""
    labels = []
    for name in names:
        field = form.field_called(name)
        labels.append(str(COLLECTION[name].label if name in COLLECTION else field.label if field else name))
    return ", ".join(labels)


def form_value(name: str, value: str, form: ContactForm) -> str:
    """What was typed, in words where it is a code."""
    field = form.field_called(name)
    if field is None or field.kind not in ("choice", "choices", "value_list", "country", "language", "boolean"):
        return value
    return shown(field, value.split(",") if field.kind == "choices" else value)


def item_value(name: str, item: dict[str, str]) -> str:
    """An item of a collection in one line."""
    fields = COLLECTION[name].fields
    return " · ".join(
        shown(one, item[one.name]) if one.kind in ("choice", "country") else item[one.name]
        for one in fields
        if item.get(one.name)
    )


def form_key() -> str:
    """A key for a form that must do its work once (`webapp.sentforms`)."""
    return secrets.token_urlsafe(16)


def setup(app: Flask) -> None:
    """Give the templates of `app` their words and tools."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.do")
    env.globals.update(
        shell=shell,
        form_key=form_key,
        static_url=static_url,
        svg_icon=icon,
        fixed=fixed,
        shown=shown,
        choices=choices,
        country_name=country_name,
        initials=initials,
        warning_text=warning_text,
        safe_link=safe_link,
        safe_next=safe_next,
        source_of=source_of,
        whom_to_ask=whom_to_ask,
        may_see=may_see,
        change_label=change_label,
        change_value=change_value,
        fields_for=fields_for,
        function_fields=function_fields,
        function_inputs=function_inputs,
        added_fields=added,
        added_sections=lambda kind: sections(added("", kind)),
        PART=PART,
        collections_shown=collections_shown,
        form_labels=form_labels,
        form_value=form_value,
        item_value=item_value,
        around=around,
        settings_pages=settings_pages,
        offered_shortcuts=offered_shortcuts,
        IDENTITY=IDENTITY,
        TAGS=TAGS,
        PARENT=PARENT,
        BY_NAME=BY_NAME,
        consent_fields={one.name: one for one in COLLECTION["consents"].fields},
        reach_fields={name: one.fields[0] for name, one in COLLECTION.items()},
        history_actions=history_actions,
        WAYS=WAYS,
        ENDINGS=ENDINGS,
        LOCALES=LOCALES,
    )
    env.filters.update(
        ago=ago,
        date=format_date,
        datetime=format_datetime,
        number=format_decimal,
        isoformat=lambda m: m.isoformat(),
    )

    @app.context_processor
    def words() -> dict[str, Any]:
        # The user, not the proxy, which would look for them at each word about them.
        user = current_user._get_current_object()
        signed_in = user.is_authenticated
        return {
            "locale": language(),
            "theme": user.theme if signed_in else g.get("theme", "system"),
            "shortcuts": request.cookies.get("carnet-shortcuts") != "off",
            "me": user if signed_in else None,
            "role_label": ROLES.get(user.role, "") if signed_in else "",
            "navigation": navigation,
            "may": act().may,
            "is_fragment": wants_fragment(),
            "registry": registry,
        }
