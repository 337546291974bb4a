"""Merging all pairs from a score on, and the settings of possible doubles (spec E8, G3, J4)."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from pairing import TYPED, form_of, listed, search

from webapp.acting import Act, acting
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.jobs import run_here
from webapp.jobs.models import Job


def merged() -> dict[int, int]:
    """Which contacts were merged into which."""
    db.session.expire_all()
    query = sa.select(Contact.id, Contact.merged_into_id).where(Contact.merged_into_id.is_not(None))
    return dict(db.session.execute(query).all())


def figures(page: Any) -> list[int]:
    """Groups, pairs, contacts merged into others, groups left out."""
    return [int(one) for one in re.findall(r'<span class="c-stat__v">(\d+)</span>', page.text)]


def run(location: str) -> Job:
    """The job at an address, run to its end."""
    found = re.fullmatch(r"/jobs/(\d+)", location)
    assert found, location
    job = db.session.get_one(Job, int(found[1]))
    with acting(Act(user_id=job.user_id, role="manager", way="job")):
        run_here(job)
    db.session.expire_all()
    return job


class TestBulk:
    """A preview, the confirmation of what it told, a job, and its undo."""

    def test_E8_the_preview_says_what_is_kept_and_the_job_is_taken_back_as_a_whole(self, enter, make, twins) -> None:
        client = enter("manager")
        customer = make("Sägewerk Öl", functions=["customer"], **TYPED)
        copies = [make("Sägewerk Öl", **TYPED).id for _copy in range(2)]
        twins(2)
        search(client)
        page = client.get("/duplicates/bulk")
        assert page.status_code == 200
        assert "Merge all from 99 on" in page.text
        assert figures(page) == [3, 5, 4, 0]
        row = next(one for one in page.text.split("<tr>") if f"/contacts/{customer.id}" in one)
        assert row.index(f"/contacts/{customer.id}") < row.index("</th>") < row.index(f"/contacts/{copies[0]}")
        assert merged() == {}
        job = run(client.submit(*form_of(page, "bulk-merge")).location)
        assert (job.total, job.done, job.failed) == (3, 3, 0)
        assert {merged()[one] for one in copies} == {customer.id}
        assert len(merged()) == 4
        assert listed(client.get("/duplicates")) == []
        run(client.submit(f"/jobs/{job.id}/undo").location)
        assert merged() == {}
        assert len(listed(client.get("/duplicates"))) == 5

    def test_E8_a_chain_of_which_some_two_are_no_pair_is_left_out_and_said(self, enter, make, twins) -> None:
        client = enter("manager")
        group = [make("Sägewerk Öl", **TYPED).id for _copy in range(3)]
        twins(1)
        search(client)
        pairs = listed(client.get(f"/duplicates?contact={group[0]}"))
        client.submit(f"/duplicates/{pairs[0]}/decide", {"to": "apart"})
        page = client.get("/duplicates/bulk")
        assert figures(page) == [1, 1, 1, 1]
        assert "Left out, and why" in page.text
        left = page.text[page.text.index('id="left"') : page.text.index('id="bulk-merge"')]
        assert left.count("Sägewerk Öl") == 3
        job = run(client.submit(*form_of(page, "bulk-merge")).location)
        assert job.total == 1
        assert not set(group) & set(merged())

    def test_E8_what_has_changed_since_the_preview_is_asked_about_again(self, enter, twins) -> None:
        client = enter("manager")
        twins(2)
        search(client)
        sent = form_of(client.get("/duplicates/bulk"), "bulk-merge")
        client.submit(f"/duplicates/{listed(client.get('/duplicates'))[0]}/decide", {"to": "later"})
        page = client.submit(*sent)
        assert page.status_code == 409
        assert "The pairs have changed since you looked" in page.text
        assert figures(page) == [1, 1, 1, 0]
        assert merged() == {}
        run(client.submit(*form_of(page, "bulk-merge")).location)
        assert len(merged()) == 1

    def test_G3_the_form_is_sent_once(self, enter, twins) -> None:
        client = enter("manager")
        twins(1)
        search(client)
        sent = form_of(client.get("/duplicates/bulk"), "bulk-merge")
        first = client.submit(*sent).location
        assert client.submit(*sent).location == first

    @pytest.mark.parametrize("score", ["", "x", "19", "101", "²", "9" * 30])
    def test_E8_a_score_that_is_none_is_refused_with_the_usual_preview(self, enter, score: str) -> None:
        client = enter("manager")
        page = client.get("/duplicates/bulk", query_string={"score": score})
        assert page.status_code == 422
        assert "Choose a score between 20 and 100." in page.text
        assert "Merge all from 99 on" in page.text
        assert client.submit("/duplicates/bulk", {"score": score}).status_code == 422

    def test_J1_only_managers_merge_in_bulk(self, enter) -> None:
        editor = enter("editor")
        assert editor.get("/duplicates/bulk").status_code == 403
        assert editor.submit("/duplicates/bulk", {"score": "99"}).status_code == 403
        assert "/duplicates/bulk" not in editor.get("/duplicates").text

    def test_rule_7_the_preview_costs_the_same_for_2_and_50_groups(self, enter, twins, statements) -> None:
        client = enter("manager")
        sizes = []
        for number, start in ((2, 0), (48, 2)):
            twins(number, start=start)
            search(client)
            client.get("/duplicates/bulk")
            with statements() as seen:
                page = client.get("/duplicates/bulk")
            sizes.append((figures(page)[0], len(seen)))
        assert [groups for groups, _number in sizes] == [2, 50]
        assert sizes[0][1] == sizes[1][1]


class TestSettings:
    """From which score on pairs are shown."""

    def test_E8_a_higher_threshold_acts_at_once_and_is_noted(self, enter, make, twins) -> None:
        client = enter("administrator")
        twins(1)
        make("Fjord Yachting", phones=[{"value": "+33 2 11 22 33 44"}])
        make("Fjord Yachtings", addresses=[{"city": "Bergen", "country": "NO"}])
        search(client)
        form = client.get("/settings/duplicates")
        assert "Balanced, from 60 on" in form.text
        page = client.submit(*settings_form(form, preset="own", threshold="100", bulk="97"), follow_redirects=True)
        assert "Saved. The list of pairs follows at once." in page.text
        assert "Show pairs from this score on" in page.text[page.text.index('id="last-changes"') :]
        assert listed(client.get("/duplicates")) == []
        assert "Merge all from 97 on" in client.get("/duplicates/bulk").text
        client.submit(*settings_form(client.get("/settings/duplicates"), preset="90", threshold="100", bulk="97"))
        assert len(listed(client.get("/duplicates"))) == 1

    def test_E8_the_page_says_how_many_pairs_each_choice_shows(self, enter, twins) -> None:
        client = enter("administrator")
        assert "0 pairs to review now" in client.get("/settings/duplicates").text
        twins(3)
        search(client)
        page = client.get("/settings/duplicates").text
        assert page.count("3 pairs to review now") >= 3

    @pytest.mark.parametrize("typed", ["", "19", "101", "x"])
    def test_E8_a_score_that_is_none_comes_back_with_what_is_wrong(self, enter, typed: str) -> None:
        client = enter("administrator")
        page = client.submit(
            *settings_form(client.get("/settings/duplicates"), preset="own", threshold=typed, bulk="99")
        )
        assert page.status_code == 422
        assert 'href="#f-threshold"' in page.text
        assert f'name="threshold" min="20" max="100" value="{typed}" aria-invalid="true"' in page.text

    def test_A5_two_administrators_get_both_versions(self, enter) -> None:
        one, other = enter("administrator"), enter("administrator")
        first, second = (client.get("/settings/duplicates") for client in (one, other))
        assert one.submit(*settings_form(first, preset="90", threshold="60", bulk="99")).status_code == 303
        page = other.submit(*settings_form(second, preset="30", threshold="60", bulk="98"))
        assert page.status_code == 409
        assert "Show pairs from this score on" in page.text

    def test_J1_only_administrators_change_them(self, enter) -> None:
        manager = enter("manager")
        assert manager.get("/settings/duplicates").status_code == 403
        assert manager.submit("/settings/duplicates", {"preset": "90"}).status_code == 403


def settings_form(page: Any, **typed: str) -> tuple[str, dict[str, str]]:
    """The form of the settings, filled in."""
    sent = {name: re.search(rf'name="{name}" value="([^"]*)"', page.text) for name in ("version", "base")}
    return "/settings/duplicates", {name: html.unescape(one[1]) for name, one in sent.items() if one} | typed
