"""Reading CSV files of contacts: forms, encodings, rows (spec H1, contract: `carnet import` and its headers)."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reads import counted, reading, rows, values

from plugins.transfer.reading.opening import Unreadable, open_reading

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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
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
    (only,) = open_reading(io.BytesIO(b"\xfe\xff" + text.encode("utf-16-be")))
    assert only.values["addresses"][0]["street"] == "Königstraße 1"


def test_H1_one_odd_byte_late_in_a_long_file_is_found() -> None:
    long = "Nom\n" + "Martin\n" * 50_000
    found = open_reading(io.BytesIO(long.encode() + b"Lef\xe8vre\n"))
    assert found.encoding == "cp1252"
    assert list(found)[-1].values["last_name"] == "Lefèvre"


def test_H1_a_sign_that_cannot_be_read_is_a_warning() -> None:
    (only,) = open_reading(io.BytesIO(b"Nom\nLef\x8fvre\xe9\n"))
    assert "CSV UTF-8" in str(only.warnings[0])


def test_H1_encoding_and_separator_can_be_told() -> None:
    assert values("Nom;Note,Prénom\nA;x,y", separator=";")["last_name"] == "A"
    assert values("Nom;Note,Prénom\nA;x,y", separator=",")["first_name"] == "y"
    assert open_reading(io.BytesIO("Nom\nJiří".encode("cp1250")), encoding="cp1250").encoding == "cp1250"
    for wrong in ("utf-16", "no-such-thing"):
        with pytest.raises(Unreadable, match="another encoding"):
            open_reading(io.BytesIO(b"Nom\nx"), encoding=wrong)


def test_H1_a_file_on_disk_is_read_as_often_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("sep=;\nNom;Ville\nMartin;Lyon\n\n;;\nDurand;Nice\n", "utf-8")
    found = open_reading(path)
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
        (b"%PDF-1.7", "CSV UTF-8"),
        (b"\xff\xfeN\x00o\x00m\x00\n", "another encoding"),
        (b"x" * 1_100_000, "Line 1"),
    ],
)
def test_H1_what_is_no_table_of_contacts_says_the_remedy(content: bytes, remedy: str) -> None:
    with pytest.raises(Unreadable, match=remedy) as caught:
        open_reading(io.BytesIO(content))
    told = caught.value.message.told(lambda sentence: "Auf Deutsch: " + sentence)
    assert told == "Auf Deutsch: " + str(caught.value)


@given(st.binary(max_size=300))
def test_H1_no_file_makes_an_unexpected_error(content: bytes) -> None:
    for start in (b"", b"Nom;E-mail;Geburtsdatum\n", b"\xff\xfe"):
        with contextlib.suppress(Unreadable):
            assert list(open_reading(io.BytesIO(start + content)))


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
    assert [one.line for one in found] == [2, 3, 4, 5]
    assert "never closed" in str(found[1].refused)
    assert [one.values["last_name"] for one in found[2:]] == ["C", "D"]
    assert found[1].raw == ("B", '"Lyon')
    (alone,) = rows('Nom;Notes\nA;"one; two\nthree\n')
    assert "lines 2 to 3" in str(alone.refused)
    assert alone.raw == ("A", '"one; two\nthree')


@pytest.mark.parametrize(
    "text",
    [
        'Nom;E-mail;Notes\n"A;a@x.example;\nB;b@x.example;"said hi"\nC;c@x.example;\n',
        'Nom;E-mail;Notes\n"A;a@x.example;\nB;b@x.example;said hi\n"C";"c@x.example";""\n',
        'Nom;E-mail;Notes\n"A;a@x.example;\n"B";b@x.example;\nC;"c@x.example";\n',
        # A cell is often quoted because a separator stands in it.
        'Nom;E-mail;Notes\n"A;a@x.example;\nB;b@x.example;"one; two"\nC;c@x.example;"x; y; z"\n',
        'Nom;E-mail;Notes\n"A;a@x.example;\nB;b@x.example;\n"C";"c@x.example";"one; ""two"""\n',
    ],
)
def test_H1_a_mark_that_the_next_quoted_cell_would_close_swallows_no_row(text: str) -> None:
    found = rows(text)
    assert [one.line for one in found] == [2, 3, 4]
    assert "never closed" in str(found[0].refused)
    assert found[0].raw == ('"A', "a@x.example", "")
    assert [one.values["last_name"] for one in found[1:]] == ["B", "C"]


