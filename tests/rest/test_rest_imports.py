"""Imports by the API: sent, looked at, mended, started, taken back (spec H2; contract)."""

from __future__ import annotations

import base64
import io
from typing import Any

import sqlalchemy as sa

from webapp import jobs
from webapp.contacts.models import Contact
from webapp.db import db

TEXT = "Wer;E-Mail;Ort\nAdler;a@w.example;Bonn\nBerg;a@w.example;Kiel\n;;Ulm\n"


def sent(caller: Any, **more: Any) -> Any:
    content = base64.b64encode(TEXT.encode()).decode()
    body = {"file_name": "list.csv", "content": content, "columns": {"Wer": "last_name"}, **more}
    return caller("POST", "/imports", body)


def total() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0


def test_I4_an_import_goes_all_its_way_by_the_api(api: Any) -> None:
    caller = api("manager")
    made = sent(caller, constants={"tags": "Messe"})
    assert made.status_code == 201, made.text
    place = f"/imports/{made.json['id']}"
    assert made.headers["Location"].endswith(place)
    assert made.json["state"] == "rehearsed"
    assert made.json["plans"] == {"create": 1, "double": 1, "error": 1}
    assert made.json["columns"] == {"Wer": "last_name", "E-Mail": "emails.work", "Ort": "addresses.main.city"}
    row = caller("GET", f"{place}/rows?show=error").json["items"][0]
    assert (row["number"], row["cells"], row["outcome"]) == (3, ["", "", "Ulm"], None)
    assert caller("PATCH", f"{place}/rows/3", {"cells": {"Wer": "Cora"}}).json["plan"] == "create"
    assert caller("PATCH", f"{place}/rows/2", {"decision": "skip"}).json["decision"] == "skip"
    assert caller("PATCH", f"{place}/rows/2", {"cells": {"Nobody": "x"}}).status_code == 422
    assert caller("POST", f"{place}/start", {"dry_run": True}).status_code == 200
    assert total() == 0
    started = caller("POST", f"{place}/start")
    assert (started.status_code, started.json["state"]) == (202, "imported")
    assert caller("POST", f"{place}/start").json["job"] == started.json["job"]
    assert started.json["outcomes"] == {"created": 2, "skipped": 1}
    assert [one.tags for one in db.session.scalars(sa.select(Contact))] == [["Messe"], ["Messe"]]
    assert caller("DELETE", place).status_code == 409
    undone = caller("POST", f"{place}/undo")
    assert (undone.status_code, undone.json["state"], undone.json["undone"]["gone"]) == (202, "undone", 2)
    assert caller("POST", f"{place}/undo").status_code == 409
    assert total() == 0
    assert caller("GET", "/imports?limit=1").json["items"][0]["id"] == made.json["id"]


def test_I4_a_form_brings_the_file_and_a_dry_run_keeps_nothing(api: Any) -> None:
    caller = api("manager")
    dry = sent(caller, dry_run=True)
    assert (dry.status_code, dry.json["id"]) == (200, None)
    assert caller("GET", "/imports").json == {"items": [], "next": None}
    raw = b"Nachname;E-Mail\n" + b"".join(b"N%d;n%d@w.example\n" % (at, at) for at in range(210))
    form = {"file": (io.BytesIO(raw), "long.csv"), "match": "number,email", "doubles": "skip"}
    made = caller("POST", "/imports", data=form, content_type="multipart/form-data")
    assert (made.status_code, made.json["state"], made.json["match"]) == (201, "rehearsing", ["number", "email"])
    jobs.work()
    place = f"/imports/{made.json['id']}"
    assert caller("GET", place).json["plans"] == {"create": 210}
    page = caller("GET", f"{place}/rows?limit=200").json
    assert (len(page["items"]), page["next"]) == (200, "200")
    assert len(caller("GET", f"{place}/rows?limit=200&cursor=200").json["items"]) == 10
    assert caller("GET", f"{place}/rows?cursor=x").status_code == 422
    assert caller("DELETE", place).status_code == 204
    assert caller("GET", place).status_code == 404
    for body in (
        {"content": "###", "file_name": "x.csv"},
        {"file_name": "x.csv"},
        {"content": "", "file_name": "x.csv"},
    ):
        assert caller("POST", "/imports", body).status_code == 422


def test_I4_a_column_that_the_file_does_not_have_is_named(api: Any) -> None:
    answer = sent(api("manager"), columns={"Wer": "last_name", "Wo": "addresses.main.city"})
    assert answer.status_code == 422, answer.text
    assert "Wo" in answer.text
    answer = sent(api("manager"), constants={"addresses.main.country": "Narnia"})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/constants")
    assert "Narnia" in answer.text
    assert api("manager")("GET", "/imports").json["items"] == []
