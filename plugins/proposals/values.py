"""From what was typed or sent to what a proposal keeps: one check for forms and API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from plugins.proposals import amounts
from webapp.api import Field, Invalid, _, _l, coerce, currency_digits, read_number

MOST_LINES = 200
YEARS = (1900, 2200)
"""The last day of a proposal lies in one of these years: another is a mistake in writing."""
VALID_DAYS = 30
"""So long a proposal is valid where nobody says until when."""

UNITS = "units"
"""The value list of units that are offered while one types; any other may be written. Its words go to the contact."""
UNIT_ITEMS = (
    ("piece", "pièce", "piece", "Stück"),
    ("hour", "heure", "hour", "Stunde"),
    ("day", "jour", "day", "Tag"),
    ("month", "mois", "month", "Monat"),
    ("flat_rate", "forfait", "flat rate", "pauschal"),
    ("m", "m", "m", "m"),
    ("m2", "m²", "m²", "m²"),
    ("m3", "m³", "m³", "m³"),
    ("kg", "kg", "kg", "kg"),
    ("km", "km", "km", "km"),
    ("l", "l", "l", "l"),
)
"""Code, French, English, German, as a firm finds them at first."""

FIELDS = (
    Field(name="title", label=_l("Title"), required=True),
    Field(name="currency", label=_l("Currency"), kind="currency", required=True),
    Field(name="valid_until", label=_l("Valid until"), kind="date"),
    Field(name="responsible_id", label=_l("Responsible"), kind="user"),
    Field(name="introduction", label=_l("Introduction"), kind="multiline", max_length=4000),
    Field(name="closing", label=_l("Closing words"), kind="multiline", max_length=4000),
)
"""The fields of a proposal, its number and its lines aside."""
LINE_FIELDS = (
    Field(name="description", label=_l("Description"), kind="multiline", max_length=2000, required=True),
    Field(name="quantity", label=_l("Quantity"), kind="text", required=True),
    Field(name="unit", label=_l("Unit"), max_length=20),
    Field(name="unit_price", label=_l("Unit price"), kind="money", required=True),
    Field(name="discount", label=_l("Discount"), kind="percent"),
    Field(name="vat_rate", label=_l("VAT rate"), kind="percent"),
)
"""The fields of a line. A quantity is a number with three decimals at most, which no kind of field is."""
_BY_NAME = {one.name: one for one in FIELDS}
_OF_LINES = {one.name: one for one in LINE_FIELDS}


def checked(values: Mapping[str, Any], *, currency: str, is_new: bool) -> dict[str, Any]:
    """What `values` names, as it is stored; lines under `lines` as a list of mappings, in minor units of `currency`,
    or of the one that is named. Raises `Invalid`: `lines.0.quantity` names the field of a line.
    """
    errors = {
        str(name): _("There is no field “%(field)s”.", field=str(name)[:60])
        for name in values.keys() - _BY_NAME.keys() - {"lines", "number"}
    }
    found: dict[str, Any] = {}
    for name, field in _BY_NAME.items():
        if name in values or (is_new and name == "title"):
            try:
                found[name] = coerce(field, values.get(name))
            except ValueError as error:
                errors[name] = str(error)
    day = found.get("valid_until")
    if day is not None and not YEARS[0] <= day.year <= YEARS[1]:
        errors["valid_until"] = _("This day lies too far away: check the year.")
    if "number" in values:
        try:
            found["number"] = coerce(Field(name="number", label=_("Number"), max_length=64), values["number"])
        except ValueError as error:
            errors["number"] = str(error)
    if "lines" in values:
        found["lines"] = _lines(values["lines"], found.get("currency") or currency, errors)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return found


def _lines(raw: Any, currency: str, errors: dict[str, str]) -> list[dict[str, Any]]:
    if raw is None:
        raw = []
    if not isinstance(raw, list) or len(raw) > MOST_LINES or not all(isinstance(one, Mapping) for one in raw):
        errors["lines"] = _("“%(field)s” takes a list of at most %(most)s items.", field=_("Lines"), most=MOST_LINES)
        return []
    return [_line(one, f"lines.{at}", currency, errors) for at, one in enumerate(raw)]


def _line(raw: Mapping[str, Any], where: str, currency: str, errors: dict[str, str]) -> dict[str, Any]:
    for name in raw.keys() - _OF_LINES.keys():
        errors[f"{where}.{name}"] = _("There is no field “%(field)s”.", field=str(name)[:60])
    found: dict[str, Any] = {}
    for name, field in _OF_LINES.items():
        given = raw.get(name)
        try:
            found[name] = _quantity(field, given) if name == "quantity" else coerce(field, given, currency=currency)
        except ValueError as error:
            errors[f"{where}.{name}"] = str(error)
    for name in ("discount", "vat_rate"):
        found[name] = found.get(name) or 0
    return found


def _quantity(field: Field, raw: Any) -> int:
    """Thousandths."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        raise ValueError(_("“%(field)s” is needed: fill it in.", field=field.label))
    try:
        number = raw if isinstance(raw, Decimal) else read_number(str(raw))
    except ValueError:
        raise ValueError(_("“%(field)s” is not a number: write it like 1234.50.", field=field.label)) from None
    scaled = number.scaleb(3)
    if scaled != scaled.to_integral_value():
        raise ValueError(_("“%(field)s” has too many decimals: at most %(most)s.", field=field.label, most=3))
    if not 0 < scaled <= 10**12:
        raise ValueError(_("“%(field)s” lies above 0, and is a billion at most.", field=field.label))
    return int(scaled)


def fits(totals: amounts.Totals) -> None:
    """Raise `Invalid` for sums that no base and no JSON holds exactly."""
    if totals.gross > amounts.LARGEST:
        text = _("These lines come to more than can be kept: lower a quantity or a price.")
        raise Invalid(text, {"lines": text})


def converted(value: int, before: str, after: str) -> int:
    """An amount that stays what it says when the currency changes: 100.00 become 100 where there are no cents.

    Raises `Invalid` where something would be lost: what 10.50 is without cents, nobody but the user knows.
    """
    number = Decimal(value).scaleb(currency_digits(after) - currency_digits(before))
    if number != number.to_integral_value():
        text = _("%(currency)s has fewer decimals than these prices: change the prices as well.", currency=after)
        raise Invalid(text, {"currency": text})
    return int(number)


def last_day(today: dt.date) -> dt.date:
    """Until when a new proposal is valid where nobody says."""
    return today + dt.timedelta(days=VALID_DAYS)
