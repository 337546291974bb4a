"""Reading vCards of all versions, as telephones and address books write them (spec H1)."""

from __future__ import annotations

from typing import Any

import pytest
from reads import card, only_card, opened

APPLE = card(
    """
PRODID:-//Apple Inc.//macOS 15//EN
N:Weber;Anna;Maria;Frau Dr.;MBA
FN:Frau Dr. Anna Maria Weber MBA
NICKNAME:Anni
ORG:Acme\\, Söhne & Co.;Einkauf;Ost
TITLE:Chefin
EMAIL;type=INTERNET;type=HOME:anna@home.example
item1.EMAIL;type=INTERNET;type=pref:anna@acme.example
item1.X-ABLabel:_$!<Work>!$_
TEL;type=CELL;type=VOICE:+49 170 1234567
TEL;type=WORK;type=FAX:+49 221 4710-124
item2.TEL:+49 221 4710-125
item2.X-ABLabel:Rechnung
item3.ADR;type=WORK;type=pref:;;Königstr. 1\\nHinterhaus;Köln;NRW;50667;Deutschland
item3.X-ABADR:de
ADR;type=HOME:PF 7;2. Stock;Gasse 2;Bonn;;53111;
item4.URL;type=pref:https://acme.example/a?b=1\\;c
item4.X-ABLabel:_$!<HomePage>!$_
URL;type=HOME:https://anna.example
BDAY:1980-12-31
NOTE:Erste Zeile\\nzweite\\, mit Komma
CATEGORIES:Kunden,Messe
UID:urn:uuid:9d9f0a40-1
X-SOCIALPROFILE;type=linkedin;x-user=anna:https://www.linkedin.com/in/anna
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 /2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
X-PHONETIC-LAST-NAME:Veber
"""
)


def test_H1_an_apple_card_with_all_it_has() -> None:
    found = opened(APPLE)
    assert (found.file, found.form, found.total) == ("vcard", "vcard", 1)
    assert found.ignored == ("NICKNAME", "Name Suffix", "URL", "X-PHONETIC-LAST-NAME")
    (row,) = found
    assert (row.line, row.warnings, row.refused) == (1, (), None)
    values = dict(row.values)
    assert values.pop("picture").content().startswith(b"\xff\xd8\xff")
    assert values == {
        "kind": "person",
        "salutation": "ms",
        "title": "dr",
        "first_name": "Anna",
        "middle_name": "Maria",
        "last_name": "Weber",
        "company_name": "Acme, Söhne & Co.",
        "employer": "Acme, Söhne & Co.",
        "department": "Einkauf, Ost",
        "role": "Chefin",
        "emails": [
            {"value": "anna@acme.example", "type": "work"},
            {"value": "anna@home.example", "type": "home"},
        ],
        "phones": [
            {"value": "+49 170 1234567", "type": "mobile"},
            {"value": "+49 221 4710-124", "type": "fax"},
            {"value": "+49 221 4710-125", "type": "other"},
        ],
        "addresses": [
            {
                "street": "Königstr. 1",
                "street2": "Hinterhaus",
                "city": "Köln",
                "region": "NRW",
                "postal_code": "50667",
                "country": "DE",
                "purpose": "main",
            },
            {
                "street": "Gasse 2",
                "street2": "2. Stock, PF 7",
                "city": "Bonn",
                "postal_code": "53111",
                "purpose": "other",
            },
        ],
        "website": "https://acme.example/a?b=1;c",
        "birth_date": "1980-12-31",
        "description": "Erste Zeile\nzweite, mit Komma",
        "tags": ["Kunden", "Messe"],
        "external_id": "urn:uuid:9d9f0a40-1",
        "social_accounts": [{"network": "linkedin", "value": "https://www.linkedin.com/in/anna"}],
    }  # fmt: skip
    assert row.cells["NICKNAME"] == "Anni"


OUTLOOK_21 = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;LANGUAGE=de;CHARSET=Windows-1252:M\xfcller;J\xfcrgen\r\n"
    b"FN;CHARSET=Windows-1252:J\xfcrgen M\xfcller\r\n"
    b"ORG:Acme;Vertrieb\r\n"
    b"TEL;WORK;VOICE:0221 4710-123\r\nTEL;CELL:0176 04069012\r\nTEL;FAX;WORK:0221 4710-124\r\n"
    b"ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;K=C3=B6nigstr. 1=0D=0A=\r\n"
    b"Hinterhaus;K=C3=B6=\r\nln;;50667;Deutschland\r\n"
    b"NOTE;ENCODING=QUOTED-PRINTABLE:Eins=0D=0AZwei = drei=3D=\r\n\r\n"
    b"EMAIL;PREF;INTERNET:j@acme.example\r\n"
    b"PHOTO;TYPE=JPEG;ENCODING=BASE64:\r\n /9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAYEBQYFBAYG\r\n"
    b" BQYHBwYIChAKCgkJChQODwwQFxQYGBcU\r\n\r\n"
    b"BDAY:19801231\r\nREV:20260101T120000Z\r\nEND:VCARD\r\n"
)


