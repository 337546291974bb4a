"""Settings of the firm and its value lists, read once per unit of work."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webapp.administration.models import Setting, ValueListItem
from webapp.db import db

DEFAULTS: dict[str, Any] = {"company.country": "FR", "company.currency": "EUR"}
"""What holds while the firm has set nothing."""


def _cache() -> dict[Any, Any]:
    """What this session has already read. It ends with the session, so no process keeps an old value."""
    cache: dict[Any, Any] = db.session().info.setdefault("carnet_settings", {})
    return cache


def setting(key: str) -> Any:
    """The value of a setting; raises KeyError for one that nobody defined."""
    cache = _cache()
    if "settings" not in cache:
        cache["settings"] = {row.key: row.value for row in db.session.execute(sa.select(Setting.key, Setting.value))}
    return cache["settings"].get(key, DEFAULTS[key])


def put_setting(key: str, value: Any) -> None:
    """Set it; raises KeyError for a setting that nobody defined."""
    DEFAULTS[key]
    db.session.merge(Setting(key=key, value=value))
    _cache().pop("settings", None)


def value_list(key: str, locale: str) -> dict[str, str]:
    """Labels by code of a value list's active items, in its order and the given language (spec A8)."""
    return {item.code: _label(item, locale) for item in _items() if item.list == key and item.active}


def value_label(key: str, code: str, locale: str) -> str:
    """The label of one code; the code itself where the list has lost it."""
    return next((_label(item, locale) for item in _items() if item.list == key and item.code == code), code)


def value_codes(key: str) -> set[str]:
    """All codes of a list, the withdrawn ones too."""
    return {item.code for item in _items() if item.list == key}


def _items() -> list[ValueListItem]:
    cache = _cache()
    if "items" not in cache:
        cache["items"] = list(
            db.session.scalars(sa.select(ValueListItem).order_by(ValueListItem.list, ValueListItem.position))
        )
    items: list[ValueListItem] = cache["items"]
    return items


def _label(item: ValueListItem, locale: str) -> str:
    return str(getattr(item, f"label_{locale}", item.label_en))
