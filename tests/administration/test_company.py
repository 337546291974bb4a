"""Settings › General › Company: the firm, its logo, its mail server (spec J4), and what a change of them does."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa

from webapp.administration import changes, company, mailserver
from webapp.administration.models import Setting, SettingChange
from webapp.administration.sealing import unseal
from webapp.administration.settings import put_setting, setting, zone
from webapp.contacts.links import today
from webapp.db import db
from webapp.errors import Invalid, Stale
from webapp.mail import PASSWORD_PURPOSE

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def fields_of(page: str) -> dict[str, str]:
    """What the company's form holds, as a browser would send it."""
    form = re.search(r'<form[^>]*action="/settings/company" .*?</form>', page, re.DOTALL)
    assert form
    found = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form[0]))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value.replace("&#34;", '"').replace("&amp;", "&") for name, value in found.items()}


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


def save(client, **changed: str):
    sent = fields_of(client.get("/settings/company").text)
    return client.submit("/settings/company", sent | changed)


def test_J4_the_firm_is_set_and_shown_again(admin) -> None:
    answer = save(admin, name="Ateliers Morvan", city="Quimper", country="FR", currency="CHF", language="fr")
    assert answer.status_code == 303
    page = admin.get("/settings/company").text
    assert fields_of(page)["name"] == "Ateliers Morvan"
    assert (setting("company.currency"), setting("company.language")) == ("CHF", "fr")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"currency": "XTS"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"country": "ZZ"}, "country"),
        ({"country": ""}, "country"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"language": "es"}, "language"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_J4_wrong_values_are_refused_and_nothing_typed_is_lost(admin, changed, field) -> None:
    answer = save(admin, city="Typed before", **changed)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert 'value="Typed before"' in answer.text
    assert setting("company.city") == ""


def test_J4_a_value_that_cannot_be_verified_is_kept_with_a_warning(admin) -> None:
    assert save(admin, vat_id="FR00000000000", postal_code="123", phone="12", website="no site").status_code == 303
    assert setting("company.vat_id") == "FR00000000000"
    assert company.warnings().keys() == {"vat_id", "postal_code", "phone", "website"}
    assert admin.get("/settings/company").text.count('class="c-warn"') == 4
    admin.submit("/preferences", {"locale": "fr"})
    french = admin.get("/settings/company").text
    assert "avec votre immatriculation" in french
    assert "compare" not in "".join(re.findall(r'class="c-warn">.*?</span>', french, re.DOTALL)).replace("comparez", "")
    admin.submit("/preferences", {"locale": "en"})
    save(admin, vat_id="FR40303265045", postal_code="29000", phone="02 98 98 89 00", website="morvan.example")
    assert company.warnings() == {}


def test_J4_test_and_unit_currencies_are_neither_offered_nor_taken(admin, make, system) -> None:
    page = admin.get("/settings/company").text
    offered = set(re.findall(r'<option value="([A-Z]{3})"', page))
    assert {"EUR", "CHF", "GBP", "XOF"} <= offered
    assert not {"XXX", "XTS", "XAU", "XDR", "CHE", "CLF", "DEM", "FRF"} & offered
    with pytest.raises(Invalid):
        make("Firm", currency="XXX")


def test_J4_days_are_counted_in_the_firms_time_zone(app, admin) -> None:
    assert zone().key == app.config["CARNET"].timezone
    for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        assert save(admin, timezone=name).status_code == 303
        assert zone().key == name
        assert today() == dt.datetime.now(zone()).date()


def test_J4_a_page_shows_times_in_the_firms_time_zone(admin, make) -> None:
    contact = make("Firm")
    db.session.flush()
    db.session.execute(sa.text("UPDATE history_entry SET at = :at").bindparams(
        sa.bindparam("at", dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC), sa.DateTime(timezone=True))))  # fmt: skip
    shown = {}
    for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        save(admin, timezone=name)
        shown[name] = admin.get(f"/contacts/{contact.id}/history").text
    assert "1:30" in shown["Pacific/Kiritimati"]
    assert "12:30" in shown["Pacific/Pago_Pago"]


