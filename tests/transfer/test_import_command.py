"""`carnet import` (contract): its last line, exit codes, error file, and files that are none."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from imported import total

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.sheets import unguarded

Run = Callable[..., Any]


@pytest.fixture
def carnet(app: Any, tmp_path: Path) -> Run:
    """Runs `carnet import` on a file with this content."""

    def carnet(content: str | bytes | None, *options: str) -> Any:
        path = tmp_path / "list.csv"
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return app.test_cli_runner().invoke(args=["import", str(path), *options])

    return carnet


def last_line(result: Any) -> str:
    return str(result.stdout).strip().splitlines()[-1]


FORMS = {
    "german": "Typ;Vorname;Nachname;Firma;E-Mail;Telefon;Straße;PLZ;Ort;Land;Geburtsdatum;USt-IdNr.;Nummer;Funktionen\n"
    "Person;Jürgen;Müller;;j@mueller.example;030 2000001;Markt 1;10115;Berlin;Deutschland;31.12.1980;;10001;Kunde\n",
    "french": "Type,Prénom,Nom,Entreprise,E-mail,Téléphone,Rue,Code postal,Ville,Pays,Date de naissance,N° TVA,Numéro,"
    "Fonctions\npersonne,Jürgen,Müller,,j@mueller.example,+49 30 2000001,Markt 1,10115,Berlin,Allemagne,31/12/1980,,"
    "10001,client\n",
    "english": "Type\tFirst name\tLast name\tCompany\tE-mail\tPhone\tStreet\tPostal code\tCity\tCountry\tBirth date\t"
    "VAT id\tNumber\tFunctions\nperson\tJürgen\tMüller\t\tj@mueller.example\t+49 30 2000001\tMarkt 1\t10115\tBerlin\t"
    "Germany\t1980-12-31\t\t10001\tcustomer\n",
    "google": "First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,"
    "Address 1 - Street,Address 1 - City,Address 1 - Postal Code,Address 1 - Country,Birthday,Labels\n"
    "Jürgen,Müller,* Work,j@mueller.example,Mobile,+49 30 2000001,Markt 1,Berlin,10115,DE,1980-12-31,* myContacts\n",
    "outlook": "First Name,Last Name,E-mail Address,Business Phone,Business Street,Business City,Business Postal Code,"
    "Business Country/Region,Birthday\nJürgen,Müller,j@mueller.example,+49 30 2000001,Markt 1,Berlin,10115,Germany,"
    "12/31/1980\n",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_H1_headers_of_three_languages_and_of_google_and_outlook(carnet: Run, form: str, encoding: str) -> None:
    for outcome in ("created=1 updated=0 unchanged=0", "created=0 updated=0 unchanged=1"):
        result = carnet(FORMS[form].encode(encoding))
        assert result.exit_code == 0, result.output
        assert last_line(result) == f"{outcome} doubles=0 refused=0"
    contact = db.session.scalars(sa.select(Contact)).one()
    assert (contact.name, contact.city, contact.country) == ("Jürgen Müller", "Berlin", "DE")
    assert str(contact.birth_date) == "1980-12-31"
    assert contact.emails[0].normalised == "j@mueller.example"
    assert contact.phones[0].normalised == "+49302000001"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (b"\r\n ; ; \r\n", "empty"),
        (b"Nachname;Ort\n", "no rows"),
        (b"Weber;Bonn\nMeier;Ulm\n", "No column name is known"),
        (b"Ort;Land\nBonn;DE\n", "who the contacts are"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "read this file"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook can't be read"),
        (b"Nachname;Ort\nWeb\x00\x03\x01er;Bonn\n", "read this file"),
        (b"Nachname;Ort\n" + b"Weber\x00\x00;Bonn\n" * 9, "read this file"),
        ("Nachname;Ort\nMüller;Bonn\n".encode("utf-16") + b"\x00", "can't be read"),
    ],
)
def test_a_file_that_is_none_is_one_clear_line(carnet: Run, content: bytes | None, says: str) -> None:
    result = carnet(content)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert says in result.stderr
    assert total() == 0


def test_a_folder_and_unknown_options_are_refused(app: Any, carnet: Run, tmp_path: Path) -> None:
    assert app.test_cli_runner().invoke(args=["import", str(tmp_path)]).exit_code == 1
    assert carnet("Nachname\nWeber\n", "--match", "number,shoe_size").exit_code == 2
    assert carnet("Nachname\nWeber\n", "--kind", "horse").exit_code == 2
    assert carnet("Nachname\nWeber\n", "--errors", str(tmp_path / "list.csv")).exit_code == 2


def test_H2_where_refused_rows_can_t_be_written_nothing_is_imported(carnet: Run, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none" / "errors.csv"):
        result = carnet("Nachname\nWeber\n", "--errors", str(place))
        assert (result.exit_code, result.stdout, total()) == (1, "", 0)
        assert str(place) in result.stderr
        assert "Name another place" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="There is no /dev/full here.")
def test_H2_where_refused_rows_find_no_room_all_is_told_all_the_same(carnet: Run) -> None:
    result = carnet("Nachname;Ort\nWeber;Bonn\n;Ulm\n", "--errors", "/dev/full")
    assert (result.exit_code, total()) == (1, 1)
    assert last_line(result) == "created=1 updated=0 unchanged=0 doubles=0 refused=1"
    refused, unwritten = result.stderr.strip().splitlines()
    assert refused.startswith("Line 3 refused: This row has no name")
    assert "/dev/full: the refused rows can't be written (No space left" in unwritten
    assert "list.csv" not in unwritten


def test_H1_a_pipe_is_refused_with_what_to_do(app: Any) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"Nachname\nWeber\n")
    os.close(writing)
    result = app.test_cli_runner().invoke(args=["import", f"/dev/fd/{reading}"])
    os.close(reading)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "save it to a file first" in result.stderr


def test_H1_what_is_broken_in_a_list_of_json_takes_no_neighbour_along(app: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    deep = '{"last_name": "D", "x": ' + "[" * 50_000 + "]" * 50_000 + "}"
    lines = ['{"last_name": "A"}', '{"last_name": "B" "x": 1}', '{"last_name": "C"}', deep, '{"last_name": "E"}']
    path.write_text("[" + ",\n".join(lines) + "]")
    assert last_line(app.test_cli_runner().invoke(args=["import", str(path)])).startswith("created=3 ")
    path.write_text('[{"last_name": "F"},\n{"last_name": "G')
    result = app.test_cli_runner().invoke(args=["import", str(path)])
    assert last_line(result) == "created=1 updated=0 unchanged=0 doubles=0 refused=1"
    assert "breaks off" in result.stderr


def test_H1_a_broken_place_of_json_comes_back_with_its_text(app: Any, tmp_path: Path) -> None:
    path, errors = tmp_path / "list.json", tmp_path / "errors.csv"
    path.write_text('[{"last_name": "A"},\n{"last_name": "B" "x": 1},\n{"last_name": "C"},\n7,\n{"last_name": "D')
    result = app.test_cli_runner().invoke(args=["import", str(path), "--errors", str(errors)])
    assert last_line(result).endswith("refused=3")
    with errors.open(encoding="utf-8-sig", newline="") as file:
        refused = [unguarded(row[2]) for row in csv.reader(file)][1:]
    assert refused == ['{"last_name": "B" "x": 1}', "7", '{"last_name": "D']


def test_H1_json_that_no_file_can_hold_is_read_or_refused(app: Any, tmp_path: Path) -> None:
    path, errors = tmp_path / "list.json", tmp_path / "errors.csv"
    deep = "[" * 990 + "]" * 990
    lines = ['{"last_name": "A\\ud800", "description": "x\\udfffy"}', '"\\ud800"', deep, '{"last_name": "B"}']
    path.write_text("[" + ",\n".join(lines) + "]")
    result = app.test_cli_runner().invoke(args=["import", str(path), "--errors", str(errors)])
    assert last_line(result).startswith("created=2 ")
    assert last_line(result).endswith("refused=2")
    assert "ud800" in errors.read_text("utf-8")
    assert sorted(db.session.scalars(sa.select(Contact.last_name))) == ["A\ufffd", "B"]


def test_H1_a_stray_zero_takes_nothing_along(carnet: Run) -> None:
    result = carnet(b"Nachname;Ort\nWeber;Bonn\nMei\x00er;K\xc3\xb6ln\x00\nSchulz;Ulm\n")
    assert last_line(result) == "created=3 updated=0 unchanged=0 doubles=0 refused=0"
    found = db.session.scalar(sa.select(Contact).where(Contact.last_name == "Meier"))
    assert found is not None
    assert found.addresses[0].city == "Köln"


RAGGED = "Nachname;Ort\nWeber\nMeier;Ulm;more;\n;;;\nGroß;Köln;;\n;Bonn\n"


def test_bad_rows_are_reported_by_line_and_reason(carnet: Run) -> None:
    result = carnet(RAGGED)
    assert result.exit_code == 0
    assert last_line(result) == "created=2 updated=0 unchanged=0 doubles=0 refused=2"
    assert "Line 3 refused: This row has 4 cells under 2 column names" in result.stderr
    assert "Line 6 refused: This row has no name" in result.stderr


def test_strict_exits_with_1_where_a_row_was_refused(carnet: Run) -> None:
    assert carnet("Nachname\nWeber\n", "--strict").exit_code == 0
    result = carnet(RAGGED, "--strict")
    assert result.exit_code == 1
    assert last_line(result).startswith("created=1 updated=0 unchanged=1")


def test_H4_the_error_file_has_line_reason_and_cells_and_no_formula(carnet: Run, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    carnet("Nachname;=Ort\n;+49 Bonn\nWeber;a;=cmd|x\n", "--errors", str(errors))
    with errors.open(encoding="utf-8-sig", newline="") as source:
        head, nobody, ragged = csv.reader(source)
    assert head == ["line", "reason", "Nachname", "'=Ort"]
    assert (nobody[0], nobody[2:]) == ("2", ["", "'+49 Bonn"])
    assert (ragged[0], ragged[2:]) == ("3", ["Weber", "a", "'=cmd|x"])
    assert [unguarded(cell) for cell in ragged[2:]] == ["Weber", "a", "=cmd|x"]


def test_H1_refused_rows_sent_again_are_those_of_their_own_file(carnet: Run, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    carnet("Nachname;Ort\n;Bonn\nWeber;a;b;c\n", "--errors", str(errors))
    first = errors.read_bytes()
    again = carnet(first, "--errors", str(errors))
    assert last_line(again) == "created=0 updated=0 unchanged=0 doubles=0 refused=2"
    assert "4 cells under 2 column names" in again.stderr
    assert "Columns not used" not in again.stderr
    assert errors.read_bytes() == first
    mended = first.replace(b",,Bonn", b",Meier,Bonn").replace(b"Weber,a,b,c", b"Weber,a")
    assert mended != first
    remarks = (b"line,reason,", b"2,x,", b"3,y,")
    lines = mended.removeprefix(b"\xef\xbb\xbf").splitlines(True)
    piled = b"".join(before + line for before, line in zip(remarks, lines, strict=True))
    for content in (mended, piled):
        result = carnet(content)
        assert (last_line(result).endswith("refused=0"), result.stderr) == (True, "")
    assert sorted(db.session.scalars(sa.select(Contact.last_name))) == ["Meier", "Weber"]


def test_H2_rehearse_changes_nothing(carnet: Run) -> None:
    result = carnet("Nachname\nWeber\nGroß\n", "--rehearse")
    assert last_line(result) == "created=2 updated=0 unchanged=0 doubles=0 refused=0"
    assert "nothing was changed" in result.stderr
    assert total() == 0


def test_kind_match_and_doubles_are_heard(carnet: Run) -> None:
    carnet("Name;E-mail;Ort\nHolz GmbH;post@holz.example;\n", "--kind", "company")
    contact = db.session.scalars(sa.select(Contact)).one()
    assert (contact.kind, contact.company_name) == ("company", "Holz GmbH")
    text = "Firma;E-mail;Ort\nHolzbau GmbH;post@holz.example;{}\n"
    assert last_line(carnet(text.format("Bonn"), "--doubles", "skip")).endswith("doubles=1 refused=0")
    assert last_line(carnet(text.format("Bonn"), "--match", "email,number")).startswith("created=0 updated=1")
    assert total() == 1


def test_unused_columns_are_told_once(carnet: Run) -> None:
    result = carnet("Nachname;Schuhgröße\nWeber;42\nGroß;43\n")
    assert result.stderr.count("Schuhgröße") == 1


def test_text_is_stored_without_control_characters(carnet: Run) -> None:
    carnet("Nachname;Notizen\nWe\x01ber\u202e;a\x08b\n")
    contact = db.session.scalars(sa.select(Contact)).one()
    assert (contact.last_name, contact.description) == ("Weber", "ab")
