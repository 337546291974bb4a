"""Choosing, previewing, doing: what is told before, once however often it is sent, and never more than was meant."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from webapp.contacts import services
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.functions.services import save_fields
from webapp.history.services import of_contact
from webapp.jobs.models import Job, JobItem


def outcomes(job) -> dict[int, tuple[str, str]]:
    rows = db.session.execute(sa.select(JobItem).where(JobItem.job_id == job.id)).scalars()
    return {row.contact_id: (row.outcome, row.reason) for row in rows}


def test_C2_prospects_are_converted_from_the_list_to_the_result(make, steps) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(3)]
    walk = steps()
    page = walk.ask("convert", ids)
    assert '<h1 tabindex="-1">Convert 3 prospects to customers</h1>' in page.text
    assert "#lock" in page.text
    assert "There is no way back" in page.text
    assert [functions_of([one])[one] for one in ids] == [["prospect"]] * 3
    job = walk.job(walk.go_on(page))
    assert (job.state, job.total, job.done, job.skipped, job.failed) == ("done", 3, 3, 0, 0)
    assert functions_of(ids) == {one: ["customer"] for one in ids}
    entry = of_contact(ids[0])[0]
    assert (entry.action, entry.way, entry.source, entry.user_id) == (
        "converted", "mass_action", f"job:{job.id}", job.user_id,
    )  # fmt: skip
    shown = walk.client.get(f"/jobs/{job.id}")
    assert "Convert 3 prospects to customers" in shown.text
    assert 'href="/contacts?q=x"' in shown.text
    assert f"/jobs/{job.id}" in walk.client.get(f"/contacts/{ids[0]}/history").text


def test_C6_the_preview_names_who_is_left_out_and_why_and_the_result_as_well(make, steps, system) -> None:
    good, already, off, plain = (
        make(name, functions=functions)
        for name, functions in {"Good": ["prospect"], "Already": ["customer"], "Off": ["prospect"], "Plain": []}.items()
    )
    save_fields(off.id, "prospect", {"status": "disqualified"})
    walk = steps()
    page = walk.ask("convert", [one.id for one in (good, already, off, plain)] + [10**12])
    assert "Convert 1 prospect to customer</button>" in page.text
    assert '<h1 tabindex="-1">Convert 1 prospect to customer</h1>' in page.text
    for name, text in (
        ("Off", "A disqualified prospect is not converted"),
        ("Already", "It has the function “Customer” already."),
        ("Plain", "It has no function to convert"),
    ):
        assert re.search(rf"<b>1 contact:</b> {text}[^<]*<span class=\"c-muted\"><bdi>{name}</bdi>", page.text), text
    assert "<b>1 contact:</b> Not found" in page.text
    job = walk.job(walk.go_on(page))
    assert {one: what for one, (what, _why) in outcomes(job).items()} == {
        good.id: "done", already.id: "skipped", off.id: "failed", plain.id: "failed", 10**12: "failed",
    }  # fmt: skip
    assert "requalify it first" in outcomes(job)[off.id][1]
    # The job is called as the preview announced it, and the list of jobs does not say that all is well.
    assert '<h1 tabindex="-1">Convert 1 prospect to customer</h1>' in walk.client.get(f"/jobs/{job.id}").text
    listed = walk.client.get("/jobs").text
    assert "Convert 1 prospect to customer</a>" in listed
    assert "c-status--warn" in listed


@pytest.mark.parametrize("announced", ["-1", "0", "4", "x", "99999999999999999999"])
def test_G2_a_job_is_never_called_after_a_number_that_was_made_up(make, steps, announced) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(3)]
    walk = steps()
    address, sent = walk.form(walk.ask("convert", ids))
    job = walk.job(walk.client.submit(address, sent | {"announced": announced}))
    assert "Convert 3 prospects to customers" in walk.client.get(f"/jobs/{job.id}").text


@pytest.mark.parametrize("sent", [{}, {"all": ""}, {"all": "0", "in": "all"}, {"expected": "3"}, {"in": "all"}])
@pytest.mark.parametrize("address", ["/mass-actions", "/mass-actions/run"])
def test_G2_nothing_chosen_is_never_everything(make, steps, sent, address) -> None:
    make(functions=["prospect"])
    answer = steps().client.submit(address, {"action": "convert", "ids": ["", "x", "-1", "0"], **sent})
    assert answer.status_code == 422
    assert "Nothing is chosen: tick the contacts first" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


@pytest.mark.parametrize("place", ["", "nowhere", "customer?sort=nonsense", "prospect?country=XX", "x" * 3000])
def test_G2_all_of_a_list_that_is_not_known_is_nothing(make, steps, place) -> None:
    make(functions=["prospect"])
    answer = steps().client.submit("/mass-actions", {"action": "convert", "all": "1", "in": place})
    assert answer.status_code == 422
    assert "The list these contacts were chosen from is not known" in answer.text


def test_G2_all_that_match_are_exactly_those_beyond_the_page_too(make, steps) -> None:
    meant = [make(f"Meant {at}", functions=["prospect"]).id for at in range(60)]
    others = [make(f"Other {at}", functions=["prospect"]).id for at in range(5)]
    walk = steps()
    place = {"all": "1", "in": "prospect?q=meant", "expected": "60"}
    job = walk.job(walk.go_on(walk.ask("convert", **place)))
    assert (job.total, job.done) == (60, 60)
    assert functions_of(meant) == {one: ["customer"] for one in meant}
    assert functions_of(others) == {one: ["prospect"] for one in others}
    names = [db.session.get_one(services.Contact, one).name for one in outcomes(job)]
    assert names == sorted(names)


def test_G2_all_that_match_many_filters_are_narrowed_by_each_of_them(make, steps) -> None:
    home = [{"purpose": "main", "country": "DE"}]
    meant = make("Meant", functions=["prospect"], tags=["T1"], addresses=home)
    other = make("Other", functions=["prospect"], tags=["T1"])
    many = "".join(f"tag=T{at}&changed={2000 + at}&changed={2020 + at}&" for at in range(10))
    place = f"prospect?{many}{''.join(f'created={2020 + at}&' for at in range(20))}country=DE&country=FR"
    walk = steps()
    job = walk.job(walk.go_on(walk.ask("convert", all="1", **{"in": place, "expected": "1"})))
    assert job.done == 1
    assert functions_of([meant.id, other.id]) == {meant.id: ["customer"], other.id: ["prospect"]}


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("prospect?" + "&" * 8_000 + "country=DE", "has too many filters for this"),
        ("prospect?" + "".join(f"tag=T{at}&" for at in range(21)), "is not known"),
        ("prospect?gone=1", "A filter of the list these contacts were chosen from is not offered any more"),
    ],
)
def test_G2_a_list_that_can_not_be_read_whole_is_refused_whole(make, steps, place, sentence) -> None:
    make(functions=["prospect"])
    for address in ("/mass-actions", "/mass-actions/run"):
        answer = steps().client.submit(address, {"action": "convert", "all": "1", "in": place, "expected": "1"})
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_G2_a_count_that_has_changed_is_asked_about_again(make, steps) -> None:
    for at in range(3):
        make(f"Firm {at}", functions=["prospect"])
    walk = steps()
    page = walk.ask("convert", all="1", **{"in": "prospect", "expected": "3"})
    make("One more", functions=["prospect"])
    again = walk.go_on(page)
    assert again.status_code == 409
    assert "The list has changed meanwhile: it holds 4 contacts now." in again.text
    assert "Convert 4 prospects to customers</button>" in again.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
    assert walk.job(walk.go_on(again)).done == 4


def test_G2_a_list_that_has_changed_before_the_preview_is_told_there(make, steps) -> None:
    for at in range(4):
        make(f"Firm {at}", functions=["prospect"])
    walk = steps()
    told = "The list has changed since: it held 3 then and holds 4 now."
    place = {"all": "1", "in": "prospect"}
    assert told not in walk.ask("convert", **place, expected="4").text
    assert told in walk.ask("convert", **place, expected="3").text
    # What was asked in between forgets nothing; what was told once is known.
    page = walk.go_on(walk.ask("tag", **place, expected="3"), tags="Fair")
    assert told in page.text
    address, sent = walk.form(page)
    assert told not in walk.client.submit("/mass-actions", sent).text
    assert walk.job(walk.client.submit(address, sent)).done == 4


def test_G2_all_without_a_number_is_asked_about_first(make, steps) -> None:
    make(functions=["prospect"])
    walk = steps()
    _address, sent = walk.form(walk.ask("convert", all="1", **{"in": "prospect"}))
    sent.pop("expected")
    assert walk.client.submit("/mass-actions/run", sent).status_code == 409


def test_G3_a_double_click_does_it_once(make, steps) -> None:
    contact = make(functions=["prospect"])
    walk = steps()
    address, sent = walk.form(walk.ask("convert", [contact.id]))
    first, second = (walk.client.submit(address, sent) for _time in range(2))
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_G3_more_than_fit_into_a_request_run_as_a_job(make, steps, monkeypatch) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(201)]
    walk = steps()
    page = walk.ask("convert", ids)
    assert "So many are done by a job" in page.text
    job = walk.job(walk.go_on(page))
    assert (job.state, job.total, job.done) == ("queued", 201, 0)
    assert functions_of(ids) == {one: ["prospect"] for one in ids}


@pytest.mark.parametrize("state", ["archived", "binned", "merged"])
def test_G3_who_is_no_longer_in_the_list_is_never_touched(make, steps, system, state) -> None:
    kept, gone = make("Kept", functions=["prospect"]), make("Gone", functions=["prospect"])
    walk = steps()
    page = walk.ask("convert", [kept.id, gone.id])
    if state == "archived":
        services.archive(gone.id)
    elif state == "binned":
        services.to_bin(gone.id)
    else:
        gone.merged_into_id = kept.id
    job = walk.job(walk.go_on(page))
    assert (job.done, job.failed) == (1, 1)
    assert "Not found" in outcomes(job)[gone.id][1]
    assert functions_of([gone.id]) == {gone.id: ["prospect"]}


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [("editor", "convert", 403), ("reader", "bin", 403), ("reader", "export", 200), ("editor", "tag", 403)],
)
def test_J1_who_may_not_is_refused_before_and_at_the_end(make, steps, role, action, status) -> None:
    contact = make(functions=["prospect"])
    walk = steps(role)
    assert walk.ask(action, [contact.id]).status_code == status
    sent = {"action": action, "ids": [str(contact.id)], "v.format": "csv", "v.columns": "all", "v.tags": "x"}
    answer = walk.client.submit("/mass-actions/run", sent)
    assert answer.status_code == (403 if status == 403 else 303)


def test_G2_an_unknown_action_and_none_have_their_sentence(make, steps) -> None:
    contact = make()
    walk = steps()
    assert walk.ask("explode", [contact.id]).status_code == 404
    none = walk.client.submit("/mass-actions", {"ids": [str(contact.id)]})
    assert (none.status_code, "No action is chosen" in none.text) == (422, True)


def test_G2_where_nothing_would_change_there_is_no_button(make, steps) -> None:
    contact = make(functions=["customer"])
    page = steps().ask("convert", [contact.id])
    assert "There is nothing to do for the chosen contacts." in page.text
    assert '<h1 tabindex="-1">Convert to customer: nothing to do</h1>' in page.text
    assert "It has the function “Customer” already." in page.text
    assert "c-btn--primary" not in page.text.split('action="/mass-actions/run"')[1]


def test_J1_every_preview_has_the_same_number_of_statements(make, steps, statements) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(60)]
    walk = steps()
    numbers = set()
    for chosen in (ids[:2], ids):
        walk.ask("convert", chosen)
        with statements() as seen:
            walk.ask("convert", chosen)
        numbers.add(len(seen))
    assert len(numbers) == 1


def test_G2_the_answers_can_be_changed_before_anything_is_done(make, steps) -> None:
    contact = make(functions=["prospect"])
    walk = steps()
    address, sent = walk.form(walk.go_on(walk.ask("tag", [contact.id]), tags="Fair"))
    page = walk.client.submit(address, {**sent, "change": "1"})
    assert (page.status_code, 'value="Fair"' in page.text) == (200, True)
    assert "Nothing is changed yet." in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_G2_however_many_reasons_there_are_the_preview_stays_short(make, steps, system) -> None:
    from webapp.contacts.links import create

    ids = []
    for at in range(25):
        firm, person = make(f"Firm {at}", functions=["customer"]), make(f"Anna {at}", kind="person")
        create(firm.id, person.id, {})
        ids.append(person.id)
    page = steps().ask("bin", ids)
    assert page.text.count("First remove the link to Firm") == 20
    assert "<b>5 contacts:</b> other reasons" in page.text
