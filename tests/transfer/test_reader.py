"""Reading CSV files of contacts (spec H1, contract: `carnet import` and its headers)."""

from __future__ import annotations

import contextlib
import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.transfer.cells import FUNCTIONS, read_country, read_date
from plugins.transfer.reader import Reading, Unreadable
from plugins.transfer.rows import Row
from webapp.sheets import unguarded

CONTRACT = {
    "kind": ["Type"],
    "first_name": ["First name", "Prénom", "Vorname"],
    "last_name": ["Last name", "Nom", "Nachname"],
    "company_name": ["Company", "Entreprise", "Firma"],
    "emails": ["E-mail"],
    "phones": ["Phone", "Téléphone", "Telefon", "Mobile"],
    "street": ["Street", "Rue", "Straße"],
    "postal_code": ["Postal code", "Code postal", "PLZ"],
    "city": ["City", "Ville", "Ort"],
    "region": ["Region", "Région"],
    "country": ["Country", "Pays", "Land"],
    "birth_date": ["Birth date", "Date de naissance", "Geburtsdatum"],
    "vat_id": ["VAT id", "N° TVA", "USt-IdNr."],
    "website": ["Website"],
    "tags": ["Tags"],
    "description": ["Notes"],
    "external_id": ["External id"],
    "number": ["Number", "Numéro", "Nummer"],
    "functions": ["Functions", "Fonctions", "Funktionen"],
}


def reading(text: str, encoding: str = "utf-8", **told: Any) -> Reading:
    return Reading(io.BytesIO(text.encode(encoding)), **told)


def rows(text: str, **told: Any) -> list[Row]:
    return list(reading(text, **told))


def row(text: str, **told: Any) -> Row:
    (only,) = rows(text, **told)
    return only


def values(text: str, **told: Any) -> dict[str, Any]:
    found = row(text, **told)
    assert not found.warnings
    assert found.refused is None
    return found.values


@pytest.mark.parametrize(("field", "header"), [(field, one) for field, names in CONTRACT.items() for one in names])
def test_H1_every_promised_header_is_known_in_any_case(field: str, header: str) -> None:
    for form in (header, header.upper(), header.lower(), f" {header} "):
        layout = reading(f"{form};Surname\nx;Weber").layout
        assert layout.targets[0].part == field or layout.targets[0].field == field


