"""Reading workbooks: sheets, typed cells, and files that mean harm (spec H1; libs 5.2)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from workbooks import workbook

from plugins.transfer.reading.opening import Reading, Unreadable, open_reading
from plugins.transfer.reading.sheet_child import CONTAINER

CONTACTS: list[list[Any]] = [
    ["Kundenliste"],
    [],
    ["Vorname", "Nachname", "Geburtsdatum", "PLZ", "Telefon", "Ort", "Bonus"],
    ["Ann", "Weber", ("date", 29586), "01067", 4930123456, "Köln & Bonn", ("formula", "1+1", 2)],
    [None, "Meier", "31.12.1980", 1067, "+49 351 1", None, 2.5],
]


def _open(content: bytes, **told: Any) -> Reading:
    return open_reading(io.BytesIO(content), **told)


def test_H1_the_first_sheet_with_a_known_header_is_read_as_typed() -> None:
    found = _open(workbook({"Readme": [["How to use"]], "Leer": [], "Kontakte": CONTACTS, "Alte": CONTACTS}))
    assert (found.file, found.sheet, found.header) == ("xlsx", "Kontakte", 3)
    assert found.sheets == ("Readme", "Leer", "Kontakte", "Alte")
    assert (found.total, found.ignored) == (2, ("Bonus",))
    first, second = found
    assert [one.line for one in found] == [first.line, second.line] == [4, 5]
    assert first.values == {
        "kind": "person",
        "first_name": "Ann",
        "last_name": "Weber",
        "birth_date": "1980-12-31",
        "phones": [{"value": "4930123456", "type": "work"}],
        "addresses": [{"postal_code": "01067", "city": "Köln & Bonn", "purpose": "main"}],
    }
    assert first.cells == {"Bonus": "2"}
    assert second.values["birth_date"] == "1980-12-31"
    assert second.cells == {"Bonus": "2.5"}
    assert found.samples[2] == ["1980-12-31", "31.12.1980"]


def test_H1_another_sheet_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook({"Kontakte": CONTACTS, "Alte": [["Firma", "Ort"], ["Acme", "Bonn"]]}))
    assert [one.values["company_name"] for one in open_reading(path, sheet="Alte")] == ["Acme"]
    two = _open(workbook({"A": [["Firma"], ["x"]], "B": [["Firma"], ["y"], ["z"]]}))
    assert (two.sheet, two.total) == ("A", 1)
    with pytest.raises(Unreadable, match="no sheet of that name"):
        open_reading(path, sheet="Neue")


def test_H1_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    rows: list[list[Any]] = [["Nachname"], *(["Weber"] for _row in range(300))]
    assert sum(1 for _row in _open(workbook({"A": rows}, dimension="A1:A1"))) == 300
    assert _open(workbook({"A": rows}, dimension="A1:XFD1048576")).total == 300


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (workbook({"A": [["Nachname"], ["x"]]})[:-60], "can't be read"),
        (workbook({"A": CONTACTS}, more={"xl/worksheets/sheet1.xml": b"<worksheet><row"}), "can't be read|empty"),
        (workbook({"A": CONTACTS}, more={"bomb.xml": b"0" * 20_000_000}), "too large"),
        (workbook({"A": CONTACTS}, more={f"{n}.xml": b"" for n in range(2100)}), "too large"),
        (b"PK\x03\x04" + b"x" * 200, "can't be read"),
        (CONTAINER + bytes(2000), "can't be read"),
        (CONTAINER + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(2000), "protected by a password"),
        (workbook({"A": []}), "empty"),
    ],
)  # fmt: skip
def test_H1_a_workbook_that_means_harm_is_one_sentence(content: bytes, remedy: str) -> None:
    with pytest.raises(Unreadable, match=remedy):
        _open(content)


def test_H1_a_cell_far_out_ends_the_child_not_the_application() -> None:
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + b"".join(
        b'<row r="%d"><c r="%s%d"><v>1</v></c></row>' % (row, column, row)
        for row, column in ((1, b"A"), (1048576, b"XFD"))
    )
    content = workbook({"A": CONTACTS}, more={"xl/worksheets/sheet1.xml": far + b"</sheetData></worksheet>"})
    with pytest.raises(Unreadable, match="too large"):
        _open(content)


def test_H1_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNET_SECRET_KEY", "known-to-nobody")
    seen: list[Any] = []
    from plugins.transfer.reading import sheet_table

    popen = sheet_table.subprocess.Popen

    def watched(*args: Any, **told: Any) -> Any:
        seen.append(told["env"])
        return popen(*args, **told)

    monkeypatch.setattr(sheet_table.subprocess, "Popen", watched)
    assert _open(workbook({"A": CONTACTS})).total == 2
    assert "known-to-nobody" not in str(seen)
