"""Merging by the API (contract: POST /merges, POST /merges/{id}/undo)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from webapp.accounts import tokens
from webapp.acting import acting, acting_as_system
from webapp.db import db


@pytest.fixture
def api(client, user) -> Callable[..., Any]:
    """Calls as a user of a role: `api("POST", "/merges", {…})`."""
    secrets: dict[str, str] = {}

    def call(method: str, path: str, json: Any = None, *, role: str = "manager", **headers: str) -> Any:
        if role not in secrets:
            with acting(acting_as_system("form")):
                secrets[role] = tokens.create(user(role), "test", "admin")[1]
            db.session.flush()
        headers["Authorization"] = f"Bearer {secrets[role]}"
        return client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

    return call


@pytest.fixture
def two(make) -> tuple[int, int]:
    """A customer with an e-mail, and a supplier with the same one and another."""
    mails = [{"value": "a@x.example"}, {"value": "b@x.example"}]
    customer = make("Kerbrat & Fils", functions=["customer"], emails=mails[:1], tax_number="1")
    supplier = make("Kerbrat", functions=["supplier"], emails=mails, website="https://kerbrat.example")
    return customer.id, supplier.id


STEADY = ("updated_at", "version")


def read(api: Any, contact_id: int) -> dict[str, Any]:
    found = api("GET", f"/contacts/{contact_id}").json
    return {name: value for name, value in found.items() if name not in STEADY}


def test_E1_merge_and_undo_leave_each_contact_as_it_was(api, two) -> None:
    main, other = two
    before = [read(api, one) for one in two]
    made = api("POST", "/merges", {"main": main, "others": [other]})
    assert made.status_code == 201, made.json
    assert made.json["id"] > 0
    assert (made.json["main"], made.json["absorbed"]) == (main, [other])
    assert made.json["moved"]["contact_email"] == 1
    assert made.json["moved"]["contact_function"] == 1
    assert {"table": "contact_email", "how": "united"}.items() <= made.json["collisions"][0].items()
    merged = read(api, main)
    assert merged["functions"] == ["customer", "supplier"]
    assert merged["former_numbers"] == [before[1]["number"]]
    assert [one["value"] for one in merged["emails"]] == ["a@x.example", "b@x.example"]
    undone = api("POST", f"/merges/{made.json['id']}/undo", {})
    assert undone.status_code == 200, undone.json
    assert undone.json == {"id": made.json["id"], "main": main, "absorbed": [other], "converted": []}
    assert [read(api, one) for one in two] == before


def test_E4_an_absorbed_id_leads_to_the_main_contact_and_a_write_to_it_names_that(api, two) -> None:
    main, other = two
    api("POST", "/merges", {"main": main, "others": [other]})
    answer = api("GET", f"/contacts/{other}")
    assert answer.status_code == 307
    assert answer.location.endswith(f"/contacts/{main}")
    assert answer.headers["Cache-Control"] == "no-store"
    for method, path, sent in (
        ("PATCH", f"/contacts/{other}", {"language": "fr"}),
        ("PUT", f"/contacts/{other}/functions/customer", {}),
        ("DELETE", f"/contacts/{other}", None),
        ("POST", "/merges", {"main": main, "others": [other]}),
    ):
        refused = api(method, path, sent)
        assert (refused.status_code, refused.json["merged_into"]) == (409, main), path


def test_E5_a_link_that_met_another_is_neither_shown_nor_holds_anybody_back(api, make) -> None:
    party = make("Firm", functions=["customer"]).id
    persons = [make("Riou", kind="person").id for _each in range(2)]
    links = [api("POST", f"/contacts/{party}/links", {"person_id": one}).json["id"] for one in persons]
    made = api("POST", "/merges", {"main": persons[0], "others": persons[1:]}).json
    shown = api("GET", f"/contacts/{party}/links").json["items"]
    assert [(one["id"], one["person_id"]) for one in shown] == [(links[0], persons[0])]
    assert api("DELETE", f"/links/{links[0]}").status_code == 204
    assert api("DELETE", f"/contacts/{party}?dry_run=true").status_code == 200
    # Once it is taken back the other one's link is there again, and holds the party.
    api("POST", f"/merges/{made['id']}/undo", {})
    assert [one["id"] for one in api("GET", f"/contacts/{party}/links").json["items"]] == links[1:]
    assert api("DELETE", f"/contacts/{party}").json["blockers"][0]["key"] == "contact_persons"


def test_E5_a_link_to_an_absorbed_party_is_not_shown_with_the_person(api, make) -> None:
    parties = [make(name, functions=["customer"]).id for name in ("A", "B")]
    person = make("Riou", kind="person").id
    links = [api("POST", f"/contacts/{one}/links", {"person_id": person}).json["id"] for one in parties]
    api("POST", "/merges", {"main": parties[0], "others": parties[1:]})
    shown = api("GET", f"/contacts/{person}/links").json["items"]
    assert [(one["id"], one["party_id"]) for one in shown] == [(links[0], parties[0])]


def test_D1_a_parent_that_only_an_absorbed_contact_had_is_nobodys_parent(api, make) -> None:
    parents = [make(name).id for name in ("A", "B")]
    firms = [make("Firm", parent_id=one).id for one in parents]
    api("POST", "/merges", {"main": firms[0], "others": firms[1:]})
    held = api("DELETE", f"/contacts/{parents[0]}")
    assert [one["key"] for one in held.json["blockers"]] == ["subsidiaries"]
    assert api("DELETE", f"/contacts/{parents[1]}").status_code == 204


@pytest.mark.parametrize("way", ["body", "address"])
def test_E2_a_dry_run_tells_all_and_changes_nothing(api, two, way: str) -> None:
    main, other = two
    before = [read(api, one) for one in two]
    sent = {"main": main, "others": [other], **({"dry_run": True} if way == "body" else {})}
    answer = api("POST", "/merges" + ("?dry_run=true" if way == "address" else ""), sent)
    assert (answer.status_code, answer.json["id"]) == (200, None)
    assert answer.json["moved"]["contact_email"] == 1
    assert [read(api, one) for one in two] == before


def test_E2_choices_and_a_suggested_main_contact(api, two) -> None:
    main, other = two
    made = api("POST", "/merges", {"others": [other, main], "choices": {"company_name": other, "emails": other}})
    assert made.json["main"] == main
    assert read(api, main)["company_name"] == "Kerbrat"


def test_E6_conflicts_are_named_and_answered(api, two) -> None:
    main, other = two
    made = api("POST", "/merges", {"main": main, "others": [other]}).json
    api("PATCH", f"/contacts/{main}", {"website": "https://later.example"})
    refused = api("POST", f"/merges/{made['id']}/undo", {})
    assert refused.status_code == 409
    assert refused.json["conflicts"] == [{"field": "website", "before": "", "now": "https://later.example"}]
    assert api("POST", f"/merges/{made['id']}/undo", {"choices": {"website": "now"}}).status_code == 200
    assert read(api, main)["website"] == "https://later.example"
    again = api("POST", f"/merges/{made['id']}/undo", {})
    assert again.status_code == 409


def test_A4_the_history_says_merge_and_leads_to_it(api, two) -> None:
    main, other = two
    made = api("POST", "/merges", {"main": main, "others": [other]}).json
    entries = api("GET", f"/history?contact={main}").json["items"]
    assert {(one["way"], one["source"]) for one in entries if one["action"] == "merged"} == {
        ("merge", f"merge:{made['id']}")
    }
    api("POST", f"/merges/{made['id']}/undo", {})
    entry = api("GET", f"/history?contact={other}").json["items"][0]
    assert (entry["action"], entry["way"]) == ("merge_undone", "undo")


def test_E5_what_is_in_the_way_is_named(api, make) -> None:
    party, riou = make("A", functions=["customer"]), make("Riou", kind="person")
    api("POST", f"/contacts/{party.id}/links", {"person_id": riou.id})
    for path in ("/merges", "/merges?dry_run=true"):
        refused = api("POST", path, {"main": party.id, "others": [riou.id]})
        assert refused.status_code == 409
        assert [one["key"] for one in refused.json["blockers"]] == ["contact_person"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"main": 1}, 422),
        ({"main": 1, "others": []}, 422),
        ({"main": 1, "others": [1]}, 422),
        ({"main": "1", "others": [2]}, 422),
        ({"main": 1, "others": [2], "colour": 1}, 422),
        ({"main": 10**15, "others": [10**15 + 1]}, 404),
        ({"main": 1, "others": [2**63]}, 422),
        ({"main": 1, "others": list(range(2, 600))}, 422),
    ],
)
def test_E1_nonsense_is_told_in_words(api, sent: Any, status: int) -> None:
    answer = api("POST", "/merges", sent)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_E2_a_choice_of_a_foreign_contact(api, two, make) -> None:
    main, other = two
    sent = {"main": main, "others": [other], "choices": {"website": make("C").id, "colour": main}}
    refused = api("POST", "/merges", sent)
    assert refused.status_code == 422
    assert {one["pointer"].rpartition("/")[2] for one in refused.json["errors"]} == {"website", "colour"}


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_J1_only_managers_merge_and_take_back(api, two, role: str) -> None:
    main, other = two
    assert api("POST", "/merges", {"main": main, "others": [other]}, role=role).status_code == 403
    made = api("POST", "/merges", {"main": main, "others": [other]}).json
    assert api("POST", f"/merges/{made['id']}/undo", {}, role=role).status_code == 403


def test_E1_the_same_key_merges_once(api, two) -> None:
    main, other = two
    sent = {"main": main, "others": [other]}
    first = api("POST", "/merges", sent, **{"Idempotency-Key": "k1"})
    again = api("POST", "/merges", sent, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