def test_H1_a_full_row_in_english() -> None:
    text = (
        "Type,First name,Last name,Company,E-mail,Phone,Mobile,Street,Postal code,City,Region,Country,"
        "Birth date,"
        "VAT id,Website,Tags,Notes,External id,Number,Functions\n"
        'person,Ann,Weber,Acme Ltd,"ann@acme.example; a@w.example",020 7946 0123,+44 20 7946 0124,'
        "1 High Street,"
        'SW1A 1AA,London,Greater London,United Kingdom,1980-12-31,GB980780684,acme.example,"vip, fair",'
        '"First line\nsecond",X-1,10001,"customer, supplier"\n'
    )
    assert values(text) == {
        "kind": "person",
        "first_name": "Ann",
        "last_name": "Weber",
        "company_name": "Acme Ltd",
        "employer": "Acme Ltd",
        "emails": [{"value": "ann@acme.example", "type": "work"}, {"value": "a@w.example", "type": "work"}],
        "phones": [
            {"value": "020 7946 0123", "type": "work"},
            {"value": "+44 20 7946 0124", "type": "mobile"},
        ],
        "addresses": [
            {
                "street": "1 High Street",
                "postal_code": "SW1A 1AA",
                "city": "London",
                "region": "Greater London",
                "country": "GB",
                "purpose": "main",
            }
        ],
        "birth_date": "1980-12-31",
        "vat_id": "GB980780684",
        "website": "acme.example",
        "tags": ["vip", "fair"],
        "description": "First line\nsecond",
        "external_id": "X-1",
        "number": "10001",
        "functions": ["customer", "supplier"],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_H1_encoding_and_separator_are_found_out(encoding: str, separator: str) -> None:
    lines = ["Prénom|Nom|Ville|Pays", "Élodie|Lefèvre|Orléans|Allemagne"]
    found = reading("\r\n".join(lines).replace("|", separator), encoding)
    assert (found.encoding, found.separator, found.language) == (encoding, separator, "fr")
    (only,) = found
    assert only.values["first_name"] == "Élodie"
    assert only.values["addresses"] == [{"city": "Orléans", "country": "DE", "purpose": "main"}]


def test_H1_utf16_big_endian_is_found_out() -> None:
    text = "Nachname;Straße\nMüller;Königstraße 1"
    (only,) = Reading(io.BytesIO(b"\xfe\xff" + text.encode("utf-16-be")))
    assert only.values["addresses"][0]["street"] == "Königstraße 1"


def test_H1_one_odd_byte_late_in_a_long_file_is_found() -> None:
    long = "Nom\n" + "Martin\n" * 50_000
    found = Reading(io.BytesIO(long.encode() + b"Lef\xe8vre\n"))
    assert found.encoding == "cp1252"
    assert list(found)[-1].values["last_name"] == "Lefèvre"


def test_H1_a_sign_that_cannot_be_read_is_a_warning() -> None:
    (only,) = Reading(io.BytesIO(b"Nom\nLef\x8fvre\xe9\n"))
    assert "CSV UTF-8" in str(only.warnings[0])


def test_H1_encoding_and_separator_can_be_told() -> None:
    assert values("Nom;Note,Prénom\nA;x,y", separator=";")["last_name"] == "A"
    assert values("Nom;Note,Prénom\nA;x,y", separator=",")["first_name"] == "y"
    assert Reading(io.BytesIO("Nom\nJiří".encode("cp1250")), encoding="cp1250").encoding == "cp1250"
    for wrong in ("utf-16", "no-such-thing"):
        with pytest.raises(Unreadable, match="another encoding"):
            Reading(io.BytesIO(b"Nom\nx"), encoding=wrong)


def test_H1_a_file_on_disk_is_read_as_often_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("sep=;\nNom;Ville\nMartin;Lyon\n\n;;\nDurand;Nice\n", "utf-8")
    found = Reading(path)
    assert [one.line for one in found] == [one.line for one in found] == [3, 6]
    assert found.total == 2


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b";;\n;;\n", "empty"),
        (b"Last name;E-mail\n", "no rows"),
        (b"Last name;E-mail\n;\n\n", "no rows"),
        (b"Weber;Anna;Lyon\nMartin;Paul;Nice\n", "first line must name the columns"),
        (b"City;Country\nLyon;FR\n", "add a column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "CSV UTF-8"),
        (b"PK\x03\x04abc", "CSV UTF-8"),
        (b"%PDF-1.7", "CSV UTF-8"),
        (b"\xff\xfeN\x00o\x00m\x00\n", "another encoding"),
        (b"Nom\n" + b"x" * 1_100_000, "Line 2"),
    ],
)
def test_H1_what_is_no_table_of_contacts_says_the_remedy(content: bytes, remedy: str) -> None:
    with pytest.raises(Unreadable, match=remedy) as caught:
        Reading(io.BytesIO(content))
    told = caught.value.message.told(lambda sentence: "Auf Deutsch: " + sentence)
    assert told == "Auf Deutsch: " + str(caught.value)


@given(st.binary(max_size=300))
def test_H1_no_file_makes_an_unexpected_error(content: bytes) -> None:
    for start in (b"", b"Nom;E-mail;Geburtsdatum\n", b"\xff\xfe"):
        with contextlib.suppress(Unreadable):
            assert list(Reading(io.BytesIO(start + content)))


@given(st.lists(st.lists(st.text(), min_size=5, max_size=5), min_size=1, max_size=4))
def test_H1_no_cell_makes_an_error(table: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["Name", "Geburtsdatum", "Land", "Functions", "E-Mail"], *table])
    try:
        found = reading(text.getvalue(), "utf-8")
    except (Unreadable, UnicodeEncodeError):
        return
    for one in found:
        assert "\x00" not in repr(one.values)
        assert all(str(warning) for warning in one.warnings)


def test_H1_line_numbers_count_line_ends_inside_cells() -> None:
    text = 'Nom;Notes\nA;"one\r\ntwo\n\nthree"\n\nB;x\r\nC;"y\n"\nD;z'
    found = [(one.line, one.values["last_name"]) for one in rows(text)]
    assert found == [(2, "A"), (7, "B"), (8, "C"), (10, "D")]


def test_H1_title_lines_above_the_header_are_passed_over() -> None:
    found = rows("Kundenliste 2026\n\nNachname;Ort\nWeber;Köln\n")
    assert [(one.line, one.values["last_name"]) for one in found] == [(4, "Weber")]


def test_H1_ragged_rows() -> None:
    found = rows("Nom;Ville;Pays\nA\nB;Lyon;FR;;\nC;Lyon;FR;extra\n")
    assert found[0].values == {"kind": "person", "last_name": "A"}
    assert found[1].refused is None
    assert found[2].line == 4
    assert "4 cells under 3 column names" in str(found[2].refused)
    assert found[2].raw == ("C", "Lyon", "FR", "extra")


