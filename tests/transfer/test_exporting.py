"""Taking contacts out: which file, which contacts, in whose name, as of one moment (spec H4)."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from plugins.transfer.exporting import views
from webapp import jobs
from webapp.contacts.services import archive
from webapp.db import db
from webapp.sheets import unguarded

Run = Callable[..., Any]
FORMULAS = ("=1+1", "+33 1 23", "-5", "@home", "＝2", "plain")


@pytest.fixture
def carnet(app: Any, tmp_path: Path) -> Run:
    """Runs `carnet export` and gives the result and the file's bytes."""

    def carnet(name: str, *options: str) -> tuple[Any, bytes]:
        path = tmp_path / name
        db.session.commit()
        result = app.test_cli_runner().invoke(args=["export", str(path), *options])
        return result, path.read_bytes() if path.exists() else b""

    return carnet


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by its columns' names, without the guard."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [{name: unguarded(cell) for name, cell in row.items()} for row in csv.DictReader(text)]


def objects_of(content: bytes) -> list[dict[str, Any]]:
    return list(json.loads(content))


def sheet_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content)).active


def test_H4_carnet_export_writes_by_the_ending(make, carnet) -> None:
    made = make("Été & <Fils>", functions=["customer"], external_ids=[{"value": "X-1"}])
    make("Other")
    for name in ("list.csv", "list.XLSX", "list.json"):
        result, content = carnet(name, "--function", "customer")
        assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "exported=1")
        if name.endswith("csv"):
            (found,) = rows_of(content)
            assert (found["Id"], found["External id"], found["Company name"]) == (str(made.id), "X-1", "Été & <Fils>")
        elif name.endswith("json"):
            (one,) = objects_of(content)
            assert (one["id"], one["external_id"], one["name"]) == (made.id, "X-1", "Été & <Fils>")
            assert (one["functions"], one["numbers"]) == (["customer"], {"customer": one["number"]})
        else:
            sheet = sheet_of(content)
            assert (sheet.freeze_panes, sheet.max_row, sheet["A2"].value) == ("A2", 2, str(made.id))


def test_H4_carnet_export_searches_and_leaves_archived_ones_out(make, carnet, system) -> None:
    make("Dupont")
    make("Durand")
    make("Dupond")
    archive(make("Dupuis").id)
    names = {
        options: [one["name"] for one in objects_of(carnet("list.json", *options)[1])]
        for options in ((), ("--query", "dupon"), ("--archived",))
    }
    assert names[()] == ["Dupond", "Dupont", "Durand"]
    assert names["--query", "dupon"] == ["Dupond", "Dupont"]
    assert sorted(names[("--archived",)]) == ["Dupond", "Dupont", "Dupuis", "Durand"]


def test_H4_carnet_export_tells_a_mistake_in_one_line(carnet, tmp_path) -> None:
    assert carnet("list.doc")[0].exit_code == 2
    result, content = carnet("list.csv", "--function", "friend")
    assert (result.exit_code, content) == (1, b"")
    assert "customer" in result.stderr
    result, _content = carnet("nowhere/list.csv")
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert f"{tmp_path / 'nowhere' / 'list.csv'}: there is no folder {tmp_path / 'nowhere'}." in result.stderr
    assert ".part" not in result.stderr
    result, _content = carnet("list.csv", "--columns", "city,shoe_size")
    assert result.exit_code == 2
    assert "former" in result.stderr
    result, _content = carnet("list.vcf", "--columns", "city")
    assert result.exit_code == 2
    assert "always holds everything" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_H4_carnet_export_writes_the_columns_that_are_named(make, carnet) -> None:
    made = make("Alpha", addresses=[{"city": "Brest"}], tags=["VIP"])
    result, content = carnet("list.csv", "--columns", "tags,city")
    assert result.exit_code == 0
    (row,) = rows_of(content)
    assert list(row.values()) == [str(made.id), "", "Alpha", "VIP", "Brest"]


@pytest.mark.parametrize("columns", ["shown", "all"])
def test_H4_nothing_is_a_formula_and_a_sheet_holds_texts(make, sign_in, columns) -> None:
    for name in FORMULAS:
        make(name)
    client = sign_in("reader")
    head = "Name" if columns == "shown" else "Company name"
    answer = client.get(f"/contacts/export/file?format=csv&columns={columns}")
    assert {row[head] for row in rows_of(answer.data)} == set(FORMULAS)
    cells = {cell for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))) for cell in row}
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝"))]
    sheet = sheet_of(client.get(f"/contacts/export/file?format=xlsx&columns={columns}").data)
    place = [cell.value for cell in sheet[1]].index(head)
    assert {row[place].value for row in list(sheet.rows)[1:]} == set(FORMULAS)
    assert {cell.data_type for row in sheet.rows for cell in row if cell.value is not None} == {"s"}


