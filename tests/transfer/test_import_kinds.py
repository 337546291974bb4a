"""`carnet import` takes CSV, workbooks and vCards alike (contract; spec H1, H3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sending import Sender
from workbooks import workbook

from plugins.transfer.models import SavedMapping
from webapp.contacts.models import Contact, ContactLink
from webapp.db import db

ROWS: list[list[Any]] = [
    ["Vorname", "Nachname", "Firma", "Position", "E-Mail", "Telefon", "PLZ", "Ort", "Land", "Geburtsdatum", "Nummer"],
    ["Jürgen", "Kindler", "Kindler GmbH", "Chef", "j@kindler.example", 4930200000, "10115", "Berlin", "DE",
     ("date", 29586), 77001],
]  # fmt: skip
CARDS = """BEGIN:VCARD
VERSION:3.0
N:Kindler;Jürgen;;;
ORG:Kindler GmbH
TITLE:Chef
EMAIL;TYPE=WORK:j@kindler.example
TEL;TYPE=WORK:+4930200000
ADR;TYPE=WORK:;;;Berlin;;10115;DE
BDAY:1980-12-31
UID:kindler-1
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:Team
END:VCARD
"""


def _content(kind: str) -> bytes:
    if kind == "xlsx":
        return workbook({"Hinweise": [["Bitte lesen"]], "Kontakte": ROWS})
    return CARDS.encode("utf-8" if kind == "vcf" else "utf-16")


@pytest.mark.parametrize(("kind", "refused"), [("xlsx", 0), ("vcf", 1), ("vcard", 1)])
def test_H1_a_workbook_and_cards_by_the_command(app: Any, tmp_path: Path, kind: str, refused: int) -> None:
    path, errors = tmp_path / f"list.{kind}", tmp_path / "errors.csv"
    path.write_bytes(_content(kind))
    for outcome in ("created=1 updated=0 unchanged=0", "created=0 updated=0 unchanged=1"):
        told = app.test_cli_runner().invoke(args=["import", str(path), "--errors", str(errors)])
        assert told.exit_code == 0, told.output
        assert str(told.stdout).strip().splitlines()[-1] == f"{outcome} doubles=0 refused={refused}"
    found = db.session.scalars(sa.select(Contact).where(Contact.last_name == "Kindler")).one()
    assert (found.first_name, found.city, str(found.birth_date)) == ("Jürgen", "Berlin", "1980-12-31")
    assert found.emails[0].normalised == "j@kindler.example"
    (link,) = db.session.scalars(sa.select(ContactLink).where(ContactLink.person_id == found.id))
    assert (link.role, link.party.company_name) == ("Chef", "Kindler GmbH")
    assert ("not a contact" in errors.read_text("utf-8-sig")) == bool(refused)


@pytest.mark.parametrize("kind", ["xlsx", "vcf"])
def test_H1_a_workbook_and_cards_in_the_browser(sign_in: Callable[..., Any], kind: str) -> None:
    sender = Sender(sign_in("manager"))
    url = sender.rehearse(_content(kind), f"list.{kind}")
    form = sender.client.get(f"{url}/file").get_data(as_text=True)
    assert ("Hinweise" in form) == (kind == "xlsx")
    sender.do(url, "start")
    found = db.session.scalars(sa.select(Contact).where(Contact.last_name == "Kindler")).one()
    assert (found.first_name, found.city) == ("Jürgen", "Berlin")


def test_H1_how_a_file_is_written_can_be_told(app: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("Listen|alle\nNom^Téléphone^Date de naissance\nČapek^04 72 00 00 00^03/04/1980\n".encode("cp1250"))
    options = ["--encoding", "cp1250", "--separator", "^", "--header", "2", "--dates", "month", "--country", "FR"]
    told = app.test_cli_runner().invoke(args=["import", str(path), *options])
    assert told.exit_code == 0, told.output
    found = db.session.scalars(sa.select(Contact).where(Contact.last_name == "Čapek")).one()
    assert (str(found.birth_date), found.phones[0].normalised) == ("1980-03-04", "+33472000000")
    path.write_bytes(workbook({"Neue": ROWS, "Alte": [["Firma"], ["Alte Kindler AG"]]}))
    told = app.test_cli_runner().invoke(args=["import", str(path), "--sheet", "Alte"])
    assert "created=1" in told.stdout
    assert db.session.scalars(sa.select(Contact).where(Contact.company_name == "Alte Kindler AG")).one()


def test_H1_a_saved_mapping_by_the_command(app: Any, tmp_path: Path) -> None:
    mapping = {"columns": {"Wer": "last_name", "Wohin": "emails.home"}, "constants": {"tags": "Messe"}, "country": "FR"}
    db.session.add(SavedMapping(name="Messe", folded="messe", mapping=mapping, headers="", digest=""))
    db.session.commit()
    path = tmp_path / "list.csv"
    path.write_text("Wer;Wohin;Was\nBefehlmann;b@befehl.example;x\n", "utf-8")
    told = app.test_cli_runner().invoke(args=["import", str(path), "--mapping", "messe"])
    assert told.exit_code == 0, told.output
    found = db.session.scalars(sa.select(Contact).where(Contact.last_name == "Befehlmann")).one()
    assert ([one.type for one in found.emails], found.tags) == (["home"], ["Messe"])
    told = app.test_cli_runner().invoke(args=["import", str(path), "--mapping", "Salon"])
    assert (told.exit_code, "no saved mapping “Salon”" in told.stderr) == (1, True)


def test_H1_a_workbook_that_means_harm_is_one_line(app: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook({"A": ROWS}, more={"bomb.xml": b"0" * 20_000_000}))
    told = app.test_cli_runner().invoke(args=["import", str(path)])
    assert told.exit_code == 1
    assert "list.xlsx: This workbook is too large" in told.stderr
