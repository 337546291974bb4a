"""A person, and who may erase what is noted of them."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def person(make: Any) -> Any:
    """A customer with an e-mail and a number."""
    emails = [{"value": "annegret@wiesinger.example"}]
    return make("Wiesinger", kind="person", functions=["customer"], first_name="Annegret", emails=emails)


@pytest.fixture
def officer(sign_in: Any) -> Any:
    """Signed in with the data-protection permission, and otherwise a mere reader."""
    return sign_in("reader", data_protection=True)