def test_H1_a_2_1_card_with_soft_breaks_and_its_own_charset() -> None:
    values = only_card(OUTLOOK_21)
    assert values.pop("picture").content().startswith(b"\xff\xd8\xff")
    assert values == {
        "kind": "person",
        "first_name": "Jürgen",
        "last_name": "Müller",
        "company_name": "Acme",
        "employer": "Acme",
        "department": "Vertrieb",
        "phones": [
            {"value": "0221 4710-123", "type": "work"},
            {"value": "0176 04069012", "type": "mobile"},
            {"value": "0221 4710-124", "type": "fax"},
        ],
        "emails": [{"value": "j@acme.example", "type": "other"}],
        "addresses": [
            {
                "street": "Königstr. 1",
                "street2": "Hinterhaus",
                "city": "Köln",
                "postal_code": "50667",
                "country": "DE",
                "purpose": "main",
            }
        ],
        "description": "Eins\nZwei = drei=",
        "birth_date": "1980-12-31",
    }


def test_H1_a_4_0_card() -> None:
    text = card(
        """
KIND:individual
FN;PREF=1:Anna Weber
N:Weber;Anna,Maria;;;
TEL;VALUE=uri;TYPE="voice,home":tel:+49-221-4710;ext=12
TEL;VALUE=uri;PREF=1;TYPE=cell:tel:+49-170-1
EMAIL;TYPE=work:mailto:anna@acme.example
ADR;TYPE=x-invoice;LABEL="Weg 1^n10115 Berlin":;;Weg 1;Berlin;;10115;DE
LANG;PREF=2:en
LANG;PREF=1:de-AT
BDAY:19801231T000000Z
SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://social.example/@anna
"""
    , "4.0")  # fmt: skip
    values = only_card(text)
    assert values["first_name"] == "Anna Maria"
    assert values["phones"] == [
        {"value": "+49-170-1", "type": "mobile"},
        {"value": "+49-221-4710 ext. 12", "type": "home"},
    ]
    assert values["emails"] == [{"value": "anna@acme.example", "type": "work"}]
    assert values["addresses"][0]["purpose"] == "invoice"
    assert (values["language"], values["birth_date"]) == ("de", "1980-12-31")
    assert values["social_accounts"] == [{"network": "mastodon", "value": "https://social.example/@anna"}]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("FN:Anna Weber", {"kind": "person", "first_name": "Anna", "last_name": "Weber"}),
        ("N:Weber;Anna", {"kind": "person", "first_name": "Anna", "last_name": "Weber"}),
        ("KIND:org\nFN:Acme GmbH", {"kind": "company", "company_name": "Acme GmbH"}),
        ("FN:Acme GmbH\nN:;;;;\nORG:Acme GmbH;", {"kind": "company", "company_name": "Acme GmbH"}),
        ("ORG:Acme GmbH\nX-ABShowAs:COMPANY\nFN:Acme GmbH\nN:;;;;", {"kind": "company", "company_name": "Acme GmbH"}),
        ("FN:01 53 00 00 01\nN:;;;;\nTEL:01 53 00 00 01", {
            "kind": "person", "phones": [{"value": "01 53 00 00 01", "type": "other"}],
        }),
        ("FN:a@b.example\nEMAIL:a@b.example", {
            "kind": "person", "emails": [{"value": "a@b.example", "type": "other"}],
        }),
        ("EMAIL:a@b.example", {"kind": "person", "emails": [{"value": "a@b.example", "type": "other"}]}),
        ("N:Da\n Vinci;Leo\n\t nardo", {"kind": "person", "first_name": "Leo nardo", "last_name": "DaVinci"}),
        ("N:Weber\nNOTE:one\ntwo words", {"kind": "person", "last_name": "Weber", "description": "one\ntwo words"}),
        ("n:Weber;Anna\ntel;type=\"home,voice\":1234567", {
            "kind": "person", "first_name": "Anna", "last_name": "Weber",
            "phones": [{"value": "1234567", "type": "home"}],
        }),
        ("FN:X Y\nX-CARNET-NUMBER:K-7\nX-CARNET-FUNCTIONS:customer,supplier\nUID:u\nX-CARNET-EXTERNAL-ID:e-1", {
            "kind": "person", "first_name": "X", "last_name": "Y", "number": "K-7",
            "functions": ["customer", "supplier"], "external_id": "e-1",
        }),
    ],
)  # fmt: skip
def test_H1_names_kinds_and_folds(lines: str, expected: dict[str, Any]) -> None:
    assert only_card(card(lines)) == expected


