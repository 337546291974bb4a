"""What tests of renumbering share: ranges as a firm may have set them, and what contacts show then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from plugins.number_ranges.models import RangeValue
from webapp.administration.settings import put_setting
from webapp.contacts.models import Contact
from webapp.contacts.queries import numbers_of
from webapp.db import db, fetch


@contextmanager
def from_before(*functions: str) -> Iterator[None]:
    """Functions that begin in this block get no number."""
    for one in functions:
        put_setting(f"number_ranges.{one}.starts", False)
    yield
    for one in functions:
        put_setting(f"number_ranges.{one}.starts", True)


def own_range() -> None:
    """Let suppliers have their own range."""
    put_setting("number_ranges.supplier.own", True)
    db.session.add(RangeValue(range="supplier", prefix="S-", length=4, next=1, begins=1))
    db.session.flush()


def common(**values: object) -> None:
    """Set the common range otherwise."""
    fetch(sa.update(RangeValue).where(RangeValue.range == "common").values(**values))


def numbers(contact: Contact) -> dict[str, str]:
    db.session.flush()
    db.session.expire_all()
    return numbers_of([contact.id]).get(contact.id, {})
