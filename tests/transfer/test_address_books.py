"""CSV files as Google Contacts and Outlook write them (spec H1)."""

from __future__ import annotations

import pytest
from reads import reading


def test_H1_google_contacts_old_form() -> None:
    found = reading(
        "Name,Given Name,Additional Name,Family Name,Birthday,Notes,Group Membership,E-mail 1 - Type,"
        "E-mail 1 - Value,"
        "E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,"
        "Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,"
        "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Organization 1 - Type,"
        "Organization 1 - Name,Website 1 - Value\n"
        "Ada King Lovelace,Ada,King,Lovelace,1815-12-10,Hi,* myContacts ::: Friends,* Home,"
        "ada@home.example,Work,"
        "ada@w.example ::: a@w.example,Mobile,+44 20 7946 0123,Work Fax,020 7946 0124,Work,"
        '"1 High St\nLondon",'
        "1 High St,London,PB 7,Greater London,SW1A 1AA,GB,,Engines Ltd,engines.example\n"
    )
    assert (found.form, found.ignored) == ("google", ("Organization 1 - Type",))
    (only,) = found
    assert only.values == {
        "kind": "person",
        "first_name": "Ada",
        "middle_name": "King",
        "last_name": "Lovelace",
        "company_name": "Engines Ltd",
        "employer": "Engines Ltd",
        "emails": [
            {"value": "ada@home.example", "type": "home"},
            {"value": "ada@w.example", "type": "work"},
            {"value": "a@w.example", "type": "work"},
        ],
        "phones": [
            {"value": "+44 20 7946 0123", "type": "mobile"},
            {"value": "020 7946 0124", "type": "fax"},
        ],
        "addresses": [
            {
                "street": "1 High St",
                "city": "London",
                "street2": "PB 7",
                "region": "Greater London",
                "postal_code": "SW1A 1AA",
                "country": "GB",
                "purpose": "main",
            }
        ],
        "description": "Hi",
        "tags": ["Friends"],
        "website": "engines.example",
    }
    assert "1815-12-10" in str(only.warnings[0])


def test_H1_google_contacts_new_form() -> None:
    found = reading(
        "First Name,Middle Name,Last Name,Organization Name,Organization Title,Birthday,Notes,Labels,"
        "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,"
        "Address 1 - Formatted,Address 2 - Label,Address 2 - Street,Address 2 - City,Website 1 - Label\n"
        "Ann,,Weber,,,1980-12-31,,* myContacts,,a@x.example,Divers,030 23125-123,Home,"
        '"Weg 1\n10115 Berlin",Rechnung,'
        "Platz 2,Köln,\n"
        ",,,Acme GmbH,,,,,,,,,,,,,,\n"
    )
    person, company = found
    assert person.values == {
        "kind": "person",
        "first_name": "Ann",
        "last_name": "Weber",
        "birth_date": "1980-12-31",
        "emails": [{"value": "a@x.example", "type": "work"}],
        "phones": [{"value": "030 23125-123", "type": "other"}],
        "addresses": [
            {"street": "Weg 1", "street2": "10115 Berlin", "purpose": "main"},
            {"street": "Platz 2", "city": "Köln", "purpose": "invoice"},
        ],
    }
    assert company.values == {"kind": "company", "company_name": "Acme GmbH"}


OUTLOOK = {
    "en": (
        '"Title","First Name","Middle Name","Last Name","Suffix","Company","Job Title","Business Street",'
        '"Business Street 2","Business City","Business State","Business Postal Code",'
        '"Business Country/Region",'
        '"Home Street","Home City","Home Postal Code","Business Fax","Business Phone","Home Phone",'
        '"Mobile Phone",'
        '"Birthday","Categories","E-mail Address","E-mail Type","E-mail 2 Address","Location","Notes",'
        '"Web Page"'
    ),
    "fr": (
        '"Titre","Prénom","Deuxième prénom","Nom","Suffixe","Société","Titre","Rue (bureau)",'
        '"Rue (bureau) 2",'
        '"Ville (bureau)","Dép/Région (bureau)","Code postal (bureau)","Pays/Région (bureau)",'
        '"Rue (domicile)",'
        '"Ville (domicile)","Code postal (domicile)","Télécopie (bureau)","Téléphone (bureau)",'
        '"Téléphone (domicile)","Tél. mobile","Anniversaire","Catégories","Adresse de messagerie",'
        '"Type de messagerie","Adresse de messagerie 2","Emplacement","Notes","Page Web"'
    ),
    "de": (
        '"Anrede","Vorname","Weitere Vornamen","Nachname","Suffix","Firma","Position","Straße geschäftlich",'
        '"Straße geschäftlich 2","Ort geschäftlich","Region geschäftlich","Postleitzahl geschäftlich",'
        '"Land/Region geschäftlich","Straße privat","Ort privat","Postleitzahl privat","Fax geschäftlich",'
        '"Telefon geschäftlich","Telefon privat","Mobiltelefon","Geburtstag","Kategorien","E-Mail-Adresse",'
        '"E-Mail-Typ","E-Mail 2: Adresse","Ort","Notizen","Webseite"'
    ),
}


@pytest.mark.parametrize("language", OUTLOOK)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_H1_outlook_in_three_languages(language: str, encoding: str) -> None:
    cells = (
        '"Dr","Anna","Maria","Weber","","Acme GmbH","Chefin","Weg 1","Haus B","Köln","NRW","50667",'
        '"Deutschland",'
        '"Gasse 2","Bonn","53111","0221 4710-124","0221 4710-123","0228 1","0176 04069012","0/0/00",'
        '"VIP;Messe",'
        '"anna@acme.example","SMTP","anna@home.example","Raum 5","Hallo","www.acme.example"'
    )
    found = reading(f"{OUTLOOK[language]}\r\n{cells}\r\n", encoding)
    assert (found.form, found.language) == ("outlook", language)
    (only,) = found
    assert only.warnings == ()
    assert only.values == {
        "kind": "person",
        "title": "dr",
        "first_name": "Anna",
        "middle_name": "Maria",
        "last_name": "Weber",
        "company_name": "Acme GmbH",
        "employer": "Acme GmbH",
        "role": "Chefin",
        "emails": [
            {"value": "anna@acme.example", "type": "work"},
            {"value": "anna@home.example", "type": "other"},
        ],
        "phones": [
            {"value": "0221 4710-124", "type": "fax"},
            {"value": "0221 4710-123", "type": "work"},
            {"value": "0228 1", "type": "home"},
            {"value": "0176 04069012", "type": "mobile"},
        ],
        "addresses": [
            {
                "street": "Weg 1",
                "street2": "Haus B",
                "city": "Köln",
                "region": "NRW",
                "postal_code": "50667",
                "country": "DE",
                "purpose": "main",
            },
            {"street": "Gasse 2", "city": "Bonn", "postal_code": "53111", "purpose": "other"},
        ],
        "tags": ["VIP", "Messe"],
        "description": "Hallo",
        "website": "www.acme.example",
    }
    assert "Raum 5" in only.cells.values()


def test_H1_a_plain_list_with_one_name_from_outlook_is_none() -> None:
    found = reading("Nachname;E-Mail-Adresse;Ort\nWeber;a@x.example;Köln")
    assert (found.form, found.ignored) == ("carnet", ())