def test_H1_a_quotation_mark_never_closed_is_reported_with_its_lines() -> None:
    found = rows('Nom;Ville\nA;Lyon\nB;"Lyon\nC;Nice\nD;Metz\n')
    assert [one.line for one in found] == [2, 3]
    assert "lines 3 to 5" in str(found[1].refused)


def test_H1_a_cell_beyond_measure_takes_no_neighbour_along() -> None:
    found = rows(f"Nom;Notes\nA;{'x' * 200_000}\nB;y\n")
    assert "too long" in str(found[0].refused)
    assert found[1].values["last_name"] == "B"


def test_H1_a_row_without_name_company_email_or_phone_is_refused() -> None:
    head = "Nom;Société;E-mail;Téléphone;Ville\n"
    found = rows(head + ";;;;Lyon\n;Acme;;;\n;;a@b.example;;\n;;;01 99 00 12 34;\n")
    assert "fill in one of them" in str(found[0].refused)
    assert [one.refused for one in found[1:]] == [None, None, None]


def test_H1_columns_that_are_not_used_are_named_once_and_kept_on_the_row() -> None:
    found = reading("Nom;Pointure;Nom;;Humeur\nA;42;B;x;\n")
    assert found.ignored == ("Pointure", "Nom", "Humeur")
    assert next(iter(found)).cells == {"Pointure": "42", "Nom": "B"}


@pytest.mark.parametrize(
    ("text", "told", "kind", "names"),
    [
        ("Nom;Entreprise\nMartin;", {}, "person", {"last_name": "Martin"}),
        ("Nom;Entreprise\n;Acme", {}, "company", {"company_name": "Acme"}),
        (
            "Nom;Entreprise\nMartin;Acme",
            {},
            "person",
            {"last_name": "Martin", "company_name": "Acme", "employer": "Acme"},
        ),
        ("Type;Firma\nPerson;Acme", {}, "person", {"company_name": "Acme", "employer": "Acme"}),
        ("Type;Nom\nEntreprise;Acme", {}, "company", {"company_name": "Acme"}),
        ("Nom\nAcme", {"kind": "company"}, "company", {"company_name": "Acme"}),
        ("Type;Nom\npersonne;Martin", {"kind": "company"}, "person", {"last_name": "Martin"}),
        (
            "Type;Vorname;Nachname;Firma\nFirma;Anna;Weber;Acme",
            {},
            "company",
            {"first_name": "Anna", "last_name": "Weber", "company_name": "Acme"},
        ),
        ("Vorname;Name\nAnna;Weber", {}, "person", {"first_name": "Anna", "last_name": "Weber"}),
        ("Name\nAnna Maria Weber", {}, "person", {"first_name": "Anna Maria", "last_name": "Weber"}),
        ("Name\nWeber, Anna", {}, "person", {"first_name": "Anna", "last_name": "Weber"}),
        ("Name\nJean de La Fontaine", {}, "person", {"first_name": "Jean", "last_name": "de La Fontaine"}),
        ("Name\nCher", {}, "person", {"last_name": "Cher"}),
    ],
)
def test_H1_kind_and_names(text: str, told: dict[str, str], kind: str, names: dict[str, str]) -> None:
    assert values(text, **told) == {"kind": kind, **names}


def test_H1_an_unknown_type_is_a_warning() -> None:
    found = row("Type;Nom\nhumain;Martin")
    assert found.values["kind"] == "person"
    assert "“humain” in column “Type”" in str(found.warnings[0])


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("1980-12-31", "1980-12-31"),
        ("1980-12-31 00:00:00", "1980-12-31"),
        ("1980-12-31T23:00:00Z", "1980-12-31"),
        ("19801231", "1980-12-31"),
        ("31/12/1980", "1980-12-31"),
        ("3/4/1980", "1980-04-03"),
        ("31.12.1980", "1980-12-31"),
        ("1. 2. 1980", "1980-02-01"),
        ("31-12-1980", "1980-12-31"),
        ("12/31/1980", "1980-12-31"),
        ("31/12/80", None),
        ("1980-02-30", None),
        ("1604-03-05", None),
        ("--12-31", None),
        ("13/13/1980", None),
        ("hier", None),
    ],
)
def test_H1_dates(typed: str, iso: str | None) -> None:
    assert read_date(typed) == iso


