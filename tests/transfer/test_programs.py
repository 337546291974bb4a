"""The exports of HubSpot, Odoo, Dolibarr, weclapp and Apple map without a hand (spec H1)."""

from __future__ import annotations

import io
from typing import Any

import pytest

from plugins.transfer.reading.opening import Reading, open_reading

LISTS = {"titles": {"dr": "dr"}, "legal_forms": {"sarl": "sarl"}}


def _open(*lines: str) -> Reading:
    return open_reading(io.BytesIO("\n".join(lines).encode()), lists=LISTS)


ANNA = {
    "kind": "person",
    "first_name": "Anna",
    "last_name": "Weber",
    "company_name": "Acme GmbH",
    "employer": "Acme GmbH",
    "role": "Chefin",
    "emails": [{"value": "anna@acme.example", "type": "work"}],
    "phones": [{"value": "+49 221 4710", "type": "work"}, {"value": "+49 170 1", "type": "mobile"}],
}
PLACE = {"street": "Weg 1", "city": "Köln", "postal_code": "50667", "country": "DE", "purpose": "main"}

HUBSPOT = {
    "en": "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Company Name,Job Title,"
    "Lifecycle Stage,"
    "Street Address,City,Postal Code,Country/Region,Contact owner",
    "fr": "ID de l'enregistrement,Prénom,Nom,E-mail,Numéro de téléphone,Numéro de téléphone mobile,Nom de l'entreprise,"
    "Intitulé du poste,Phase du cycle de vie,Adresse postale,Ville,Code postal,Pays/Région,Propriétaire du contact",
    "de": "Datensatz-ID,Vorname,Nachname,E-Mail,Telefonnummer,Mobiltelefonnummer,Unternehmensname,Jobbezeichnung,"
    "Lifecycle-Phase,Straßenadresse,Stadt,Postleitzahl,Land/Region,Kontakt-Zuständiger",
}


@pytest.mark.parametrize("language", HUBSPOT)
def test_H1_hubspot_contacts(language: str) -> None:
    found = _open(
        HUBSPOT[language],
        "151,Anna,Weber,anna@acme.example,+49 221 4710,+49 170 1,Acme GmbH,Chefin,Lead,Weg 1,Köln,50667,Germany,Max",
        "152,,,b@acme.example,,,,,Subscriber,,,,,",
    )
    assert (found.form, found.language, len(found.ignored)) == ("hubspot", language, 1)
    first, second = found
    assert first.warnings == ()
    assert first.values == ANNA | {"addresses": [PLACE], "functions": ["prospect"], "external_id": "151"}
    assert "functions" not in second.values


def test_H1_hubspot_companies() -> None:
    found = _open(
        "Record ID,Company name,Company owner,Phone Number,Street Address,Street Address 2,City,Postal Code,"
        "Country/Region,Industry,Company Domain Name,Lifecycle Stage",
        "9,Acme GmbH,Max,+49 221 4710,Weg 1,Haus B,Köln,50667,Germany,COMPUTER,acme.example,Customer",
    )
    assert (found.form, found.ignored) == ("hubspot", ("Company owner", "Industry"))
    (only,) = found
    assert only.values == {
        "kind": "company",
        "company_name": "Acme GmbH",
        "phones": [{"value": "+49 221 4710", "type": "work"}],
        "addresses": [PLACE | {"street2": "Haus B"}],
        "website": "acme.example",
        "functions": ["customer"],
        "external_id": "9",
    }


ODOO = {
    "en": "External ID,Name,Company Type,Related Company,Email,Phone,Mobile,Street,City,Zip,Country,Tax ID,"
    "Job Position,"
    "Tags,Reference",
    "fr": "ID externe,Nom,Type de société,Société liée,E-mail,Téléphone,Mobile,Rue,Ville,Code postal,Pays,"
    "Numéro fiscal,"
    "Poste occupé,Étiquettes,Référence",
    "de": "Externe ID,Name,Unternehmenstyp,Verbundenes Unternehmen,E-Mail,Telefon,Mobil,Straße,Stadt,PLZ,"
    "Land,Steuer-ID,"
    "Stelle,Stichwörter,Referenz",
}


