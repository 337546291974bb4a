"""When something is to be followed up: which days that are, and in which words (spec A7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from plugins.notes.models import ContactNote
from webapp.api import _l, today

OPEN = (ContactNote.follow_up_on.is_not(None), ContactNote.done_at.is_(None))
DONE = "done"
WHEN: Mapping[str, Any] = {
    "overdue": _l("Overdue"),
    "today": _l("Today"),
    "week": _l("This week"),
    "later": _l("Later"),
}
"""The open follow-ups by their day; "this week" ends with its Sunday, and what is of today is not among it."""


def sunday() -> dt.date:
    """The last day of the present week."""
    return today() + dt.timedelta(days=6 - today().weekday())


def within(when: str) -> list[sa.ColumnElement[bool]]:
    """The conditions on `contact_note`: all open ones where empty; raises ValueError for another word."""
    if when == DONE:
        return [ContactNote.done_at.is_not(None)]
    day, now = ContactNote.follow_up_on, today()
    days: dict[str, list[sa.ColumnElement[bool]]] = {
        "": [],
        "overdue": [day < now],
        "today": [day == now],
        "week": [day > now, day <= sunday()],
        "later": [day > max(now, sunday())],
    }
    if when not in days:
        raise ValueError(when)
    return [*OPEN, *days[when]]