def test_H1_the_file_decides_whether_months_come_first() -> None:
    head = "Last name;Birthday\n"
    american = reading(head + "A;03/04/1980\nB;12/31/1980")
    assert american.order == "month"
    assert [one.values["birth_date"] for one in american] == ["1980-03-04", "1980-12-31"]
    assert row(head + "A;03/04/1980").values["birth_date"] == "1980-04-03"
    assert row(head + "A;03/04/1980", order="month").values["birth_date"] == "1980-03-04"
    mixed = rows(head + "A;03/04/1980\nB;12/31/1980\nC;31/12/1980\nD;05/05/1980")
    assert [one.values.get("birth_date") for one in mixed] == [None, "1980-12-31", "1980-12-31", "1980-05-05"]
    assert "can be two dates" in str(mixed[0].warnings[0])


def test_H1_a_bad_cell_is_left_empty_and_the_row_goes_in() -> None:
    found = row("Nom;Date de naissance;Pays;Fonctions\nMartin;hier;Atlantide;client, roi, fournisseur")
    assert found.values == {"kind": "person", "last_name": "Martin", "functions": ["customer", "supplier"]}
    assert [str(one).split("”")[0] for one in found.warnings] == ["“hier", "“Atlantide", "“roi"]
    assert found.refused is None
    long = row("Nom;Pays\nMartin;" + "x" * 500)
    assert len(str(long.warnings[0])) < 250


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("FR", "FR"), ("fra", "FR"), ("France", "FR"), ("FRANKREICH", "FR"), ("F", "FR"), ("Allemagne", "DE"),
        ("deutschland", "DE"), ("Germany", "DE"), ("Österreich", "AT"), ("Autriche", "AT"), ("Suisse", "CH"),
        ("Royaume-Uni", "GB"), ("UK", "GB"), ("England", "GB"), ("Vereinigte Staaten", "US"), ("USA", "US"),
        ("Etats-Unis", "US"), ("Pays-Bas", "NL"), ("EU", None), ("ZZ", None), ("250", None),
        ("Atlantis", None),
    ],
)  # fmt: skip
def test_H1_countries_by_code_or_name_in_three_languages(typed: str, code: str | None) -> None:
    assert read_country(typed) == code


def test_H1_functions_in_three_languages() -> None:
    words = "Client potentiel|Prospect|Interessent;Client|customer|KUNDE;Fournisseur|Supplier|Lieferant"
    for cell, function in zip(words.split(";"), ("prospect", "customer", "supplier"), strict=True):
        for word in cell.split("|"):
            assert values(f'Nom;Fonctions\nA;"{word}"')["functions"] == [function]
    assert values("Nom;Fonctions\nA;Client / Fournisseur")["functions"] == ["customer", "supplier"]
    own = {**FUNCTIONS, "partner": "partner"}
    assert values("Nom;Fonctions\nA;Partner", functions=own)["functions"] == ["partner"]


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("'+33 1 99 00 12 34", "+33 1 99 00 12 34"),
        ("'=1+1", "=1+1"),
        ("' @x", " @x"),
        ("'＝x", "＝x"),
        ("''=x", "''=x"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("'", "'"),
        ("=1+1", "=1+1"),
    ],
)
def test_H1_the_guard_against_formulas_goes_again(cell: str, plain: str) -> None:
    assert unguarded(cell) == plain


def test_H1_a_guarded_phone_is_a_phone() -> None:
    assert values("Nom;Téléphone\nA;'+33199001234")["phones"][0]["value"] == "+33199001234"


def test_H1_several_addresses_and_numbers_in_one_cell() -> None:
    found = values(
        'Nom;E-mail;E-mail 2;Téléphone;Téléphone 2\nA;"Ann <a@x.example>,'
        ' b@x.example c@x.example";d@x.example;'
        '"01 99 00 12 34, 01 99 00 12 35";"030/23125-123, App. 5"'
    )
    assert [one["value"][0] for one in found["emails"]] == ["a", "b", "c", "d"]
    assert all(one["value"][1:] == "@x.example" for one in found["emails"])
    assert [one["value"] for one in found["phones"]] == [
        "01 99 00 12 34",
        "01 99 00 12 35",
        "030/23125-123, App. 5",
    ]


def test_H1_a_street_of_two_lines_keeps_both() -> None:
    found = values('Nom;Adresse;Ville\nA;"1 rue du Bac\nBâtiment B";Paris')
    assert found["addresses"] == [
        {"street": "1 rue du Bac", "street2": "Bâtiment B", "city": "Paris", "purpose": "main"}
    ]


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
        "first_name": "Anna",
        "middle_name": "Maria",
        "last_name": "Weber",
        "company_name": "Acme GmbH",
        "employer": "Acme GmbH",
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


def test_H1_a_long_file_is_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("Nom;E-mail;Date de naissance\n")
        for index in range(20_000):
            stream.write(f"Martin {index};m{index}@x.example;31/12/1980\n")
    tracemalloc.start()
    try:
        count = sum(1 for _row in Reading(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 1_500_000
