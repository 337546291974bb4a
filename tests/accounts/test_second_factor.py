"""The second factor: set up, asked for, lost and found (spec J1, ASVS 6.3.3, 6.5)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from signing_in import code, enter, is_in, offered, pass_time, with_second_factor

from webapp import testing
from webapp.accounts import second_factor, sessions, totp
from webapp.acting import acting
from webapp.db import db, now
from webapp.errors import Forbidden, Invalid, Refused


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(moment, expected) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.code_at(secret, moment // 30) == expected
    at = dt.datetime.fromtimestamp(moment, dt.UTC)
    assert totp.matching_step(secret, expected, at) == moment // 30
    assert totp.matching_step(secret, f"{expected[:3]} {expected[3:]}", at) == moment // 30


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "²²²²²²", "-12345", "\x00" * 6])
def test_what_is_no_code_matches_nothing(typed) -> None:
    assert totp.matching_step(totp.new_secret(), typed, now()) is None


def test_a_clock_may_be_off_by_one_step_either_way() -> None:
    secret, at = totp.new_secret(), now()
    step = int(at.timestamp()) // 30
    fits = [totp.matching_step(secret, totp.code_at(secret, step + off), at) is not None for off in (-2, -1, 0, 1, 2)]
    assert fits == [False, True, True, True, False]


def set_up(client, password: str = testing.PASSWORD, **changed: str):
    sealed, secret = offered(client.get("/account/second-factor").text)
    sent = {"offer": sealed, "code": code(secret), "password": password, **changed}
    return client.submit("/account/second-factor", sent), secret


def test_J1_setting_up_shows_the_recovery_codes_once_and_then_asks_for_a_code(client, user) -> None:
    who = user("editor")
    enter(client, who.email)
    answer, secret = set_up(client)
    codes = re.findall(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b", answer.text)
    assert len(set(codes)) == 10
    assert codes[0] not in client.get("/account/second-factor").text
    client.submit("/logout")
    asked = enter(client, who.email)
    assert asked.headers["Location"] == "/login/code"
    assert not is_in(client)
    assert client.submit("/login/code", {"code": code(secret, 1)}).headers["Location"] == "/contacts"
    assert is_in(client)


def test_J1_the_picture_is_drawn_by_the_server_and_breaks_no_policy(sign_in) -> None:
    page = sign_in("editor").get("/account/second-factor").text
    picture = re.search(r'<svg class="c-qr".*?</svg>', page, re.DOTALL)
    assert picture
    assert 'd="M' in picture[0]
    assert "style" not in picture[0]


@pytest.mark.parametrize("changed", [{"code": "000000"}, {"password": "wrong"}, {"offer": "forged"}, {"offer": ""}])
def test_J1_a_wrong_set_up_switches_nothing_on(sign_in, changed) -> None:
    client = sign_in("editor")
    answer, _secret = set_up(client, **changed)
    assert answer.status_code == 422
    assert "Switch off" not in client.get("/account/second-factor").text


def test_J1_a_wrong_code_keeps_the_picture_that_was_scanned(sign_in) -> None:
    client = sign_in("editor")
    sealed, secret = offered(client.get("/account/second-factor").text)
    answer = client.submit("/account/second-factor", {"offer": sealed, "code": "1", "password": testing.PASSWORD})
    assert offered(answer.text) == (sealed, secret)


def test_J1_a_set_up_made_for_another_user_is_worth_nothing(sign_in, user) -> None:
    other = user("editor")
    sealed = second_factor.offer(other)
    secret = second_factor.offered(other, sealed)
    client = sign_in("editor")
    sent = {"offer": sealed, "code": code(secret), "password": testing.PASSWORD}
    assert client.submit("/account/second-factor", sent).status_code == 422


def test_J1_a_code_serves_once(client, app, user) -> None:
    who = user("editor")
    secret, _codes = with_second_factor(who)
    typed = code(secret)
    enter(client, who.email)
    assert client.submit("/login/code", {"code": typed}).status_code == 303
    thief = app.test_client()
    enter(thief, who.email)
    assert thief.submit("/login/code", {"code": typed}).status_code == 422
    assert thief.submit("/login/code", {"code": code(secret, -1)}).status_code == 422, "nor an older one"
    assert thief.submit("/login/code", {"code": code(secret, 1)}).status_code == 303


def test_J1_the_code_of_the_set_up_signs_nobody_in(client, user) -> None:
    who = user("editor")
    enter(client, who.email)
    _answer, secret = set_up(client)
    client.submit("/logout")
    enter(client, who.email)
    assert client.submit("/login/code", {"code": code(secret)}).status_code == 422


def test_J1_a_recovery_code_serves_once_however_it_is_typed(client, user) -> None:
    who = user("editor")
    _secret, codes = with_second_factor(who)
    enter(client, who.email)
    assert client.submit("/login/recovery", {"code": codes[3].upper().replace("-", " ")}).status_code == 303
    assert is_in(client)
    db.session.refresh(who)
    assert second_factor.codes_left(who) == 9
    client.submit("/logout")
    enter(client, who.email)
    assert client.submit("/login/recovery", {"code": codes[3]}).status_code == 422
    assert client.submit("/login/recovery", {"code": codes[4]}).status_code == 303


def test_J1_secret_and_recovery_codes_are_not_readable_in_the_base(user) -> None:
    who = user("editor")
    secret, codes = with_second_factor(who)
    stored = f"{who.tf_totp_secret} {who.mf_recovery_codes}"
    assert secret not in stored
    for one in codes:
        assert one.replace("-", "") not in stored
    assert all(one.startswith("$argon2id$") for one in who.mf_recovery_codes)


@pytest.mark.parametrize("page", ["/login/code", "/login/recovery"])
def test_J1_nobody_gets_to_the_second_step_without_the_first(client, user, page) -> None:
    who = user("editor")
    secret, codes = with_second_factor(who)
    assert client.get(page).headers["Location"] == "/login"
    assert client.submit(page, {"code": code(secret)}).headers["Location"] == "/login"
    assert client.submit(page, {"code": codes[0]}).headers["Location"] == "/login"
    assert not is_in(client)


def test_J1_the_second_step_waits_ten_minutes_and_for_the_same_password(client, user, app) -> None:
    who = user("editor")
    secret, _codes = with_second_factor(who)
    enter(client, who.email)
    with client.session_transaction() as session:
        session["half"] = {**session["half"], "at": session["half"]["at"] - 601}
    assert client.submit("/login/code", {"code": code(secret)}).headers["Location"] == "/login"
    enter(client, who.email)
    who.password = user("reader").password + " "
    assert client.submit("/login/code", {"code": code(secret)}).headers["Location"] == "/login"
    assert not is_in(client)


def test_J1_the_second_step_leads_to_the_page_that_was_wanted_and_stays_signed_in(client, user) -> None:
    who = user("editor")
    secret, _codes = with_second_factor(who)
    client.submit("/login?next=/prospects", {"email": who.email, "password": testing.PASSWORD, "remember": "y"})
    assert client.submit("/login/code", {"code": code(secret)}).headers["Location"] == "/prospects"
    pass_time(days=3)
    assert is_in(client)


def test_J1_switching_it_off_needs_the_password_and_ends_other_sessions(client, user, app) -> None:
    who = user("editor")
    secret, _codes = with_second_factor(who)
    enter(client, who.email)
    client.submit("/login/code", {"code": code(secret)})
    elsewhere = app.test_client()
    enter(elsewhere, who.email)
    elsewhere.submit("/login/code", {"code": code(secret, 1)})
    assert client.submit("/account/second-factor/off", {"password": "wrong"}).status_code == 422
    db.session.refresh(who)
    assert second_factor.is_on(who)
    assert client.submit("/account/second-factor/off", {"password": testing.PASSWORD}).status_code == 303
    db.session.refresh(who)
    assert not second_factor.is_on(who)
    assert second_factor.codes_left(who) == 0
    assert is_in(client)
    assert not is_in(elsewhere)


def test_J1_new_recovery_codes_replace_the_old_ones(client, user) -> None:
    who = user("editor")
    secret, codes = with_second_factor(who)
    enter(client, who.email)
    client.submit("/login/code", {"code": code(secret)})
    assert client.submit("/account/second-factor/codes", {"password": "wrong"}).status_code == 422
    answer = client.submit("/account/second-factor/codes", {"password": testing.PASSWORD})
    fresh = re.findall(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b", answer.text)
    assert len(fresh) == 10
    assert not second_factor.accepts_recovery_code(who.id, codes[0])
    assert second_factor.accepts_recovery_code(who.id, fresh[0])


def test_J1_an_administrator_resets_the_second_factor_of_who_has_lost_it(client, user, as_role) -> None:
    who = user("editor")
    with_second_factor(who)
    sessions.start(who, False)
    with acting(as_role("manager")), pytest.raises(Forbidden):
        second_factor.reset(who.id)
    with acting(as_role("administrator")):
        second_factor.reset(who.id)
    assert sessions.of_user(who.id) == []
    assert enter(client, who.email).headers["Location"] == "/contacts"


def test_J1_nobody_touches_the_second_factor_of_another(user, as_role) -> None:
    who, other = user("editor"), user("manager")
    with acting(other.act()):
        for call in (
            lambda: second_factor.switch_off(who.id),
            lambda: second_factor.renew_codes(who.id),
            lambda: second_factor.switch_on(who.id, totp.new_secret(), "000000"),
        ):
            with pytest.raises(Forbidden):
                call()


def test_J1_what_can_t_be_is_refused_with_its_remedy(user) -> None:
    who = user("editor")
    with acting(who.act()):
        with pytest.raises(Refused):
            second_factor.renew_codes(who.id)
        with pytest.raises(Invalid):
            second_factor.switch_on(who.id, "not base 32!", "123456")
        with_second_factor(who)
        with pytest.raises(Refused):
            second_factor.switch_on(who.id, totp.new_secret(), "123456")


def test_J1_after_the_secret_key_changed_the_recovery_codes_still_serve(client, user, app) -> None:
    who = user("editor")
    secret, codes = with_second_factor(who)
    who.tf_totp_secret = "sealed with another key"
    enter(client, who.email)
    assert client.submit("/login/code", {"code": code(secret)}).status_code == 422
    assert client.submit("/login/recovery", {"code": codes[0]}).status_code == 303


@pytest.fixture
def demanded(app):
    settings = app.config["CARNET"]
    app.config["CARNET"] = dataclasses.replace(settings, require_totp=True)
    yield
    app.config["CARNET"] = settings


def test_J1_where_it_is_demanded_setting_it_up_comes_before_all_else(demanded, sign_in) -> None:
    client = sign_in("administrator")
    for page in ("/contacts", "/prospects", "/account", "/"):
        assert client.get(page).headers["Location"] == "/account/second-factor"
    assert client.submit("/contacts/new", {"kind": "company"}).headers["Location"] == "/account/second-factor"
    assert client.get("/contacts", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/second-factor"
    answer, _secret = set_up(client)
    assert answer.status_code == 200
    assert is_in(client)


def test_J1_where_it_is_demanded_the_api_still_answers_as_an_api(demanded, sign_in) -> None:
    answer = sign_in("editor").get("/api/v1/contacts")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_J1_a_form_sent_too_late_waits_through_both_steps(client, user) -> None:
    who = user("editor")
    secret, _codes = with_second_factor(who)
    typed = {"present_kind": "company", "company_name": "Müller & Söhne"}

    def kept(answer) -> str:
        found = re.search(r'name="kept" value="([^"]+)"', answer.text)
        assert found, answer.status_code
        return found[1]

    asked = client.submit("/contacts/new", typed, headers={"Sec-Fetch-Site": "same-origin"})
    step = client.submit("/login", {"email": who.email, "password": testing.PASSWORD, "kept": kept(asked)})
    assert step.status_code == 200
    wrong = client.submit("/login/code", {"code": "000000", "kept": kept(step)})
    assert wrong.status_code == 422
    other = client.submit("/login/recovery", {"show": "1", "code": "", "kept": kept(wrong)})
    assert other.status_code == 200
    assert kept(client.submit("/login/recovery", {"code": "nonsense", "kept": kept(other)}))
    back = client.submit("/login/code", {"code": code(secret), "kept": kept(other)})
    assert back.status_code == 200
    assert "What you typed is here." in back.text
    assert "Müller &amp; Söhne" in back.text


def test_J1_where_it_is_demanded_one_may_still_sign_out_and_the_watchers_look(demanded, sign_in) -> None:
    client = sign_in("editor")
    assert client.get("/healthz").status_code == 200
    assert client.submit("/logout").headers["Location"] == "/login"
