"""API tokens: made by page and command, shown once, listed, ended (spec J1)."""

from __future__ import annotations

import hashlib
import re

import pytest
import sqlalchemy as sa

from webapp.accounts import tokens
from webapp.accounts.models import ApiToken
from webapp.acting import acting, acting_as_system
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing, Refused
from webapp.testing import PASSWORD

SECRET = re.compile(r"carnet_[\w-]{43}")


def stored() -> list[ApiToken]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(ApiToken).order_by(ApiToken.id)))


def test_J1_a_token_is_made_on_ones_own_page_and_shown_once(sign_in) -> None:
    client = sign_in("editor")
    assert 'href="/account/tokens"' in client.get("/contacts").text
    sent = {"name": "Shop", "scope": "write", "password": PASSWORD}
    page = client.submit("/account/tokens", sent)
    assert page.status_code == 200
    secret = SECRET.search(page.text)[0]
    (token,) = stored()
    assert (token.name, token.scope, token.digest) == ("Shop", "write", hashlib.sha256(secret.encode()).hexdigest())
    again = client.get("/account/tokens").text
    assert "Shop" in again
    assert not SECRET.search(again)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/contacts", headers=headers).status_code == 200
    assert client.submit(f"/account/tokens/{token.id}/end").status_code == 303
    assert client.get("/api/v1/contacts", headers=headers).status_code == 401
    assert "End the token Shop" not in client.get("/account/tokens").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "not this one"}, "This is not your password."),
        ({"name": " "}, "who uses it?"),
        ({"scope": "all"}, "The scope is read, write or admin."),
    ],
)
def test_J1_what_is_wrong_is_said_and_what_was_typed_stays(sign_in, change, said) -> None:
    sent = {"name": "Shop", "scope": "write", "password": PASSWORD, **change}
    page = sign_in("reader").submit("/account/tokens", sent)
    assert page.status_code == 422
    assert said in page.text
    assert stored() == []
    if change.get("name") is None:
        assert 'value="Shop"' in page.text


def test_J1_nobody_sees_or_ends_the_tokens_of_others(user, sign_in) -> None:
    other = user("editor")
    with acting(acting_as_system("form")):
        token = tokens.create(other, "Theirs", "read")[0]
    db.session.flush()
    client = sign_in("manager")
    assert "Theirs" not in client.get("/account/tokens").text
    assert client.submit(f"/account/tokens/{token.id}/end").status_code == 404
    with acting(user("manager").act()):
        for call in (
            lambda: tokens.of_user(other.id),
            lambda: tokens.of_user(),
            lambda: tokens.create(other, "x", "read"),
        ):
            with pytest.raises(Forbidden):
                call()
        for one in (token.id, 10**30, 0, -1):
            with pytest.raises(Missing):
                tokens.end(one)
    assert stored()[0].ended_at is None
    with acting(user("administrator").act()):
        assert tokens.end_all(other.id) == 1
    assert stored()[0].ended_at is not None


def test_J1_a_token_of_an_actor_without_user_or_without_end_is_refused(app, user, system) -> None:
    with pytest.raises(Forbidden):
        tokens.create_own("x", "read", PASSWORD)
    owner = user("editor")
    with pytest.raises(Invalid):
        tokens.create(owner, "x" * 121, "read")
    for number in range(tokens.MOST):
        tokens.create(owner, f"Token {number}", "read")
    with pytest.raises(Refused):
        tokens.create(owner, "One more", "read")


def test_J1_the_commands_add_list_and_end(app, user) -> None:
    owner = user("manager")
    email = owner.email
    db.session.commit()
    run = app.test_cli_runner().invoke
    added = run(args=["token", "add", email.upper(), "--scope", "read", "--name", "Script"])
    assert SECRET.fullmatch(added.output.strip())
    (token,) = stored()
    assert token.user_id == owner.id
    listed = run(args=["token", "list", email]).output
    assert listed.split("\t") == [str(token.id), email, "read", "never used", "Script\n"]
    assert run(args=["token", "list"]).output == listed
    assert run(args=["token", "end", str(token.id)]).output == f"Token {token.id} has ended.\n"
    assert run(args=["token", "list"]).output == ""
    assert isinstance(run(args=["token", "add", "nobody@x.example", "--scope", "read"]).exception, Missing)
    assert isinstance(run(args=["token", "end", "999"]).exception, Missing)
    assert run(args=["token", "add", email, "--scope", "all"]).exit_code == 2
