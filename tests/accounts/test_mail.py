"""Outgoing mail: to whom, when, and never what would make a second header (spec J4, ASVS 1.3.11)."""

from __future__ import annotations

import dataclasses

import pytest
from post_office import post_office

from webapp import config, letters, mail, smtp
from webapp.db import db
from webapp.errors import BootError, Refused
from webapp.security import public


@pytest.fixture
def mail_url(app):
    """Lets the deployment name a mail server."""
    settings = app.config["CARNET"]

    def name(url: str) -> None:
        app.config["CARNET"] = dataclasses.replace(settings, mail_url=url)

    yield name
    app.config["CARNET"] = settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.firm.example?from=crm@firm.example", ("mail.firm.example", 587, "starttls", "", "")),
        ("smtps://mail.firm.example?from=crm@firm.example", ("mail.firm.example", 465, "tls", "", "")),
        ("smtp://127.0.0.1:2525?from=crm@firm.example", ("127.0.0.1", 2525, "none", "", "")),
        ("smtp://relay?security=none&from=crm@firm.example", ("relay", 25, "none", "", "")),
        ("smtp://crm%40firm.example:p%3Aw@mail.example", ("mail.example", 587, "starttls", "crm@firm.example", "p:w")),
    ],
)
def test_J4_a_mail_servers_address_is_understood(url, expected) -> None:
    found = smtp.read_url(url)
    assert (found.host, found.port, found.security, found.user, found.password) == expected
    assert found.sender == "crm@firm.example"
    assert "p:w" not in repr(found)


@pytest.mark.parametrize(
    "url", ["x", "http://h", "smtp://", "smtp://h:port?from=a@b.example", "smtp://h", "smtp://h?from=x"]
)
def test_J4_a_deployment_with_an_address_that_can_t_work_does_not_start(url, tmp_path) -> None:
    with pytest.raises(BootError, match="CARNET_MAIL_URL"):
        config.read({"CARNET_MAIL_URL": url, "CARNET_DATA_DIR": str(tmp_path)})


def test_J4_the_password_in_the_address_is_in_no_message(tmp_path) -> None:
    with pytest.raises(BootError) as error:
        config.read({"CARNET_MAIL_URL": "smtp://me:hidden@h", "CARNET_DATA_DIR": str(tmp_path)})
    assert "hidden" not in str(error.value)
    url = "smtp://me:hidden@h?from=a@firm.example"
    assert "hidden" not in repr(config.read({"CARNET_MAIL_URL": url, "CARNET_DATA_DIR": str(tmp_path)}))


@pytest.mark.parametrize(("text", "is_on"), [("", False), ("0", False), ("no", False), ("1", True), ("Yes", True)])
def test_J1_a_deployment_demands_the_second_factor_by_a_word(text, is_on, tmp_path) -> None:
    assert config.read({"CARNET_REQUIRE_TOTP": text, "CARNET_DATA_DIR": str(tmp_path)}).require_totp is is_on


@pytest.mark.parametrize(
    "wrong",
    [{"CARNET_REQUIRE_TOTP": "maybe"}, {"CARNET_PROXIES": "many"}, {"CARNET_PROXIES": "-1"}, {"CARNET_PROXIES": "10"}],
)
def test_J1_a_word_that_says_neither_stops_the_start(wrong, tmp_path) -> None:
    with pytest.raises(BootError, match=next(iter(wrong))):
        config.read({**wrong, "CARNET_DATA_DIR": str(tmp_path)})


def test_J4_without_a_mail_server_nothing_is_sent_and_the_caller_knows(app) -> None:
    assert not mail.can_send()
    assert mail.send("ada@firm.example", "Hello", "Text") is False


def test_J4_a_mail_is_sent_as_text_and_html(app, mail_url) -> None:
    with post_office() as office:
        mail_url(office.url)
        assert mail.send("ada@firm.example", "Grüße & <b>", "Erste Zeile\n\nhttps://a.example/?x=1&y=<2>\n")
        to, letter = office.letter()
    assert (to, letter["To"], letter["Subject"]) == ("ada@firm.example", "ada@firm.example", "Grüße & <b>")
    html = letter.get_body(("html",)).get_content()
    assert "<b>" not in html
    assert 'href="https://a.example/?x=1&amp;y=&lt;2&gt;"' in html


def test_J4_a_domain_with_umlauts_is_written_as_every_server_takes_it(app, mail_url) -> None:
    with post_office() as office:
        mail_url(office.url)
        assert mail.send("a@exämple.example", "Hello", "Text")
        to, letter = office.letter()
    assert (to, letter["To"]) == ("a@xn--exmple-cua.example", "a@xn--exmple-cua.example")


def test_J4_a_letter_to_somebody_outside_is_the_firms_and_answered_to_a_person(app, mail_url) -> None:
    written = letters.Letter(
        subject="Votre proposition",
        title="Prête <b>",
        locale="fr",
        link="https://a.example/p/x?y=1&z=2",
        button="Lire",
        sender=("Ateliers Morvan", "29000 Quimper"),
        before=("Bonjour,\n<b>Maud</b>",),
        facts=(("Total", "12 €"),),
        foot="Sans suivi.",
        reply_to="maud@firm.example",
    )
    with post_office() as office:
        mail_url(office.url)
        mail.send_letter_later("ada@other.example", written)
        assert office.letters.empty()
        db.session.commit()
        _to, letter = office.letter()
    assert (letter["Reply-To"], letter["Auto-Submitted"]) == ("maud@firm.example", None)
    assert letter["From"] == "Ateliers Morvan <crm@firm.example>"
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Total\u202f: 12 €" in text or "Total\xa0: 12 €" in text
    assert "https://a.example/p/x?y=1&z=2" in text
    assert "<b>" not in html
    assert 'class="m-btn" href="https://a.example/p/x?y=1&amp;z=2"' in html


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("ada@firm.example\r\nBcc: x@evil.example", "Hello"),
        ("ada@firm.example", "Hello\r\nBcc: x@evil.example"),
        ("ada@firm.example", "Hello\nworld"),
        ("ada@firm.example, x@evil.example", "Hello"),
        ("Ada <ada@firm.example>", "Hello"),
    ],
)
def test_J4_a_second_header_or_recipient_is_refused(app, mail_url, to, subject) -> None:
    with post_office() as office:
        mail_url(office.url)
        assert mail.send(to, subject, "Text") is False
        assert office.letters.empty()


def test_J4_a_server_that_refuses_or_is_not_there_is_told_and_logged_without_names(app, mail_url, caplog) -> None:
    with post_office(refuses=True) as office:
        mail_url(office.url)
        assert mail.send("ada@firm.example", "Hello", "Text") is False
    assert mail.send("ada@firm.example", "Hello", "Text") is False
    assert "could not be sent" in caplog.text
    assert "ada" not in caplog.text


@pytest.mark.parametrize("fails", [True, False])
def test_J4_what_is_undone_is_not_written_about(app, client, mail_url, monkeypatch, fails) -> None:
    @public
    def view() -> str:
        mail.send_later("first@firm.example", "Hello", "Text")
        if fails:
            raise Refused("No.")
        return "done"

    monkeypatch.setitem(app.view_functions, "accounts.home", view)
    with post_office() as office:
        mail_url(office.url)
        assert client.get("/").status_code == (409 if fails else 200)
        mail.send("last@firm.example", "Hello", "Text")
        received = {office.letter()[0] for _letter in range(1 if fails else 2)}
        assert received == ({"last@firm.example"} if fails else {"first@firm.example", "last@firm.example"})
        assert office.letters.empty()
