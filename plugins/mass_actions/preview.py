"""What an action would do to those chosen, before it does (spec G2): how many change, how many not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa

from plugins.mass_actions.services import gone
from webapp.api import Contact, MassAction, Outcome, Selection, db, listed

MOST = 10_000
"""Contacts that are looked at beforehand; of a larger number the preview says that it is a part."""
CHUNK = 500
NAMED = 3
"""Contacts of each group that are named."""
REASONS = 20
"""Groups that are shown: a reason may name what holds one contact alone."""


@dataclass(kw_only=True)
class Group:
    """Contacts that would be skipped or refused for one reason."""

    what: str
    reason: str
    count: int = 0
    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Preview:
    """Of `total` contacts the first `looked` were looked at: those that would not change stand in `groups`.

    `others` of them have reasons of their own beyond those that are shown.
    """

    total: int
    looked: int
    groups: list[Group]
    others: int = 0

    @property
    def held(self) -> int:
        """How many of those looked at would not change."""
        return sum(one.count for one in self.groups) + self.others

    @property
    def is_whole(self) -> bool:
        """Whether all were looked at."""
        return self.looked == self.total

    @property
    def changing(self) -> int:
        """How many would change; where not all were looked at, how many may at most."""
        return self.total - self.held


def look(action: MassAction, selection: Selection, total: int, values: Mapping[str, Any]) -> Preview:
    """Look at those chosen; nothing is changed."""
    ids = list(selection.ids or db.session.scalars(selection.select().limit(MOST)))[:MOST]
    groups: dict[tuple[str, str], Group] = {}
    for part in _parts(ids):
        for contact_id, outcome in _held(action, part, values).items():
            key = (outcome.what, str(outcome.reason))
            group = groups.setdefault(key, Group(what=key[0], reason=key[1]))
            group.count += 1
            if len(group.ids) < NAMED:
                group.ids.append(contact_id)
    # What can't be done comes first, and the larger part before the smaller.
    found = sorted(groups.values(), key=lambda one: (one.what != "failed", -one.count, one.reason))
    shown, rest = found[:REASONS], found[REASONS:]
    _name(shown)
    return Preview(total=total, looked=len(ids), groups=shown, others=sum(one.count for one in rest))


def _parts(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while part := list(islice(rest, CHUNK)):
        yield part


def _held(action: MassAction, ids: Sequence[int], values: Mapping[str, Any]) -> dict[int, Outcome]:
    present = listed(ids, archived=action.of == "archived")
    held = {one: gone() for one in ids if one not in set(present)}
    return held | dict(action.check(present, values)) if action.check is not None and present else held


def _name(groups: Sequence[Group]) -> None:
    """Names of the first ones of each group; those that are not in the lists have none."""
    ids = [one for group in groups for one in group.ids]
    query = sa.select(Contact).where(Contact.id.in_(listed(ids) + listed(ids, archived=True)))
    names = {one.id: one.name or one.sort_name for one in db.session.scalars(query)}
    for group in groups:
        group.names = [names[one] for one in group.ids if one in names]
