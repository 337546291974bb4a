"""Dry runs, and requests that come twice (spec I4)."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from webapp import schema, testing
from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.contacts import links
from webapp.contacts.models import Contact
from webapp.db import db, now, transaction
from webapp.registry import registry

COMPANY = {"kind": "company", "company_name": "Once", "emails": [{"value": "a@b.example"}], "functions": ["customer"]}


def number_of_contacts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0


@pytest.mark.parametrize("where", ["address", "body"])
def test_I4_a_dry_run_answers_as_if_done_and_changes_nothing(api, make, system, where) -> None:
    party, person = make("Firm", functions=["prospect"]), make("Anna", kind="person")
    link = links.create(party.id, make("Otto", kind="person").id, {})
    caller = api("administrator")
    dry = {"dry_run": True} if where == "body" else {}
    suffix = "?dry_run=true" if where == "address" else ""

    def state() -> list[object]:
        tables = ("contact", "contact_email", "contact_function", "contact_link", "contact_number", "history_entry")
        return [db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).all() for table in tables]

    before = state()
    path = f"/contacts/{party.id}"
    calls = [
        ("POST", "/contacts", COMPANY, "company_name", "Once"),
        ("PATCH", path, {"company_name": "Other"}, "company_name", "Other"),
        ("PUT", f"{path}/functions/supplier", {"number": "7"}, "functions", ["prospect", "supplier"]),
        ("POST", f"{path}/convert", {}, "functions", ["customer"]),
        ("POST", f"{path}/links", {"person_id": person.id, "role": "Boss"}, "role", "Boss"),
        ("PATCH", f"/links/{link.id}", {"role": "Clerk"}, "role", "Clerk"),
    ]
    for method, address, body, name, value in calls:
        answer = caller(method, address + suffix, {**body, **dry})
        assert answer.status_code == 200, (method, address, answer.text)
        assert answer.json[name] == value
    for address in (f"/links/{link.id}", f"{path}/functions/prospect", f"/contacts/{person.id}"):
        answer = caller.delete(f"{address}?dry_run=true")
        assert answer.status_code == 200, (address, answer.text)
    assert state() == before
    made = caller.post(f"/contacts{suffix}", {**COMPANY, **dry}).json
    assert made["id"] is None
    assert made["emails"][0]["id"] is None


def test_I4_a_dry_run_refuses_what_would_be_refused(api, make, system) -> None:
    party, person = make("Firm", functions=["customer"]), make("Anna", kind="person")
    links.create(party.id, person.id, {})
    caller = api("manager")
    assert caller.delete(f"/contacts/{person.id}?dry_run=true").status_code == 409
    assert caller.post("/contacts?dry_run=true", {"kind": "company"}).status_code == 422
    assert caller.post("/contacts?dry_run=perhaps", COMPANY).status_code == 422
    assert api("reader").post("/contacts?dry_run=true", COMPANY).status_code == 403


def test_I4_the_same_key_and_request_again_is_answered_as_before(api) -> None:
    caller = api("editor")
    headers = {"Idempotency-Key": "one"}
    first = caller.post("/contacts", COMPANY, headers=headers)
    caller.patch(f"/contacts/{first.json['id']}", {"company_name": "Changed since"})
    again = caller.post("/contacts", COMPANY, headers=headers)
    assert (again.status_code, again.json, again.headers["Location"]) == (201, first.json, first.headers["Location"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert number_of_contacts() == 1
    other = caller.post("/contacts", {**COMPANY, "company_name": "Other"}, headers=headers)
    assert other.status_code == 422
    elsewhere = caller.post(f"/contacts/{first.json['id']}/convert", {}, headers=headers)
    assert elsewhere.status_code == 422
    assert api("editor").post("/contacts", COMPANY, headers=headers).status_code == 201
    assert caller.post("/contacts", COMPANY, headers={"Idempotency-Key": "two"}).status_code == 201
    assert number_of_contacts() == 3


def test_J1_an_answer_is_told_again_to_no_token_that_may_do_less(api, make) -> None:
    first = api("manager", scope="write")
    headers = {"Idempotency-Key": "one"}
    account = {"bank_accounts": [{"holder": "Once", "iban": "FR1420041010050500013M02606"}]}
    made = first.post("/contacts", {**COMPANY, **account}, headers=headers)
    assert made.json["bank_accounts"], made.text
    again = {}
    with acting(acting_as_system("form")):
        for scope in ("read", "write", "admin"):
            secret = tokens.create(first.user, scope, scope)[1]
            other = replace(first, secret=secret)
            again[scope] = other.post("/contacts", {**COMPANY, **account}, headers=headers)
            if scope == "read":
                assert other.post("/contacts", {**COMPANY, "company_name": "X"}, headers=headers).status_code == 403
    assert again["read"].status_code == 403
    assert "2606" not in again["read"].text
    for scope in ("write", "admin"):
        assert (again[scope].status_code, again[scope].json) == (201, made.json)
    first.user.role = "reader"
    db.session.flush()
    assert first.post("/contacts", {**COMPANY, **account}, headers=headers).status_code == 403
    assert number_of_contacts() == 1


def test_J1_an_answer_of_a_user_with_the_data_protection_permission_is_theirs(api) -> None:
    caller = api("administrator", data_protection=True)
    headers = {"Idempotency-Key": "one"}
    for permitted, status in ((True, 201), (False, 403), (True, 201)):
        caller.user.data_protection = permitted
        db.session.flush()
        assert caller.post("/contacts", COMPANY, headers=headers).status_code == status


def test_D5_a_kept_answer_is_readable_by_its_key_alone(api, app, monkeypatch) -> None:
    caller = api("editor")
    headers = {"Idempotency-Key": "one"}
    assert caller.post("/contacts", COMPANY, headers=headers).status_code == 201
    kept = str(db.session.execute(sa.text("SELECT * FROM rest_keyed_request")).all())
    assert not any(word in kept for word in ("Once", "a@b.example", "/api/v1", '"one"', "'one'"))
    monkeypatch.setitem(app.config, "SECRET_KEY", "another, and long enough to be one")
    lost = caller.post("/contacts", COMPANY, headers=headers)
    assert (lost.status_code, number_of_contacts()) == (409, 1)
    assert "Once" not in lost.text


def test_I4_a_key_whose_request_failed_or_was_a_dry_run_is_free(api) -> None:
    caller = api("editor")
    headers = {"Idempotency-Key": "one"}
    assert caller.post("/contacts", {"kind": "company"}, headers=headers).status_code == 422
    assert caller.post("/contacts?dry_run=true", COMPANY, headers=headers).status_code == 200
    assert caller.post("/contacts", COMPANY, headers=headers).status_code == 201


def test_I4_a_key_is_kept_for_a_day(api) -> None:
    caller = api("editor")
    headers = {"Idempotency-Key": "one"}
    for hours, number in ((0, 1), (23, 1), (25, 2)):
        db.session.execute(
            sa.text("UPDATE rest_keyed_request SET at = :at").bindparams(
                sa.bindparam("at", now() - dt.timedelta(hours=hours), type_=sa.DateTime(timezone=True))
            )
        )
        assert caller.post("/contacts", COMPANY, headers=headers).status_code == 201
        assert number_of_contacts() == number


def test_I4_a_key_that_is_too_long_is_refused(api) -> None:
    answer = api("editor").post("/contacts", COMPANY, headers={"Idempotency-Key": "x" * 201})
    assert answer.status_code == 422


def test_I4_many_threads_with_one_key_create_one_contact(applications, database) -> None:
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            with transaction():
                user = User(email="a@b.example", role="editor", active=True, fs_uniquifier="x" * 64)
                db.session.add(user)
                db.session.flush()
                secret = tokens.create(user, "race", "write")[1]
            db.session.remove()
        start = threading.Barrier(8)

        def send(number: int) -> tuple[int, int, str]:
            headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"key {number % 2}"}
            start.wait(30)
            answer = app.test_client().post("/api/v1/contacts", json=COMPANY, headers=headers)
            return number % 2, answer.status_code, answer.json.get("id")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(8)))
        assert {status for _key, status, _id in answers} == {201}, answers
        assert len({(key, made) for key, _status, made in answers}) == 2
        with app.app_context():
            assert number_of_contacts() == 2
            db.session.remove()
            db.engine.dispose()
