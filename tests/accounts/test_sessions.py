"""Sessions that end when they should, copied cookies included (spec J1, ASVS 7.2 to 7.5)."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import session
from signing_in import enter, is_in, pass_time

from webapp import create_app, testing
from webapp.accounts import sessions, signing
from webapp.accounts.models import UserSession
from webapp.config import read
from webapp.db import db, now


@pytest.fixture
def browser(app):
    """Opens another browser."""
    return app.test_client


def copy_of(client, other):
    """Another browser with the same cookie."""
    cookie = client.get_cookie("carnet")
    other.set_cookie("carnet", cookie.value)
    return other


@pytest.fixture
def signed_in(client, user, browser):
    """A signed-in user, their browser, and a thief who copied its cookie."""
    who = user("editor")
    enter(client, who.email)
    thief = copy_of(client, browser())
    assert is_in(client)
    assert is_in(thief)
    return who, client, thief


def test_J1_signing_out_ends_the_copied_cookie_too(signed_in) -> None:
    _who, client, thief = signed_in
    answer = client.submit("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(client)
    assert not is_in(thief)


def test_J1_a_new_password_ends_all_other_sessions(signed_in) -> None:
    who, client, thief = signed_in
    elsewhere = thief.application.test_client()
    enter(elsewhere, who.email)
    sent = {"present": testing.PASSWORD, "wanted": "seven yellow submarines"}
    assert client.submit("/account/password", sent).status_code == 303
    assert is_in(client)
    assert not is_in(elsewhere)


def test_J1_switching_a_user_off_ends_their_sessions(signed_in) -> None:
    who, client, thief = signed_in
    who.active = False
    assert not is_in(client)
    assert not is_in(thief)


def test_J1_ending_all_sessions_of_a_user_signs_every_browser_out(signed_in, browser) -> None:
    who, client, thief = signed_in
    elsewhere = browser()
    enter(elsewhere, who.email)
    assert sessions.end_all(who.id) == 2
    assert [is_in(one) for one in (client, thief, elsewhere)] == [False, False, False]


def test_J1_a_session_ends_after_half_an_hour_without_a_request(signed_in) -> None:
    _who, client, _thief = signed_in
    pass_time(minutes=29)
    assert is_in(client)
    pass_time(minutes=29)
    assert is_in(client), "the request before was noted"
    pass_time(minutes=31)
    assert not is_in(client)


def test_J1_a_session_ends_after_twelve_hours_in_any_case(signed_in) -> None:
    _who, client, _thief = signed_in
    for _half_hour in range(25):
        pass_time(minutes=28)
        assert is_in(client)
    pass_time(minutes=21)
    assert not is_in(client)


def test_J1_who_stays_signed_in_does_so_for_two_weeks_and_a_month_at_most(client, user) -> None:
    enter(client, user("editor").email, remember="y")
    cookie = client.get_cookie("carnet")
    assert cookie.expires is not None
    pass_time(days=13)
    assert is_in(client)
    pass_time(days=13)
    assert is_in(client)
    pass_time(days=5)
    assert not is_in(client)


def test_J1_staying_signed_in_ends_after_two_weeks_without_a_request(client, user) -> None:
    enter(client, user("editor").email, remember="y")
    pass_time(days=15)
    assert not is_in(client)


def test_J1_without_that_the_cookie_ends_with_the_browser(client, user) -> None:
    enter(client, user("editor").email)
    assert client.get_cookie("carnet").expires is None


def test_J1_signing_in_gives_a_new_key_and_a_new_csrf_token(client, user) -> None:
    with client.session_transaction() as session:
        session[signing.KEY], session["csrf_token"], session["left"] = "chosen by somebody else", "theirs", "theirs"
    enter(client, user("editor").email)
    with client.session_transaction() as session:
        assert session[signing.KEY] != "chosen by somebody else"
        assert session.get("csrf_token") != "theirs"
        assert "left" not in session
    assert is_in(client)


def test_J1_each_sign_in_has_a_key_of_its_own_and_the_base_keeps_none(client, user, browser) -> None:
    who = user("editor")
    keys = set()
    for one in (client, browser()):
        enter(one, who.email)
        with one.session_transaction() as session:
            keys.add(session[signing.KEY])
    assert len(keys) == 2
    stored = {column for row in db.session.execute(sa.select(UserSession.__table__)) for column in row}
    assert not keys & stored


@pytest.mark.parametrize("key", ["", "x", "\x00", "é" * 500, 7, None])
def test_J1_a_key_that_nobody_was_given_signs_nobody_in(client, user, key) -> None:
    user("editor")
    with client.session_transaction() as session:
        session[signing.KEY] = key
    assert not is_in(client)


def test_J1_a_users_number_or_old_name_is_no_key(client, user) -> None:
    who = user("editor")
    for guess in (who.id, str(who.id), who.fs_uniquifier, who.email):
        with client.session_transaction() as session:
            session[signing.KEY] = guess
        assert not is_in(client), guess


def test_J1_seeing_a_page_asks_one_statement_for_user_and_session(sign_in, statements) -> None:
    client = sign_in("reader")
    with statements() as seen:
        assert client.get("/account").status_code == 200
    asked = [text for text in seen.texts if "user_session" in text]
    # One that lets in, one for the list on that page.
    assert len(asked) == 2
    assert not [text for text in seen.texts if text.startswith(("UPDATE", "INSERT", "DELETE"))]


def test_J1_a_browser_is_noted_once_a_minute(client, user, statements) -> None:
    enter(client, user("reader").email)

    def written() -> int:
        with statements() as seen:
            assert is_in(client)
        return len([text for text in seen.texts if text.startswith("UPDATE user_session")])

    assert written() == 0
    pass_time(seconds=61)
    assert [written(), written()] == [1, 0]
    noted = db.session.scalars(sa.select(UserSession.seen_at)).one()
    assert now() - noted < dt.timedelta(seconds=60)


def test_J1_a_session_that_ended_is_not_noted_as_seen(client, user) -> None:
    enter(client, user("reader").email)
    pass_time(minutes=5)
    row = db.session.scalars(sa.select(UserSession)).one()
    sessions.end(row.id)
    sessions.seen(row.id)
    db.session.refresh(row)
    assert now() - row.seen_at > dt.timedelta(minutes=4)


def test_J1_what_ended_long_ago_is_forgotten(client, user) -> None:
    who = user("reader")
    enter(client, who.email)
    pass_time(days=31)
    enter(client, who.email)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 1
    assert len(sessions.of_user(who.id)) == 1


@pytest.mark.parametrize(("base_url", "name"), [("https://crm.firm.example", "__Host-carnet"), ("", "carnet")])
def test_J1_the_cookie_is_the_browsers_alone(base_url, name, tmp_path) -> None:
    app = create_app(read({"CARNET_DATA_DIR": str(tmp_path), "CARNET_BASE_URL": base_url}), found=testing.shipped())
    with app.test_request_context("/", base_url=base_url or None):
        session[signing.KEY] = "a key"
        answer = app.process_response(app.make_response("done"))
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    said = {part.strip() for part in cookie.split(";")[1:]}
    assert said == {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if base_url else set())
