"""Cells of CSV files of contacts: names, dates, countries, functions, addresses (spec H1)."""

from __future__ import annotations

import datetime as dt

import pytest
from reads import reading, row, rows, values

from plugins.transfer.reading.cells import FUNCTIONS, read_country, read_date
from webapp.sheets import unguarded


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
        ("Atlantis", None), ("España", "ES"), ("italia", "IT"), ("Svizzera", "CH"), ("Nederland", "NL"),
        ("België", "BE"), ("Polska", "PL"), ("México", "MX"),
    ],
)  # fmt: skip
def test_H1_countries_by_code_or_name_in_three_languages_and_their_own(typed: str, code: str | None) -> None:
    assert read_country(typed) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Hong Kong", "HK"), ("Hongkong", "HK"), ("Etats Unis", "US"), ("États Unis", "US"), ("Royaume Uni", "GB"),
        ("Grande Bretagne", "GB"), ("Česká republika", "CZ"), ("Česko", "CZ"), ("Slovensko", "SK"),
        ("Slovenija", "SI"), ("Hrvatska", "HR"), ("Eesti", "EE"), ("Latvija", "LV"), ("Lietuva", "LT"),
        ("Ελλάδα", "GR"), ("България", "BG"), ("România", "RO"), ("Magyarország", "HU"), ("Éire", "IE"),
        ("Lëtzebuerg", "LU"), ("Republic of Ireland", "IE"), ("Macedonia", "MK"), ("Bosnie", "BA"), ("Bosnia", "BA"),
        ("Bosnia and Herzegovina", "BA"), ("Bosnie Herzégovine", "BA"), ("South Korea", "KR"), ("Korea", "KR"),
        ("Corée", "KR"), ("Corée du Sud", "KR"), ("Türkiye", "TR"), ("Guinée Bissau", "GW"), ("Guinée", "GN"),
        ("ET", "ET"), ("AND", "AD"), ("und", None), ("-", None),
    ],
)  # fmt: skip
def test_H1_countries_by_the_names_that_are_in_use(typed: str, code: str | None) -> None:
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
        ("''=x", "'=x"),
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


@pytest.mark.parametrize(
    "typed",
    ["31 December 1980", "31. Dezember 1980", "31 décembre 1980", "31 DEC 1980", "Dec 31, 1980", "31-Dec-1980",
     "31 déc. 1980", "31. Dez. 1980", "December 31st, 1980", "31dec1980"],
)  # fmt: skip
def test_H1_a_date_with_the_name_of_its_month(typed: str) -> None:
    assert read_date(typed) == "1980-12-31"
    assert read_date(typed.replace("31", "32")) is None


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("1er mars 1975", "1975-03-01"), ("1. März 1975", "1975-03-01"), ("3 août 1975", "1975-08-03"),
     ("12 Foo 1980", None), ("31 Feb 1980", None), ("Mai 1980", None)],
)  # fmt: skip
def test_H1_months_of_three_languages(typed: str, iso: str | None) -> None:
    assert read_date(typed) == iso


def test_H1_two_digits_of_a_year_are_a_birthday_where_only_one_century_fits() -> None:
    this = dt.datetime.now(dt.UTC).year
    for age, is_sure in ((5, False), (14, False), (16, True), (40, True), (84, True)):
        born = this - age
        found = row(f"Nom;Date de naissance\nA;31.12.{born % 100:02}\n")
        assert (found.values.get("birth_date") == f"{born}-12-31") == is_sure
        assert bool(found.warnings) != is_sure
    months_first = rows("Nom;Date de naissance\nA;12/31/80\nB;01/02/80\n")
    assert [one.values["birth_date"] for one in months_first] == ["1980-12-31", "1980-01-02"]


def test_H1_dates_of_three_kinds_in_one_column_keep_what_is_right() -> None:
    found = rows("Nom;Date de naissance\nA;1980-12-31\nB;31/12/1980\nC;12/31/1980\nD;03/04/1980\nE;31.12.1980\n")
    assert [one.values.get("birth_date") for one in found] == ["1980-12-31"] * 3 + [None, "1980-12-31"]
    assert "can be two dates" in str(found[3].warnings[0])
