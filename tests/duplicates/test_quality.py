"""Precision and recall without training, at the default threshold, on made-up bases (spec E8)."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pytest

from bench.disturbed import base

MANY = 2_500


@pytest.mark.parametrize("kind", ["person", "company"])
def test_E8_precision_and_recall(kind: str, app, bring, search) -> None:
    written = base(kind, MANY, seed=7)
    ids = bring(one.values for one in written)
    entities = defaultdict(list)
    for contact_id, one in zip(ids, written, strict=True):
        entities[one.entity].append(contact_id)
    truth = {pair for same in entities.values() for pair in combinations(sorted(same), 2)}
    found = set(search())
    right = len(found & truth)
    assert right / len(found) >= 0.98
    assert right / len(truth) >= 0.94


def test_E8_small_bases_are_judged_by_the_shipped_weights(app, bring, search) -> None:
    written = base("person", 120, seed=3)
    ids = bring(one.values for one in written)
    entities = dict(zip(ids, (one.entity for one in written), strict=True))
    truth = sum(entities[a] == entities[b] for a, b in combinations(ids, 2))
    right = [entities[a] == entities[b] for a, b in search()]
    assert sum(right) >= 0.94 * truth
    assert sum(right) >= 0.95 * len(right)
