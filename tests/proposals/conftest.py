"""Proposals for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugins.proposals import services
from plugins.proposals.models import Proposal

LINES = [
    {"description": "Audit", "quantity": "2", "unit_price": "450.00", "vat_rate": "20"},
    {"description": "Travel", "quantity": "1.5", "unit_price": "33.33", "discount": "10", "vat_rate": "20"},
]


@pytest.fixture
def offer(make: Any, system: Any) -> Callable[..., Proposal]:
    """Makes a proposal: `offer(functions=["prospect"])` to a new contact, `offer(contact)` to a given one."""

    def one(contact: Any = None, /, functions: Any = (), **values: Any) -> Proposal:
        to = contact if contact is not None else make(functions=functions)
        return services.create(to.id, {"title": "Audit", "lines": LINES, **values})

    return one