def test_J4_a_time_zone_that_this_system_does_not_know_falls_back(app) -> None:
    put_setting("company.timezone", "Mars/Olympus")
    assert zone().key == app.config["CARNET"].timezone


def test_J4_the_firms_language_is_for_whoever_asks_for_none_of_ours(client) -> None:
    put_setting("company.language", "de")
    assert 'lang="de"' in client.get("/login", headers={"Accept-Language": "es"}).text
    assert 'lang="fr"' in client.get("/login", headers={"Accept-Language": "fr"}).text


def test_J4_a_change_is_noted_with_who_and_what(admin) -> None:
    save(admin, name="Before")
    save(admin, name="After")
    page = admin.get("/settings/company").text
    assert '<del class="c-val">Before</del>' in page
    assert '<ins class="c-val">After</ins>' in page
    assert "Administrator" in page
    number = db.session.scalar(sa.select(sa.func.count(SettingChange.id)))
    save(admin, name="After")
    assert db.session.scalar(sa.select(sa.func.count(SettingChange.id))) == number


def test_J4_the_page_costs_the_same_after_many_changes(admin, statements) -> None:
    save(admin, name="1")
    with statements() as few:
        admin.get("/settings/company")
    for number in range(8):
        save(admin, name=f"Name {number}")
    with statements() as many:
        admin.get("/settings/company")
    assert len(few) == len(many)


class TestTwoAtOnce:
    """A5: the second administrator gets both versions, and loses nothing."""

    def test_A5_both_versions_side_by_side(self, admin) -> None:
        mine = fields_of(admin.get("/settings/company").text)
        save(admin, name="Theirs", city="Brest")
        answer = admin.submit("/settings/company", mine | {"name": "Mine", "phone": "+33298988900"})
        assert answer.status_code == 409
        for text in ("Theirs", "Mine", "Yours, kept without asking: Phone.", "Theirs, kept without asking: City."):
            assert text in answer.text
        assert setting("company.name") == "Theirs"
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        assert admin.submit("/settings/company", sent | {"choice-name": "mine"}).status_code == 303
        found = (setting("company.name"), setting("company.city"), setting("company.phone"))
        assert found == ("Mine", "Brest", "+33298988900")

    def test_A5_theirs_can_be_chosen(self, admin) -> None:
        mine = fields_of(admin.get("/settings/company").text)
        save(admin, name="Theirs")
        answer = admin.submit("/settings/company", mine | {"name": "Mine"})
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        assert admin.submit("/settings/company", sent | {"choice-name": "theirs"}).status_code == 303
        assert setting("company.name") == "Theirs"

    def test_A5_the_service_refuses_an_old_version(self, system) -> None:
        version = changes.version(company.PAGE)
        company.save({"company.name": "One"}, version)
        with pytest.raises(Stale):
            company.save({"company.name": "Two"}, version)

    @pytest.mark.parametrize("version", ["", "x", "9" * 40, "-1"])
    def test_A5_a_form_that_cannot_say_what_it_read_meets_both_versions(self, admin, version) -> None:
        assert save(admin, name="Blind", version=version).status_code == 409
        assert setting("company.name") == ""


class TestLogo:
    """Checked by its content, served as what it is."""

    def send(self, client, content: bytes, name: str = "logo.png"):
        answer = client.submit("/settings/company/logo", {"logo": (io.BytesIO(content), name)})
        # A large file lies on the disk until its request is closed, as a server does.
        answer.request.input_stream.close()
        return answer

    def test_J4_a_logo_is_set_shown_and_removed(self, admin, sign_in) -> None:
        assert self.send(admin, PNG).status_code == 303
        answer = admin.get("/settings/company/logo.img")
        assert (answer.data, answer.mimetype) == (PNG, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "/settings/company/logo.img" in admin.get("/settings/company").text
        assert self.send(admin, b"\xff\xd8\xff" + PNG).status_code == 303
        assert admin.get("/settings/company/logo.img").mimetype == "image/jpeg"
        assert admin.submit("/settings/company/logo", {"remove": "1"}).status_code == 303
        assert admin.get("/settings/company/logo.img").status_code == 404

    @pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"GIF89a", PNG + b"\x00" * 1024 * 1024])
    def test_J4_what_is_no_small_picture_is_refused(self, admin, content) -> None:
        assert self.send(admin, content).status_code == 422
        assert admin.get("/settings/company/logo.img").status_code == 404


