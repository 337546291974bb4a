"""Failed tries are slowed down, whoever makes them and for whomever (ASVS 6.3.1, 6.3.8)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from signing_in import code, enter, is_in, pass_time, with_second_factor

from webapp import testing
from webapp.accounts import throttle
from webapp.accounts.models import Throttle
from webapp.db import db


def fail(client, email: str, times: int) -> list[int]:
    return [enter(client, email, "not the password").status_code for _try in range(times)]


@pytest.mark.parametrize("known", [True, False])
def test_J1_after_five_failures_an_account_waits_and_each_further_one_doubles_it(client, user, known) -> None:
    email = user("editor").email if known else "nobody@firm.example"
    assert fail(client, email, 5) == [422] * 5
    waits = []
    for _try in range(8):
        answer = enter(client, email)
        assert answer.status_code == 429
        assert "Too many failed tries" in answer.text
        waits.append(int(answer.headers["Retry-After"]))
        pass_time(seconds=waits[-1])
        assert fail(client, email, 1) == [422]
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]
    assert not is_in(client)


def test_J1_the_right_password_lets_in_after_the_wait_and_forgets_the_failures(client, user) -> None:
    email = user("editor").email
    fail(client, email, 5)
    pass_time(seconds=16)
    assert enter(client, email).status_code == 303
    client.submit("/logout")
    assert fail(client, email, 4) == [422] * 4
    assert enter(client, email).status_code == 303


def test_J1_one_account_waits_and_another_does_not(client, user) -> None:
    one, other = user("editor").email, user("editor").email
    fail(client, one, 6)
    assert enter(client, other).status_code == 303


def test_J1_the_spelling_of_an_address_gives_no_further_tries(client, user) -> None:
    email = user("editor").email
    for spelling in (email, email.upper(), f" {email} ", email.capitalize(), email):
        fail(client, spelling, 1)
    assert enter(client, email).status_code == 429


def test_J1_an_address_of_the_network_waits_after_fifty_failures_at_whatever_accounts(client, user) -> None:
    fail_at = [enter(client, f"{number}@firm.example", "wrong").status_code for number in range(50)]
    assert fail_at == [422] * 50
    assert enter(client, user("editor").email).status_code == 429


def test_J1_an_own_account_gives_no_further_tries_at_others(client, user) -> None:
    own = user("editor").email
    for number in range(49):
        enter(client, f"{number}@firm.example", "wrong")
    assert enter(client, own).status_code == 303
    assert enter(client, "50@firm.example", "wrong").status_code == 422
    assert enter(client, "51@firm.example", "wrong").status_code == 429


def test_J1_failures_are_forgotten_after_a_day(client, user) -> None:
    email = user("editor").email
    fail(client, email, 4)
    pass_time(hours=25)
    assert fail(client, email, 4) == [422] * 4
    assert enter(client, email).status_code == 303


def test_J1_the_table_names_nobody_and_is_emptied(client, user) -> None:
    email = user("editor").email
    fail(client, email, 1)
    fail(client, "nobody@firm.example", 1)
    text = str(list(db.session.execute(sa.select(Throttle.__table__))))
    assert email not in text
    assert "127.0.0.1" not in text
    pass_time(hours=25)
    fail(client, "another@firm.example", 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 2


@pytest.mark.parametrize("page", ["/login/code", "/login/recovery"])
def test_J1_codes_are_throttled_like_passwords(client, user, page) -> None:
    who = user("editor")
    secret, recovery = with_second_factor(who)
    right = code(secret) if page == "/login/code" else recovery[0]
    enter(client, who.email)
    assert [client.submit(page, {"code": "000000"}).status_code for _try in range(5)] == [422] * 5
    refused = client.submit(page, {"code": right})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "15")
    # Another sign-in gives no further tries.
    enter(client, who.email)
    assert client.submit(page, {"code": right}).status_code == 429
    pass_time(seconds=16)
    assert client.submit(page, {"code": right}).status_code == 303
    assert is_in(client)


def test_J1_the_password_asked_for_again_is_throttled_too(sign_in) -> None:
    client = sign_in("editor")
    sent = {"present": "wrong", "wanted": "seven yellow submarines"}
    assert [client.submit("/account/password", sent).status_code for _try in range(5)] == [422] * 5
    answer = client.submit("/account/password", {**sent, "present": testing.PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "15")


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_J1_a_household_of_ipv6_is_one_network(address, stands_for) -> None:
    assert throttle.network(address) == stands_for
