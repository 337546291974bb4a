"""First run, sign-in and sign-out (spec J1)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest

from webapp import testing
from webapp.accounts.models import User
from webapp.accounts.services import burn_first_run_code, create_user, first_run_code
from webapp.db import db
from webapp.errors import Invalid, Refused


@pytest.fixture
def code(app):
    folder = app.config["CARNET"].data_dir
    burn_first_run_code(folder)
    yield first_run_code(folder)
    burn_first_run_code(folder)


ADMINISTRATOR = {"name": "Ann", "email": "Ann@Firm.example", "password": testing.PASSWORD}


def test_J1_the_first_run_makes_the_administrator_once(client, code) -> None:
    assert client.get("/").headers["Location"] == "/first-run"
    assert client.get("/first-run").status_code == 200
    answer = client.submit("/first-run", {"code": code, **ADMINISTRATOR})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contacts")
    assert client.get("/contacts").status_code == 200
    user = db.session.query(User).one()
    assert (user.email, user.role, user.data_protection) == ("ann@firm.example", "administrator", True)
    assert client.get("/first-run").status_code == 404
    assert client.submit("/first-run", {"code": code, **ADMINISTRATOR}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"code": "0000-0000-0000"}, {"code": ""}, {"email": "nobody"}, {"password": "short"}, {"name": "x" * 121}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_J1_a_wrong_first_run_makes_nobody(client, code, wrong) -> None:
    answer = client.submit("/first-run", {"code": code, **ADMINISTRATOR, **wrong})
    assert answer.status_code == 422
    assert db.session.query(User).count() == 0
    assert testing.PASSWORD not in answer.text


def test_J1_the_code_cannot_be_guessed_by_trying(client, code) -> None:
    for _try in range(20):
        assert client.submit("/first-run", {"code": "0000-0000-0000", **ADMINISTRATOR}).status_code == 422
    answer = client.submit("/first-run", {"code": code, **ADMINISTRATOR})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "15")
    assert db.session.query(User).count() == 0


def enter(client, email: str, password: str = testing.PASSWORD, **more: str):
    return client.submit("/login", {"email": email, "password": password, **more})


def test_J1_sign_in_and_out(client, user) -> None:
    who = user("editor")
    assert client.get("/login").status_code == 200
    answer = enter(client, who.email)
    assert answer.status_code in (302, 303)
    assert client.get("/contacts").status_code == 200
    assert client.submit("/logout").status_code in (302, 303)
    assert client.get("/contacts").status_code == 302


def test_J1_a_wrong_password_and_an_unknown_user_look_the_same(client, user) -> None:
    who = user("editor")
    wrong, unknown = enter(client, who.email, "not the password"), enter(client, "nobody@firm.example")
    assert wrong.status_code == unknown.status_code
    assert wrong.text.replace(who.email, "") == unknown.text.replace("nobody@firm.example", "") or (
        len(wrong.text) == len(unknown.text) + len(who.email) - len("nobody@firm.example")
    )
    assert client.get("/contacts").status_code == 302


def test_J1_a_user_who_is_switched_off_cannot_sign_in_nor_go_on(client, user) -> None:
    who = user("editor")
    enter(client, who.email)
    assert client.get("/contacts").status_code == 200
    who.active = False
    assert client.get("/contacts").status_code == 302
    enter(client, who.email)
    assert client.get("/contacts").status_code == 302


def test_sign_in_leads_back_but_never_elsewhere(client, user) -> None:
    who = user("editor")
    assert client.get("/prospects?q=x").headers["Location"] == "/login?next=/prospects?q%3Dx"
    for place in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = client.submit(f"/login?next={place}", {"email": who.email, "password": testing.PASSWORD})
        preferred = client.submit("/preferences", {"next": place, "theme": "dark"})
        for location in (answer.headers.get("Location", "/"), preferred.headers["Location"]):
            # What a browser makes of it: a backslash counts as a slash.
            there = urlsplit(urljoin("http://carnet.example", location.replace("\\", "/")))
            assert (there.scheme, there.netloc) == ("http", "carnet.example"), place
        client.submit("/logout")


def test_preferences_are_the_users_own(sign_in) -> None:
    client = sign_in("reader", locale="fr")
    assert '<html lang="fr"' in client.get("/contacts").text
    client.submit("/preferences", {"locale": "de", "theme": "dark", "next": "/contacts"})
    page = client.get("/contacts").text
    assert '<html lang="de"' in page
    assert 'data-theme="dark"' in page
    client.submit("/preferences", {"locale": "xx", "theme": "plaid"})
    assert '<html lang="de"' in client.get("/contacts").text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "passwordpassword"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"role": "king"}, "role"),
        ({"name": "x" * 121}, "name"),
    ],
)
def test_J1_bad_values_of_a_user_are_named(system, values, field) -> None:
    good = {"email": "ann@firm.example", "password": testing.PASSWORD, "role": "editor"}
    with pytest.raises(Invalid) as error:
        create_user(**{**good, **values})
    assert list(error.value.errors) == [field]


def test_J1_an_address_signs_in_one_user_alone(system) -> None:
    create_user("ann@firm.example", None, "reader")
    with pytest.raises(Refused):
        create_user("Ann@Firm.example", None, "reader")


def test_a_foreign_next_address_is_dropped_from_the_form(client) -> None:
    for foreign in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert 'action="/login"' in client.get("/login", query_string={"next": foreign}).text
    assert 'action="/login?next=/contacts"' in client.get("/login", query_string={"next": "/contacts"}).text