def test_H1_several_cards_each_with_its_line_also_where_one_is_not_closed() -> None:
    text = (
        card("FN:A A") + "\n" + "BEGIN:VCARD\nFN:B B\n" + card("KIND:group\nFN:Team\nMEMBER:x", "4.0") + card("NOTE:x")
    )
    rows = list(opened(text))
    assert [one.line for one in rows] == [1, 6, 8, 14]
    assert [one.values.get("first_name") for one in rows[:2]] == ["A", "B"]
    assert "group or a place" in str(rows[2].refused)
    assert "fill in one of them" in str(rows[3].refused)
    assert rows[3].raw == ("", "x")


@pytest.mark.parametrize(
    ("bday", "date"),
    [("1980-12-31", "1980-12-31"), ("19801231", "1980-12-31"), ("1980-12-31T10:00:00+01:00", "1980-12-31"),
     ("1980", None), ("1980-12", None), ("circa 1800", None)],
)  # fmt: skip
def test_H1_a_birthday_that_is_no_date_is_a_warning(bday: str, date: str | None) -> None:
    (row,) = opened(card(f"FN:A B\nBDAY:{bday}"))
    assert row.values.get("birth_date") == date
    assert [f"“{bday}” in column “Birth date” is no date" in str(one) for one in row.warnings] == (
        [] if date else [True]
    )


@pytest.mark.parametrize(
    "bday",
    ["BDAY:--1231", "BDAY;VALUE=date:--12-31", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-12-31", "BDAY:1604-12-31T00:00:00Z"],
)
def test_H1_a_birthday_without_its_year_is_told_as_such(bday: str) -> None:
    (row,) = opened(card(f"FN:A B\n{bday}"))
    assert "birth_date" not in row.values
    (told,) = row.warnings
    assert "has no year, and was left out: add the year" in str(told)


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_H1_a_card_in_any_encoding(encoding: str) -> None:
    assert only_card(card("N:Müller;Zoë").encode(encoding))["last_name"] == "Müller"


def test_H1_a_card_of_another_alphabet_says_its_charset() -> None:
    raw = b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=windows-1251:" + "Иванов;Иван".encode("cp1251") + b"\nEND:VCARD"
    assert only_card(raw)["last_name"] == "Иванов"


ALONE = {"street": "Weg 1", "street2": "10115 Berlin", "purpose": "main"}


@pytest.mark.parametrize(
    ("version", "lines", "expected"),
    [
        ("3.0", "LABEL;TYPE=work:Weg 1\\n10115 Berlin", [ALONE]),
        ("2.1", "LABEL;WORK;ENCODING=QUOTED-PRINTABLE:Weg 1=0D=0A10115 Berlin", [ALONE]),
        ("3.0", "LABEL;TYPE=x-invoice:Weg 1\\n10115 Berlin", [ALONE | {"purpose": "invoice"}]),
        ("4.0", 'ADR;LABEL="Weg 1^n10115 Berlin":;;;;;;', [ALONE]),
        ("3.0", "ADR;TYPE=work:;;Weg 1;Berlin;;10115;\nLABEL;TYPE=work:Weg 1\\n10115 Berlin",
         [{"street": "Weg 1", "city": "Berlin", "postal_code": "10115", "purpose": "main"}]),
        ("3.0", "ADR;TYPE=home:;;Weg 1;Berlin;;;\nLABEL:Weg 1\\nBerlin",
         [{"street": "Weg 1", "city": "Berlin", "purpose": "main"}]),
        ("3.0", "ADR;TYPE=home:;;Gasse 2;Bonn;;;\nLABEL;TYPE=work:Weg 1\\n10115 Berlin",
         [{"street": "Gasse 2", "city": "Bonn", "purpose": "main"}, ALONE | {"purpose": "other"}]),
    ],
)  # fmt: skip
def test_H1_a_label_that_stands_alone_is_an_address(version: str, lines: str, expected: Any) -> None:
    assert only_card(card(f"FN:A B\n{lines}", version))["addresses"] == expected


def test_H1_of_more_phones_than_a_contact_has_the_row_warns(bring: Any) -> None:
    numbers = [f"TEL:+49 30 2000{at:03d}" for at in range(250)]
    report = bring(card("FN:A B\n" + "\n".join(numbers)), commits=False)
    assert report.created == 1
    assert ["at most 100 of these" in one.text for one in report.remarks] == [True]
    assert report.ignored == ("TEL",)


@pytest.mark.parametrize(
    ("version", "line", "tags"),
    [
        ("3.0", r"CATEGORIES:a\, b,c\;d,e\\f, g |h", ["a, b", "c;d", "e\\f", "g |h"]),
        ("2.1", "CATEGORIES:Kunden;Messe", ["Kunden", "Messe"]),
        ("4.0", "CATEGORIES:,,x\nCATEGORIES:y", ["x", "y"]),
    ],
)
def test_H1_tags_with_commas_and_semicolons_stay_whole(version: str, line: str, tags: list[str]) -> None:
    assert only_card(card(f"FN:A B\n{line}", version))["tags"] == tags
