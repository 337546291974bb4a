"""Documents by the API: as JSON, as a form with a file, read, downloaded, removed (contract: `POST /documents`)."""

from __future__ import annotations

import io
import secrets

import pytest
import sqlalchemy as sa

from plugins.documents import files, services
from plugins.documents.models import Document
from plugins.merge import services as merging
from webapp.db import db

INVOICE = {"type": "invoice", "number": "RE-2026-1377", "date": "2026-11-03", "amount": "12480.00", "currency": "EUR"}


@pytest.fixture
def contact(make, system):
    return make("Hofer", functions=["customer"])


def pdf() -> bytes:
    return b"%PDF-1.4\n" + secrets.token_hex().encode()


def number_of_documents() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Document)) or 0


def test_I4_an_invoice_is_filed_as_json_and_read_again(api, contact) -> None:
    caller = api("editor")
    made = caller.post("/documents", {"contact_id": contact.id, **INVOICE})
    assert made.status_code == 201
    body = made.json
    assert body["id"] > 0
    assert {name: body[name] for name in INVOICE} == INVOICE
    assert (body["kept_until"], body["is_kept"], body["file"]) == ("2036-12-31", True, None)
    assert made.headers["Location"] == f"/api/v1/documents/{body['id']}"
    assert caller.get(f"/documents/{body['id']}").json == body
    assert caller.get(f"/contacts/{contact.id}/documents").json == {"items": [body], "next": None}


def test_I4_a_form_brings_the_file_along(api, contact) -> None:
    caller, content = api("editor"), pdf()
    fields = {"contact_id": str(contact.id), **INVOICE, "file": (io.BytesIO(content), "Rechnung Köln.pdf")}
    made = caller("POST", "/documents", data=fields)
    assert made.status_code == 201
    assert made.json["file"] == {"name": "Rechnung Köln.pdf", "size": len(content), "media_type": "application/pdf"}
    with caller.get(f"/documents/{made.json['id']}/file") as answer:
        assert (answer.status_code, answer.data) == (200, content)
        assert answer.headers["Content-Disposition"].startswith("attachment; ")


WRONG = {
    "no contact": ({"contact_id": 2**40}, "#/contact_id"),
    "no id": ({"contact_id": "1"}, "#/contact_id"),
    "no type": ({"type": "letter"}, "#/type"),
    "no day": ({"date": "03.11.2026"}, "#/date"),
    "an impossible day": ({"date": "2026-02-30"}, "#/date"),
    "an amount with a comma": ({"amount": "12,5"}, "#/amount"),
    "an amount as a number": ({"amount": 12.5}, "#/amount"),
    "three decimals": ({"amount": "12.505"}, "#/amount"),
    "no currency": ({"currency": "EURO"}, "#/currency"),
    "unknown": ({"colour": "red"}, "#/colour"),
    "an end": ({"ends_on": "2027-01-01"}, "#/ends_on"),
}


@pytest.mark.parametrize(("change", "pointer"), WRONG.values(), ids=WRONG.keys())
def test_I4_what_is_wrong_is_named(api, contact, change, pointer) -> None:
    answer = api("editor").post("/documents", {"contact_id": contact.id, **INVOICE, **change})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]
    assert number_of_documents() == 0


def test_I4_a_file_that_is_not_taken_says_why(api, contact) -> None:
    fields = {"contact_id": str(contact.id), **INVOICE, "file": (io.BytesIO(b"PK\x03\x04"), "a.pdf")}
    answer = api("editor")("POST", "/documents", data=fields)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/file")
    assert "archive" in answer.json["errors"][0]["detail"]


def test_I4_the_same_invoice_twice_is_409_with_its_id_and_a_key_repeats_the_answer(api, contact) -> None:
    caller, body = api("editor"), {"contact_id": contact.id, **INVOICE}
    first = caller.post("/documents", body, headers={"Idempotency-Key": "a"})
    again = caller.post("/documents", body, headers={"Idempotency-Key": "a"})
    assert (again.status_code, again.json) == (201, first.json)
    other = caller.post("/documents", body)
    assert (other.status_code, other.json["existing"]) == (409, first.json["id"])


