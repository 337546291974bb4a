"""Answers that wait to be told again may tell of whoever is anonymised, and nobody can look into them (spec D5)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from plugins.rest.models import KeyedRequest
from webapp.api import Subject, fetch

REQUEST: Any = KeyedRequest.__table__


def find(subject: Subject) -> int:
    """All of the last day: they are sealed."""
    query = sa.select(sa.func.count()).select_from(KeyedRequest).where(KeyedRequest.answer != "")
    return int(fetch(query).scalar_one())


def erase(subject: Subject) -> int:
    """Forget the answers, not that the work is done: who sends it again is told so."""
    number = find(subject)
    fetch(sa.update(REQUEST).where(REQUEST.c.answer != "").values(answer=""))
    return number
