"""What makes a password, and the way of those who forgot theirs (spec J1, ASVS 6.2, 6.4)."""

from __future__ import annotations

import dataclasses
import re

import pytest
from post_office import post_office
from signing_in import code, enter, is_in, with_second_factor

from webapp import testing
from webapp.accounts import passwords, tokens
from webapp.accounts.models import User
from webapp.accounts.services import create_user
from webapp.acting import acting, acting_as_system
from webapp.db import db
from webapp.errors import Invalid, Refused

NEW = "seven yellow submarines"


@pytest.mark.parametrize(
    "password",
    [
        "short", "eleven char", "x" * 129, "passwordpassword", "password2024!", "123456789012", "qwertyuiop123",
        "motdepasse123", "Passwort1234", "aaaaaaaaaaaa", "abcabcabcabc", "121212121212", "azertyuiopqsdfghjklm",
        "carnetcarnet", "Carnet-2026!", "annefirm2026", "Anne.Martin1", "martinmartin", "null\x00 is no letter",
    ],
)  # fmt: skip
def test_J1_a_password_that_is_tried_first_is_refused(password) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        passwords.check_password(password, ("Anne Martin", "anne@firm.example"))


@pytest.mark.parametrize(
    "password",
    [
        testing.PASSWORD, NEW, "x7" * 6 + "k2!pq", "Le chat de la voisine", "anne mag keine Rüben",
        "            ...abc1", "密码是一个很长的句子对吧",
        "😀😁😂🤣😃😄😅😆😉😊😋😎", "y" * 3 + "kaWm!2 rest" + "z" * 114,
    ],
)  # fmt: skip
def test_J1_a_sentence_of_whatever_signs_is_a_password(password) -> None:
    assert passwords.check_password(password, ("Anne Martin", "anne@firm.example")) == password


def test_J1_the_list_of_usual_passwords_is_long_enough() -> None:
    assert len(passwords.common()) >= 3000
    assert all(one == one.casefold().strip() for one in passwords.common())


def test_J1_who_has_no_tokens_is_not_asked_about_them(sign_in) -> None:
    assert "end_tokens" not in sign_in("editor").get("/account").text


def test_J1_a_wrong_present_password_changes_nothing(sign_in) -> None:
    client = sign_in("editor")
    for sent in ({"present": "wrong", "wanted": NEW}, {"present": "", "wanted": NEW}, {"wanted": NEW}):
        answer = client.submit("/account/password", sent)
        assert answer.status_code == 422
        assert "This is not your password." in answer.text
        assert NEW not in answer.text


def test_J1_a_weak_new_password_is_refused_and_the_old_one_stays(client, user) -> None:
    who = user("editor")
    enter(client, who.email)
    answer = client.submit("/account/password", {"present": testing.PASSWORD, "wanted": "password2024"})
    assert answer.status_code == 422
    client.submit("/logout")
    assert enter(client, who.email).status_code == 303


def test_J1_a_new_password_signs_in_and_the_old_one_does_not(client, user) -> None:
    who = user("editor")
    enter(client, who.email)
    client.submit("/account/password", {"present": testing.PASSWORD, "wanted": NEW})
    client.submit("/logout")
    assert enter(client, who.email).status_code == 422
    assert enter(client, who.email, NEW).status_code == 303


@pytest.fixture
def link(app):
    """The path of a link for a user."""

    def make(user: User) -> str:
        with app.test_request_context():
            return passwords.reset_link(user).removeprefix("http://localhost")

    return make