@pytest.mark.parametrize("language", ODOO)
def test_H1_odoo_contacts(language: str) -> None:
    words = {"en": ("Individual", "Company"), "fr": ("Individu", "Entreprise"), "de": ("Person", "Unternehmen")}
    person, company = words[language]
    found = _open(
        ODOO[language],
        f"x.7,Anna Weber,{person},Acme GmbH,anna@acme.example,+49 221 4710,+49 170 1,Weg 1,Köln,50667,"
        f"DE,,Chefin,VIP,C-7",
        f"x.8,Acme GmbH,{company},,info@acme.example,,,,,,,DE123456789,,,",
    )
    assert (found.form, found.language, found.ignored) == ("odoo", language, ())
    first, second = found
    assert first.values == ANNA | {"addresses": [PLACE], "tags": ["VIP"], "external_id": "x.7", "number": "C-7"}
    assert second.values == {
        "kind": "company",
        "company_name": "Acme GmbH",
        "emails": [{"value": "info@acme.example", "type": "work"}],
        "vat_id": "DE123456789",
        "external_id": "x.8",
    }
    assert first.warnings == second.warnings == ()


def test_H1_odoo_by_the_names_of_its_fields() -> None:
    found = _open(
        "id,name,is_company,parent_id/name,email,phone,mobile,street,city,zip,country_id/code,function,comment,"
        "customer_rank,supplier_rank",
        "x.7,Anna Weber,False,Acme GmbH,anna@acme.example,+49 221 4710,+49 170 1,Weg 1,Köln,50667,DE,Chefin,Hallo,2,0",
    )
    assert (found.form, found.ignored) == ("odoo", ())
    (only,) = found
    assert only.values == ANNA | {
        "addresses": [PLACE],
        "description": "Hallo",
        "functions": ["customer"],
        "external_id": "x.7",
    }


def test_H1_dolibarr_third_parties() -> None:
    found = _open(
        "Id tiers;Raison sociale;Nom alternatif;Client;Fournisseur;Code client;Code fournisseur;"
        "Adresse;Code postal;Ville;"
        "Département/Canton;Pays;Code pays;Téléphone;E-mail;ID professionnel 1;ID professionnel 2;"
        "Num TVA;Forme juridique",
        '7;Acme SARL;Acme;1;1;CU-7;SU-3;"1 rue Haute\n2e étage";69001;Lyon;Rhône;France;FR;+33 4 72 00 00 00;'
        "info@acme.example;732829320;73282932000074;FR44732829320;SARL",
        "8;Bêta;;2;0;;;;;;;;;;;;;;",
        "9;Gamma;;0;0;;;;;;;;;;;;;;",
    )
    assert (found.form, found.language, found.ignored) == ("dolibarr", "fr", ("ID professionnel 1",))
    first, second, third = found
    assert first.warnings == ()
    assert first.values == {
        "kind": "company",
        "company_name": "Acme SARL",
        "company_name2": "Acme",
        "legal_form": "sarl",
        "emails": [{"value": "info@acme.example", "type": "work"}],
        "phones": [{"value": "+33 4 72 00 00 00", "type": "work"}],
        "addresses": [
            {
                "street": "1 rue Haute",
                "street2": "2e étage",
                "postal_code": "69001",
                "city": "Lyon",
                "region": "Rhône",
                "country": "FR",
                "purpose": "main",
            }
        ],
        "vat_id": "FR44732829320",
        "tax_number": "73282932000074",
        "functions": ["customer", "supplier"],
        "numbers": {"customer": "CU-7", "supplier": "SU-3"},
        "external_id": "7",
    }
    assert (second.values["functions"], "functions" in third.values) == (["prospect"], False)


