"""A form that creates a contact creates one, however often and however fast it is sent."""

from __future__ import annotations

import datetime as dt
import re
import threading
from pathlib import Path

import sqlalchemy as sa

from webapp import schema, testing
from webapp.contacts.models import Contact
from webapp.db import db, now, transaction
from webapp.registry import registry
from webapp.sentforms import KEPT, SentForm, take

FIRM = {"present_kind": "company", "company_name": "Twice & Co"}


def named(name: str = "Twice & Co") -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact).where(Contact.company_name == name)) or 0


def test_the_form_carries_a_key_of_its_own(sign_in) -> None:
    client = sign_in()
    keys = {re.search(r'name="form_key" value="([\w-]{22})"', client.get("/contacts/new").text)[1] for _ in range(2)}
    assert len(keys) == 2


def test_the_same_form_sent_again_leads_to_the_same_contact(sign_in) -> None:
    client = sign_in()
    first = client.submit("/contacts/new", {**FIRM, "form_key": "k" * 22})
    again = client.submit("/contacts/new", {**FIRM, "form_key": "k" * 22})
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert named() == 1


def test_another_content_is_another_contact(sign_in) -> None:
    client = sign_in()
    client.submit("/contacts/new", {**FIRM, "form_key": "k" * 22})
    answer = client.submit("/contacts/new", {**FIRM, "company_name": "Once Ltd", "form_key": "k" * 22})
    assert answer.status_code == 303
    assert named("Once Ltd") == 1


def test_a_form_that_was_wrong_can_be_sent_again(sign_in) -> None:
    client = sign_in()
    wrong = {**FIRM, "function": "nonsense", "form_key": "k" * 22}
    assert client.submit("/contacts/new", wrong).status_code == 409
    assert client.submit("/contacts/new", wrong).status_code == 409
    assert named() == 0


def test_a_form_without_a_key_and_that_of_another_user_are_new(sign_in) -> None:
    for _time in range(2):
        sign_in().submit("/contacts/new", {**FIRM, "form_key": "k" * 22})
    assert named() == 2
    client = sign_in()
    for _time in range(2):
        client.submit("/contacts/new", FIRM)
    assert named() == 4


def test_sent_forms_are_forgotten(sign_in) -> None:
    client = sign_in()
    client.submit("/contacts/new", {**FIRM, "form_key": "k" * 22})
    db.session.execute(sa.update(SentForm).values(at=now() - KEPT - dt.timedelta(minutes=1)))
    client.submit("/contacts/new", {**FIRM, "form_key": "l" * 22})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SentForm)) == 1


def test_one_who_sends_it_at_the_same_moment_waits_for_the_first(database, tmp_path: Path) -> None:
    with testing.new_database(database, tmp_path) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), tmp_path)
        with app.app_context():
            schema.upgrade(db.engine, registry())
        taken, found = threading.Event(), []

        def second() -> None:
            taken.wait(20)
            with app.app_context(), transaction():
                found.append(take([("form_key", "k" * 22)]).address)

        other = threading.Thread(target=second)
        other.start()
        with app.app_context():
            with transaction():
                first = take([("form_key", "k" * 22)])
                db.session.flush()
                taken.set()
                other.join(0.5)
                assert found == []
                first.address = "/contacts/7"
            other.join(20)
            db.engine.dispose()
        assert found == ["/contacts/7"]
