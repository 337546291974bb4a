"""Every route, each method, for nobody, for each role and for a second user: guarded as declared, never a failure."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from walking import Samples, calls, send, some

from webapp.accounts import tokens
from webapp.accounts.models import ApiToken, UserSession
from webapp.acting import RIGHTS, ROLES, acting, acting_as_system
from webapp.db import db

PUBLIC = {
    "accounts.home",
    "accounts.first_run",
    "accounts.preferences",
    "embed.check",
    "embed.look",
    "embed.start",
    "embed_open.open_here",
    "health.healthz",
    "health.readyz",
    "oembed.oembed",
    "public_proposals.answer",
    "public_proposals.logo",
    "public_proposals.show",
    "rest_description.openapi",
    "rest_embed.launch",
    "rest_embed.token",
    "security.login",
    "security.logout",
    "security.code",
    "security.recovery",
    "security.forgot",
    "security.reset",
}
"""What is open to everybody: a new one is added here knowingly."""
ONLY_MAKERS = {"notes.remove": "manager"} | dict.fromkeys(
    [f"transfer.{one}" for one in ("columns", "decide", "remove", "form", "start", "undo")], "administrator"
)
"""What is sent there is taken of who wrote or sent the record, or of this role; others only look."""
SIGN_OUT = ("security.logout", "account.end_other_sessions")
STRANGE = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.fixture
def samples(make, user) -> Samples:
    return some(make, user("manager"))


def test_every_page_declares_a_right_or_that_it_is_public(app, samples) -> None:
    undeclared = [one.rule for one in calls(app, samples) if not one.is_api and not one.is_public and not one.right]
    assert not undeclared
    assert {one.right for one in calls(app, samples) if one.right} <= {*RIGHTS, "privacy"}


def test_only_these_pages_are_public(app, samples) -> None:
    assert {one.endpoint for one in calls(app, samples) if one.is_public} <= PUBLIC


def test_nobody_gets_in_before_sign_in(app, client, samples) -> None:
    for call in calls(app, samples):
        answer = send(client, call)
        assert answer.status_code < 500, call.rule
        if call.is_public:
            continue
        assert "Mine" not in answer.text, call.rule
        if call.is_api:
            assert answer.status_code == 401, call.rule
            assert answer.mimetype == "application/problem+json", call.rule
        else:
            assert answer.status_code == 302, call.rule
            assert answer.location.startswith("/login"), call.rule


@pytest.mark.parametrize("role", ROLES)
def test_J1_each_role_gets_where_its_rights_reach(app, sign_in, samples, role: str) -> None:
    client = sign_in(role)
    wrong = []
    for call in calls(app, samples):
        if call.is_api or call.endpoint in SIGN_OUT:
            continue
        answer = send(client, call)
        refused = call.right is not None and role not in RIGHTS.get(call.right, ())
        if call.method == "POST" and call.endpoint in ONLY_MAKERS:
            refused = ROLES.index(role) < ROLES.index(ONLY_MAKERS[call.endpoint])
        if answer.status_code >= 500 or (answer.status_code == 403) != refused:
            wrong.append((call.method, call.rule, answer.status_code, refused))
        if "/login" in answer.headers.get("Location", "") and not call.is_public:
            client = sign_in(role)
    assert not wrong


@pytest.mark.parametrize("role", ["reader", "editor", "manager"])
def test_what_is_anothers_own_is_not_there(app, sign_in, samples, role: str) -> None:
    """Sessions, tokens and jobs of another user: 404, and they go on."""
    client = sign_in(role)
    own = [one for one in calls(app, samples) if one.rule.startswith(("/account/", "/jobs/")) and "<" in one.rule]
    assert {one.blueprint for one in own} >= {"account", "api_tokens", "jobs"}
    for call in own:
        assert send(client, call).status_code == 404, call.rule
    for model in (UserSession, ApiToken):
        ended = sa.select(model.id).where(model.user_id == samples.owner.id, model.ended_at.is_not(None))
        assert not db.session.scalars(ended).all()


def test_ones_own_page_shows_nothing_of_another_user(app, sign_in, samples) -> None:
    client = sign_in("editor")
    with acting(acting_as_system("form")):
        tokens.create(samples.owner, "Nightly backup", "read")
    for call in calls(app, samples):
        if call.method == "GET" and call.rule.startswith("/account"):
            text = send(client, call).text
            assert samples.owner.email not in text
            assert "Nightly backup" not in text


class TestStrangeMethods:
    """Methods that no form and no link sends."""

    @pytest.fixture
    def database(self) -> str:
        """Methods are told apart before any database is asked."""
        return "sqlite"

    @pytest.mark.parametrize("role", [None, "reader", "administrator"])
    def test_a_strange_method_is_no_failure(self, app, client, sign_in, samples, role: str | None) -> None:
        client = sign_in(role) if role else client
        for address in {one.address for one in calls(app, samples)}:
            for method in STRANGE:
                answer = client.open(address, method=method)
                assert answer.status_code < 500, (method, address)


class TestApi:
    """The API's own callers."""

    def test_a_cookie_lets_nobody_in(self, app, sign_in, samples) -> None:
        client = sign_in("administrator")
        for call in calls(app, samples):
            if call.is_api and not call.is_public:
                assert send(client, call).status_code == 401, call.rule

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("scope", tokens.SCOPES)
    def test_a_token_gets_no_further_than_scope_and_role(self, app, client, user, samples, role, scope) -> None:
        with acting(acting_as_system("form")):
            secret = tokens.create(user(role), "Mine", scope)[1]
        most = min(ROLES.index(role), ROLES.index(tokens.SCOPES[scope]))
        for call in calls(app, samples):
            if not call.is_api or call.is_public:
                continue
            body = None if call.method == "GET" else {}
            answer = send(client, call, headers={"Authorization": f"Bearer {secret}"}, json=body)
            assert answer.status_code < 500, (call.method, call.rule)
            is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
            assert is_file or answer.mimetype in ("application/json", "application/problem+json") or not answer.data
            if call.method != "GET" and most < ROLES.index("editor"):
                # What can't even be read is told before who may not do it. A reader stops own exports: here is none.
                is_own = call.rule.endswith("/stop") and scope != "read"
                assert answer.status_code in ((404,) if is_own else (403, 422)), (call.method, call.rule)
            if most == ROLES.index("administrator"):
                assert answer.status_code != 403, (call.method, call.rule)