def test_H1_dolibarr_s_state_of_a_party_is_no_region() -> None:
    found = _open(
        "Nom du tiers;Nom alternatif;État;Code client;Code postal;Ville;Pays",
        "Acme SARL;Acme;1;CU-7;69001;Lyon;France",
        "Bêta SA;Bêta;0;;;;",
    )
    assert (found.form, found.ignored, found.suggestions()) == ("dolibarr", ("État",), {})
    first, second = found
    assert first.values["addresses"] == [{"postal_code": "69001", "city": "Lyon", "country": "FR", "purpose": "main"}]
    assert "addresses" not in second.values
    few = _open("Raison sociale;Id tiers;État;Ville", "Acme;7;1;Lyon")
    assert few.ignored == ("Id tiers", "État")


def test_H1_a_region_that_is_a_number_is_kept() -> None:
    found = _open("Société;Ville;Région", "Acme;Lyon;1", "Gamma;Ajaccio;2A", "Delta;Lyon;69")
    regions = [[one.get("region") for one in row.values.get("addresses", [])] for row in found]
    assert regions == [["1"], ["2A"], ["69"]]


def test_H1_dolibarr_contact_persons_are_not_their_firm() -> None:
    found = _open(
        "Id contact;Code civilité;Nom;Prénom;Poste/Fonction;Téléphone;Tél portable;E-mail;Id société;Raison sociale;"
        "Code client;Client",
        "9;MME;Weber;Anna;Chefin;+49 221 4710;+49 170 1;anna@acme.example;7;Acme GmbH;CU-7;1",
    )
    assert (found.form, found.ignored) == ("dolibarr", ("Id société", "Code client", "Client"))
    (only,) = found
    assert only.values == ANNA | {"salutation": "ms", "external_id": "9"}


def test_H1_weclapp_by_the_names_of_its_fields() -> None:
    found = _open(
        "id,partyType,customerNumber,company,company2,salutation,firstName,lastName,email,emailHome,phone,mobilePhone1,"
        "vatRegistrationNumber,personCompany,customer,supplier",
        "47,PERSON,10001,,,MRS,Anna,Weber,anna@acme.example,a@home.example,+49 221 4710,+49 170 1,,"
        "Acme GmbH,true,false",
        "48,ORGANIZATION,,Beta AG,Werk Süd,COMPANY,,,,,,,DE123456789,,false,true",
    )
    assert (found.form, found.ignored) == ("weclapp", ())
    first, second = found
    assert first.values["emails"][1] == {"value": "a@home.example", "type": "home"}
    assert (first.values["employer"], first.values["salutation"]) == ("Acme GmbH", "ms")
    assert (first.values["functions"], first.values["number"]) == (["customer"], "10001")
    assert second.values == {
        "kind": "company",
        "company_name": "Beta AG",
        "company_name2": "Werk Süd",
        "vat_id": "DE123456789",
        "functions": ["supplier"],
        "external_id": "48",
    }


