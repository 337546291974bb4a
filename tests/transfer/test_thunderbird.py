"""The exports of Thunderbird's address book map without a hand (spec H1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from reads import reading
from sending import Sender

from webapp.contacts.models import Contact
from webapp.db import db

THUNDERBIRD = {
    "en": "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,"
    "Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home Country,"
    "Work Address,Work Address 2,Work City,Work State,Work ZipCode,Work Country,Job Title,Department,Organization,"
    "Web Page 1,Web Page 2,Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes,",
    "de": "Vorname,Nachname,Anzeigename,Spitzname,Primäre E-Mail-Adresse,Sekundäre E-Mail-Adresse,Messenger-Name,"
    "Tel. dienstlich,Tel. privat,Fax-Nummer,Pager-Nummer,Mobil-Tel.-Nr.,Privat: Adresse,Privat: Adresse 2,Privat: Ort,"
    "Privat: Bundesland,Privat: PLZ,Privat: Land,Dienstlich: Adresse,Dienstlich: Adresse 2,Dienstlich: Ort,"
    "Dienstlich: Bundesland,Dienstlich: PLZ,Dienstlich: Land,Arbeitstitel,Abteilung,Organisation,Webseite 1,Webseite 2,"
    "Geburtsjahr,Geburtsmonat,Geburtstag,Benutzerdef. 1,Benutzerdef. 2,Benutzerdef. 3,Benutzerdef. 4,Notizen,",
    "fr": "Prénom,Nom de famille,Nom à afficher,Surnom,Adresse électronique principale,Adresse électronique secondaire,"
    "Nom de l’écran,Tél. professionnel,Tél. personnel,Fax,Pager,Portable,Adresse privée,Adresse privée 2,Ville,"
    "Pays/État,Code postal,Pays/Région (domicile),Adresse professionnelle,Adresse professionnelle 2,Ville,Pays/État,"
    "Code postal,Pays/Région (bureau),Profession,Service,Société,Site web 1,Site web 2,Année de naissance,Mois,Jour,"
    "Divers 1,Divers 2,Divers 3,Divers 4,Notes,",
}
ANNA = (
    "Anna,Weber,Anna Weber,Anni,anna@acme.example,a@home.example,anni77,0221 1,0228 2,0221 3,0221 4,0170 5,"
    "Gasse 2,Hof,Bonn,NRW,53111,Germany,Weg 1,Haus B,Köln,NRW,50667,Deutschland,Chefin,Einkauf,Acme GmbH,"
    "https://acme.example,,1980,2,9,,,,,Hallo,"
)


@pytest.mark.parametrize("language", THUNDERBIRD)
def test_H1_thunderbird_in_three_languages(language: str) -> None:
    firm = ["", "", "Acme", "", "info@acme.example", *[""] * 21, "Acme GmbH", *[""] * 11]
    found = reading("\r\n".join((THUNDERBIRD[language], ANNA, ",".join(firm), "")))
    assert (found.form, found.language, len(found.ignored)) == ("thunderbird", language, 7)
    assert found.suggestions() == {}
    anna, acme = found
    assert anna.warnings == acme.warnings == ()
    assert anna.values == {
        "kind": "person",
        "first_name": "Anna",
        "last_name": "Weber",
        "company_name": "Acme GmbH",
        "employer": "Acme GmbH",
        "role": "Chefin",
        "department": "Einkauf",
        "emails": [{"value": "anna@acme.example", "type": "work"}, {"value": "a@home.example", "type": "other"}],
        "phones": [
            {"value": "0221 1", "type": "work"},
            {"value": "0228 2", "type": "home"},
            {"value": "0221 3", "type": "fax"},
            {"value": "0221 4", "type": "other"},
            {"value": "0170 5", "type": "mobile"},
        ],
        "addresses": [
            {
                "street": "Gasse 2",
                "street2": "Hof",
                "city": "Bonn",
                "region": "NRW",
                "postal_code": "53111",
                "country": "DE",
                "purpose": "main",
            },
            {
                "street": "Weg 1",
                "street2": "Haus B",
                "city": "Köln",
                "region": "NRW",
                "postal_code": "50667",
                "country": "DE",
                "purpose": "other",
            },
        ],
        "website": "https://acme.example",
        "birth_date": "1980-02-09",
        "description": "Hallo",
    }
    assert acme.values["employer"] == "Acme GmbH"


def test_H1_thunderbird_is_mapped_in_the_browser_as_it_is_found(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    url = sender.rehearse(f"{THUNDERBIRD['de']}\r\n{ANNA}\r\n")
    assert sender.counts(url)["create"] == 1
    sender.do(url, "start")
    assert (
        str(db.session.scalars(sa.select(Contact.birth_date).where(Contact.last_name == "Weber")).one()) == "1980-02-09"
    )


def test_H1_a_birth_date_in_three_columns_is_one() -> None:
    found = reading(
        "Last Name,Primary Email,Web Page 1,Birth Year,Birth Month,Birth Day\n"
        "A,,,1980,12,31\nB,,,,2,9\nC,,,1980,,\nD,,,1980,13,1\nE,,,,,\n"
    )
    rows = list(found)
    assert [row.values.get("birth_date") for row in rows] == ["1980-12-31", None, None, None, None]
    assert [len(row.warnings) for row in rows] == [0, 1, 1, 1, 0]
    assert [str(row.warnings[0]).split(" ")[0] for row in rows[1:4]] == ["“--02-09”", "“1980”", "“1980-13-01”"]


def test_H1_a_birthday_without_its_year_beside_it_is_a_date() -> None:
    found = reading("Vorname,Primäre E-Mail-Adresse,Webseite 1,Geburtsmonat,Geburtstag\nA,,,12,31.12.1980\n")
    (only,) = found
    assert (only.values["birth_date"], only.warnings) == ("1980-12-31", ())


def test_H1_a_year_in_short_beside_month_and_day_is_told() -> None:
    (only,) = reading("Last Name,Primary Email,Web Page 1,Birth Year,Birth Month,Birth Day\nA,,,05,3,1\n")
    assert "birth_date" not in only.values
    assert "“05 3 1”" in str(only.warnings[0])


def test_H1_a_year_and_a_month_of_birth_without_the_day_are_not_used() -> None:
    found = reading("Last Name,Primary Email,Web Page 1,Birth Year,Birth Month\nA,a@x.example,,1980,3\n")
    assert found.ignored == ("Birth Year", "Birth Month")
    (only,) = found
    assert only.cells == {"Birth Year": "1980", "Birth Month": "3"}


def test_H1_months_and_days_of_a_list_are_no_birthday() -> None:
    found = reading("Nom,Mois,Jour\nMartin,12,31\n")
    assert (found.form, found.ignored) == ("carnet", ("Mois", "Jour"))
