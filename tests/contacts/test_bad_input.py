"""Bad input through the forms: refused in words, kept with a warning, never lost, never 500."""

from __future__ import annotations

import base64
import html
import json
import re

import pytest
import sqlalchemy as sa

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.models import FunctionRow


def only() -> Contact:
    db.session.expire_all()
    return db.session.scalars(sa.select(Contact)).one()


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of a page's form: its hidden and text inputs, its ticked radios."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        one = {key: html.unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if one.get("type") not in ("checkbox", "radio", "search", "submit") or " checked" in tag:
            found[one.get("name", "")] = one.get("value", "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        found[name] = html.unescape(text).strip("\n")
    return found


WRONG = {
    "too long": {"last_name": "x" * 121},
    "much too long": {"description": "x" * 20_001},
    "not a date": {"birth_date": "yesterday"},
    "not offered": {"salutation": "king"},
    "not in the list": {"title": "emperor"},
    "not a country": {"addresses-0-country": "Atlantis"},
    "not a language": {"language": "klingon"},
    "not a user": {"responsible_id": "999999"},
    "not a contact": {"parent_id": "999999"},
    "not an id": {"parent_id": "1; DROP TABLE contact"},
    "an id beyond all": {"parent_id": "9" * 30},
    "e-mail too long": {"emails-0-value": "x" * 321},
    "tag too long": {"tags": "x" * 61},
    "consent that is none": {"consents-0-channel": "email", "consents-0-status": "perhaps"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_bad_values_bring_the_form_back_with_a_sentence_and_all_that_was_typed(sign_in, wrong) -> None:
    client = sign_in("editor")
    typed = {"present_kind": "person", "last_name": "Kept", "first_name": "Also kept", **wrong}
    answer = client.submit("/contacts/new", typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text or "c-error" in answer.text
    assert "Also kept" in answer.text
    assert count() == 0


def test_an_empty_form_says_what_is_needed(sign_in) -> None:
    answer = sign_in("editor").submit("/contacts/new", {"present_kind": "company"})
    assert answer.status_code == 422
    assert "needs a name" in answer.text
    assert count() == 0


def test_unknown_and_forbidden_fields_are_not_taken(sign_in, make) -> None:
    contact = make("Firm")
    version = contact.version
    sent = {
        "id": "77", "merged_into_id": str(contact.id), "deleted_at": "2026-01-01", "anonymised_at": "2026-01-01",
        "sort_name": "zzz", "kind_": "person", "created_at": "1999-01-01", "customer.credit_limit": "5",
        "emails-0-normalised": "x", "emails-0-contact_id": "5", "colour": "red", "version": str(version),
        "company_name": "Firm",
    }  # fmt: skip
    answer = sign_in("editor").submit(f"/contacts/{contact.id}/edit", sent)
    assert answer.status_code == 303
    stored = only()
    assert (stored.id, stored.sort_name, stored.kind, stored.is_live) == (contact.id, "firm", "company", True)
    assert stored.created_at.year > 1999
    assert db.session.scalars(sa.select(FunctionRow)).all() == []


def test_A2_invalid_phone_email_vat_and_iban_are_kept_with_a_warning(sign_in) -> None:
    client = sign_in("editor")
    typed = {
        "present_kind": "company", "company_name": "Firm", "vat_id": "FR00000000000", "website": "javascript:alert(1)",
        "emails-0-value": "nobody at home", "phones-0-value": "ask Jean", "bank_accounts-0-iban": "FR00 0000",
    }  # fmt: skip
    answer = client.submit("/contacts/new", typed)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    for value in ("FR00000000000", "nobody at home", "ask Jean", "FR00 0000", "javascript:alert(1)"):
        assert value in page
    assert 'href="javascript' not in page
    for sentence in ("No mail can reach", "does not exist in this form", "VAT id", "This IBAN"):
        assert sentence in page


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("A\x00B", "AB"),
        ("A\x07\x1b[31mB", "A[31mB"),
        ("  A \t\r\n B  ", "A B"),
        ("A\u202eB", "AB"),
        ("A\ud800B".encode("utf-8", "surrogatepass"), None),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
        ("e\u0301", "é"),
        ("🏢 株式会社", "🏢 株式会社"),
    ],
    ids=["nul", "control", "blanks", "override", "surrogate", "script", "sql", "template", "composed", "emoji"],
)
def test_control_characters_go_all_else_is_stored_and_shown_as_typed(sign_in, typed, stored) -> None:
    client = sign_in("editor")
    answer = client.submit("/contacts/new", {"present_kind": "company", "company_name": typed, "vat_id": "x"})
    if stored is None:
        assert answer.status_code < 500
        return
    assert answer.status_code == 303
    assert only().company_name == stored
    page = client.get(answer.headers["Location"]).text
    assert html.escape(stored, quote=False) in html.unescape(page).replace("<", "&lt;").replace(">", "&gt;") or (
        stored in html.unescape(page)
    )
    assert "<script>alert" not in page
    assert client.get("/contacts").status_code == 200


@pytest.mark.parametrize("address", ["/contacts/new", "/contacts/{id}/edit", "/contacts/{id}/archive",
                                     "/contacts/{id}/functions/supplier", "/contacts/{id}/delete"])  # fmt: skip
def test_a_form_without_its_csrf_token_changes_nothing(sign_in, make, address) -> None:
    contact = make("Firm")
    client = sign_in("manager")
    for token in ({}, {"csrf_token": "made up"}):
        answer = client.post(address.format(id=contact.id), data={"company_name": "Stolen", "archived": "1", **token})
        assert answer.status_code == 400
        assert "send it again" in answer.text.casefold()
    stored = only()
    assert (stored.company_name, stored.archived_at, stored.deleted_at) == ("Firm", None, None)


@pytest.mark.parametrize("id_", ["0", "999999", "9" * 30, "-1", "1.5", "abc", "%00", "1%20OR%201=1"])
def test_a_foreign_id_is_not_found(sign_in, id_) -> None:
    client = sign_in("manager")
    for address in ("/contacts/{}", "/contacts/{}/edit", "/contacts/{}/history", "/contacts/{}/delete",
                    "/contacts/{}/functions/supplier", "/links/{}"):  # fmt: skip
        assert client.get(address.format(id_)).status_code == 404, address
    for address in ("/contacts/{}/edit", "/contacts/{}/restore", "/contacts/{}/convert", "/links/{}/remove"):
        assert client.submit(address.format(id_)).status_code == 404, address


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sort=colour", 422),
        ("sort=-", 422),
        ("after=abc", 400),
        ("after=" + "A" * 5000, 400),
        ("before=W10", 400),
        ("after=WyJuYW1lIiwxLDJd", 400),
    ],
)
def test_a_made_up_place_in_a_list_is_refused(sign_in, query, status) -> None:
    assert sign_in("reader").get(f"/contacts?{query}").status_code == status