class TestMail:
    """The mail server: its password goes in and never out again."""

    WANTED = {"host": "smtp.example.com", "security": "starttls", "port": "", "user": "crm",
              "from": "crm@example.com"}  # fmt: skip

    def send(self, client, **changed: str):
        version = changes.version(mailserver.PAGE)
        return client.submit("/settings/company/mail", self.WANTED | {"version": str(version)} | changed)

    def test_J4_the_password_is_kept_sealed_and_never_shown(self, admin) -> None:
        assert self.send(admin, password="quite secret").status_code == 303
        stored = db.session.scalar(sa.select(Setting.value).where(Setting.key == "mail.password"))
        assert "quite secret" not in stored
        assert unseal(stored, PASSWORD_PURPOSE) == "quite secret"
        page = admin.get("/settings/company").text
        assert "quite secret" not in page
        assert stored not in page
        noted = db.session.scalars(sa.select(SettingChange)).all()
        assert "mail.password" in noted[-1].changes
        assert "secret" not in str([one.changes for one in noted])
        assert self.send(admin, password="", port="2525").status_code == 303
        assert unseal(setting("mail.password"), PASSWORD_PURPOSE) == "quite secret"

    def test_J4_a_kept_password_never_goes_to_another_server(self, admin) -> None:
        self.send(admin, password="quite secret")
        for changed in ({"host": "evil.example.com"}, {"user": "other"}):
            answer = self.send(admin, **changed)
            assert answer.status_code == 422
            assert 'id="f-password-e"' in answer.text
        assert setting("mail.host") == "smtp.example.com"
        self.send(admin, user="")
        assert setting("mail.password") == ""

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"host": "https://smtp.example.com/"}, "host"),
            ({"host": "a b"}, "host"),
            ({"port": "0"}, "port"),
            ({"port": "70000"}, "port"),
            ({"port": "many"}, "port"),
            ({"security": "ssl3"}, "security"),
            ({"from": ""}, "from"),
            ({"from": "nobody"}, "from"),
            ({"user": "", "password": "x"}, "user"),
            ({"password": "x" * 501}, "password"),
        ],
    )
    def test_J4_what_can_not_work_is_refused_and_stays_in_the_form(self, admin, changed, field) -> None:
        answer = self.send(admin, **changed)
        assert answer.status_code == 422
        assert f'id="f-{field}-e"' in answer.text
        assert setting("mail.host") == ""
        if field != "from":
            assert 'value="crm@example.com"' in answer.text

    def test_J4_without_a_server_the_page_says_what_happens(self, admin) -> None:
        page = admin.get("/settings/company").text
        assert "is shown to copy" in page
        assert "Send a test mail to me" not in page
        assert admin.submit("/settings/company/mail/test").status_code == 409

    def test_A5_a_stale_mail_form_meets_both_versions_without_the_password(self, admin) -> None:
        self.send(admin, password="quite secret")
        answer = self.send(admin, version="0", host="other.example.com", password="never echoed")
        assert answer.status_code == 409
        assert "never echoed" not in answer.text
        assert "other.example.com" in answer.text


def test_J4_what_was_set_and_taken_back_is_not_read_on(app) -> None:
    assert setting("company.name") == ""
    put_setting("company.name", "Never")
    assert setting("company.name") == "Never"
    db.session.rollback()
    assert setting("company.name") == ""
