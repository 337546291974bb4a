"""Comparing the pairs that blocks bring, by the weights at hand; and learning these weights from some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from plugins.duplicates import blocks
from plugins.duplicates.compare import Pattern, compare
from plugins.duplicates.keys import RULES, keys_of
from plugins.duplicates.learning import Model, learn, shipped_model
from plugins.duplicates.models import SLOTS, DoubleKey, DoubleModel
from plugins.duplicates.profiles import COMPANY, PERSON, Profile, parse
from plugins.duplicates.reasons import reasons_of
from plugins.duplicates.scoring import Scorer
from webapp.api import Contact, among, db, fetch, live, now

KINDS = (PERSON, COMPANY)
FLOOR = 2_000
"""The least score that is kept: who lowers the threshold down to it sees more without another scan."""
SAMPLE = 20_000
"""Contacts of a kind on which it is counted what strangers have in common."""
NAMES = 3_000
"""Company names whose frequency is kept: those of chains."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contacts, the lower id first, with their score and why."""

    low: int
    high: int
    score: int
    reasons: tuple[str, ...]


@dataclass
class Matcher:
    """Compares blocks. `limits` are how many may share a key of each slot.

    `left_out`: by slot the keys that more share; a slot that was not gone through here from its beginning to its end
    is missing, and pairs that it brought are compared once more.
    """

    limits: Sequence[int]
    scorers: dict[str, Scorer] = field(default_factory=dict)
    left_out: dict[int, set[int]] = field(default_factory=dict)
    complete: list[int] = field(default_factory=list)
    begun: set[int] = field(default_factory=set)

    def pairs(
        self, slot: int, counted: dict[int, int], new: set[int] | None = None
    ) -> Iterator[tuple[int, Profile, int, Profile]]:
        """The pairs of a slot that no slot before has brought, of one kind each; with `new`, those with one of them."""
        limit = self.limits[slot]
        wanted = [key for key, number in counted.items() if number <= limit]
        left = self.left_out.setdefault(slot, set())
        left.update(key for key, number in counted.items() if number > limit)
        ahead = [(before, self.left_out.get(before, set())) for before in self.complete if before < slot]
        for block in blocks.members(slot, wanted):
            if new is not None and not any(row[1] in new for row in block):
                continue
            parsed: list[Profile | None] = [None] * len(block)
            for at, row in enumerate(block):
                one_id, text = row[1], row[2]
                for before in range(at):
                    other = block[before]
                    other_id = other[1]
                    if one_id == other_id or text[:6] != other[2][:6]:
                        continue
                    if new is not None and one_id not in new and other_id not in new:
                        continue
                    if blocks.alike(row, other, ahead):
                        continue
                    one = parsed[at]
                    if one is None:
                        one = parsed[at] = parse(text)
                    another = parsed[before]
                    if another is None:
                        another = parsed[before] = parse(other[2])
                    yield other_id, another, one_id, one

    def matched(self, slot: int, counted: dict[int, int], new: set[int] | None = None) -> tuple[int, list[Pair]]:
        """How many pairs were compared, and those that may be doubles."""
        compared, found = 0, []
        for one_id, one, other_id, other in self.pairs(slot, counted, new):
            compared += 1
            score, pattern = self.scorers[one.kind].score(one, other)
            if score >= FLOOR:
                low, high = (one_id, other_id) if one_id < other_id else (other_id, one_id)
                found.append(Pair(low, high, score, tuple(reasons_of(one.kind, pattern))))
        return compared, found

    def patterns(self, slot: int, counted: dict[int, int]) -> dict[str, Counter[Pattern]]:
        """How often each pattern occurs among the pairs of a slot that no slot before has brought, by kind."""
        found: dict[str, Counter[Pattern]] = {kind: Counter() for kind in KINDS}
        for _one_id, one, _other_id, other in self.pairs(slot, counted):
            found[one.kind][compare(one, other)] += 1
        return found


def contacts_of(kind: str) -> int:
    """How many live contacts of a kind there are."""
    return fetch(live().with_only_columns(sa.func.count()).where(Contact.kind == kind)).scalar_one()


def models() -> dict[str, Model]:
    """What was learnt of this base, else what is shipped, by kind."""
    kept = {one.kind: one for one in db.session.scalars(sa.select(DoubleModel))}
    found = {}
    for kind in KINDS:
        one = kept.get(kind)
        if one is not None and one.rules == RULES:
            found[kind] = Model.of(kind, one.contacts, one.learnt)
        else:
            found[kind] = shipped_model(kind, contacts_of(kind))
    return found


def learn_kind(kind: str, patterns: dict[Pattern, int]) -> None:
    """Learn the weights of a kind from the patterns of its pairs, and keep them."""
    number = contacts_of(kind)
    names = _names() if kind == COMPANY else None
    model = learn(kind, number, patterns, _sample(kind, number), names)
    kept = db.session.get(DoubleModel, kind)
    if kept is None:
        kept = DoubleModel(kind=kind)
        db.session.add(kept)
    kept.rules, kept.contacts, kept.learnt, kept.at = RULES, number, model.json(), now()
    db.session.flush()


def _sample(kind: str, number: int) -> list[Profile]:
    """Some profiles of a kind, from all over the base."""
    every = max(1, number // SAMPLE)
    of_kind = DoubleKey.profile.startswith(f"{kind}\x1f", autoescape=True)
    query = sa.select(DoubleKey.profile).where(DoubleKey.place == 0, of_kind)
    if every > 1:
        query = query.where(DoubleKey.contact_id % every == 0)
    return [parse(text) for text in fetch(query.order_by(DoubleKey.contact_id).limit(2 * SAMPLE)).scalars()]


def _names() -> dict[str, int]:
    """The names that most companies share, and how many do."""
    key, number = blocks.column(3), sa.func.count()
    query: Any = (
        sa.select(number, sa.func.min(DoubleKey.contact_id))
        .where(key.is_not(None))
        .group_by(key)
        .having(number > 2)
        .order_by(number.desc())
        .limit(NAMES)
    )
    most: Any = fetch(query)
    rows = {row[1]: row[0] for row in most}
    texts: Any = sa.select(DoubleKey.contact_id, DoubleKey.profile).where(
        among(DoubleKey.contact_id, list(rows)), DoubleKey.place == 0
    )
    found: dict[str, int] = {}
    read: Any = fetch(texts).all()
    for contact_id, text in read:
        profile = parse(text)
        if profile.kind == COMPANY:
            found[profile.first] = rows[contact_id]
    return found


def keys_by_slot(profiles: Sequence[Profile]) -> list[set[int]]:
    """All keys of some profiles, by slot."""
    found: list[set[int]] = [set() for _slot in range(SLOTS)]
    for profile in profiles:
        for row in keys_of(profile):
            for slot, value in enumerate(row):
                if value is not None:
                    found[slot].add(value)
    return found
