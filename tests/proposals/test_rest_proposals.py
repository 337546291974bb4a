"""Proposals by the API (contract: `/proposals`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugins.merge import services as merging
from webapp.accounts import tokens
from webapp.acting import acting, acting_as_system
from webapp.db import db


@pytest.fixture
def api(client, user) -> Callable[..., Any]:
    """Calls as a user of a role: `api("POST", "/proposals", {…})`."""
    secrets: dict[str, str] = {}

    def call(method: str, path: str, json: Any = None, *, role: str = "manager", **headers: str) -> Any:
        if role not in secrets:
            with acting(acting_as_system("form")):
                secrets[role] = tokens.create(user(role), "test", "admin")[1]
            db.session.flush()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.open(
            f"/api/v1{path}", method=method, json=json, headers={**sent, "Authorization": f"Bearer {secrets[role]}"}
        )

    return call


LINES = [
    {"description": "Audit", "quantity": "2", "unit_price": "450.00", "vat_rate": "20"},
    {"description": "Travel", "quantity": 1.5, "unit": "km", "unit_price": 33.33, "discount": 10, "vat_rate": "5.5"},
]


def test_C1_a_proposal_is_made_read_changed_sent_and_accepted(api, make) -> None:
    contact_id = make("Firm", functions=["prospect"]).id
    made = api("POST", "/proposals", {"contact_id": contact_id, "title": "Audit", "lines": LINES})
    assert made.status_code == 201, made.json
    one = made.json
    assert made.headers["Location"].endswith(f"/proposals/{one['id']}")
    assert (one["number"], one["state"], one["currency"], one["version"]) == ("P-10001", "draft", "EUR", 1)
    assert [line["net"] for line in one["lines"]] == ["900.00", "45.00"]
    assert [line["quantity"] for line in one["lines"]] == ["2.000", "1.500"]
    assert (one["net"], one["tax"], one["gross"]) == ("945.00", "182.48", "1127.48")
    assert one["vat"] == [
        {"rate": "20.00", "base": "900.00", "tax": "180.00"}, {"rate": "5.50", "base": "45.00", "tax": "2.48"},
    ]  # fmt: skip
    path = f"/proposals/{one['id']}"
    changed = api("PATCH", path, {"title": "Better", "version": 1})
    assert (changed.json["title"], changed.json["lines"]) == ("Better", one["lines"])
    stale = api("PATCH", path, {"title": "Worse"}, If_Match='"1"')
    assert (stale.status_code, stale.json["current"], stale.json["version"]) == (409, changed.json["version"], 1)
    assert stale.json["proposal"]["title"] == "Better"
    sent = api("POST", f"{path}/send", {})
    assert sent.status_code == 200, sent.json
    assert sent.json["state"] == "sent"
    assert sent.json["link"].startswith("http")
    assert api("PATCH", path, {"title": "Worse"}).status_code == 409
    rehearsed = api("POST", f"{path}/accept?dry_run=true", {})
    assert (rehearsed.status_code, rehearsed.json["changed"]) == (200, True)
    assert api("GET", f"/contacts/{contact_id}").json["functions"] == ["prospect"]
    accepted = api("POST", f"{path}/accept", {"name": "Ada"}, role="editor")
    assert (accepted.status_code, accepted.json["changed"], accepted.json["note"]) == (200, True, None)
    assert (accepted.json["answer"]["way"], accepted.json["answer"]["name"]) == ("api", "Ada")
    again = api("POST", f"{path}/accept", {})
    assert (again.status_code, again.json["changed"]) == (200, False)
    assert api("GET", f"/contacts/{contact_id}").json["functions"] == ["customer"]
    history = api("GET", f"/history?contact={contact_id}").json["items"]
    (converted,) = [entry for entry in history if entry["action"] == "converted"]
    assert (converted["way"], converted["source"]) == ("proposal", f"proposal:{one['id']}")


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"title": "x"}, "#/contact_id"),
        ({"contact_id": 999_999, "title": "x"}, "#/contact_id"),
        ({"contact_id": 1, "title": "x", "colour": "red"}, "#/colour"),
        ({"contact_id": 1, "title": "x", "lines": [{"description": "x", "quantity": "1"}]}, "#/lines/0/unit_price"),
        ({"contact_id": 1, "title": "x", "lines": [{**LINES[0], "colour": 1}]}, "#/lines/0/colour"),
        ({"contact_id": 1, "title": "x", "lines": [{**LINES[0], "quantity": "1.0001"}]}, "#/lines/0/quantity"),
        ({"contact_id": 1, "title": "x", "lines": [{**LINES[0], "quantity": True}]}, "#/lines/0/quantity"),
        ({"contact_id": 1, "title": "x", "lines": [{**LINES[0], "unit_price": "1.001"}]}, "#/lines/0/unit_price"),
        ({"contact_id": 1, "title": "x", "lines": [{**LINES[0], "unit_price": 1e300}]}, "#/lines/0/unit_price"),
        ({"contact_id": 1, "title": "x", "currency": "XXX"}, "#/currency"),
        ({"contact_id": 1, "title": "x", "valid_until": "2026-02-30"}, "#/valid_until"),
        ({"contact_id": 1, "title": "x", "valid_until": "9999-12-31"}, "#/valid_until"),
        ({"contact_id": 1, "title": "x", "responsible": 999_999}, "#/responsible"),
        ({"contact_id": 1, "title": "x", "lines": [LINES[0]] * 201}, "#/lines"),
    ],
)
def test_I4_what_is_wrong_is_named_by_its_place(api, make, sent, pointer) -> None:
    contact = make()
    answer = api("POST", "/proposals", {**sent, **({"contact_id": contact.id} if sent.get("contact_id") == 1 else {})})
    assert answer.status_code == 422, answer.json
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert "characters" not in answer.text


def test_I4_dry_runs_and_keys_make_one_proposal_or_none(api, make) -> None:
    contact = make()
    sent = {"contact_id": contact.id, "title": "Audit", "lines": LINES}
    rehearsed = api("POST", "/proposals?dry_run=true", sent)
    assert (rehearsed.status_code, rehearsed.json["id"], rehearsed.json["gross"]) == (200, None, "1127.48")
    made = [api("POST", "/proposals", sent, Idempotency_Key="once").json["id"] for _time in range(2)]
    assert made[0] == made[1]
    assert len(api("GET", f"/contacts/{contact.id}/proposals").json["items"]) == 1
    deleted = api("DELETE", f"/proposals/{made[0]}?dry_run=true")
    assert (deleted.status_code, deleted.json["id"]) == (200, made[0])
    assert api("DELETE", f"/proposals/{made[0]}").status_code == 204
    assert api("GET", f"/proposals/{made[0]}").status_code == 404


def test_I4_lists_are_paged_filtered_and_cost_the_same(api, make, offer, statements) -> None:
    contacts = [make(f"Firm {at}") for at in range(7)]
    made = [offer(one, title=f"Number {at}").id for at, one in enumerate(contacts)]
    seen, cursor = [], ""
    while True:
        page = api("GET", f"/proposals?limit=3&sort=created&cursor={cursor}").json
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == made
    assert [one["id"] for one in api("GET", "/proposals?q=firm 3").json["items"]] == [made[3]]
    assert [one["id"] for one in api("GET", f"/proposals?contact={contacts[2].id}&state=open").json["items"]] == [
        made[2]
    ]
    for wrong in ("sort=colour", "state=lost", "cursor=x", "limit=500", "colour=red"):
        assert api("GET", f"/proposals?{wrong}").status_code == 422, wrong
    sizes = []
    for limit in (1, 7):
        with statements() as texts:
            api("GET", f"/proposals?limit={limit}")
        sizes.append(len(texts))
    assert sizes[0] == sizes[1]


def test_E4_the_proposals_of_a_merged_contact_are_the_main_ones(api, make, offer) -> None:
    main, other = make("Kept", functions=["supplier"]), make("Gone", functions=["prospect"])
    one, main_id, other_id = offer(other), main.id, other.id
    proposal_id = one.id
    merging.merge([main.id, other.id], main.id)
    assert api("GET", f"/contacts/{other_id}/proposals").status_code == 307
    assert [one["id"] for one in api("GET", f"/contacts/{main_id}/proposals").json["items"]] == [proposal_id]
    accepted = api("POST", f"/proposals/{proposal_id}/accept", {})
    assert (accepted.json["contact_id"], accepted.json["changed"]) == (main_id, True)
    assert api("GET", f"/contacts/{main_id}").json["functions"] == ["customer", "supplier"]


def test_J1_readers_may_not_propose(api, make, offer) -> None:
    one = offer()
    assert api("POST", "/proposals", {"contact_id": one.contact_id, "title": "x"}, role="reader").status_code == 403
    assert api("POST", f"/proposals/{one.id}/accept", {}, role="reader").status_code == 403
    assert api("GET", f"/proposals/{one.id}", role="reader").status_code == 200
