"""Ids of a long import, kept as bits: the same as a set (spec H3: rows of one file are told apart from others)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.transfer.ids import Ids

SOME = st.lists(st.one_of(st.integers(1, 3000), st.integers(1, 2**63 - 1)))


@given(SOME, SOME)
def test_H3_ids_are_found_again_and_no_others(added: list[int], asked: list[int]) -> None:
    ids = Ids()
    ids.update(added[: len(added) // 2])
    ids.update(added[len(added) // 2 :])
    assert all(one in ids for one in added)
    assert [one in ids for one in asked] == [one in set(added) for one in asked]
