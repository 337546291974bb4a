"""Values in the user's language: as a form takes them, as a page shows them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from babel import numbers
from babel.numbers import get_currency_precision
from flask_babel import format_currency, format_date, format_decimal

from webapp.accounts.models import User
from webapp.administration.settings import setting, value_label, value_list
from webapp.contacts.coerce import COUNTRIES, CURRENCIES, LANGUAGES
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.i18n import _, get_locale
from webapp.plugin import Field
from webapp.text import fold


def language() -> str:
    """The language of the screen at hand."""
    locale = get_locale()
    return locale.language if locale else "en"


def month(day: dt.date) -> str:
    """A day's month and year as a heading."""
    text = str(format_date(day, "LLLL y"))
    return text[:1].upper() + text[1:]


def _scale(field: Field, currency: str) -> int:
    if field.kind == "money":
        return get_currency_precision(currency or str(setting("company.currency")))
    return 2 if field.kind == "percent" else field.decimals


def typed(field: Field, value: Any, currency: str = "") -> str:
    """The value as its input holds it; `coerce` reads it back to the same."""
    # A zero is something: it stays what it is when the form is saved again.
    if value is None or value is False or value == "":
        return ""
    if field.kind == "boolean":
        return "1"
    if field.kind == "choices":
        return ",".join(value)
    if field.kind in ("money", "percent", "decimal"):
        digits = _scale(field, currency)
        number = Decimal(value).scaleb(-digits)
        pattern = f"0.{'0' * digits}" if digits else "0"
        return numbers.format_decimal(number, pattern, locale=get_locale(), decimal_quantization=False)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def shown(field: Field, value: Any, currency: str = "") -> str:
    """The value in words; an empty text where there is none."""
    if field.kind == "boolean":
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return ""
    locale = get_locale()
    match field.kind:
        case "choice":
            return str(dict(field.choices).get(value, value))
        case "choices":
            return ", ".join(str(dict(field.choices).get(one, one)) for one in value)
        case "decimal":
            pattern = f"#,##0.{'0' * field.decimals}" if field.decimals else "#,##0"
            return str(format_decimal(Decimal(value).scaleb(-field.decimals), pattern))
        case "value_list":
            return value_label(field.value_list, value, language())
        case "money":
            unit = currency or str(setting("company.currency"))
            return str(format_currency(Decimal(value).scaleb(-_scale(field, unit)), unit))
        case "percent":
            return f"{format_decimal(Decimal(value).scaleb(-2))}\u202f%"
        case "date":
            return str(format_date(value, "long"))
        case "country":
            return str(locale.territories.get(value, value)) if locale else value
        case "language":
            return str(locale.languages.get(value, value)) if locale else value
        case "currency":
            return str(locale.currencies.get(value, value)) if locale else value
        case "user":
            user = db.session.get(User, value)
            return user.shown_name if user else str(value)
        case "contact":
            contact = db.session.get(Contact, value)
            return contact.name if contact else str(value)
    return str(value)


def choices(field: Field, present: str = "") -> list[tuple[str, str]]:
    """What a select offers, in the user's words and order; a withdrawn value that is in use stays choosable."""
    locale = get_locale()
    match field.kind:
        case "choice":
            found = [(code, str(label)) for code, label in field.choices if code not in field.withdrawn]
        case "choices":
            held = present.split(",")
            return [(code, str(label)) for code, label in field.choices if code in held or code not in field.withdrawn]
        case "value_list":
            found = list(value_list(field.value_list, language()).items())
        case "country" if locale:
            found = sorted(((c, str(locale.territories[c])) for c in COUNTRIES if c in locale.territories), key=_word)
        case "language" if locale:
            found = sorted(((c, str(locale.languages[c])) for c in LANGUAGES if c in locale.languages), key=_word)
        case "currency" if locale:
            found = [(c, f"{c} · {locale.currencies[c]}") for c in CURRENCIES if c in locale.currencies]
        case "user":
            users = db.session.scalars(sa.select(User).where(User.active).order_by(User.name, User.email))
            found = [(str(user.id), user.shown_name) for user in users]
        case _:
            found = []
    if present and present not in dict(found):
        found.append((present, _still(field, present)))
    return found


def _still(field: Field, present: str) -> str:
    """The words for a value that is no longer offered; what was never one stays as it was typed."""
    if field.kind != "user":
        return shown(field, present)
    return shown(field, int(present)) if present.isdecimal() and len(present) < 19 else present


def _word(pair: tuple[str, str]) -> str:
    return fold(pair[1])
