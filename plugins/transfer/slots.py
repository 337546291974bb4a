"""Functions in their slots: which exclude each other, and which one follows another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.api import registry


def slot_of(function: str) -> str:
    """The place that functions share of which a contact has one at a time."""
    found = registry().function(function)
    return found.slot if found else function


def leading(named: Sequence[str]) -> tuple[str, ...]:
    """The functions of a row, without those that another of them follows: a customer has been a prospect."""
    before = followed(named)
    return tuple(key for key in named if key not in before)


def number_for(values: Mapping[str, Any], function: str) -> str:
    """The number of its own that a row has for a function: that function's, else the one of the row."""
    return str(values.get("numbers", {}).get(function) or values.get("number", ""))


def followed(functions: Sequence[str]) -> set[str]:
    """Those that a contact with these functions had, or may have had, before."""
    return {one for key in functions if (found := registry().function(key)) for one in found.follows}
