"""Many groups merged by a job, and taken back by one (spec E8, G3)."""

from __future__ import annotations

import pytest
from bases import company, person, row_of
from snapshots import differences, snapshot

from plugins.merge import groups
from webapp.contacts import links
from webapp.contacts.queries import load
from webapp.errors import Invalid
from webapp.jobs import run_here
from webapp.jobs.services import undo
from webapp.ports import Merging
from webapp.registry import registry

pytestmark = pytest.mark.usefixtures("system")


def test_E8_each_group_becomes_one_and_one_that_is_refused_leaves_the_others_alone() -> None:
    party, riou = company("Party", ["customer"]), person("Élodie", "Riou")
    links.create(party, riou, {})
    pairs = [[company(f"Firm {at}", ["customer"]), company(f"Firm {at} SA", ["supplier"])] for at in range(5)]
    before = snapshot()
    job = registry().service(Merging).start([*pairs[:2], [party, riou], *pairs[2:]])
    run_here(job)
    assert (job.done, job.failed) == (5, 1)
    assert all(load(other).merged_into_id == main for main, other in pairs)
    told = [row["reason"] for row in row_of("job_item", job_id=job.id, outcome="failed")]
    assert told == ["These contacts can't be merged yet: resolve what is listed first."]
    back = undo(job.id)
    run_here(back)
    assert (back.done, back.failed) == (5, 0)
    assert differences(before, snapshot()) == {}


def test_E8_no_group_and_a_group_of_one_are_told() -> None:
    for wrong in ([], [[company("A")]]):
        with pytest.raises(Invalid):
            groups.start(wrong)
