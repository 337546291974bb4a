"""What goes wrong is told as a page or a toast, with what is safe and one way on; nothing typed is lost."""

from __future__ import annotations

import json
import logging
import re
import secrets
import socket
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Blueprint, abort

from webapp import schema, testing
from webapp.db import db
from webapp.discovery import Found
from webapp.plugin import Plugin
from webapp.registry import registry
from webapp.security import public

OWN = {"Sec-Fetch-Site": "same-origin"}
HTMX = {**OWN, "HX-Request": "true"}
SECRET = "Zacharias Zwölfender"

breaks = Blueprint("breaks", __name__)


@breaks.route("/breaks", methods=["GET", "POST"])
def break_() -> str:
    raise RuntimeError("a mistake of ours")


@breaks.route("/breaks/<int:status>", methods=["GET", "POST"])
@public
def refuse(status: int) -> str:
    abort(status)


BREAKS = Plugin(name="breaks", label="Breaks", version="1", blueprints=(breaks,))
BROKEN = Found(
    plugins=(*testing.shipped().plugins, BREAKS),
    folders={**testing.shipped().folders, "breaks": Path(__file__).parent},
)


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=BROKEN)


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>([^<]*)</h1>", page)
    return unescape(found[1]) if found else ""


def toast(answer) -> str:
    return json.loads(answer.headers["HX-Trigger"])["carnet-toast"]["message"]


def reference(text: str) -> str:
    found = re.search(r"Reference: ([0-9a-f]{8})", text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("status", [400, 404, 405, 413, 429])
def test_a_refusal_says_its_title_its_text_and_one_way_on(sign_in, status: int) -> None:
    answer = sign_in().get(f"/breaks/{status}")
    assert answer.status_code == status
    assert heading(answer.text)
    assert f"<title>{heading(answer.text)}" in unescape(answer.text)
    assert len(re.findall("<h1", answer.text)) == 1
    assert answer.text.count("c-btn--primary") == 1
    assert ("Retry-After" in answer.headers) == (status == 429)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429])
def test_for_htmx_it_is_a_toast_and_the_page_stays(sign_in, status: int) -> None:
    answer = sign_in().get(f"/breaks/{status}", headers=HTMX)
    assert (answer.status_code, answer.text) == (status, "")
    assert toast(answer)
    assert answer.headers["HX-Reswap"] == "none"


def test_J1_a_refused_right_names_the_role_that_has_it_and_who_gives_it(sign_in, user) -> None:
    boss = user("administrator")
    boss.name = "Maud Quillien"
    text = sign_in("reader").get("/contacts/new").text
    assert "This needs the role “editor”; yours is “reader”." in text
    assert "Maud Quillien" in text


def test_a_page_that_is_not_there_offers_the_search(sign_in) -> None:
    text = sign_in("manager").get("/nowhere").text
    assert 'role="search"' in text
    assert "/contacts/bin" in text
    assert "/contacts/bin" not in sign_in("reader").get("/nowhere").text


def test_one_comes_back_to_the_page_of_ours_that_one_came_from(sign_in) -> None:
    client = sign_in()
    for came_from, is_offered in (
        ("http://localhost/customers?q=a", True),
        ("https://evil.example/customers?q=a", False),
        ("http://localhost//evil.example", False),
        ("javascript:alert(1)", False),
    ):
        text = client.get("/breaks/400", headers={"Referer": came_from}).text
        assert ('href="/customers?q=a"' in text) == is_offered
        assert "evil" not in text
        assert "javascript" not in text


class TestMistake:
    """A mistake of ours: 500."""

    def test_it_has_a_reference_that_stands_in_the_log_and_nothing_of_the_cause(self, sign_in, caplog) -> None:
        answer = sign_in().get("/breaks")
        assert answer.status_code == 500
        assert "a mistake of ours" not in answer.text
        assert "Traceback" not in answer.text
        assert reference(answer.text) in caplog.text
        assert "a mistake of ours" in caplog.text

    def test_what_was_typed_can_be_sent_again(self, sign_in) -> None:
        text = sign_in().submit("/breaks", {"company_name": SECRET, "password": "x"}, headers=OWN).text
        assert f'name="company_name" value="{SECRET}"' in text
        assert 'name="password"' not in text
        assert 'action="/breaks' in text

    def test_htmx_gets_a_toast_with_the_reference(self, sign_in, caplog) -> None:
        answer = sign_in().get("/breaks", headers=HTMX)
        assert (answer.status_code, answer.text) == (500, "")
        assert reference(toast(answer)) in caplog.text

    @pytest.mark.parametrize(("locale", "title"), [("fr", "fr"), ("de", "de")])
    def test_it_speaks_the_users_language(self, sign_in, locale: str, title: str) -> None:
        answer = sign_in("editor", locale=locale).get("/breaks", headers={"Accept-Language": "en"})
        assert f'<html lang="{locale}"' in answer.text
        assert "Reference:" not in answer.text


