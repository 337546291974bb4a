"""Addresses of the screens, for those who lead there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.api import Invalid, _, place

ONE_BY_ONE = 12
"""So many ids stand in an address as arguments of their own; more of them as one, so that it is not too long."""


def preview(ids: Iterable[int], main_id: int | None = None, **more: Any) -> str:
    """Where a merge of these contacts is looked at."""
    given = list(ids)
    told: Any = given if len(given) <= ONE_BY_ONE else ",".join(map(str, given))
    return place("merge.preview", ids=told, main=main_id, **more)


def of_chosen(ids: Sequence[int]) -> str:
    """The same for those that are chosen in a list."""
    if len(ids) < 2:
        raise Invalid(_("Choose at least two contacts to merge: one alone stays as it is."))
    return preview(ids)
