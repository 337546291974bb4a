"""Settings of the firm and its value lists, read once per unit of work: a change acts everywhere at the next one."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from webapp.administration.models import Setting, ValueListItem
from webapp.db import db, fetch, is_unreachable, misses_a_name

DEFAULTS: dict[str, Any] = {
    "company.name": "",
    "company.name2": "",
    "company.street": "",
    "company.street2": "",
    "company.postal_code": "",
    "company.city": "",
    "company.region": "",
    "company.country": "FR",
    "company.vat_id": "",
    "company.phone": "",
    "company.email": "",
    "company.website": "",
    "company.currency": "EUR",
    "company.language": "",
    "company.timezone": "",
    "mail.host": "",
    "mail.port": None,
    "mail.security": "starttls",
    "mail.user": "",
    "mail.password": "",
    "mail.from": "",
    "erasing.asked": None,
    "plugins.off": [],
}
"""What holds while the firm has set nothing. An empty language or time zone is the deployment's (`CARNET_…`)."""

FALLBACKS = ("en", "fr", "de")
"""Which label stands in where one has no translation, after the firm's own language."""


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a list as it was read; a plain copy, so that it outlives a rollback."""

    list: str
    code: str
    labels: dict[str, str]
    active: bool


def _cache() -> dict[Any, Any]:
    """What this unit of work has already read. It ends with the transaction, so no process keeps an old value."""
    cache: dict[Any, Any] = db.session().info.setdefault("carnet_settings", {})
    return cache


@event.listens_for(Session, "after_transaction_end")
def _end(session: Session, ended: SessionTransaction) -> None:
    # A job goes on with its session: what others have saved since acts from its next transaction on.
    if ended.parent is None:
        session.info.pop("carnet_settings", None)


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, _previous: SessionTransaction) -> None:
    # What was set and then taken back must not be read on.
    session.info.pop("carnet_settings", None)


def forget() -> None:
    """Read all anew the next time: another unit of work may have saved, or this one has."""
    db.session().info.pop("carnet_settings", None)


_SETTINGS = sa.select(Setting.key, Setting.value)


def setting(key: str) -> Any:
    """The value of a setting; raises KeyError for one that nobody defined."""
    cache = _cache()
    if "settings" not in cache:
        cache["settings"] = {row.key: row.value for row in fetch(_SETTINGS, flush=False).all()}
    settings: dict[str, Any] = cache["settings"]
    return settings[key] if key in settings else _default(key)


def _default(key: str) -> Any:
    if key in DEFAULTS:
        return DEFAULTS[key]
    owner, _stop, name = key.partition(".")
    for one in current_app.extensions["carnet"].offers("setting_defaults"):
        if one.key == owner:
            return one.value(name)
    raise KeyError(key)


def switched_off() -> frozenset[str]:
    """The plug-ins that an administrator has switched off (spec I1); none where there is no table of settings yet."""
    cache = _cache()
    if "off" not in cache:
        try:
            cache["off"] = frozenset(setting("plugins.off"))
        except SQLAlchemyError as error:
            if not (misses_a_name(error) or is_unreachable(error)):
                raise
            # Before the first upgrade, or without a database: commands that mend that have to run.
            return frozenset()
    off: frozenset[str] = cache["off"]
    return off


def put_setting(key: str, value: Any) -> None:
    """Set it; raises KeyError for a setting that nobody defined."""
    _default(key)
    db.session.merge(Setting(key=key, value=value))
    # They are read past the session.
    db.session.flush()
    forget()


def zone() -> zoneinfo.ZoneInfo:
    """The time zone in which days are counted: the firm's, else `CARNET_TIMEZONE` (spec J4)."""
    deployment = str(current_app.config["CARNET"].timezone)
    try:
        return zoneinfo.ZoneInfo(_firm("company.timezone") or deployment)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        # A system that does not know the zone which another one has stored.
        return zoneinfo.ZoneInfo(deployment)


def timezone() -> str:
    """Its name."""
    return zone().key


def default_language() -> str:
    """The language for whoever has chosen none: the firm's, else `CARNET_LOCALE` (spec J4)."""
    return _firm("company.language") or str(current_app.config["CARNET"].locale)


def _firm(key: str) -> str:
    try:
        return str(setting(key))
    except SQLAlchemyError:
        # The page that says so needs a language, too.
        return ""


def value_list(key: str, locale: str) -> dict[str, str]:
    """Labels by code of a value list's active items, in its order and the given language (spec A8)."""
    return {item.code: _label(item, locale) for item in _items() if item.list == key and item.active}


def value_label(key: str, code: str, locale: str) -> str:
    """The label of one code; the code itself where the list has lost it."""
    return next((_label(item, locale) for item in _items() if item.list == key and item.code == code), code)


def value_codes(key: str) -> set[str]:
    """All codes of a list, the withdrawn ones too."""
    return {item.code for item in _items() if item.list == key}


def _items() -> list[Item]:
    cache = _cache()
    if "items" not in cache:
        rows = db.session.execute(
            sa.select(
                ValueListItem.list,
                ValueListItem.code,
                ValueListItem.label_fr,
                ValueListItem.label_en,
                ValueListItem.label_de,
                ValueListItem.active,
            ).order_by(ValueListItem.list, ValueListItem.position, ValueListItem.id)
        )
        cache["items"] = [
            Item(row.list, row.code, {"fr": row.label_fr, "en": row.label_en, "de": row.label_de}, row.active)
            for row in rows
        ]
    items: list[Item] = cache["items"]
    return items


def _label(item: Item, locale: str) -> str:
    return label_of(item.labels, locale) or item.code


def label_of(labels: dict[str, str], locale: str) -> str:
    """The label in a language; where it has none, in the firm's, then in any: a translation that is not there yet."""
    if found := labels.get(locale):
        return found
    return next((labels[one] for one in (_firm("company.language"), *FALLBACKS) if labels.get(one)), "")
