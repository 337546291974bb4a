"""Exports by the API: a list as a file (spec H4; contract)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from webapp.contacts.services import archive
from webapp.db import db


@pytest.fixture
def firms(make, system) -> list[Any]:
    made = [
        make("Alpha", functions=["customer"], addresses=[{"city": "Brest"}]),
        make("Beta", functions=["supplier"], external_ids=[{"value": "B-1"}], bank_accounts=[{"iban": "FR1"}]),
        make("Gamma", functions=["customer"]),
        archive(make("Old").id),
    ]
    db.session.commit()
    return made


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_H4_the_api_exports_a_list_as_a_file(api, firms) -> None:
    caller = api("reader", "read")
    answer = caller.get("/contacts/export")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].endswith(".csv")
    assert [row["Company name"] for row in table(answer)] == ["Alpha", "Beta", "Gamma"]
    assert [row["Company name"] for row in table(caller.get("/contacts/export?function=customer&sort=-name"))] == [
        "Gamma", "Alpha",
    ]  # fmt: skip
    assert [row["External id"] for row in table(caller.get("/contacts/export?q=bet"))] == ["B-1"]
    assert [row["Company name"] for row in table(caller.get("/contacts/export?archived=true"))] == ["Old"]


@pytest.mark.parametrize(
    ("columns", "head"),
    [("city,functions", ["Id", "External id", "Name", "City", "Functions"]),
     ("tags", ["Id", "External id", "Name", "Tags"])],
)  # fmt: skip
def test_H4_the_api_exports_the_columns_that_are_named(api, firms, columns, head) -> None:
    rows = table(api("reader").get(f"/contacts/export?columns={columns}"))
    assert list(rows[0]) == head
    assert rows[0]["Name"] == "Alpha"
    shown = table(api("reader").get("/contacts/export?columns=shown&function=customer"))
    assert {"Name", "City", "Number"} <= shown[0].keys()


@pytest.mark.parametrize(
    ("kind", "media", "begins"),
    [("json", "application/json", b"["), ("vcf", "text/vcard", b"BEGIN:VCARD"), ("vcf4", "text/vcard", b"BEGIN:VCARD"),
     ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK")],
)  # fmt: skip
def test_H4_the_api_exports_every_kind_of_file(api, firms, kind, media, begins) -> None:
    answer = api("reader").get(f"/contacts/export?format={kind}")
    assert (answer.status_code, answer.mimetype) == (200, media)
    assert answer.data.startswith(begins)
    if kind == "json":
        assert [one["name"] for one in json.loads(answer.data)] == ["Alpha", "Beta", "Gamma"]


def test_J1_the_api_exports_what_its_user_may_see(api, firms) -> None:
    heads = {role: table(api(role).get("/contacts/export"))[0].keys() for role in ("reader", "editor")}
    assert {role: "Bank accounts (list)" in head for role, head in heads.items()} == {"reader": False, "editor": True}


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [("format=doc", "format"), ("format=vcf&columns=city", "columns"), ("format=json&columns=shown", "columns"),
     ("columns=city,shoe_size", "columns"), ("columns=,", "columns"), ("columns=" + "city," * 500, "columns"),
     ("function=friend", "function"), ("sort=shoe_size", "sort"), ("country=FR", "country"), ("limit=5", "limit")],
)  # fmt: skip
def test_I4_an_export_that_nobody_knows_names_its_parameter(api, firms, asked, parameter) -> None:
    answer = api("reader").get(f"/contacts/export?{asked}")
    assert answer.status_code == 422, answer.text
    assert [one["parameter"] for one in answer.json["errors"]] == [parameter]
