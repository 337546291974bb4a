"""Contacts by the API, as the contract has them (spec I4)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.contacts import links
from webapp.contacts import services as contacts
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.services import activate, convert, save_fields
from webapp.history.services import of_contact

PERSON = {
    "kind": "person",
    "first_name": "Élodie",
    "last_name": "Dupont",
    "birth_date": "1980-02-29",
    "emails": [{"value": "home@dupont.example", "type": "home"}, {"value": "e@dupont.example", "is_primary": True}],
    "phones": [{"value": "06 12 34 56 78", "type": "mobile"}, {"value": "12"}],
    "addresses": [{"street": "1 rue X", "postal_code": "75001", "city": "Paris", "country": "FR", "purpose": "main"}],
    "external_id": "A-1",
    "tags": ["VIP", "Salon"],
    "description": "Line one\nLine two",
    "functions": ["prospect", "supplier"],
    "fields": {"supplier": {"number": "70012", "minimum_order": "100.50", "currency": "EUR"}},
}


def test_I4_a_create_answers_201_with_the_whole_object(api) -> None:
    caller = api("editor")
    answer = caller.post("/contacts", PERSON)
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert isinstance(made["id"], int)
    assert made["functions"] == ["prospect", "supplier"]
    assert [one["value"] for one in made["emails"]] == ["e@dupont.example", "home@dupont.example"]
    assert made["emails"][0] | {"id": 0} == {
        "id": 0, "value": "e@dupont.example", "type": "work", "is_primary": True, "normalised": "e@dupont.example",
    }  # fmt: skip
    assert [one["normalised"] for one in made["phones"]] == ["+33612345678", None]
    assert made["tags"] == ["Salon", "VIP"]
    assert (made["external_id"], made["birth_date"]) == ("A-1", "1980-02-29")
    # While the range is common, all functions of a contact show its one number.
    assert (made["number"], made["former_numbers"]) == ("70012", [])
    assert made["numbers"] == {"prospect": "70012", "supplier": "70012"}
    assert made["fields"]["supplier"]["minimum_order"] == "100.50"
    assert made["fields"]["supplier"]["currency"] == "EUR"
    assert made["fields"]["prospect"]["status"] == "new"
    assert made["past"] == {}
    assert [(one["pointer"], one["key"]) for one in made["warnings"]] == [("/phones/1", "phone")]
    assert made["created_at"].endswith("Z")
    assert (made["archived"], made["responsible"], made["parent_id"]) == (False, None, None)
    assert answer.headers["ETag"] == f'"{made["version"]}"'
    assert answer.headers["Location"] == f"/api/v1/contacts/{made['id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert caller.get(f"/contacts/{made['id']}").json == made


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"kind": "person", "frist_name": "X"}, "#/frist_name"),
        ({"kind": "company", "company_name": "X", "emails": [{"valeu": "x"}]}, "#/emails/0/valeu"),
        ({"kind": "company", "company_name": "X", "fields": {"customer": {"colour": 1}}}, "#/fields/customer/colour"),
        ({"kind": "alien"}, "#/kind"),
        ({"company_name": "X"}, "#/kind"),
        ({"kind": "person", "last_name": 5}, "#/last_name"),
        ({"kind": "person", "last_name": "X", "birth_date": "31.12.1980"}, "#/birth_date"),
        ({"kind": "person", "last_name": "X", "responsible": 999999}, "#/responsible"),
        ({"kind": "person", "last_name": "X", "parent_id": 2**70}, "#/parent_id"),
        ({"kind": "person", "last_name": "X", "functions": ["king"]}, "#/functions/0"),
        ({"kind": "person"}, "#/last_name"),
        ({"kind": "company", "company_name": "X", "functions": ["customer"],
          "fields": {"customer": {"credit_limit": "1.234.5"}}}, "#/fields/customer/credit_limit"),
    ],
)  # fmt: skip
def test_I4_bad_data_is_422_and_says_where(api, sent, pointer) -> None:
    answer = api("editor").post("/contacts", sent)
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert pointer in [one["pointer"] for one in answer.json["errors"]]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0


def test_I4_patch_replaces_what_it_names_and_null_clears(api, make, system) -> None:
    caller = api("editor")
    made = caller.post("/contacts", PERSON).json
    kept, dropped = made["emails"]
    sent = {
        "first_name": None,
        "emails": [{"id": dropped["id"], "value": "new@dupont.example"}],
        "tags": ["VIP"],
        "fields": {"prospect": {"rating": "hot", "probability": "12.5"}},
    }
    answer = caller.patch(f"/contacts/{made['id']}", sent)
    assert answer.status_code == 200, answer.text
    changed = answer.json
    assert changed["first_name"] is None
    assert changed["last_name"] == "Dupont"
    assert [(one["id"], one["value"]) for one in changed["emails"]] == [(dropped["id"], "new@dupont.example")]
    assert kept["id"] not in [one["id"] for one in changed["emails"]]
    assert changed["phones"] == made["phones"]
    assert changed["tags"] == ["VIP"]
    assert (changed["fields"]["prospect"]["rating"], changed["fields"]["prospect"]["probability"]) == ("hot", "12.50")
    assert changed["version"] > made["version"]
    assert {entry.way for entry in of_contact(made["id"])} == {"api"}
    assert {entry.user_id for entry in of_contact(made["id"])} == {caller.user.id}


def test_I4_what_was_read_can_be_sent_back(api) -> None:
    caller = api("editor")
    made = caller.post("/contacts", PERSON).json
    names = ("emails", "phones", "addresses", "tags", "external_id", "external_ids", "fields", "birth_date", "consents")
    again = caller.patch(f"/contacts/{made['id']}", {name: made[name] for name in names}).json
    assert again == made


def test_I4_the_external_id_is_one_of_the_external_ids(api) -> None:
    caller = api("editor")
    sent = {"kind": "company", "company_name": "X", "external_ids": [{"source": "shop", "value": "9"}]}
    made = caller.post("/contacts", sent).json
    assert made["external_id"] is None
    changed = caller.patch(f"/contacts/{made['id']}", {"external_id": "B-2"}).json
    assert changed["external_id"] == "B-2"
    assert {(one["source"], one["value"]) for one in changed["external_ids"]} == {("shop", "9"), (None, "B-2")}
    other = caller.post("/contacts", {"kind": "company", "company_name": "Y", "external_id": "B-2"})
    assert other.status_code == 422
    assert other.json["errors"][0]["pointer"] == "#/external_id"
    cleared = caller.patch(f"/contacts/{made['id']}", {"external_id": None}).json
    assert [(one["source"], one["value"]) for one in cleared["external_ids"]] == [("shop", "9")]


@pytest.mark.parametrize("how", ["body", "If-Match", "both"])
def test_A5_a_stale_version_is_409_with_both_versions(api, make, how) -> None:
    contact = make("Before")
    caller = api("editor")
    read = caller.get(f"/contacts/{contact.id}").json["version"]
    assert caller.patch(f"/contacts/{contact.id}", {"company_name": "Theirs"}).status_code == 200
    headers = {"If-Match": f'"{read}"'} if how != "body" else {}
    body = {"company_name": "Mine", **({"version": read} if how != "If-Match" else {})}
    answer = caller.patch(f"/contacts/{contact.id}", body, headers=headers)
    assert answer.status_code == 409
    assert (answer.json["version"], answer.json["current"]) == (read, read + 1)
    assert answer.json["contact"]["company_name"] == "Theirs"
    fresh = f'"{read + 1}"'
    answer = caller.patch(f"/contacts/{contact.id}", {"company_name": "Mine"}, headers={"If-Match": fresh})
    assert answer.json["company_name"] == "Mine"


@pytest.mark.parametrize("tag", ["W/abc", '"999"', "abc", '"1", "2"'])
def test_A5_an_if_match_that_fits_nothing_changes_nothing(api, make, tag) -> None:
    contact = make("Before")
    answer = api("editor").patch(f"/contacts/{contact.id}", {"company_name": "X"}, headers={"If-Match": tag})
    assert answer.status_code == 409
    assert api("manager").delete(f"/contacts/{contact.id}", headers={"If-Match": tag}).status_code == 409


def test_G1_the_list_searches_filters_sorts_and_pages(api, make, system) -> None:
    for number in range(7):
        make(f"Firm {number}", functions=["customer"] if number % 2 else [])
    make("Anna", kind="person", tags=["VIP"])
    caller = api("reader")
    seen, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/contacts?limit=3&sort=-name&q=firm&cursor={cursor}").json
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [f"Firm {number}" for number in reversed(range(7))]
    found = caller.get("/contacts?function=customer")
    assert found.status_code == 200, found.text
    customers = found.json["items"]
    assert [one["functions"] for one in customers] == [["customer"]] * 3
    assert [one["name"] for one in caller.get("/contacts?kind=person").json["items"]] == ["Anna"]
    assert [one["name"] for one in caller.get("/contacts?tag=vip").json["items"]] == ["Anna"]
    assert caller.get("/contacts?archived=true").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=201", "limit"), ("limit=0", "limit"), ("limit=x", "limit"), ("colour=red", "colour"),
        ("sort=colour", "sort"), ("archived=perhaps", "archived"),
    ],
)  # fmt: skip
def test_G1_a_parameter_that_does_not_fit_is_422_naming_it(api, query, name) -> None:
    answer = api("reader").get(f"/contacts?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == name


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=abc", 400), ("function=king", 422), ("country=Mars", 422), ("kind=alien", 422),
        ("kind=person&kind=firm", 422),
    ],
)  # fmt: skip
def test_G1_a_value_that_no_list_knows_is_refused_naming_its_parameter(api, query, status) -> None:
    answer = api("reader").get(f"/contacts?{query}")
    assert answer.status_code == answer.json["status"] == status
    assert answer.content_type == "application/problem+json"
    assert [one["parameter"] for one in answer.json["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("sent", "pointer", "text"),
    [
        ({"birth_date": "2026-13-40"}, "#/birth_date", "This is a day, written such as 2026-12-31, or null."),
        ({"birth_date": 1980}, "#/birth_date", "This is a day, written such as 2026-12-31, or null."),
        ({"fields": {"customer": {"credit_limit": 5}}}, "#/fields/customer/credit_limit",
         "This is an amount as a text, such as \"1234.50\", or null."),
        ({"dry_run": "yes"}, "#/dry_run", "This is true or false."),
        ({"dry_run": None}, "#/dry_run", "This is true or false."),
        ({"tags": ["x"] * 101}, "#/tags", "These are too many: at most 100 entries."),
        ({"parent_id": 0}, "#/parent_id", f"This lies between 1 and {2**63 - 1}."),
        ({"a.b/c~d e": 1}, "#/a.b~1c~0d%20e", "There is no such field: look it up in the description of the API."),
        ([], "#", "This is an object."),
        ("text", "#", "This is an object."),
    ],
)  # fmt: skip
def test_I4_what_is_wrong_is_told_where_it_is_and_in_words_that_fit(api, sent, pointer, text) -> None:
    body = {"kind": "person", "last_name": "X", **sent} if isinstance(sent, dict) else sent
    answer = api("editor").post("/contacts", body, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json["errors"]) == (422, [{"pointer": pointer, "detail": text}])


def test_I4_a_body_of_a_function_that_is_no_object_is_wrong_as_a_whole(api, make) -> None:
    answer = api("editor").put(f"/contacts/{make('Firm').id}/functions/customer", [1])
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#")


def test_I4_an_archived_contact_comes_back_by_patch(api, make) -> None:
    contact = make("Old")
    caller = api("editor")
    assert caller.patch(f"/contacts/{contact.id}", {"archived": True}).json["archived"] is True
    assert caller.get("/contacts").json["items"] == []
    assert len(caller.get("/contacts?archived=true").json["items"]) == 1
    assert caller.patch(f"/contacts/{contact.id}", {"archived": False}).json["archived"] is False


def test_I4_a_binned_contact_is_gone_but_for_managers_who_ask(api, make, system) -> None:
    contact = make("Gone")
    assert api("manager").delete(f"/contacts/{contact.id}").status_code == 204
    path = f"/contacts/{contact.id}"
    for method, address, body in (
        ("GET", path, None), ("GET", f"{path}/links", None), ("GET", f"/history?contact={contact.id}", None),
        ("PATCH", path, {"company_name": "X"}), ("DELETE", path, None), ("PUT", f"{path}/functions/customer", None),
        ("POST", f"{path}/convert", None), ("POST", f"{path}/links", {"person_id": 1}),
    ):  # fmt: skip
        answer = api("manager")(method, address, body)
        assert answer.status_code == 410, (method, address, answer.text)
    assert api("editor").get(f"{path}?binned=true").status_code == 410
    found = api("manager").get(f"{path}?binned=true")
    assert (found.status_code, found.json["binned"]) == (200, True)
    assert api("manager").get(f"/history?contact={contact.id}&binned=true").json["items"][0]["action"] == "binned"


def test_E4_a_merged_contact_leads_to_the_main_one(api, make, system) -> None:
    main, absorbed = make("Main"), make("Absorbed")
    absorbed.merged_into_id = main.id
    db.session.flush()
    caller = api("manager")
    answer = caller.get(f"/contacts/{absorbed.id}?binned=true")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"/api/v1/contacts/{main.id}?binned=true"
    assert answer.headers["Cache-Control"] == "no-store"
    assert caller.get(f"/contacts/{absorbed.id}/links").headers["Location"] == f"/api/v1/contacts/{main.id}/links"
    history = caller.get(f"/history?contact={absorbed.id}")
    assert history.headers["Location"] == f"/api/v1/history?contact={main.id}"
    for method, address, body in (
        ("PATCH", "", {"company_name": "X"}), ("DELETE", "", None), ("PUT", "/functions/customer", None),
        ("POST", "/convert", None),
    ):  # fmt: skip
        refused = caller(method, f"/contacts/{absorbed.id}{address}", body)
        assert (refused.status_code, refused.json["merged_into"]) == (409, main.id)


def test_D3_a_refused_deletion_names_every_blocker(api, make, system) -> None:
    party, person = make("Firm", functions=["customer"]), make("Anna", kind="person")
    links.create(party.id, person.id, {"is_primary": True})
    answer = api("manager").delete(f"/contacts/{person.id}")
    assert answer.status_code == 409
    assert [set(one) for one in answer.json["blockers"]] == [{"key", "plugin", "label", "count", "remedy", "override"}]
    blocker = answer.json["blockers"][0]
    assert (blocker["key"], blocker["plugin"], blocker["count"], blocker["override"]) == (
        "primary_contact", "core", 1, True,
    )  # fmt: skip


def test_D4_an_administrator_may_override_links_knowingly(api, make, system) -> None:
    party, person = make("Firm", functions=["customer"]), make("Anna", kind="person")
    child = make("Child", parent_id=party.id)
    links.create(party.id, person.id, {"is_primary": True, "role": "Boss"})
    address = f"/contacts/{party.id}?override=links"
    assert api("manager").delete(address).status_code == 403
    assert api("administrator", scope="write").delete(address).status_code == 403
    assert api("administrator").delete(f"/contacts/{party.id}").status_code == 409
    assert api("administrator").delete(address).status_code == 204
    assert [entry.action for entry in of_contact(party.id)][:2] == ["binned", "unlinked"]
    told = of_contact(person.id)[0]
    gone = {"role": ["Boss", None], "is_primary": [True, False], "party": ["Firm", None]}
    assert (told.action, told.changes) == ("unlinked", gone)
    assert db.session.get_one(Contact, child.id).parent_id is None
    assert of_contact(child.id)[0].changes == {"parent_id": [party.id, None]}
    assert api("manager").delete(f"/contacts/{person.id}").status_code == 204


def test_C5_what_was_noted_of_a_prospect_stays_under_past(api, make, system) -> None:
    contact = make("Firm", functions=["prospect"])
    save_fields(contact.id, "prospect", {"rating": "hot", "expected_revenue": "1000", "currency": "JPY"})
    convert(contact.id, "customer")
    told = api("reader").get(f"/contacts/{contact.id}").json
    assert told["functions"] == ["customer"]
    past = told["past"]["prospect"]
    assert (past["rating"], past["expected_revenue"], past["currency"]) == ("hot", "1000", "JPY")
    assert (past["ended_how"], past["ended_way"]) == ("converted", "form")


def test_B5_the_currency_of_a_function_is_that_in_which_its_amounts_would_count(api, make) -> None:
    caller = api("editor")
    for currency, told in (("CHF", "CHF"), ("", "EUR")):
        address = f"/contacts/{make('Firm', functions=['customer'], currency=currency).id}"
        assert caller.get(address).json["fields"]["customer"]["currency"] == told
        changed = caller.put(f"{address}/functions/customer", {"credit_limit": "100"}).json
        assert changed["fields"]["customer"]["currency"] == told


def test_F3_a_changed_number_is_told_as_a_former_one(api, make, system) -> None:
    contact = make("Firm")
    activate(contact.id, "customer", {"number": "1001"})
    caller = api("editor")
    changed = caller.put(f"/contacts/{contact.id}/functions/customer", {"number": "1002"}).json
    assert (changed["number"], changed["former_numbers"]) == ("1002", ["1001"])
    other = make("Other")
    taken = caller.put(f"/contacts/{other.id}/functions/customer", {"number": "1001"})
    assert taken.status_code == 409
    assert taken.json["errors"] == [{"pointer": "#/number", "detail": taken.json["detail"]}]


def test_J1_readers_are_not_told_bank_details_nor_internal_notes(api, make, system) -> None:
    contact = make("Firm", functions=["customer"], bank_accounts=[{"iban": "DE89370400440532013000"}])
    save_fields(contact.id, "customer", {"internal_note": "Never on Mondays"})
    contacts.update(contact.id, {"bank_accounts": [{"iban": "FR7630006000011234567890189"}]})
    for caller, sees in ((api("editor"), True), (api("reader"), False), (api("editor", scope="read"), False)):
        told = caller.get(f"/contacts/{contact.id}").text
        told += caller.get("/contacts").text
        told += caller.get(f"/history?contact={contact.id}").text
        for secret in ("FR76", "DE89", "Never on Mondays"):
            assert (secret in told) is sees, (secret, caller.user.role)


def test_a_list_costs_the_same_for_2_and_50(api, make, system, statements) -> None:
    caller = api("manager")
    caller.get("/contacts")
    sizes = {}
    for number in (2, 50):
        for index in range(number - len(sizes) * 2):
            contact = make(
                f"Firm {number} {index}",
                functions=["prospect", "supplier"],
                emails=[{"value": f"{number}.{index}@x.example"}],
                phones=[{"value": "0612345678"}],
                addresses=[{"city": "Paris"}],
                tags=["VIP"],
            )
            convert(contact.id, "customer")
        with statements() as seen:
            answer = caller.get("/contacts?limit=50")
        assert len(answer.json["items"]) == number
        sizes[number] = len(seen)
    assert sizes[2] == sizes[50]
    assert sizes[50] <= 24, sizes
