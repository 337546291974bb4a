"""A form sent after its session ended comes back filled after signing in; and only to the one whose form it was."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer
from walking import Samples, calls

from webapp.accounts import sessions
from webapp.acting import acting, acting_as_system
from webapp.contacts import links
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.keptforms import LASTS, MOST
from webapp.testing import PASSWORD

OWN = {"Sec-Fetch-Site": "same-origin"}
FIRM = {"present_kind": "company", "company_name": "Müller & Söhne", "emails-0-value": "a@x.example"}


def kept_in(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    return found[1] if found else ""


def fields_in(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)}


def send(client, data=None, address: str = "/contacts/new", headers=None):
    return client.submit(address, {**FIRM, **(data or {})}, headers=OWN if headers is None else headers)


def enter(client, someone, kept: str, password: str = PASSWORD):
    return client.submit("/login", {"email": someone.email, "password": password, "kept": kept})


def firms(name: str = FIRM["company_name"]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact).where(Contact.company_name == name)) or 0


def test_what_was_typed_is_back_after_signing_in(client, user) -> None:
    answer = send(client)
    assert answer.status_code == 401
    assert "What you typed is kept" in answer.text
    assert 'name="password"' in answer.text
    again = enter(client, user("editor"), kept_in(answer.text))
    assert again.status_code == 200
    assert "Location" not in again.headers
    assert "What you typed is here." in again.text
    fields = fields_in(again.text)
    assert fields.items() >= FIRM.items()
    assert firms() == 0
    done = client.post("/contacts/new", data=fields)
    assert done.status_code == 303
    assert firms() == 1


def test_a_form_that_only_comes_back_is_not_saved(client, user) -> None:
    again = enter(client, user("editor"), kept_in(send(client).text))
    page = client.post("/contacts/new", data={**fields_in(again.text), "resume": "1"})
    assert page.status_code == 200
    assert 'value="Müller &amp; Söhne"' in page.text
    assert 'value="a@x.example"' in page.text
    assert "It is not saved yet." in page.text
    assert firms() == 0


def test_every_view_that_can_show_its_form_again_does_so_without_saving(sign_in, app, make, user, statements) -> None:
    party, person = make("Firm", functions=["prospect"]), make("Person", kind="person")
    with acting(acting_as_system("form")):
        link = links.create(party.id, person.id, {})
    someone = user("reader")
    samples = Samples(contact=party.id, link=link.id, owner=someone)
    versions = {"links": link.version, "users": someone.version, "contacts": party.version}
    client = sign_in("administrator")
    db.session.commit()
    seen = set()
    for call in calls(app, samples):
        if not hasattr(call.view, "is_resumable") or call.method != "POST":
            continue
        data = {**FIRM, "email": "b@x.example", "resume": "1", "person_id": person.id, "name": "Typed",
                "role": "reader", "version": versions.get(call.blueprint, 0)}  # fmt: skip
        with statements() as done:
            answer = client.submit(call.address, data)
        assert answer.status_code == 200, call.rule
        assert not [text for text in done.texts if text.startswith(("INSERT", "UPDATE", "DELETE"))], call.rule
        seen.add(call.endpoint)
    assert seen >= {"contacts.new", "contacts.edit", "links.edit", "links.create", "users.new", "company.edit"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Referer": "https://evil.example/http://localhost/"},
    ],
)
def test_a_form_of_another_site_is_never_carried(client, headers) -> None:
    answer = send(client, headers=headers)
    assert answer.status_code == 302
    assert "/login" in answer.location
    assert "ller" not in answer.location
    assert kept_in(client.get(answer.location).text) == ""


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/contacts/new"}])
def test_an_old_browser_says_by_its_origin_that_the_form_is_ours(client, headers) -> None:
    assert kept_in(send(client, headers=headers).text)


def test_secrets_are_not_carried_and_nothing_stands_in_an_address(client, user) -> None:
    answer = send(
        client, {"password": "hunter2 hunter2", "new_password": "x", "mail.url": "smtp://u:p@h", "api_token": "t"}
    )
    fields = fields_in(enter(client, user("editor"), kept_in(answer.text)).text)
    assert not {"password", "new_password", "mail.url", "api_token", "kept"} & set(fields)
    assert fields["company_name"] == FIRM["company_name"]


def test_a_wrong_password_loses_nothing(client, user) -> None:
    someone = user("editor")
    kept = kept_in(send(client).text)
    wrong = enter(client, someone, kept, "not the password at all")
    assert wrong.status_code in (200, 401, 422)
    assert kept_in(wrong.text) == kept
    assert "What you typed is here." in enter(client, someone, kept_in(wrong.text)).text


@pytest.mark.parametrize("way", ["form", "cookie"])
def test_another_user_does_not_get_it(client, user, way: str) -> None:
    first, second = user("editor"), user("editor")
    if way == "cookie":
        key = sessions.start(first, remembered=False)
        with client.session_transaction() as session:
            session["_user_id"] = key
        sessions.end_all(first.id)
        kept = kept_in(send(client).text)
    else:
        kept = kept_in(send(client, {"whose": str(first.id)}).text)
    assert kept
    with client.session_transaction() as session:
        session.clear()
    answer = enter(client, second, kept)
    assert answer.status_code in (302, 303)
    assert "ller" not in client.get(answer.location).text
    with client.session_transaction() as session:
        session.clear()
    assert "What you typed is here." in enter(client, first, kept).text


def test_a_forged_and_an_old_one_are_dropped(client, user, app, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = URLSafeTimedSerializer("another key", salt="carnet-kept-form").dumps({"to": "/contacts/new", "of": None})
    kept = kept_in(send(client).text)
    for given in (forged, kept[:-2], "x", ""):
        assert enter(client, user("editor"), given).status_code == 303
        with client.session_transaction() as session:
            session.clear()
    monkeypatch.setattr("webapp.keptforms.LASTS", -1)
    assert LASTS >= 8 * 3600
    assert enter(client, user("editor"), kept).status_code == 303


def test_what_is_too_long_is_not_carried(client) -> None:
    assert send(client, {"description": "é" * MOST}).status_code == 302


def test_a_file_is_asked_for_again(client, user, make) -> None:
    import io

    contact = make("Firm")
    answer = client.submit(f"/contacts/{contact.id}/picture", {"file": (io.BytesIO(b"x"), "a.png")}, headers=OWN)
    page = enter(client, user("editor"), kept_in(answer.text)).text
    assert "choose it again" in page


def test_only_forms_behind_the_sign_in_are_carried(client) -> None:
    for address in ("/login", "/preferences", "/first-run", "/nowhere"):
        assert not kept_in(send(client, address=address).text), address


def test_htmx_is_told_by_401_and_sends_the_form_itself(client) -> None:
    answer = send(client, headers={**OWN, "HX-Request": "true"})
    assert (answer.status_code, answer.text) == (401, "")
    assert "HX-Redirect" not in answer.headers
    page = client.get("/contacts?q=a", headers={"HX-Request": "true"})
    assert page.status_code == 401
    assert page.headers["HX-Redirect"] == "/login?next=/contacts?q%3Da"


class TestSignedIn:
    """The form's token is no longer that of the session, or the form is another user's."""

    def test_an_expired_form_is_confirmed_and_sent(self, sign_in) -> None:
        client = sign_in()
        answer = client.post("/contacts/new", data={**FIRM, "csrf_token": "old"}, headers=OWN)
        assert answer.status_code == 400
        assert "nothing typed is lost" in answer.text
        assert firms() == 0
        assert client.post("/contacts/new", data=fields_in(answer.text)).status_code == 303
        assert firms() == 1

    @pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
    def test_that_of_another_site_is_refused_and_shows_nothing(self, sign_in, headers) -> None:
        answer = sign_in().post("/contacts/new", data=FIRM, headers=headers)
        assert answer.status_code == 400
        assert "ller" not in answer.text
        assert firms() == 0

    def test_a_form_of_another_user_is_shown_before_it_is_sent_in_this_ones_name(self, sign_in, user) -> None:
        client = sign_in()
        answer = send(client, {"whose": str(user("editor").id)})
        assert answer.status_code == 409
        assert "filled in by someone else" in answer.text
        assert firms() == 0
        assert client.post("/contacts/new", data=fields_in(answer.text)).status_code == 303
        assert firms() == 1

    def test_htmx_gets_a_toast(self, sign_in) -> None:
        answer = sign_in().post("/contacts/new", data=FIRM, headers={**OWN, "HX-Request": "true"})
        assert (answer.status_code, answer.text, answer.headers["HX-Reswap"]) == (400, "", "none")
        assert "nothing was saved" in answer.headers["HX-Trigger"]
