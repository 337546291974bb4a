"""Who walks through mass actions, and what the database has then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from stepping import Steps

from webapp.contacts.models import Contact
from webapp.db import db


@pytest.fixture
def steps(sign_in) -> Callable[..., Steps]:
    """Walks in the name of a new user: `steps()` a manager, `steps("reader")`."""
    return lambda role="manager": Steps(sign_in(role))


@pytest.fixture
def fresh() -> Callable[[int], Contact]:
    """A contact as the database has it now."""

    def read(contact_id: int) -> Contact:
        db.session.expire_all()
        return db.session.get_one(Contact, contact_id)

    return read
