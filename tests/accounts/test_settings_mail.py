"""With a mail server, what Settings send: the test mail, the invitation, word of a changed address (spec J1, J4)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from post_office import post_office

from webapp.accounts.models import User
from webapp.administration.settings import put_setting
from webapp.db import db


def use(office) -> None:
    """Set the firm's mail server, as Settings store it."""
    host, port = office.server_address
    for key, value in (("host", host), ("port", port), ("security", "none"), ("from", "crm@firm.example")):
        put_setting(f"mail.{key}", value)


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


def test_J4_the_test_mail_goes_to_whoever_asks(admin) -> None:
    with post_office() as office:
        use(office)
        assert admin.submit("/settings/company/mail/test").status_code == 303
        to, letter = office.letter()
    assert to == db.session.scalar(sa.select(User.email))
    assert letter["From"].addresses[0].addr_spec == "crm@firm.example"
    assert "is on its way" in admin.get("/settings/company").text


def test_J4_a_server_that_refuses_is_said_with_the_remedy(admin) -> None:
    with post_office(refuses=True) as office:
        use(office)
        answer = admin.submit("/settings/company/mail/test")
    assert answer.status_code == 409
    assert "check server, port, encryption" in answer.text


def test_J1_an_invitation_goes_by_mail_in_its_readers_language(admin) -> None:
    sent = {"name": "Nina", "email": "nina@firm.example", "role": "editor", "locale": "de", "form_key": "k1"}
    with post_office() as office:
        use(office)
        for _time in range(2):
            assert admin.submit("/settings/users/new", sent).status_code == 303
        to, letter = office.letter()
        assert office.letters.empty()
    assert to == "nina@firm.example"
    text = letter.get_body(("plain",)).get_content()
    assert "/reset/" in text
    assert "Passwort" in text
    assert "/reset/" not in admin.get("/settings/users").text


def test_J1_where_the_mail_is_not_taken_the_link_is_shown(admin) -> None:
    with post_office(refuses=True) as office:
        use(office)
        answer = admin.submit("/settings/users/new", {"email": "nina@firm.example", "role": "reader"})
    assert answer.status_code == 200
    assert 'id="f-link"' in answer.text
    assert "did not take the mail" in answer.text


def test_J1_the_old_address_hears_that_it_was_changed(admin, user) -> None:
    one = user("reader")
    old = one.email
    with post_office() as office:
        use(office)
        sent = {"name": one.name, "email": "new@firm.example", "role": one.role, "version": str(one.version)}
        assert admin.submit(f"/settings/users/{one.id}", sent).status_code == 303
        assert office.letter()[0] == old
