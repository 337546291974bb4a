"""What imports have made: the report in figures, the contacts there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from plugins.transfer.report import Report
from webapp.contacts.models import Contact
from webapp.db import db

Bring = Callable[..., Report]
"""The fixture `bring`."""


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """How many rows made a contact, changed one, changed nothing, look like another's, were refused."""
    return report.created, report.updated, report.unchanged, report.doubles, report.refused


def only(**where: Any) -> Contact:
    """The one contact there is, or the one with these values."""
    return db.session.scalars(sa.select(Contact).filter_by(**where)).one()


def total() -> int:
    """How many contacts there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0
