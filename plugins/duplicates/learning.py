"""Weights learnt from the base itself, without labels: Fellegi and Sunter's model by expectation-maximisation.

Pairs that share a key are of one of four kinds (`plugins.duplicates.shipped`): doubles, related, namesakes, strangers.
What strangers have in common is counted on pairs drawn at random; the other three are learnt over the patterns of
pairs that share a key, beginning from what is shipped. Two kinds of pairs that are alike and yet no doubles, families
and chains of shops, keep the doubles from taking them in.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from plugins.duplicates import shipped
from plugins.duplicates.compare import COMPANY_LEVELS, PERSON_LEVELS, Pattern, compare
from plugins.duplicates.profiles import COMPANY, Profile
from plugins.duplicates.shipped import DOUBLE, KINDS, STRANGER

ROUNDS = 40
STEADY = 1e-3
TRUST = (60.0, 2000.0, 2000.0, 60.0)
"""As many pairs of each kind the shipped weights count among those from which the base's own are learnt: what families
and namesakes have in common differs little from base to base, and must not be learnt of doubles."""
FEW = 200
"""Contacts of a kind below which nothing is learnt."""
COMMON = 1_500
"""Values of a field whose frequency is kept."""
RARE_PAIR = 1e-9
DRAWN = 40_000

Table = list[list[list[float]]]
"""By kind of pair, field and level: how often."""


@dataclass(kw_only=True)
class Model:
    """What pairs of a base are judged by: `weights` by kind of pair, field and level; `pairs` of each kind in it.

    `common`: by field how often its commonest values occur; `rest`: how often any other one does.
    `usual`: how often the name occurs that two namesakes share, on average over such pairs.
    """

    kind: str
    contacts: int
    weights: Table
    pairs: list[float]
    common: dict[str, dict[str, float]] = field(default_factory=dict)
    rest: dict[str, float] = field(default_factory=dict)
    usual: float = 0.0

    def json(self) -> dict[str, Any]:
        """As it is kept."""
        rounded = [[[float(f"{one:.4g}") for one in levels] for levels in fields] for fields in self.weights]
        return {"weights": rounded, "pairs": self.pairs, "common": self.common, "rest": self.rest,
                "usual": self.usual}  # fmt: skip

    @classmethod
    def of(cls, kind: str, contacts: int, kept: Mapping[str, Any]) -> Model:
        """What `json` gave."""
        return cls(
            kind=kind, contacts=contacts, weights=kept["weights"], pairs=kept["pairs"], common=kept["common"],
            rest=kept["rest"], usual=kept["usual"],
        )  # fmt: skip


def levels_of(kind: str) -> tuple[int, ...]:
    """How many levels each field has."""
    return COMPANY_LEVELS if kind == COMPANY else PERSON_LEVELS


def shipped_model(kind: str, contacts: int) -> Model:
    """The model of a base that nothing was learnt of yet."""
    return Model(
        kind=kind,
        contacts=contacts,
        weights=_table(kind),
        pairs=[*(share * max(contacts, 1) for share in shipped.SHARES[kind]), _all_pairs(contacts)],
    )


def _all_pairs(contacts: int) -> float:
    return max(1.0, contacts * (contacts - 1) / 2)


def _table(kind: str) -> Table:
    weights = shipped.WEIGHTS[kind]
    return [[[1.0, *weights[at][of]] for at in range(len(weights))] for of in range(KINDS)]


def learn(
    kind: str,
    contacts: int,
    patterns: Mapping[Pattern, int],
    sample: Sequence[Profile],
    names: Mapping[str, int] | None = None,
    seed: int = 1,
) -> Model:
    """A model of a base of so many contacts, whose pairs that share a key have these patterns; `sample` is of all.

    `names` are the companies' names that occur most in the whole base, and how often.
    """
    model = shipped_model(kind, contacts)
    if contacts < FEW or not patterns:
        return model
    model.common, model.rest = frequencies(sample)
    if names:
        model.common["first"] = {name: round(number / contacts, 9) for name, number in names.items() if number > 1}
        model.rest["first"] = 1 / contacts
    shares = model.common.get("first", {}).values()
    model.usual = sum(one**3 for one in shares) / sum(one**2 for one in shares) if shares else 0.0
    drawn = _drawn(sample, seed)
    counts = {pattern: float(number) for pattern, number in patterns.items()}
    for _round in range(ROUNDS):
        before = model.pairs[DOUBLE]
        _maximise(model, counts, drawn)
        if abs(model.pairs[DOUBLE] - before) <= STEADY * max(before, 1):
            break
    return model


def _drawn(sample: Sequence[Profile], seed: int) -> list[Counter[int]]:
    """The levels of pairs drawn at random, by field."""
    random = Random(seed)  # noqa: S311 - a sample, no secret
    found: list[Counter[int]] = []
    number = min(DRAWN, len(sample) * (len(sample) - 1) // 2)
    for _pair in range(number):
        one, other = random.choice(sample), random.choice(sample)
        if one is other:
            continue
        pattern = compare(one, other)
        found = found or [Counter() for _field in pattern]
        for at, level in enumerate(pattern):
            found[at][level] += 1
    return found


def _maximise(model: Model, patterns: Mapping[Pattern, float], drawn: Sequence[Counter[int]]) -> None:
    """One round: of what kind each pattern's pairs are, by the present weights; then the weights that follow."""
    start = _table(model.kind)
    table: Table = [
        [[trust * share for share in levels] for levels in fields] for trust, fields in zip(TRUST, start, strict=True)
    ]
    pairs = [0.0] * KINDS
    for pattern, number in patterns.items():
        shares = shares_of(model, pattern)
        for of in range(STRANGER):
            part = number * shares[of]
            if part < RARE_PAIR:
                continue
            pairs[of] += part
            for at, level in enumerate(pattern):
                if level:
                    table[of][at][level] += part
    for at, levels in enumerate(table[STRANGER]):
        seen = drawn[at] if drawn else Counter()
        # Doubles are among the drawn as well: they are no strangers.
        total = sum(seen.values())
        share = model.pairs[DOUBLE] / _all_pairs(model.contacts) if total else 0.0
        for level in range(1, len(levels)):
            expected = total * share * model.weights[DOUBLE][at][level]
            levels[level] += max(0.0, seen[level] - expected)
    model.weights = [[_normal(levels) for levels in fields] for fields in table]
    model.pairs = [*(max(one, 0.5) for one in pairs[:STRANGER]), _all_pairs(model.contacts)]


