"""Proposals in words: amounts, quantities, states, and the firm and the recipient as they stand on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import numbers
from flask_babel import format_currency, format_decimal

from plugins.proposals.amounts import QUANTITY
from plugins.proposals.services import STATES, state_of
from webapp.api import Contact, currency_digits, get_locale, setting, shown_number

LOOKS = {
    "draft": ("pencil", ""),
    "sent": ("mail", "info"),
    "accepted": ("handshake", "ok"),
    "declined": ("circle-x", "danger"),
    "expired": ("clock", "warn"),
    "withdrawn": ("undo-2", ""),
}
"""Icon and level of each state."""
NARROW = "\u202f"


def money(amount: int, currency: str) -> str:
    """An amount of minor units with its currency."""
    return str(format_currency(Decimal(amount).scaleb(-currency_digits(currency)), currency))


def price(amount: int, currency: str) -> str:
    """The same without the currency, as the cells of a table have it."""
    digits = currency_digits(currency)
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return numbers.format_decimal(Decimal(amount).scaleb(-digits), pattern, locale=get_locale())


def quantity(thousandths: int, unit: str = "") -> str:
    """A quantity with its unit."""
    number = str(format_decimal(Decimal(thousandths) / QUANTITY, format="#,##0.###"))
    return f"{number} {unit}" if unit else number


def percent(basis_points: int) -> str:
    """Basis points as per cent."""
    return f"{format_decimal(Decimal(basis_points).scaleb(-2))}{NARROW}%"


def typed(value: int, parts: int) -> str:
    """A number of so many parts of one, as its input holds it, without noughts that say nothing."""
    number = (Decimal(value) / parts).normalize()
    return numbers.format_decimal(number, "0.###", locale=get_locale(), decimal_quantization=False)


def called(proposal: Any) -> str:
    """What a proposal is called in a line: its number, else its title."""
    return str(proposal.number or proposal.title)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A state as pages show it."""

    key: str
    word: str
    icon: str
    level: str


def look(state: str) -> Look:
    """A state in words, with icon and level."""
    icon, level = LOOKS[state]
    return Look(key=state, word=str(STATES[state]), icon=icon, level=level)


def looks(proposals: Sequence[Any]) -> dict[int, Look]:
    """The states of many, by their ids."""
    return {one.id: look(state_of(one)) for one in proposals}


@dataclass(frozen=True, kw_only=True)
class Party:
    """Firm or recipient as they stand on paper."""

    name: str
    lines: tuple[str, ...]

    @property
    def line(self) -> str:
        """The address in one line."""
        return ", ".join(self.lines)


def firm() -> Party:
    """The firm itself (spec J4)."""
    return Party(
        name=" ".join(filter(None, (setting("company.name"), setting("company.name2")))) or "Carnet",
        lines=_lines({name: setting(f"company.{name}") for name in _ADDRESS}, country=False),
    )


def firm_terms() -> tuple[str, ...]:
    """What stands small at the foot of the firm's paper."""
    return tuple(str(one) for name in ("vat_id", "phone", "email", "website") if (one := setting(f"company.{name}")))


_ADDRESS = ("street", "street2", "postal_code", "city", "region", "country")


def recipient(contact: Contact) -> Party:
    """Whom the proposal is for, with the address that bills go to, else the first."""
    by_purpose = {one.purpose: one for one in reversed(contact.addresses)}
    found = by_purpose.get("invoice") or by_purpose.get("main") or next(iter(contact.addresses), None)
    values = {name: getattr(found, name, "") or "" for name in _ADDRESS}
    is_abroad = values["country"] not in ("", setting("company.country"))
    return Party(name=contact.name or contact.sort_name, lines=_lines(values, country=is_abroad))


def _lines(values: dict[str, Any], *, country: bool) -> tuple[str, ...]:
    locale = get_locale()
    place = " ".join(filter(None, (values["postal_code"], values["city"])))
    named = locale.territories.get(values["country"], "") if locale and country else ""
    return tuple(filter(None, (values["street"], values["street2"], place, values["region"], named)))


def customer_number(contact: Contact) -> str:
    """The contact's number, where it has one."""
    return shown_number({one.function: one.value for one in contact.numbers if one.valid_to is None})


def tools() -> dict[str, Any]:
    """What the templates call."""
    return {"money": money, "price": price, "quantity": quantity, "percent": percent, "look": look}
