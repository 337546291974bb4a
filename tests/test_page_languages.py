"""No page mixes languages: what it says comes from the catalogues, or is data."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from flask_babel import get_babel

from webapp import translating
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.administration.models import ValueListItem
from webapp.contacts import links
from webapp.contacts.fields import NETWORKS
from webapp.contacts.services import update
from webapp.db import db
from webapp.i18n import LOCALES, Catalogues

SPOKEN = ("aria-label", "aria-description", "title", "placeholder", "alt", "data-label", "data-one", "data-other",
          "data-failed", "data-offline")  # fmt: skip
GREEK = "Ελλάς"
"""All data of these tests is in Greek letters, so that what is left in Latin ones is the program's."""
DATA = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+|\d{1,2} [\wéû.]+ \d{4}|EUR|GR|B2[BCG]|Carnet|UTF-8")


class Texts(HTMLParser):
    """Texts and spoken attributes of a page, without scripts, keys, points in time and names of languages."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name in SPOKEN if (value := given.get(name))]
        if tag in ("script", "style", "kbd", "time") or (tag != "html" and "lang" in given):
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append(" ".join(data.split()))


def names() -> set[str]:
    """What stands on pages by its own name: countries, languages, currencies, brands, values of lists."""
    french = Locale("fr")
    lists = db.session.scalars(sa.select(ValueListItem.label_fr))
    currencies = {f"{code} · {name}" for code, name in french.currencies.items()}
    brands = {str(label) for _code, label in NETWORKS if label != "Other"}
    return {*french.territories.values(), *french.languages.values(), *currencies, *brands, *lists, *LOCALES.values()}


def untranslated(page: str, known: set[str]) -> list[str]:
    """The texts of a page that came by no catalogue."""
    left = []
    for text in Texts(page).found:
        bare, count = text, 1
        while count:
            bare, count = re.subn("⟦[^⟦⟧]*⟧", "", bare)
        parts = [part for part in re.split(", | · ", bare) if part.strip() not in known]
        if bare.strip() not in known and re.search("[A-Za-zÀ-ÿ]", DATA.sub("", " ".join(parts))):
            left.append(text)
    return left


def test_what_no_catalogue_says_is_found() -> None:
    page = (
        '<p title="Bin"><b>⟦Add ⟦it⟧⟧ now</b> Ελλάς 12 <kbd>n</kbd><i lang="de">Deutsch</i></p>'
        '<td data-label="City">⟦a⟧</td>'
    )
    assert untranslated(page, set()) == ["Bin", "⟦Add ⟦it⟧⟧ now", "City"]


@pytest.fixture
def marked(app, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of French, a catalogue that shows each of its strings in ⟦brackets⟧."""
    catalogue = Catalog(locale="fr")
    stored = [one for owner in translating.owners() for one in translating.stored(owner.path("fr"), "fr") if one.id]
    for one in stored:
        several = isinstance(one.id, tuple)
        catalogue.add(one.id, tuple(f"⟦{text}⟧" for text in one.id) if several else f"⟦{one.id}⟧", context=one.context)
    path = tmp_path / "fr" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as target:
        write_po(target, catalogue)
    monkeypatch.setattr(get_babel(app).instance, "catalogues", Catalogues([tmp_path]))


@pytest.fixture
def reader(marked, sign_in):
    """An administrator who reads the marked pages."""
    client = sign_in("administrator", locale="fr")
    db.session.scalars(sa.select(User)).one().name = GREEK
    return client


@pytest.fixture
def file(make):
    """A contact with functions, a past one, persons, all values; and its link."""
    party = make("Ωμέγα", functions=["prospect", "customer", "supplier"])
    boss = make("Παύλος", kind="person")
    only = make("Πέτρος", kind="person")
    with acting(acting_as_system("import")):
        update(
            party.id,
            {
                "vat_id": "12", "website": "https://ex.example", "language": "fr", "category": "a", "source": "fair",
                "description": GREEK, "parent_id": make("Άλφα").id, "legal_form": "sarl", "tags": [GREEK],
                "emails": [{"type": "work", "value": "a@ex.example"}, {"type": "home", "value": "β"}],
                "phones": [{"type": "mobile", "value": "12"}],
                "addresses": [{"purpose": "main", "street": GREEK, "postal_code": "1", "country": "GR"}],
                "bank_accounts": [{"holder": GREEK, "iban": "12"}],
                "social_accounts": [{"network": "xing", "value": GREEK}],
                "consents": [{"channel": "email", "status": "granted", "basis": "consent", "review_on": "2027-01-31"}],
                "external_ids": [{"source": GREEK, "value": "12"}],
            },
        )  # fmt: skip
        update(boss.id, {"salutation": "ms", "title": "dr", "birth_date": "1980-12-31"})
        links.create(party.id, only.id, {"active_to": "2099-12-31"})
        link = links.create(party.id, boss.id, {"is_primary": True, "is_invoice_recipient": True, "role": GREEK})
    db.session.flush()
    return party, boss, link


