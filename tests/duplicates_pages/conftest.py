"""Contacts that are there twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from webapp.accounts import sessions, signing
from webapp.testing import Client

WORDS = [
    f"{one} {other}"
    for one, other in product(
        ("Oak", "Briqueterie", "Zumstein", "Fjord", "Lagune", "Quince", "Harvest", "Nimbus"),
        ("Kiln", "Voyages", "Apotheke", "Drones", "Meubles", "Yachting", "Pflege"),
    )
]
STREETS = ("rue du Port", "Hauptweg", "Quai Nord", "Mill Lane", "Allmend", "Cours Foch", "Am Bach")


@pytest.fixture
def twins(make: Callable[..., Any]) -> Callable[..., list[tuple[int, ...]]]:
    """Makes so many companies twice, or in so many copies: all values the same, and nothing like the others'."""

    def some(number: int, copies: int = 2, start: int = 0) -> list[tuple[int, ...]]:
        found = []
        for at in range(start, start + number):
            name = WORDS[at]
            key = name.replace(" ", "").lower()[::-1]
            values = {
                "emails": [{"value": f"info@{'oak0' if at == 0 else key}.example"}],
                "phones": [{"value": f"+33 2 {at * 1373 % 100:02} {at * 7919 % 100:02} {at * 31 % 100:02} {at:02}"}],
                "addresses": [{"street": f"{at * 3 + 1} {STREETS[at % 7]}", "city": f"{key.title()}", "country": "FR"}],
            }
            found.append(tuple(make(name, **values).id for _copy in range(copies)))
        return found

    return some


@pytest.fixture
def enter(app: Any, user: Callable[..., Any]) -> Callable[[str], Client]:
    """Browsers without script, each signed in as a new user of a role, so that several are at work at once."""

    def one(role: str) -> Client:
        client = app.test_client()
        with client.session_transaction() as session:
            session[signing.KEY] = sessions.start(user(role), remembered=False)
        return client

    return one
