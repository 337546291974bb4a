"""From what was typed or sent to what is stored, per kind of field: the one validation for forms, API and import."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol, get_territory_currencies

from webapp.accounts.models import User
from webapp.administration.settings import setting, value_codes
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.i18n import _, get_locale
from webapp.plugin import Field
from webapp.text import clean

LARGEST = 2**53
_ENGLISH = Locale("en")
LANGUAGES = tuple(sorted(code for code in _ENGLISH.languages if len(code) == 2))
COUNTRIES = tuple(sorted(code for code in _ENGLISH.territories if re.fullmatch(r"[A-Z]{2}", code)))
COUNTRIES = tuple(code for code in COUNTRIES if code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
CURRENCIES = tuple(sorted({code for country in COUNTRIES for code in get_territory_currencies(country)}))
"""What is legal tender somewhere today: no test codes, precious metals, units of account, nor money of the past."""
TRUE = {"1", "true", "on", "yes", "y"}
FALSE = {"", "0", "false", "off", "no", "n"}


_TEXTS = frozenset({"text", "multiline", "choice", "value_list", "country", "language", "currency", "link"})
"""Kinds of which an empty text is the value for nothing."""


def coerce(field: Field, raw: Any, *, currency: str = "") -> Any:
    """The value to store for what came in; raises ValueError with one sentence that names the remedy.

    Money becomes integer minor units of `currency` (the firm's where none is given), percent basis points; a
    Decimal is taken as it is, whatever the user's language.
    """
    if (raw is None or raw == "") and field.kind in _TEXTS and not field.required:
        return ""
    if raw is None:
        raw = ""
    if isinstance(raw, str):
        raw = clean(raw, multiline=field.kind == "multiline")
    elif isinstance(raw, list | tuple) and field.kind == "choices":
        raw = ",".join(str(one) for one in raw)
    elif isinstance(raw, list | tuple | dict):
        raise ValueError(_("“%(field)s” takes a single value.", field=field.label))
    if field.kind == "money" and not currency:
        currency = str(setting("company.currency"))
    value = _BY_KIND[field.kind](field, raw, currency)
    if field.required and value in ("", None, ()):
        raise ValueError(_("“%(field)s” is needed: fill it in.", field=field.label))
    return value


def is_nothing(value: Any) -> bool:
    """Whether a stored value says nothing: empty, not chosen, not ticked. A zero says something."""
    return value is None or value is False or value in ("", ())


def _text(field: Field, raw: Any, currency: str) -> str:
    text = raw if isinstance(raw, str) else str(raw)
    if len(text) > field.max_length:
        raise ValueError(
            _(
                "“%(field)s” is too long: at most %(most)s characters.",
                field=field.label,
                most=field.max_length,
            )
        )
    return text


def _boolean(field: Field, raw: Any, currency: str) -> bool:
    text = str(raw).casefold()
    if text in TRUE or raw is True:
        return True
    if text in FALSE or raw is False:
        return False
    raise ValueError(_("“%(field)s” is either yes or no.", field=field.label))


def _choice(field: Field, raw: Any, currency: str) -> str:
    text = str(raw)
    if text and text not in {code for code, _label in field.choices}:
        raise _not_offered(field)
    return text


def _choices(field: Field, raw: Any, currency: str) -> tuple[str, ...]:
    """The chosen codes, each once, in the order in which they are offered."""
    chosen = {code for part in str(raw).split(",") if (code := part.strip())}
    known = [code for code, _label in field.choices]
    if chosen - set(known):
        raise _not_offered(field)
    return tuple(code for code in known if code in chosen)


def _link(field: Field, raw: Any, currency: str) -> str:
    """An address that leads somewhere by http: no script, no file."""
    text = _text(field, raw, currency)
    parts = None
    with suppress(ValueError):
        parts = urlsplit(text)
    if text and (
        parts is None or parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text)
    ):
        raise ValueError(_("“%(field)s” is not a link: write it like https://www.example.com/page.", field=field.label))
    return text


def _not_offered(field: Field) -> ValueError:
    return ValueError(_("“%(field)s”: choose one of the values offered.", field=field.label))


def _value_list(field: Field, raw: Any, currency: str) -> str:
    text = str(raw)
    if text and text not in value_codes(field.value_list):
        raise _not_offered(field)
    return text


def _of(codes: tuple[str, ...], change: Callable[[str], str]) -> Callable[[Field, Any, str], str]:
    known = frozenset(codes)

    def check(field: Field, raw: Any, currency: str) -> str:
        code = change(str(raw))
        if code and code not in known:
            raise _not_offered(field)
        return code

    return check


def decimal(text: str) -> Decimal:
    """Read a number as people of the three languages write it; raises ValueError.

    The last of several separators is the decimal one. A single one is too, but a point before exactly three
    digits where the user's language groups by points (German). What groups stands before three digits each.
    """
    bare = re.sub(r"[\s'’€$£%]", "", text)
    last = max(bare.rfind(","), bare.rfind("."))
    if last >= 0:
        mark, other = bare[last], "." if bare[last] == "," else ","
        locale = get_locale()
        grouped = bare.count(mark) > 1 or (
            mark == "."
            and other not in bare
            and len(bare) - last == 4
            and locale is not None
            and locale.language == "de"
        )
        whole, separator = (bare, mark) if grouped else (bare[:last], other)
        if separator in whole and not re.fullmatch(rf"[+-]?\d{{1,3}}(\{separator}\d{{3}})+", whole):
            raise ValueError(text)
        bare = bare.replace(other, "").replace(mark, "" if grouped else ".")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?|[+-]?\.\d+", bare):
        raise ValueError(text)
    try:
        return Decimal(bare)
    except InvalidOperation:
        raise ValueError(text) from None


def _scaled(field: Field, raw: Any, digits: int) -> int | None:
    if raw == "":
        return None
    try:
        number: Decimal | None = (raw if isinstance(raw, Decimal) else decimal(str(raw))).scaleb(digits)
    except ValueError:
        number = None
    if not digits and (number is None or number != number.to_integral_value()):
        raise ValueError(_("“%(field)s” is not a whole number: write it like 1234.", field=field.label))
    if number is None:
        raise ValueError(_("“%(field)s” is not a number: write it like 1234.50.", field=field.label))
    if number != number.to_integral_value():
        raise ValueError(_("“%(field)s” has too many decimals: at most %(most)s.", field=field.label, most=digits))
    if abs(number) > LARGEST:
        raise ValueError(_("“%(field)s” is too large.", field=field.label))
    return int(number)


def _money(field: Field, raw: Any, currency: str) -> int | None:
    signs = {one for one in "€$£" if one in str(raw)}
    if signs - set(get_currency_symbol(currency, "en")):
        message = _(
            "“%(field)s” is in %(currency)s: write the amount without another sign.",
            field=field.label,
            currency=currency,
        )
        raise ValueError(message)
    value = _scaled(field, raw, get_currency_precision(currency))
    if value is not None and value < 0:
        raise ValueError(_("“%(field)s” can't be negative.", field=field.label))
    return value


def _percent(field: Field, raw: Any, currency: str) -> int | None:
    value = _scaled(field, raw, 2)
    if value is not None and not 0 <= value <= 10_000:
        raise ValueError(_("“%(field)s” lies between 0 and 100.", field=field.label))
    return value


def _decimal(field: Field, raw: Any, currency: str) -> int | None:
    return _scaled(field, raw, field.decimals)


def _integer(field: Field, raw: Any, currency: str) -> int | None:
    return _scaled(field, raw, 0)


_DATES = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})"), (3, 2, 1)),
)


def _date(field: Field, raw: Any, currency: str) -> dt.date | None:
    if isinstance(raw, dt.date):
        return raw
    if raw == "":
        return None
    for pattern, (year, month, day) in _DATES:
        if found := pattern.fullmatch(str(raw)):
            try:
                return dt.date(int(found[year]), int(found[month]), int(found[day]))
            except ValueError:
                break
    raise ValueError(_("“%(field)s” is not a date: write it like 2026-12-31.", field=field.label))


def _id(field: Field, raw: Any) -> int | None:
    if raw == "":
        return None
    try:
        number = int(str(raw))
    except ValueError:
        raise _not_offered(field) from None
    if not 0 < number < 2**63:
        raise _not_offered(field)
    return number


def _user(field: Field, raw: Any, currency: str) -> int | None:
    number = _id(field, raw)
    if number is not None and db.session.get(User, number) is None:
        raise _not_offered(field)
    return number


def _contact(field: Field, raw: Any, currency: str) -> int | None:
    number = _id(field, raw)
    if number is None:
        return None
    found = db.session.scalar(
        sa.select(Contact.id).where(
            Contact.id == number, Contact.deleted_at.is_(None), Contact.merged_into_id.is_(None)
        )
    )
    if found is None:
        raise _not_offered(field)
    return number


_BY_KIND: dict[str, Callable[[Field, Any, str], Any]] = {
    "text": _text,
    "multiline": _text,
    "boolean": _boolean,
    "choice": _choice,
    "value_list": _value_list,
    "money": _money,
    "percent": _percent,
    "integer": _integer,
    "date": _date,
    "country": _of(COUNTRIES, str.upper),
    "language": _of(LANGUAGES, str.lower),
    "currency": _of(CURRENCIES, str.upper),
    "user": _user,
    "contact": _contact,
    "decimal": _decimal,
    "choices": _choices,
    "link": _link,
}