def look(reader, addresses: list[str]) -> dict[str, list[str]]:
    """The untranslated texts of these pages, by address."""
    known = names()
    found = {}
    for address in addresses:
        answer = reader.get(address, headers={"Accept-Language": "fr"})
        if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303):
            assert answer.status_code in (200, 404), address
            found[address] = untranslated(answer.text, known)
    return found


def rules(app, *arguments: str) -> list[str]:
    return [
        str(rule.endpoint)
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and set(rule.arguments) == set(arguments) and rule.endpoint != "static"
    ]


def test_no_page_mixes_languages(app, reader, file) -> None:
    with app.test_request_context():
        addresses = [app.url_for(endpoint) for endpoint in rules(app)]
    found = look(reader, [*addresses, "/nowhere", "/contacts?q=nobody"])
    assert len(found) >= 7
    assert not {address: texts for address, texts in found.items() if texts}


def test_no_page_of_a_contact_mixes_languages(app, reader, file, make) -> None:
    party, boss, link = file
    fresh = make("Δέλτα", functions=["prospect"])
    with app.test_request_context():
        addresses = [app.url_for(name, id=one.id) for name in rules(app, "id") for one in (party, boss, fresh)]
        addresses += [app.url_for(name, link_id=link.id) for name in rules(app, "link_id")]
        addresses += [
            app.url_for("functions.activate", id=boss.id, function=function)
            for function in ("prospect", "customer", "supplier")
        ]
        addresses += [app.url_for("contacts.file", id=party.id, view=one) for one in ("customer", "supplier")]
        addresses += [
            app.url_for("functions.convert", id=fresh.id, to="customer"),
            app.url_for("links.create", id=party.id, person_id=make("Ήρα", kind="person").id),
            app.url_for("links.create", id=party.id, q="zz"),
        ]
    found = look(reader, addresses)
    assert len(found) >= 25
    assert not {address: texts for address, texts in found.items() if texts}


def test_no_answer_to_a_form_mixes_languages(app, reader, file, make) -> None:
    party, boss, link = file
    fresh, known = make("Δέλτα", functions=["prospect"]), names()
    ids = {"ids": [fresh.id, party.id], "action": "convert", "back": "/prospects"}
    csv = "Nom;E-mail;Date de naissance;Fonctions\nΉρα;ήρα;31.02.1980;ΧΨ\n;;;\nΩμέγα;a@ex.example;;\n"
    forms: list[tuple[str, dict]] = [
        ("/contacts/new", {"kind": "person", "birth_date": "12", "emails-0-value": "1"}),
        ("/contacts/new", {"kind": "company", "company_name": "Βήτα"}),
        (f"/contacts/{party.id}/edit", {"version": "0", "kind": "company", "company_name": "Βήτα", "base": ""}),
        (f"/contacts/{boss.id}/delete", {}),
        (f"/links/{link.id}/remove", {}),
        (f"/links/{link.id}", {"version": "0", "active_from": "12"}),
        (f"/contacts/{fresh.id}/picture", {}),
        (f"/contacts/{fresh.id}/functions/customer", {"customer.credit_limit": "12,3,4"}),
        (f"/contacts/{party.id}/functions/prospect", {}),
        ("/mass-actions", ids),
        ("/mass-actions", {**ids, "confirmed": "1"}),
        ("/mass-actions", {"action": "convert", "back": "/prospects"}),
        ("/import", {"do": "rehearse", "file": (io.BytesIO(csv.encode()), "χ.csv")}),
        ("/import", {"do": "import", "file": (io.BytesIO(csv.encode()), "χ.csv")}),
        ("/import", {"do": "import", "file": (io.BytesIO(b""), "χ.csv")}),
    ]
    found = {}
    for address, data in forms:
        answer = reader.submit(address, data, follow_redirects=True)
        assert answer.status_code in (200, 409, 422), (address, answer.status_code)
        found[f"{address} {answer.status_code}"] = untranslated(answer.text, known)
    assert not {address: texts for address, texts in found.items() if texts}


@pytest.mark.parametrize("field", ["email", "password", "remember"])
def test_sign_in_says_our_own_sentence_and_nothing_of_the_libraries(marked, user, client, field: str) -> None:
    someone = user("editor", locale="fr")
    given = {"email": someone.email, "password": "wrong", "remember": "y"} | {field: ""}
    answer = client.submit("/login", given, headers={"Accept-Language": "fr"})
    assert "⟦E-mail address and password don't match." in answer.text
    assert untranslated(answer.text, set(LOCALES.values())) == []


def test_the_first_run_mixes_no_languages(marked, client) -> None:
    for answer in (
        client.get("/first-run", headers={"Accept-Language": "fr"}),
        client.submit("/first-run", {"code": "1"}, headers={"Accept-Language": "fr"}),
    ):
        assert answer.status_code in (200, 422)
        assert untranslated(answer.text, set(LOCALES.values())) == []
