"""What was learnt of a base tells how often names occur: rare ones go with whoever is anonymised (spec D5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from plugins.duplicates.models import DoubleModel
from webapp.api import Subject, db, fold

FEW = 5
"""Contacts that share a word, up to which it may still tell of each of them."""


def _rare(subject: Subject) -> Iterator[tuple[DoubleModel, dict[str, Any], int]]:
    """Models with such words, each with what is left of it without them and how many these are."""
    words = {fold(one) for one in subject.texts}
    words |= {part for one in words for part in one.split()}
    for model in db.session.scalars(sa.select(DoubleModel)):
        kept, number = {}, 0
        for name, shares in model.learnt.get("common", {}).items():
            own = {word for word, share in shares.items() if word in words and share * model.contacts <= FEW}
            kept[name] = {word: share for word, share in shares.items() if word not in own}
            number += len(own)
        if number:
            yield model, {**model.learnt, "common": kept}, number


def find(subject: Subject) -> int:
    """How many of such words were learnt."""
    return sum(number for _model, _left, number in _rare(subject))


def erase(subject: Subject) -> int:
    """Forget them: they count as rare until the next scan, which they are."""
    total = 0
    for model, left, number in list(_rare(subject)):
        model.learnt = left
        total += number
    db.session.flush()
    return total
