"""Exact amounts: integers in minor units, never a float (design: money is decided once).

A line is rounded half up, once; VAT is reckoned per rate on the sum of its lines, and rounded half up there. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

QUANTITY = 1_000
"""A quantity is in thousandths."""
WHOLE = 10_000
"""Discounts and VAT rates are in basis points: so many are 100 %."""
LARGEST = 2**53
"""More minor units than this are a mistake; JSON's numbers end there as well."""


class Priced(Protocol):
    """What a line's amount follows from: thousandths, minor units, basis points, basis points."""

    @property
    def quantity(self) -> int: ...
    @property
    def unit_price(self) -> int: ...
    @property
    def discount(self) -> int: ...
    @property
    def vat_rate(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    """One rate (basis points), the sum of the lines that have it, and the tax on that sum, in minor units."""

    rate: int
    base: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of a proposal in minor units; `rates` by rate, the highest first."""

    net: int
    tax: int
    gross: int
    rates: tuple[Vat, ...]


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two integers that are not negative, its half rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)


def amount(line: Priced) -> int:
    """What a line comes to without VAT, its discount taken off, rounded once."""
    return half_up(line.quantity * line.unit_price * (WHOLE - line.discount), QUANTITY * WHOLE)


def totals(lines: Iterable[Priced]) -> Totals:
    """The sums of these lines."""
    bases: dict[int, int] = {}
    for line in lines:
        bases[line.vat_rate] = bases.get(line.vat_rate, 0) + amount(line)
    return _totals(bases)


def _totals(bases: Mapping[int, int]) -> Totals:
    rates = tuple(
        Vat(rate=rate, base=base, tax=half_up(base * rate, WHOLE)) for rate, base in sorted(bases.items(), reverse=True)
    )
    net, tax = sum(one.base for one in rates), sum(one.tax for one in rates)
    return Totals(net=net, tax=tax, gross=net + tax, rates=rates)
