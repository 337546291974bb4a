"""A frame keeps for a day what it was begun for: a contact's number, or the words of a search (spec D5)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sqlalchemy as sa

from plugins.embed.models import Frame, Launch
from webapp.api import Subject, db

TABLES = ("embed_launch", "embed_frame")


def _of(subject: Subject) -> Iterator[Launch | Frame]:
    launches, frames = db.session.scalars(sa.select(Launch)), db.session.scalars(sa.select(Frame))
    for one in itertools.chain[Launch | Frame](launches.yield_per(500), frames.yield_per(500)):
        values = one.wanted["values"]
        if values.get("id") in subject.ids or subject.named_among(values):
            yield one


def find(subject: Subject) -> int:
    """How many codes and frames name them."""
    return sum(1 for _one in _of(subject))


def erase(subject: Subject) -> int:
    """End these frames, and forget them."""
    found = list(_of(subject))
    for one in found:
        db.session.delete(one)
    db.session.flush()
    return len(found)