def test_I4_a_key_knows_a_form_by_its_fields_and_its_file(api, contact) -> None:
    caller, content = api("editor"), pdf()

    def send(file: bytes):
        fields = {"contact_id": str(contact.id), **INVOICE, "file": (io.BytesIO(file), "a.pdf")}
        return caller("POST", "/documents", data=fields, headers={"Idempotency-Key": "b"})

    first, again, changed = send(content), send(content), send(pdf())
    assert (first.status_code, again.status_code, again.json["id"]) == (201, 201, first.json["id"])
    assert changed.status_code == 422
    assert number_of_documents() == 1


def test_I4_a_dry_run_files_nothing_and_leaves_no_file(api, contact) -> None:
    before = set(files.folder().glob("*/*"))
    fields = {"contact_id": str(contact.id), **INVOICE, "file": (io.BytesIO(pdf()), "a.pdf"), "dry_run": "true"}
    answer = api("editor")("POST", "/documents", data=fields)
    assert (answer.status_code, answer.json["id"], answer.json["kept_until"]) == (200, None, "2036-12-31")
    assert number_of_documents() == 0
    assert set(files.folder().glob("*/*")) == before


def test_D4_what_must_be_kept_is_not_removed_and_says_until_when(api, contact) -> None:
    caller = api("editor")
    kept = caller.post("/documents", {"contact_id": contact.id, **INVOICE}).json["id"]
    other = caller.post("/documents", {"contact_id": contact.id, **INVOICE, "type": "other"}).json["id"]
    refused = caller.delete(f"/documents/{kept}")
    assert (refused.status_code, refused.json["kept_until"]) == (409, "2036-12-31")
    assert caller.delete(f"/documents/{other}?dry_run=true").json["id"] == other
    assert caller.delete(f"/documents/{other}").status_code == 204
    assert caller.get(f"/documents/{other}").status_code == 404
    blocked = caller.delete(f"/contacts/{contact.id}")
    assert blocked.status_code in (403, 409)


def test_D4_deleting_the_contact_names_its_documents(api, contact) -> None:
    caller = api("administrator")
    caller.post("/documents", {"contact_id": contact.id, **INVOICE})
    refused = caller.delete(f"/contacts/{contact.id}?override=links")
    (one,) = refused.json["blockers"]
    assert (refused.status_code, one["key"], one["plugin"]) == (409, "documents_kept", "documents")
    assert one["override"] is False


def test_I4_the_list_is_cut_into_pages_and_narrowed(api, contact) -> None:
    for day in range(1, 8):
        services.add(contact.id, {"type": "order" if day % 2 else "other", "dated_on": f"2026-01-0{day}"})
    caller, seen, cursor = api("reader", scope="read"), [], ""
    while cursor is not None:
        page = caller.get(f"/contacts/{contact.id}/documents?limit=3&cursor={cursor}").json
        seen += [one["date"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [f"2026-01-0{day}" for day in range(7, 0, -1)]
    assert len(caller.get(f"/contacts/{contact.id}/documents?type=order&year=2026").json["items"]) == 4
    for wrong in ("cursor=x", "type=letter", "year=1", "colour=red"):
        assert caller.get(f"/contacts/{contact.id}/documents?{wrong}").status_code == 422


def test_E4_a_merged_contacts_documents_are_the_main_ones(api, make, contact) -> None:
    main = make("Main")
    db.session.flush()
    merging.merge([main.id, contact.id], main.id)
    caller = api("editor")
    answer = caller.get(f"/contacts/{contact.id}/documents")
    assert (answer.status_code, answer.headers["Location"]) == (307, f"/api/v1/contacts/{main.id}/documents")
    refused = caller.post("/documents", {"contact_id": contact.id, **INVOICE})
    assert (refused.status_code, refused.json["merged_into"]) == (409, main.id)


def test_J1_a_reader_files_and_removes_nothing(api, contact) -> None:
    made = services.add(contact.id, {"type": "other", "dated_on": "2026-01-01"})
    for caller in (api("reader"), api("administrator", scope="read")):
        assert caller.post("/documents", {"contact_id": contact.id, **INVOICE}).status_code == 403
        assert caller.delete(f"/documents/{made.id}").status_code == 403
        assert caller.get(f"/documents/{made.id}").status_code == 200
    assert number_of_documents() == 1
