"""One's own account: profile, address, sessions (spec J1, ASVS 7.5)."""

from __future__ import annotations

import pytest
from signing_in import enter, is_in

from webapp import testing
from webapp.accounts import sessions
from webapp.accounts.agents import in_words
from webapp.db import db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def me(client, user):
    """A signed-in editor."""
    who = user("editor")
    enter(client, who.email)
    return who


def test_J1_users_set_their_name_language_appearance_and_density(client, me) -> None:
    sent = {"name": " Ada Lovelace ", "locale": "de", "theme": "dark", "density": "comfortable"}
    assert client.submit("/account/profile", sent).status_code == 303
    page = client.get("/account").text
    assert '<html lang="de" data-theme="dark" data-density="comfortable">' in page
    assert 'value="Ada Lovelace"' in page
    client.submit("/account/profile", {**sent, "locale": "", "theme": "system", "density": "compact"})
    assert "data-density" not in client.get("/account", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    "wrong", [{"name": "x" * 121}, {"locale": "xx"}, {"theme": "plaid"}, {"density": "loose"}, {"density": ""}]
)
def test_J1_a_wrong_profile_comes_back_as_it_was_typed(client, me, wrong) -> None:
    sent = {"name": "Ada", "locale": "fr", "theme": "dark", "density": "compact", **wrong}
    answer = client.submit("/account/profile", sent)
    assert answer.status_code == 422
    assert f'value="{sent["name"]}"' in answer.text
    db.session.refresh(me)
    assert (me.name, me.locale) == ("Editor", "")


def test_J1_another_address_needs_the_password_and_ends_other_sessions(client, me, app) -> None:
    elsewhere = app.test_client()
    enter(elsewhere, me.email)
    old = me.email
    for password in ("wrong", ""):
        answer = client.submit("/account/email", {"email": "ada@firm.example", "password": password})
        assert answer.status_code == 422
        assert 'value="ada@firm.example"' in answer.text
    assert (
        client.submit("/account/email", {"email": "Ada@Firm.example", "password": testing.PASSWORD}).status_code == 303
    )
    assert is_in(client)
    assert not is_in(elsewhere)
    assert enter(elsewhere, old).status_code == 422
    assert enter(elsewhere, "ada@firm.example").status_code == 303


@pytest.mark.parametrize("wrong", ["nobody", "", "a@b", "x" * 330 + "@firm.example", "\x00@firm.example"])
def test_J1_what_is_no_address_is_not_taken(client, me, wrong) -> None:
    assert client.submit("/account/email", {"email": wrong, "password": testing.PASSWORD}).status_code == 422


def test_J1_the_address_of_another_user_is_not_taken(client, me, user) -> None:
    other = user("reader")
    answer = client.submit("/account/email", {"email": other.email, "password": testing.PASSWORD})
    assert answer.status_code == 422
    assert "There is a user with this e-mail address already." in answer.text


def test_J1_sessions_are_listed_in_words_and_end_one_by_one(client, user, app) -> None:
    who = user("editor")
    phone = app.test_client()
    client.post("/login", data=form(client, who), headers={"User-Agent": FIREFOX})
    phone.post("/login", data=form(phone, who), headers={"User-Agent": IPHONE})
    page = client.get("/account").text
    assert page.index("Firefox on Windows") < page.index("This session") < page.index("Safari on iPhone")
    assert "127.0.0.1" in page
    other = next(one for one in sessions.of_user(who.id) if "iPhone" in one.agent)
    assert client.submit(f"/account/sessions/{other.id}/end").status_code == 303
    assert not is_in(phone)
    assert is_in(client)
    assert "Safari" not in client.get("/account").text


def form(client, who) -> dict[str, str]:
    return {"csrf_token": client.token(), "email": who.email, "password": testing.PASSWORD}


def test_J1_all_other_sessions_end_at_once(client, me, app) -> None:
    others = [app.test_client() for _browser in range(3)]
    for one in others:
        enter(one, me.email)
    assert client.submit("/account/sessions/end-others").status_code == 303
    assert is_in(client)
    assert not any(is_in(one) for one in others)


def test_J1_nobody_ends_the_session_of_another(client, me, user, app) -> None:
    other, theirs = user("administrator"), app.test_client()
    enter(theirs, other.email)
    number = sessions.of_user(other.id)[0].id
    assert client.submit(f"/account/sessions/{number}/end").status_code == 404
    assert is_in(theirs)


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_J1_a_session_of_a_made_up_number_is_not_found(client, me, number) -> None:
    assert client.submit(f"/account/sessions/{number}/end").status_code == 404
    assert is_in(client)


def test_J1_the_pages_of_an_account_cost_the_same_whatever_hangs_on_it(client, me, statements) -> None:
    costs = []
    for number in (0, 30):
        for _more in range(number):
            sessions.start(me, False)
        with statements() as seen:
            assert client.get("/account").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_J1_events_are_logged_with_ids_and_nothing_personal(client, user, caplog) -> None:
    who = user("editor")
    who.name = "Ada Lovelace"
    enter(client, who.email, "a very wrong password")
    enter(client, who.email)
    client.submit("/account/password", {"present": testing.PASSWORD, "wanted": "seven yellow submarines"})
    client.submit("/logout")
    lines = [record.getMessage() for record in caplog.records if record.name == "carnet.audit"]
    events = ("sign_in_failed", "sign_in", "password_changed", "sign_out")
    assert [
        event for event in events if any(f'"event": "{event}", "user": {who.id}' in line for line in lines)
    ] == list(events)
    assert all('+00:00"' in line for line in lines)
    for secret in (who.email, "Lovelace", testing.PASSWORD, "wrong password", "submarines", "127.0.0.1"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Macintosh; Mac OS X) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_browser_in_words(app, agent, words) -> None:
    with app.test_request_context():
        assert in_words(agent) == words
