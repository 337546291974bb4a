"""The door of the API: tokens and scopes, bodies that can't be read, problems, languages (spec I4, J1)."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import sqlalchemy as sa

from webapp import testing
from webapp.accounts import tokens
from webapp.accounts.models import ApiToken
from webapp.acting import RIGHTS, ROLES, acting, acting_as_system
from webapp.contacts.models import Contact
from webapp.db import db, now
from webapp.discovery import discover

COMPANY = {"kind": "company", "company_name": "New"}


def test_J1_without_a_token_nobody_comes_in_not_even_with_a_cookie(client, sign_in, make) -> None:
    make("Secret")
    for caller in (client, sign_in("administrator")):
        for method, path in (
            ("GET", "/contacts"),
            ("POST", "/contacts"),
            ("OPTIONS", "/contacts"),
            ("GET", "/history"),
        ):
            answer = caller.open(f"/api/v1{path}", method=method, json=COMPANY if method == "POST" else None)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.mimetype == "application/problem+json"
            assert "Secret" not in answer.text


@pytest.mark.parametrize("header", ["Bearer", "Bearer carnet_wrong", "Basic eDp5", "Bearer \xff", "carnet_x", ""])
def test_J1_a_wrong_token_is_401(client, header) -> None:
    answer = client.get("/api/v1/contacts", headers={"Authorization": header})
    assert answer.status_code == 401


def test_J1_an_ended_token_and_a_switched_off_user_come_in_no_more(api) -> None:
    caller = api("editor")
    assert caller.get("/contacts").status_code == 200
    caller.user.active = False
    assert caller.get("/contacts").status_code == 401
    caller.user.active = True
    assert caller.get("/contacts").status_code == 200
    with acting(acting_as_system("form")):
        tokens.end(db.session.scalars(sa.select(ApiToken.id)).one())
    assert caller.get("/contacts").status_code == 401


ALLOWED = {
    "contacts.read": lambda role, scope: True,
    "contacts.edit": lambda role, scope: role != "reader" and scope != "read",
    "contacts.manage": lambda role, scope: role in ("manager", "administrator") and scope != "read",
    "settings": lambda role, scope: role == "administrator" and scope == "admin",
}


@pytest.mark.parametrize("scope", tokens.SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_J1_a_token_may_do_what_scope_and_role_both_allow(api, make, role, scope) -> None:
    assert ALLOWED.keys() == RIGHTS.keys()
    caller = api(role, scope)
    with acting(tokens.allowed(caller.user, scope)) as who:
        assert {name: who.may(name) for name in RIGHTS} == {name: rule(role, scope) for name, rule in ALLOWED.items()}
    contact = make("Firm")
    calls = {
        "contacts.read": caller.get(f"/contacts/{contact.id}"),
        "contacts.edit": caller.patch(f"/contacts/{contact.id}", {"description": "x"}),
        "settings": caller.delete(f"/contacts/{contact.id}?override=links&dry_run=true"),
        "contacts.manage": caller.delete(f"/contacts/{contact.id}"),
    }
    assert {name: answer.status_code != 403 for name, answer in calls.items()} == {
        name: rule(role, scope) for name, rule in ALLOWED.items()
    }


@pytest.mark.parametrize("scope", tokens.SCOPES)
def test_J1_the_data_protection_permission_comes_with_the_scope_admin_alone(user, scope) -> None:
    who = tokens.allowed(user("editor", data_protection=True), scope)
    assert who.may("privacy") is (scope == "admin")


def test_J1_that_a_token_was_used_is_noted_once_a_minute(api) -> None:
    caller = api("reader")
    token = db.session.scalars(sa.select(ApiToken)).one()
    for before, is_noted in ((None, True), (now() - dt.timedelta(seconds=30), False),
                             (now() - dt.timedelta(minutes=2), True)):  # fmt: skip
        token.used_at = before
        db.session.flush()
        assert caller.get("/contacts").status_code == 200
        db.session.refresh(token)
        assert (token.used_at != before) is is_noted


NEEDED = {
    "/contacts": COMPANY,
    "/contacts/<int:id>/links": {"person_id": 1},
    "/merges": {"main": 1, "others": [2]},
    "/contacts/<int:id>/anonymise": {"reason": "Asked for", "confirm": "1"},
    "/proposals": {"contact_id": 1, "title": "Audit"},
    "/embed/launch": {"view": "card"},
    "/contacts/<int:id>/notes": {"text": "Call again"},
    "/imports": {"file_name": "list.csv", "content": "TmFtZTtFLU1haWwKQTthQGIuYwo="},
    "/embed/token": {"view": "card"},
}
"""What calls want to be told before they ask who calls."""


def test_I4_no_call_writes_without_the_right_and_reading_answers_everybody(app, api, make) -> None:
    """Walks all routes of the API as a reader: a call that changes something is refused before anything else."""
    contact = make("Firm", functions=["prospect"])
    caller = api("reader")
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/"):
            continue
        address = rule.rule.removeprefix("/api/v1").replace("<int:id>", str(contact.id))
        address = address.replace("<function>", "prospect").replace("<action>", "archive").replace("<key>", "common")
        address = re.sub(r"<int:\w+>", "1", address)
        assert "<" not in address, rule
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            body = NEEDED.get(rule.rule.removeprefix("/api/v1")) if method == "POST" else None
            answer = caller(method, address, body)
            walked += 1
            # A reader stops their own export: another's job, and one that is not there, is not found.
            # A portal shows its secret, not a user's token.
            refused = (404,) if address.endswith("/stop") else (401,) if "/embed/" in address else (403,)
            # What is set is for those who set it, and what is imported for those who import.
            is_read = method == "GET" and not address.startswith(("/number-ranges", "/imports"))
            assert answer.status_code in ((200, 404, 422) if is_read else refused), (method, address)
    assert walked >= 12


UNREADABLE = {
    "no JSON": (b"{", 400),
    "half a text": (b'{"kind": "', 400),
    "no UTF-8": (b'{"kind": "\xff"}', 400),
    "UTF-16": ('{"kind": "person"}'.encode("utf-16"), 400),
    "NaN": (b'{"kind": NaN}', 400),
    "Infinity": (b'{"kind": -Infinity}', 400),
    "nested": (b"[" * 100_000, 400),
    "a number of 5,000 figures": (b'{"kind": ' + b"9" * 5000 + b"}", 400),
    "a list": (b"[]", 422),
    "a text": (b'"person"', 422),
    "null": (b"null", 422),
    "nothing": (b"", 422),
    "a large number": (b'{"kind": "person", "parent_id": 1' + b"0" * 4000 + b"}", 422),
    "an infinite number": (b'{"kind": "person", "parent_id": 1e999}', 422),
    "deep, but JSON": (b'{"kind": "person", "fields": ' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"}", 422),
    "too large": (b'{"description": "' + b"x" * 3_000_000 + b'"}', 413),
}


@pytest.mark.parametrize(("raw", "status"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_I4_a_body_that_can_not_be_read_is_a_problem_and_changes_nothing(api, raw, status) -> None:
    answer = api("editor")("POST", "/contacts", data=raw, content_type="application/json")
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json.keys()
    assert answer.json["status"] == status
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\u202eevil", "x" * 100])
def test_I4_strange_text_is_stored_clean_and_never_an_error_of_ours(api, text) -> None:
    sent = json.dumps({"kind": "company", "company_name": f"N{text}", "tags": [text], text: text})
    refused = api("editor")("POST", "/contacts", data=sent, content_type="application/json")
    assert refused.status_code == 422
    sent = json.dumps({"kind": "company", "company_name": f"N{text}", "tags": [f"t{text}"[:60]]})
    made = api("editor")("POST", "/contacts", data=sent, content_type="application/json")
    assert made.status_code == 201
    assert "\x00" not in made.json["company_name"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_I4_another_media_type_is_415(api, kind) -> None:
    answer = api("editor")("POST", "/contacts", data=b'{"kind": "person"}', content_type=kind)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404), ("GET", "/contacts/0", 404), ("GET", "/contacts/999", 404),
        ("GET", f"/contacts/{10**30}", 404), ("GET", "/contacts/-1", 404), ("GET", "/contacts/x", 404),
        ("PATCH", "/links/999", 404), ("PUT", "/contacts", 405), ("TRACE", "/contacts", 405),
        ("GET", "/history", 422), ("GET", "/history?contact=999", 404),
    ],
)  # fmt: skip
def test_I4_every_error_is_a_problem(api, method, path, status) -> None:
    answer = api("administrator")(method, path, {} if method in ("PATCH", "PUT") else None)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_I4_a_mistake_of_ours_is_a_problem_with_a_reference(api, app, monkeypatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret of ours")

    monkeypatch.setitem(app.view_functions, "rest_contacts.index", broken)
    answer = api("reader").get("/contacts")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret of ours" not in answer.text
    assert len(answer.json["reference"]) == 8


@pytest.mark.parametrize(
    ("wanted", "own", "spoken"),
    [("fr", "", "fr"), ("de-AT, en;q=0.5", "fr", "de"), (None, "de", "de"), (None, "", "en"), ("it", "fr", "fr")],
)
def test_I4_what_is_said_is_in_the_language_that_was_asked_for(api, wanted, own, spoken) -> None:
    headers = {"Accept-Language": wanted} if wanted else {}
    answer = api("reader", locale=own).get("/contacts/999", headers=headers)
    assert answer.headers["Content-Language"] == spoken
    assert answer.json["detail"] == {
        "en": "There is no such contact.",
        "fr": "Ce contact n’existe pas.",
        "de": "Diesen Kontakt gibt es nicht.",
    }[spoken]  # fmt: skip


def test_I4_a_decimal_string_is_the_same_in_every_language(api, make, system) -> None:
    contact = make("Firm", functions=["customer"])
    body = {"credit_limit": "1000.5", "discount": "2.125"}
    caller = api("editor")
    for language in ("en", "fr", "de"):
        headers = {"Accept-Language": language}
        address = f"/contacts/{contact.id}/functions/customer"
        refused = caller.put(address, body, headers=headers)
        assert refused.json["errors"][0]["pointer"] == "#/discount"
        told = caller.put(address, {"credit_limit": "1000.500", "discount": "2.120"}, headers=headers).json
        assert told["fields"]["customer"]["credit_limit"] == "1000.50"
        assert told["fields"]["customer"]["discount"] == "2.12"


class TestOff:
    """Switched off, the API leaves no trace."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        names = tuple(plugin.name for plugin in testing.shipped().plugins if plugin.name != "rest")
        return testing.PluginSet(found=discover(), wanted=names)

    def test_I1_no_address_of_it_answers(self, sign_in) -> None:
        client = sign_in("administrator")
        for address in ("/api/v1/contacts", "/api/v1/openapi.json", "/account/tokens"):
            answer = client.get(address)
            assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "/account/tokens" not in client.get("/contacts").text