def test_H4_what_is_exported_is_the_list_with_its_filter_order_and_columns(make, sign_in) -> None:
    for name, country in (("Alpha", "FR"), ("Beta", "DE"), ("Gamma", "FR")):
        make(name, functions=["customer"], addresses=[{"city": name, "country": country}])
    make("Delta", addresses=[{"city": "Delta", "country": "FR"}])
    client = sign_in("reader")
    place = "customer?sort=-name&country=FR&cols=city,number"
    page = client.get("/contacts/export", query_string={"in": place})
    assert "2 contacts" in page.text
    answer = client.get("/contacts/export/file", query_string={"in": place, "format": "csv", "columns": "shown"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Id", "External id", "Name", "City", "Number"]
    assert [row[2:4] for row in rows[1:]] == [["Gamma", "Gamma"], ["Alpha", "Alpha"]]


def test_H4_a_list_leads_to_its_export(make, sign_in) -> None:
    make("Dupont")
    page = sign_in("reader").get("/contacts?q=dup&sort=-name").text
    assert 'form="list-export"' in page
    assert 'value="all?q=dup&amp;sort=-name"' in page


def test_H4_nobody_knows_such_a_file_or_such_columns(make, sign_in) -> None:
    make()
    client = sign_in("reader")
    for query in ("format=doc&columns=all", "format=csv&columns=some", ""):
        answer = client.get(f"/contacts/export/file?{query}")
        assert answer.status_code == 422
        assert "Kind of file" in answer.text
    assert client.get("/contacts/export/file?format=csv&columns=all&in=friends").status_code == 422


def test_J1_who_may_not_see_it_does_not_export_it(make, sign_in) -> None:
    bank = {"bank_accounts": [{"iban": "DE02120300000000202051"}]}
    make("Firm", functions=["customer"], responsible_id=None, **bank)
    found = {}
    for role in ("reader", "editor"):
        client = sign_in(role)
        table = client.get("/contacts/export/file?format=csv&columns=all").data.decode()
        whole = client.get("/contacts/export/file?format=json&columns=all")
        (one,) = objects_of(whole.data)
        found[role] = (
            "DE02120300000000202051" in table,
            "bank_accounts" in one,
            "internal_note" in one["fields"]["customer"],
        )
    assert found == {"reader": (False, False, False), "editor": (True, True, True)}


def test_H4_a_long_list_becomes_a_job(make, sign_in, monkeypatch) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    for name in ("Alpha", "Beta", "Gamma"):
        make(name)
    client = sign_in("reader")
    assert "Make the file" in client.get("/contacts/export").text
    assert client.submit("/contacts/export", {"format": "doc"}).status_code == 422
    answer = client.submit("/contacts/export", {"in": "all?sort=-name", "format": "json", "columns": "all"})
    assert answer.status_code == 303
    jobs.work()
    file = client.get(f"{answer.location}/file", buffered=True)
    assert [one["name"] for one in objects_of(file.data)] == ["Gamma", "Beta", "Alpha"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_G3_a_job_that_is_stopped_leaves_a_whole_file(make, sign_in, app, kind) -> None:
    ids = [make(f"Firm {at:03}").id for at in range(220)]
    client = sign_in("reader")
    answer = client.submit("/contacts/export", {"in": "all", "format": kind, "columns": "shown"})
    number = int(answer.location.rpartition("/")[2])
    runner = jobs.runner.Runner(app=app)
    assert runner.claim() == number
    runner.step(number, 100)
    client.submit(f"/jobs/{number}/stop")
    runner.step(number, 100)
    content = client.get(f"/jobs/{number}/file", buffered=True).data
    found = {
        "csv": lambda: len(rows_of(content)),
        "xlsx": lambda: sheet_of(content).max_row - 1,
        "json": lambda: len(objects_of(content)),
    }[kind]()
    assert 0 < found < len(ids)


def test_H4_exports_are_logged_without_what_was_searched(make, sign_in, caplog) -> None:
    make("Secretname")
    with caplog.at_level(logging.INFO, "carnet.audit"):
        answer = sign_in("reader").get("/contacts/export/file?format=csv&columns=all&in=all%3Fq%3Dsecretname")
        assert b"Secretname" in answer.data
    told = [json.loads(one.message) for one in caplog.records if "contacts_exported" in one.message]
    assert [(one["contacts"], one["list"], one["format"]) for one in told] == [(1, "all", "csv")]
    assert told[0]["user"]
    assert "ecretname" not in caplog.text