class TestNoDatabase:
    """The database can't be had, or is another version's: 503, without a traceback, without asking who is there."""

    @pytest.fixture
    def alone(self, tmp_path: Path, database: str) -> Iterator[testing.Client]:
        """A browser whose server has no database at all, with the cookie of an earlier session."""
        if database == "sqlite":
            url = f"sqlite:///{tmp_path}/nowhere/carnet.db"
        else:
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                url = f"postgresql+psycopg://127.0.0.1:{one.getsockname()[1]}/carnet"
        app = testing.create(url, testing.PluginSet(found=BROKEN), tmp_path)
        yield signed_in(app)
        dispose(app)

    @pytest.mark.parametrize("address", ["/", "/contacts", "/nowhere", "/login", "/contacts/1/edit"])
    def test_every_page_says_so(self, alone, address: str, caplog) -> None:
        answer = alone.get(address)
        assert answer.status_code == 503
        assert heading(answer.text) == "Carnet is out of reach for a moment"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Traceback" not in answer.text
        assert reference(answer.text) in caplog.text

    def test_health_stays_as_it_is(self, alone) -> None:
        probe = alone.application.test_client()
        assert probe.get("/healthz").status_code == 200
        assert (probe.get("/readyz").status_code, probe.get("/readyz").json) == (503, {"status": "not ready"})

    def test_what_was_typed_can_be_sent_again(self, alone) -> None:
        answer = alone.submit("/contacts/new", {"company_name": SECRET}, headers=OWN)
        assert answer.status_code == 503
        assert f'name="company_name" value="{SECRET}"' in answer.text

    def test_htmx_gets_a_toast(self, alone) -> None:
        answer = alone.get("/contacts", headers=HTMX)
        assert (answer.status_code, answer.text) == (503, "")
        assert "Nothing was saved" in toast(answer)

    @pytest.mark.parametrize("locale", ["fr", "de", "en"])
    def test_the_language_is_known_without_the_database(self, alone, locale: str) -> None:
        for way in ("browser", "cookie"):
            if way == "cookie":
                alone.set_cookie("carnet-locale", locale)
            accepted = locale if way == "browser" else "es"
            assert f'<html lang="{locale}"' in alone.get("/contacts", headers={"Accept-Language": accepted}).text

    def test_nothing_typed_stands_in_the_log(self, alone, caplog) -> None:
        caplog.set_level(logging.DEBUG)
        alone.submit("/contacts/new", {"company_name": SECRET}, headers=OWN)
        alone.get(f"/contacts?q={SECRET}")
        assert SECRET not in caplog.text


def signed_in(app) -> testing.Client:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = secrets.token_hex(32)
    return client


def dispose(app) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def own(database: str, applications, tmp_path: Path) -> Iterator:
    """An application on a database of its own, still empty."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=BROKEN), tmp_path)
        yield app
        dispose(app)


def test_a_schema_of_another_version_is_told(own) -> None:
    for client, address in ((own.test_client(), "/"), (signed_in(own), "/contacts")):
        answer = client.get(address)
        assert answer.status_code == 503
        assert heading(answer.text) == "Carnet is being updated"
        assert "Retry-After" in answer.headers


def test_a_database_that_is_locked_for_too_long_is_told(own, database: str) -> None:
    with own.app_context():
        schema.upgrade(db.engine, registry())
        limit(db.engine, database)
        with db.engine.connect() as other:
            other.execute(sa.text("LOCK TABLE user_account" if database == "postgresql" else "SELECT 1"))
            answer = signed_in(own).submit("/contacts/new", {"company_name": SECRET}, headers=OWN)
    assert answer.status_code == 503
    assert heading(answer.text) == "Carnet is out of reach for a moment"
    assert f'value="{SECRET}"' in answer.text


def limit(engine: sa.Engine, database: str) -> None:
    """From now on its connections wait for a moment only."""
    short = "SET statement_timeout = 100" if database == "postgresql" else "PRAGMA busy_timeout = 100"

    @sa.event.listens_for(engine, "connect")
    def _(connection, _record) -> None:
        connection.execute(short)
        connection.commit()

    engine.dispose()


def test_a_bug_in_a_statement_is_no_other_version(own, caplog) -> None:
    with own.app_context():
        schema.upgrade(db.engine, registry())
    with own.app_context():
        own.view_functions["breaks.refuse"] = public(lambda status: db.session.execute(sa.text("SELECT no_such")))
    try:
        answer = own.test_client().get("/breaks/400")
    finally:
        own.view_functions["breaks.refuse"] = refuse
    assert answer.status_code == 500
