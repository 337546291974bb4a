"""Totals are exact to the cent, whatever the lines (design: money is decided once)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from plugins.proposals.amounts import amount, half_up, totals
from plugins.proposals.contents import Line


def line(quantity: int, unit_price: int, discount: int = 0, vat_rate: int = 0) -> Line:
    return Line(
        description="x", quantity=quantity, unit="", unit_price=unit_price, discount=discount, vat_rate=vat_rate
    )


LINES = st.builds(
    line,
    st.integers(1, 10**9),
    st.integers(0, 10**11),
    st.integers(0, 10_000),
    st.sampled_from((0, 250, 550, 700, 1000, 1900, 2000)),
)


def rounded(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.lists(LINES, max_size=20))
def test_C1_totals_are_those_of_decimal_arithmetic(lines: list[Line]) -> None:
    nets = [
        rounded(Decimal(one.quantity) / 1000 * one.unit_price * (1 - Decimal(one.discount) / 10_000)) for one in lines
    ]
    bases: dict[int, int] = {}
    for one, net in zip(lines, nets, strict=True):
        assert amount(one) == net
        bases[one.vat_rate] = bases.get(one.vat_rate, 0) + net
    found = totals(lines)
    assert {one.rate: one.base for one in found.rates} == bases
    assert [one.tax for one in found.rates] == [rounded(Decimal(one.base) * one.rate / 10_000) for one in found.rates]
    assert found.net == sum(nets)
    assert found.gross == found.net + found.tax == found.net + sum(one.tax for one in found.rates)
    assert [one.rate for one in found.rates] == sorted(bases, reverse=True)


@given(st.lists(LINES, max_size=10), st.randoms())
def test_C1_the_order_of_lines_changes_nothing(lines: list[Line], luck: object) -> None:
    shuffled = list(lines)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    assert totals(shuffled) == totals(lines)


def test_C1_halves_are_rounded_up_once_per_line_and_once_per_rate() -> None:
    assert [half_up(one, 2) for one in (0, 1, 2, 3)] == [0, 1, 1, 2]
    # 0.005 is a cent for each of the three lines; 20 % of their three cents is 0.6 of one.
    found = totals([line(500, 1, vat_rate=2000)] * 3)
    assert (found.net, found.tax, found.gross) == (3, 1, 4)
    # 1.5 × 33.33 less 10 % = 44.9955
    assert amount(line(1500, 3333, 1000)) == 4500