def _normal(levels: Sequence[float]) -> list[float]:
    total = sum(levels[1:])
    return [1.0, *(one / total for one in levels[1:])]


def shares_of(model: Model, pattern: Pattern) -> list[float]:
    """How probable each kind is for a pair of this pattern."""
    joint = [
        pairs * math.prod(fields[at][level] for at, level in enumerate(pattern))
        for pairs, fields in zip(model.pairs, model.weights, strict=True)
    ]
    total = sum(joint) or 1.0
    return [one / total for one in joint]


def frequencies(sample: Sequence[Profile]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """How often the commonest values of names and places occur, and how often each of the others."""
    common: dict[str, dict[str, float]] = {}
    rest: dict[str, float] = {}
    for name, values in (
        ("first", [one.first for one in sample if one.first]),
        ("last", [one.last for one in sample if one.last]),
        ("city", [place.city for one in sample for place in one.places[:1] if place.city]),
    ):
        if not values:
            continue
        counted = Counter(values)
        kept = dict(counted.most_common(COMMON))
        total = len(values)
        # One that occurs once in a sample may be rarer still.
        common[name] = {value: round(number / total, 9) for value, number in kept.items() if number > 1}
        others = [number for value, number in counted.items() if value not in common[name]]
        rest[name] = (sum(others) / len(others) / total) if others else 1 / total
    return common, rest
