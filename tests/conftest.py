"""Carnet's own tests use the fixtures that plug-in authors get, and one to make contacts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import settings

from plugins.number_ranges.models import RangeValue
from webapp.acting import Act, acting_as_system, present
from webapp.contacts import services
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.services import activate

pytest_plugins = ["webapp.testing"]

# A busy machine is no bug: property tests have no deadline. CI takes the same examples each time.
settings.register_profile("carnet", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("carnet")


@pytest.fixture
def make(app: Any) -> Callable[..., Contact]:
    """Makes a contact with functions: `make("Dupont")` a company, `make("Dupont", kind="person")` a person."""

    def one(name: str = "Dupont", *, kind: str = "company", functions: Sequence[str] = (), **values: Any) -> Contact:
        token = present.set(acting_as_system("form"))
        try:
            field = "company_name" if kind == "company" else "last_name"
            contact = services.create({"kind": kind, field: name, **values})
            for function in functions:
                activate(contact.id, function)
            return contact
        finally:
            present.reset(token)

    return one


@pytest.fixture
def as_role() -> Callable[..., Act]:
    """An actor of a role, for `with acting(as_role("reader")):`."""

    def who(role: str, way: str = "form", user_id: int | None = None) -> Act:
        return Act(user_id=user_id, role=role, way=way)  # type: ignore[arg-type]

    return who


@pytest.fixture
def partner_range(app: Any) -> RangeValue:
    """The range that the sample plug-in's partners have of their own, as an administrator sets it: PA-1, PA-2 …"""
    value = RangeValue(range="partner", prefix="PA-", length=1, next=1, begins=1)
    db.session.add(value)
    db.session.flush()
    return value