def test_H1_weclapp_in_german() -> None:
    found = _open(
        "Kundennummer;Partnertyp;Firma;Firma 2;Anrede;Vorname;Nachname;E-Mail;E-Mail privat;Telefon;Mobil 1;USt-IdNr.;"
        "Steuernummer;Straße;Adresszusatz;PLZ;Ort;Bundesland;Land;Währung;Sprache;Zahlungsbedingung;IBAN;BIC",
        "10001;Organisation;Acme GmbH;Werk Köln;;;;info@acme.example;;+49 221;;DE123456789;12/345;"
        "Weg 1;Haus B;50667;Köln;"
        "NRW;Deutschland;EUR;Deutsch;30 Tage;DE89370400440532013000;COBADEFFXXX",
    )
    assert (found.form, found.ignored) == ("weclapp", ("Zahlungsbedingung",))
    (only,) = found
    assert only.values == {
        "kind": "company",
        "company_name": "Acme GmbH",
        "company_name2": "Werk Köln",
        "emails": [{"value": "info@acme.example", "type": "work"}],
        "phones": [{"value": "+49 221", "type": "work"}],
        "addresses": [PLACE | {"street2": "Haus B", "region": "NRW"}],
        "vat_id": "DE123456789",
        "tax_number": "12/345",
        "currency": "EUR",
        "language": "de",
        "bank_accounts": [{"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}],
        "functions": ["customer"],
        "number": "10001",
    }


APPLE = {
    "en": "First name,Last name,Company,Job title,mobile phone,work phone,home phone,work email,home email,work street,"
    "work zip,work city,home street,home city,birthday",
    "fr": "Prénom,Nom,Société,Fonction,Téléphone (mobile),Téléphone (bureau),Téléphone (domicile),E-mail (travail),"
    "E-mail (domicile),Rue (bureau),Code postal (bureau),Ville (bureau),Rue (domicile),Ville (domicile),Anniversaire",
    "de": "Vorname,Nachname,Firma,Position,Telefon (Mobil),Telefon (Arbeit),Telefon (Privat),E-Mail (Arbeit),"
    "E-Mail (Privat),Straße (Arbeit),PLZ (Arbeit),Ort (Arbeit),Straße (Privat),Ort (Privat),Geburtstag",
}


@pytest.mark.parametrize("language", APPLE)
def test_H1_cards_of_apple_laid_into_numbers(language: str) -> None:
    found = _open(
        APPLE[language],
        "Anna,Weber,Acme GmbH,Chefin,+49 170,+49 221,+49 228,anna@acme.example,a@home.example,Weg 1,50667,Köln,Gasse 2,"
        "Bonn,1980-12-31",
    )
    assert (found.language, found.ignored) == (language, ())
    (only,) = found
    assert [one["type"] for one in only.values["phones"]] == ["mobile", "work", "home"]
    assert [one["type"] for one in only.values["emails"]] == ["work", "home"]
    assert only.values["addresses"] == [
        {"street": "Weg 1", "postal_code": "50667", "city": "Köln", "purpose": "main"},
        {"street": "Gasse 2", "city": "Bonn", "purpose": "other"},
    ]
    assert (only.values["role"], only.values["birth_date"]) == ("Chefin", "1980-12-31")


def test_H1_invoice_and_delivery_addresses_and_the_same_names_twice() -> None:
    found = _open(
        "Firma;Rechnungsadresse Straße;Rechnungsadresse PLZ;Lieferadresse;Lieferadresse Ort;Straße;Ort;Straße;Ort",
        "Acme;Weg 1;50667;Tor 2;Bonn;Allee 3;Köln;Gasse 4;Jena",
    )
    (only,) = found
    places = {one["purpose"]: (one["street"], one.get("city", "")) for one in only.values["addresses"]}
    assert places == {
        "invoice": ("Weg 1", ""),
        "delivery": ("Tor 2", "Bonn"),
        "main": ("Allee 3", "Köln"),
        "other": ("Gasse 4", "Jena"),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Frau Dr.", {"salutation": "ms", "title": "dr"}),
        ("M.", {"salutation": "mr"}),
        ("Herr", {"salutation": "mr"}),
        ("Dr.", {"title": "dr"}),
        ("Famille", {"salutation": "family"}),
        ("NO_SALUTATION", {}),
    ],
)
def test_H1_salutation_and_title_in_one(text: str, expected: dict[str, Any]) -> None:
    (row,) = _open("Anrede;Nachname", f"{text};Weber")
    assert row.warnings == ()
    assert {name: value for name, value in row.values.items() if name in ("salutation", "title")} == expected


def test_H1_a_title_that_is_none_is_what_someone_does() -> None:
    (row,) = _open("Title,Last name,Company", "Head of Sales,Weber,Acme")
    assert row.values["role"] == "Head of Sales"


def test_H1_the_id_in_a_list_of_our_own_is_no_external_id() -> None:
    found = _open("id;Name;E-mail;Client", "1;Anna Weber;a@b.example;Acme SA")
    assert (found.form, found.ignored) == ("carnet", ("id", "Client"))
