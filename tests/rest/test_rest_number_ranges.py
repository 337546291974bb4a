"""Number ranges by the API: read, changed, switched, refused (contract: `/number-ranges`)."""

from __future__ import annotations

import pytest


def test_F1_ranges_are_listed(api, make) -> None:
    make(functions=["customer"])
    found = {one["key"]: one for one in api("administrator").get("/number-ranges").json["items"]}
    assert set(found) == {"common", "prospect", "customer", "supplier", "debtor", "creditor", "proposals"}
    common = found["common"]
    assert (common["next"], common["given"], common["free"]) == ("10002", 1, 89_998)
    assert sorted(common["functions"]) == ["customer", "prospect", "supplier"]
    assert found["supplier"]["switches"] == {"own": False}
    assert found["debtor"]["is_on"] is False


def test_F1_a_range_is_changed_and_gives_numbers_of_its_new_form(api) -> None:
    call = api("administrator")
    answer = call.patch("/number-ranges/common", {"prefix": "K-", "next": 7, "length": 3})
    assert (answer.status_code, answer.json["next"]) == (200, "K-007")
    made = call.post("/contacts", {"kind": "company", "company_name": "Dupont", "functions": ["customer"]})
    assert made.json["number"] == "K-007"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"step": 0}, "step"),
        ({"step": -1}, "step"),
        ({"prefix": "x" * 200}, "prefix"),
        ({"prefix": "{yyy}"}, "prefix"),
        ({"length": 3}, "length"),
        ({"length": 0}, "length"),
        ({"next": 10_001}, "next"),
        ({"next": "10500"}, "next"),
        ({"restart": "year"}, "restart"),
        ({"restart": "week"}, "restart"),
        ({"valid_from": "2026-12-31", "valid_to": "2026-01-01"}, "valid_to"),
        ({"valid_from": "31.12."}, "valid_from"),
        ({"id": 10**30, "next": 20_000}, "id"),
        ({"version": -(10**30), "next": 20_000}, "version"),
        ({"own": True}, "own"),
        ({"sufix": ""}, "sufix"),
    ],
)
def test_F1_what_can_not_work_is_refused_by_field(api, make, sent, field) -> None:
    make(functions=["customer"])
    answer = api("administrator").patch("/number-ranges/common", sent)
    assert answer.status_code == 422
    assert field in str(answer.json["errors"])


def test_F3_the_smallest_possible_is_named(api, make) -> None:
    make(functions=["customer"])
    answer = api("administrator").patch("/number-ranges/common", {"next": 10_001})
    assert "10002" in str(answer.json["errors"])


def test_F2_suppliers_get_a_range_of_their_own(api) -> None:
    call = api("administrator")
    answer = call.patch("/number-ranges/supplier", {"own": True, "prefix": "L", "next": 70_001})
    assert (answer.json["is_on"], answer.json["next"]) == (True, "L70001")
    made = call.post("/contacts", {"kind": "company", "company_name": "Dupont", "functions": ["customer", "supplier"]})
    assert made.json["numbers"] == {"customer": "10001", "supplier": "L70001"}


def test_A5_an_old_version_is_refused_with_the_present_one(api) -> None:
    call = api("administrator")
    version = call.get("/number-ranges").json["items"][0]["values"][0]["version"]
    assert call.patch("/number-ranges/common", {"prefix": "A", "version": version}).status_code == 200
    answer = call.patch("/number-ranges/common", {"prefix": "B", "version": version})
    assert (answer.status_code, answer.json["current"], answer.json["version"]) == (409, version + 1, version)
    assert call.patch("/number-ranges/common", {"version": version}).status_code == 409
    assert call.patch("/number-ranges/common", {"id": 999}).status_code == 404
    assert call.get("/number-ranges").json["items"][0]["values"][0]["prefix"] == "A"


def test_J1_only_administrators_set_ranges(api) -> None:
    for role in ("reader", "editor", "manager"):
        assert api(role).get("/number-ranges").status_code == 403
        assert api(role).patch("/number-ranges/common", {"step": 2}).status_code == 403


def test_F1_an_unknown_range_is_missing(api) -> None:
    assert api("administrator").patch("/number-ranges/nothing", {"step": 2}).status_code == 404


def test_I4_a_dry_run_changes_nothing(api) -> None:
    call = api("administrator")
    assert call.patch("/number-ranges/common?dry_run=true", {"prefix": "K"}).json["next"] == "K10001"
    assert call.get("/number-ranges").json["items"][0]["next"] == "10001"
