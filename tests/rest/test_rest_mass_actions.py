"""Mass actions by the API: always a job; by ids or by what matches, and never more than was meant (contract)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp import jobs
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.jobs.models import Job


def finished(api, answer) -> dict:
    assert answer.status_code == 202, answer.text
    assert answer.location == f"/api/v1/jobs/{answer.json['id']}"
    assert answer.json["state"] == "queued"
    jobs.work()
    return api.get(f"/jobs/{answer.json['id']}").json


def test_G2_ids_are_converted_by_a_job_and_each_is_told(api, make) -> None:
    caller = api()
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(3)]
    job = finished(caller, caller.post("/mass-actions/convert", {"ids": [*ids, 10**12, ids[0]]}))
    assert {key: job[key] for key in ("state", "total", "done", "skipped", "failed", "way")} == {
        "state": "done", "total": 4, "done": 3, "skipped": 0, "failed": 1, "way": "mass_action",
    }  # fmt: skip
    first = caller.get(f"/jobs/{job['id']}/results").json["items"][0]
    assert (first["contact_id"], first["outcome"]) == (10**12, "failed")
    assert "Not found" in first["reason"]
    assert functions_of(ids) == {one: ["customer"] for one in ids}


def test_G2_a_filter_is_what_the_list_shows_and_its_count_is_checked(api, make) -> None:
    caller = api()
    meant = [make(f"Meant {at}", functions=["prospect"]).id for at in range(60)]
    other = make("Other", functions=["prospect"]).id
    sent = {"filter": {"function": "prospect", "q": "meant"}, "expected": 59, "values": {"tags": ["A", "B"]}}
    refused = caller.post("/mass-actions/tag", sent)
    assert (refused.status_code, refused.json["count"]) == (409, 60)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
    job = finished(caller, caller.post("/mass-actions/tag", {**sent, "expected": 60}))
    assert (job["total"], job["done"]) == (60, 60)
    assert caller.get(f"/contacts/{meant[59]}").json["tags"] == ["A", "B"]
    assert caller.get(f"/contacts/{other}").json["tags"] == []


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({}, None), ({"ids": []}, None), ({"filter": {}}, "#/expected"), ({"ids": ["x"]}, "#/ids/0"),
        ({"ids": [1, -1]}, "#/ids/1"), ({"ids": [0, 1]}, "#/ids/0"), ({"ids": [1, 2, 2**63]}, "#/ids/2"),
        ({"ids": [10**30]}, "#/ids/0"),
        ({"ids": [1], "filter": {}}, "#/filter"), ({"ids": [1], "nonsense": 1}, "#/nonsense"),
        ({"filter": {"nonsense": "x"}, "expected": 1}, "#/filter/nonsense"),
        ({"filter": {"country": "XX"}, "expected": 1}, "#/filter/country"),
        ({"filter": {"q": {"a": 1}}, "expected": 1}, "#/filter/q"),
        ({"filter": {"archived": "perhaps"}, "expected": 1}, "#/filter/archived"),
        ({"ids": [1], "values": {"nonsense": 1, "tags": "x"}}, "#/values/nonsense"),
        ({"ids": [1], "values": {}}, "#/values/tags"),
        ({"ids": [1], "values": {"tags": " , "}}, "#/values/tags"),
        ({"ids": [1], "values": {"tags": {"a": 1}}}, "#/values/tags"),
        ({"ids": [1], "values": {"tags": True}}, "#/values/tags"),
    ],
)  # fmt: skip
def test_G2_what_can_not_be_meant_is_told_by_where_it_stands(api, make, sent, pointer) -> None:
    make()
    answer = api().post("/mass-actions/tag", sent)
    assert answer.status_code == 422, answer.text
    if pointer:
        assert pointer in [one["pointer"] for one in answer.json["errors"]]
    else:
        assert "Nothing chosen is never everything" in answer.json["detail"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_I4_the_same_key_starts_one_job(api, make) -> None:
    caller, sent = api(), {"ids": [make().id]}
    first, second = (
        caller.post("/mass-actions/archive", sent, headers={"Idempotency-Key": "once"}) for _time in range(2)
    )
    assert (first.status_code, second.status_code, first.json["id"]) == (202, 202, second.json["id"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_I4_a_dry_run_starts_nothing(api, make) -> None:
    answer = api().post("/mass-actions/archive?dry_run=true", {"ids": [make().id]})
    assert (answer.status_code, answer.json["id"], answer.json["total"]) == (200, None, 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


@pytest.mark.parametrize(("role", "scope"), [("editor", "admin"), ("manager", "read"), ("reader", "admin")])
def test_J1_scope_and_role_have_both_to_allow_it(api, make, role, scope) -> None:
    assert api(role, scope).post("/mass-actions/archive", {"ids": [make().id]}).status_code == 403


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [("reader", "write", 202), ("reader", "read", 403), ("manager", "read", 403), ("manager", "write", 202)],
)
def test_J1_an_action_that_only_reads_is_a_readers_too_but_not_a_reading_tokens(api, make, role, scope, status) -> None:
    answer = api(role, scope).post(
        "/mass-actions/export", {"ids": [make().id], "values": {"format": "csv", "columns": "all"}}
    )
    assert answer.status_code == status, answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == (1 if status == 202 else 0)


def test_J1_who_may_start_a_job_may_stop_it(api, make) -> None:
    caller = api("reader", "write")
    job = caller.post("/mass-actions/export", {"ids": [make().id], "values": {"format": "csv", "columns": "all"}}).json
    answer = caller.post(f"/jobs/{job['id']}/stop")
    assert (answer.status_code, answer.json.get("state")) == (200, "stopped")


def test_G2_an_unknown_action_is_not_found(api, make) -> None:
    assert api().post("/mass-actions/explode", {"ids": [make().id]}).status_code == 404


def test_G3_a_job_is_taken_back_by_the_api(api, make) -> None:
    caller, contact = api(), make()
    job = finished(caller, caller.post("/mass-actions/archive", {"ids": [contact.id]}))
    undone = finished(caller, caller.post(f"/jobs/{job['id']}/undo"))
    assert (undone["undo_of"], undone["done"]) == (job["id"], 1)
    assert caller.get(f"/contacts/{contact.id}").json["archived"] is False


def test_E1_a_merge_is_no_job_of_each_contact_and_names_its_own_call(api, make) -> None:
    ids = [make("One").id, make("Other").id]
    answer = api().post("/mass-actions/merge", {"ids": ids})
    assert answer.status_code == 409
    assert "use POST /merges" in answer.json["detail"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
    assert api("editor").post("/mass-actions/merge", {"ids": ids}).status_code == 403


def test_A4_the_history_says_whose_a_line_was_before_a_merge(api, make) -> None:
    main, other = make("Main", functions=["customer"]), make("Other")
    caller = api()
    merged = caller.post("/merges", {"main": main.id, "others": [other.id]}).json
    lines = caller.get(f"/history?contact={main.id}").json["items"]
    assert {line["came_from"] for line in lines if line["action"] == "created"} == {None, other.id}
    caller.post(f"/merges/{merged['id']}/undo", {})
    lines = caller.get(f"/history?contact={other.id}").json["items"]
    assert {line["came_from"] for line in lines} == {None}