@pytest.mark.parametrize("way", ["account", "link"])
@pytest.mark.parametrize("ticked", [True, False])
def test_J1_who_chooses_a_password_may_end_their_tokens_with_it(client, user, link, way, ticked) -> None:
    me, other = user("editor"), user("editor")
    with acting(me.act()):
        secret = tokens.create(me, "till", "write")[1]
    with acting(other.act()):
        theirs = tokens.create(other, "till", "write")[1]
    box = {"end_tokens": "1"} if ticked else {}
    path = link(me) if way == "link" else "/account"
    if way == "account":
        enter(client, me.email)
    assert 'name="end_tokens"' in client.get(path).text
    if way == "account":
        refused = client.submit("/account/password", {"present": "wrong", "wanted": NEW, **box})
        done = client.submit("/account/password", {"present": testing.PASSWORD, "wanted": NEW, **box})
    else:
        refused = client.submit(path, {"password": "short", **box})
        done = client.submit(path, {"password": NEW, **box})
    assert (refused.status_code, done.status_code) == (422, 303)
    assert ("checked" in refused.text.partition('name="end_tokens"')[2].partition(">")[0]) is ticked
    assert (tokens.verify(secret) is None) is ticked
    assert tokens.verify(theirs) is not None


def test_J1_who_is_refused_goes_on_where_it_is_wrong(client, user, link) -> None:
    who, careful = user("editor"), user("editor")
    with_second_factor(careful)
    sent = [
        ("/login/code", {"code": "1"}, "code"),
        ("/login/recovery", {"code": "1"}, "code"),
        ("/login", {"email": who.email, "password": "wrong"}, "password"),
        ("/forgot", {"email": "nobody"}, "email"),
        (link(who), {"password": "short"}, "password"),
    ]
    assert enter(client, careful.email).status_code == 303
    for path, typed, field in sent:
        answer = client.submit(path, typed)
        assert answer.status_code == 422, path
        focused = re.findall(r"<input[^>]*autofocus[^>]*>", answer.text)
        assert len(focused) == 1, path
        assert f'name="{field}"' in focused[0]
        described = re.search(r'aria-describedby="([^" ]*)', focused[0])
        assert described
        assert f'id="{described[1]}"' in answer.text


def test_J1_a_link_sets_a_password_once_and_ends_all_sessions(client, user, link, app) -> None:
    who = user("editor")
    elsewhere = app.test_client()
    enter(elsewhere, who.email)
    path = link(who)
    assert who.email in client.get(path).text
    assert client.submit(path, {"password": "short"}).status_code == 422
    answer = client.submit(path, {"password": NEW})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert not is_in(client), "a link signs nobody in"
    assert not is_in(elsewhere)
    for again in (client.get(path), client.submit(path, {"password": "another long sentence"})):
        assert again.status_code == 409
        assert "/forgot" in again.text
    assert enter(client, who.email, NEW).status_code == 303


def test_J1_a_link_does_not_skip_the_second_factor(client, user, link) -> None:
    who = user("editor")
    secret, _codes = with_second_factor(who)
    client.submit(link(who), {"password": NEW})
    assert enter(client, who.email, NEW).headers["Location"] == "/login/code"
    assert not is_in(client)
    assert client.submit("/login/code", {"code": code(secret)}).status_code == 303


@pytest.fixture
def later(monkeypatch):
    """Links are looked at that many seconds from now."""
    from itsdangerous import TimestampSigner

    def move(seconds: int) -> None:
        made = TimestampSigner.get_timestamp

        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: made(signer) - seconds)

    return move


def test_J1_a_link_is_good_for_an_hour_and_an_invitation_for_three_days(client, user, link, later) -> None:
    who, invited = user("editor"), user("reader")
    invited.password = None
    later(3500)
    assert client.get(link(who)).status_code == 200
    later(200)
    assert client.get(link(who)).status_code == 409
    assert client.get(link(invited)).status_code == 200
    later(3 * 24 * 3600)
    assert client.get(link(invited)).status_code == 409


@pytest.mark.parametrize("token", ["x", "WzEsImEiXQ.aa.bb", "é", "." * 500])
def test_J1_a_forged_link_is_refused(client, user, token) -> None:
    user("editor")
    for answer in (client.get(f"/reset/{token}"), client.submit(f"/reset/{token}", {"password": NEW})):
        assert answer.status_code == 409