def test_H1_a_mark_that_a_cell_of_its_own_row_would_close_swallows_no_cell() -> None:
    found = rows('Nom;E-mail;Notes\n"A";"a@x.example;"hi"\n"B";"b@x.example";"hi"\n"C "c" Ltd";c@x.example;\n"D"\n')
    assert "never closed" in str(found[0].refused)
    assert found[0].raw == ('"A"', '"a@x.example', '"hi"')
    assert [one.values["last_name"] for one in found[1:]] == ["B", 'C c" Ltd"', "D"]


def test_H1_blanks_behind_a_mark_do_no_harm() -> None:
    found = rows('Nom;Ville;Note\n"a;b" ;c\n"d" ; "e;f" ;g\n')
    assert [one.refused for one in found] == [None, None]
    assert found[0].values["last_name"] == "a;b"


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        # A spreadsheet adds separators up to the widest row.
        ("Nom;E-mail;Line;Reason;;\nB;b@x.example;x;y;3;too many\n", ("B", "b@x.example", "x", "y")),
        ('Nom;E-mail;Line;Reason\n"B;b@x.example;3;why\n', ('"B', "b@x.example")),
        ('line;reason;Nom;E-mail\n3;why;"B;b@x.example\n', ('"B', "b@x.example")),
    ],
)
def test_H1_refused_rows_sent_again_have_their_own_cells(text: str, raw: tuple[str, ...]) -> None:
    (found,) = rows(text)
    assert found.raw == raw


def test_H1_a_cell_of_several_lines_may_look_like_rows() -> None:
    (found,) = rows('Nom;Notes\nA;"one; two\nthree; ""four"""\n')
    assert found.values["description"] == 'one; two\nthree; "four"'


def test_H1_who_has_only_a_phone_without_digits_is_nobody() -> None:
    found = rows("Nom;Téléphone;Ville\n;voir ci-dessus;Lyon\n;01 53 00 00 01;Lyon\nA;n/a;Lyon\n")
    assert "no name, company, e-mail or phone" in str(found[0].refused)
    assert [one.refused for one in found[1:]] == [None, None]


def test_H1_a_cell_beyond_measure_takes_no_neighbour_along() -> None:
    for cell in ("x" * 200_000, "x" * 10_000_000, '"' + "word\n" * 1_000_000 + '"'):
        found = rows(f"Nom;Notes\nA;{cell}\nB;y\nC;z\n")
        assert "too long" in str(found[0].refused)
        assert [one.values["last_name"] for one in found[1:]] == ["B", "C"]


def test_H1_a_row_without_name_company_email_or_phone_is_refused() -> None:
    head = "Nom;Société;E-mail;Téléphone;Ville\n"
    found = rows(head + ";;;;Lyon\n;Acme;;;\n;;a@b.example;;\n;;;01 99 00 12 34;\n")
    assert "fill in one of them" in str(found[0].refused)
    assert [one.refused for one in found[1:]] == [None, None, None]


def test_H1_columns_that_are_not_used_are_named_once_and_kept_on_the_row() -> None:
    found = reading("Nom;Pointure;Nom;;Humeur\nA;42;B;x;\n")
    assert found.ignored == ("Pointure", "Nom (2)", "Humeur")
    assert next(iter(found)).cells == {"Pointure": "42", "Nom (2)": "B"}


def test_H1_a_long_file_is_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("Nom;E-mail;Date de naissance\n")
        for index in range(20_000):
            stream.write(f"Martin {index};m{index}@x.example;31/12/1980\n")
    count, peak = counted(path)
    assert count == 20_000
    assert peak < 1_500_000