@pytest.mark.parametrize("q", ["%00", "x" * 5000, "%ff%fe", '"', "*", "a AND OR", "NEAR(", "%", "_", "\\", "🏢", "-"])
def test_no_search_is_an_error(sign_in, make, q) -> None:
    make("Firm")
    answer = sign_in("reader").get(f"/contacts?q={q}")
    assert answer.status_code == 200


def test_an_unknown_view_is_not_found(sign_in, make) -> None:
    contact = make("Firm", functions=["supplier"])
    client = sign_in("reader")
    assert client.get(f"/contacts/{contact.id}?view=supplier").status_code == 200
    for view in ("customer", "friend", "%00"):
        assert client.get(f"/contacts/{contact.id}?view={view}").status_code == 404


def test_five_megabytes_are_refused_in_words(sign_in) -> None:
    client = sign_in("editor")
    answer = client.submit("/contacts/new", {"present_kind": "company", "company_name": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "too large" in answer.text
    raw = client.post("/contacts/new", data=b"x" * 17_000_000, content_type="application/octet-stream")
    assert raw.status_code in (400, 413)
    many = client.submit("/contacts/new", {f"field{number}": "x" for number in range(5000)})
    assert many.status_code in (413, 422)
    assert count() == 0


def test_an_unknown_host_is_refused(sign_in) -> None:
    client = sign_in("reader")
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example"):
        answer = client.get("/contacts", headers={"Host": host})
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    assert client.get("/login", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_a_wrong_method_is_405(sign_in, make) -> None:
    contact = make("Firm")
    client = sign_in("manager")
    assert client.get(f"/contacts/{contact.id}/archive").status_code == 405
    assert client.submit(f"/contacts/{contact.id}").status_code == 405
    assert client.get("/nowhere").status_code == 404


def test_A5_the_second_to_save_gets_both_versions_and_loses_nothing(sign_in, make) -> None:
    contact = make("Before", description="Old text", vat_id="DE136695976", functions=["supplier"])
    client = sign_in("editor")
    mine = fields(client.get(f"/contacts/{contact.id}/edit").text)
    theirs = dict(mine)
    address = f"/contacts/{contact.id}/edit"
    theirs |= {"company_name": "Theirs", "tax_number": "T-1"}
    assert client.submit(address, theirs).status_code == 303

    mine |= {"company_name": "Mine", "description": "My text", "emails-0-value": "me@x.example",
             "supplier.creditor_account": "40177"}  # fmt: skip
    answer = client.submit(address, mine)
    assert answer.status_code == 409
    for both in ("Before", "Theirs", "Mine", "My text", "me@x.example"):
        assert both in answer.text, both
    assert (only().company_name, only().description) == ("Theirs", "Old text")

    kept = fields(answer.text)
    assert client.submit(address, {**kept, "choice-company_name": "theirs"}).status_code == 303
    stored = only()
    assert (stored.company_name, stored.description, stored.tax_number) == ("Theirs", "My text", "T-1")
    assert [email.value for email in stored.emails] == ["me@x.example"]
    assert "40177" in client.get(f"/contacts/{contact.id}").text


def test_A5_a_third_save_in_between_asks_again(sign_in, make) -> None:
    contact = make("Before")
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/edit"
    form = fields(client.get(address).text)
    client.submit(address, {**form, "company_name": "One"})
    first = client.submit(address, {**form, "company_name": "Mine"})
    again = fields(client.get(address).text)
    client.submit(address, {**again, "company_name": "Two"})
    second = client.submit(address, {**fields(first.text), "choice-company_name": "mine"})
    assert (first.status_code, second.status_code) == (409, 409)
    assert "Two" in second.text
    assert "Mine" in second.text
    assert only().company_name == "Two"


def test_A5_a_version_that_is_no_number_is_no_way_around(sign_in, make) -> None:
    contact = make("Before")
    answer = sign_in("editor").submit(
        f"/contacts/{contact.id}/edit", {"version": "latest", "company_name": "After", "base": "{not json"}
    )
    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("sort", "made_up"),
    [
        ("name", json.dumps(["name", "\ud800", 1])),
        ("changed", json.dumps(["changed", "2020-01-01", 1])),
        ("changed", json.dumps(["changed", "0001-01-01T00:00:00+14:00", 1])),
        ("name", "[" * 5000),
    ],
    ids=["lone surrogate", "no zone", "out of range", "nested"],
)
def test_G1_a_forged_place_in_the_list_is_refused(sign_in, sort: str, made_up: str) -> None:
    after = base64.urlsafe_b64encode(made_up.encode()).decode().rstrip("=")
    assert sign_in("reader").get("/contacts", query_string={"sort": sort, "after": after}).status_code == 400


@pytest.mark.parametrize("version", [None, "", "abc"])
def test_A5_a_form_that_can_not_say_what_it_read_overwrites_nothing(sign_in, make, version: str | None) -> None:
    contact = make("Firm")
    client = sign_in("editor")
    sent = {"company_name": "Other"} | ({} if version is None else {"version": version})
    answer = client.submit(f"/contacts/{contact.id}/edit", sent)
    assert answer.status_code == 409
    assert "Other" in answer.text
    assert db.session.scalar(sa.select(Contact.company_name).where(Contact.id == contact.id)) == "Firm"