def test_J1_a_link_dies_with_a_new_address_and_with_its_user(client, user, link) -> None:
    moved, gone = user("editor"), user("editor")
    paths = [link(moved), link(gone)]
    moved.email, gone.active = "moved@firm.example", False
    assert [client.get(path).status_code for path in paths] == [409, 409]


def test_J1_an_invited_user_chooses_a_password_and_signs_in(client, app, link) -> None:
    with acting(acting_as_system("form")):
        invited = create_user("new@firm.example", None, "reader")
    assert enter(client, invited.email, "").status_code == 422
    assert client.submit(link(invited), {"password": NEW}).status_code == 303
    assert enter(client, invited.email, NEW).status_code == 303


@pytest.fixture
def office(app):
    """A mail server that the deployment names."""
    settings = app.config["CARNET"]
    with post_office() as opened:
        app.config["CARNET"] = dataclasses.replace(settings, mail_url=opened.url)
        yield opened
    app.config["CARNET"] = settings


def test_J1_who_forgot_gets_a_mail_in_their_language_with_a_link_that_works(client, user, office) -> None:
    who = user("editor", locale="de")
    answer = client.submit("/forgot", {"email": who.email.upper()}, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    to, letter = office.letter()
    assert to == who.email
    assert letter["From"] == "Carnet <crm@firm.example>"
    assert letter["Subject"] == "Wählen Sie ein neues Passwort für Carnet"
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    found = re.search(r"http://localhost(/reset/\S+)", text)
    assert found
    assert f'href="http://localhost{found[1]}"' in html
    assert '<html lang="de">' in html
    assert client.submit(found[1], {"password": NEW}).status_code == 303
    assert enter(client, who.email, NEW).status_code == 303


def test_J1_the_answer_is_the_same_for_everybody(client, user, office) -> None:
    known, gone = user("editor"), user("editor")
    gone.active = False
    db.session.flush()
    texts = set()
    for address in (known.email, gone.email, "nobody@firm.example"):
        answer = client.submit("/forgot", {"email": address})
        assert answer.status_code == 200
        texts.add(re.sub(r'value="[^"]*"', "", answer.text.replace(address, "…")))
    assert len(texts) == 1
    assert office.letter()[0] == known.email
    assert office.letters.empty()


def test_J1_one_account_gets_few_mails_and_nobody_is_told(client, user, office) -> None:
    who, other = user("editor"), user("editor")
    for _again in range(8):
        assert client.submit("/forgot", {"email": who.email}).status_code == 200
    client.submit("/forgot", {"email": other.email})
    received = [office.letter()[0] for _letter in range(4)]
    assert sorted(received) == sorted([who.email] * 3 + [other.email])
    assert office.letters.empty()


def test_J1_asking_for_many_is_throttled_by_the_network(client, office) -> None:
    answers = [client.submit("/forgot", {"email": f"{one}@firm.example"}).status_code for one in range(51)]
    assert answers == [200] * 50 + [429]


def test_J1_what_is_no_address_says_so(client, office) -> None:
    assert client.submit("/forgot", {"email": "nobody"}).status_code == 422


def test_J1_without_a_mail_server_the_page_says_who_helps(client, user) -> None:
    page = client.get("/forgot").text
    assert "Ask an administrator for a link" in page
    assert client.submit("/forgot", {"email": user("editor").email}).status_code == 200


def test_J1_a_changed_password_is_told_by_mail(client, user, office) -> None:
    who = user("editor", locale="fr")
    enter(client, who.email)
    client.submit("/account/password", {"present": testing.PASSWORD, "wanted": NEW})
    to, letter = office.letter()
    assert (to, letter["Subject"]) == (who.email, "La connexion à votre compte a été modifiée")


def test_J1_services_refuse_what_the_pages_refuse(user) -> None:
    who = user("editor")
    with pytest.raises(Invalid):
        passwords.set_password(who.id, "short")
    with pytest.raises(Refused):
        passwords.user_of_link("forged")
