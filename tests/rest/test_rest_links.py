"""Functions, conversion, contact persons and history by the API."""

from __future__ import annotations

from webapp.contacts import links
from webapp.db import db
from webapp.functions.services import save_fields


def test_B2_put_activates_a_function_with_its_fields_and_changes_them(api, make) -> None:
    contact = make("Firm")
    caller = api("editor")
    address = f"/contacts/{contact.id}/functions/supplier"
    answer = caller.put(address, {"number": "7001", "minimum_order": "12.50", "currency": "EUR", "active": True})
    assert answer.status_code == 200, answer.text
    assert answer.json["functions"] == ["supplier"]
    assert answer.json["fields"]["supplier"]["minimum_order"] == "12.50"
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    changed = caller.put(address, {"currency": "JPY", "minimum_order": "13"}).json
    assert (changed["fields"]["supplier"]["minimum_order"], changed["number"]) == ("13", "7001")
    assert caller.put(address).json == changed
    wrong = caller.put(address, {"minimum_order": "x", "colour": "red"})
    assert {one["pointer"] for one in wrong.json["errors"]} == {"#/minimum_order", "#/colour"}


def test_B5_another_currency_leaves_the_amounts_what_they_are(api, make, system) -> None:
    contact = make("Firm", functions=["customer"])
    address = f"/contacts/{contact.id}/functions/customer"
    caller = api("editor")
    caller.put(address, {"credit_limit": "100", "insured_amount": "50", "currency": "EUR"})
    told = caller.put(address, {"currency": "JPY", "credit_limit": "200"}).json["fields"]["customer"]
    assert (told["currency"], told["credit_limit"], told["insured_amount"]) == ("JPY", "200", "50")
    assert caller.put(address, {"currency": "XXQ", "credit_limit": "1"}).status_code == 422
    assert "customer.currency" in caller.get(f"/history?contact={contact.id}").json["items"][0]["changes"]


def test_C4_no_prospect_is_made_of_a_customer(api, make) -> None:
    contact = make("Firm", functions=["customer"])
    answer = api("administrator").put(f"/contacts/{contact.id}/functions/prospect")
    assert answer.status_code == 409
    assert api("administrator").delete(f"/contacts/{contact.id}/functions/customer").status_code == 409


def test_B1_an_unknown_function_is_404(api, make) -> None:
    contact = make("Firm")
    assert api("editor").put(f"/contacts/{contact.id}/functions/king").status_code == 404
    assert api("editor").delete(f"/contacts/{contact.id}/functions/king").status_code == 404
    assert api("editor").post(f"/contacts/{contact.id}/convert", {"to": "king"}).status_code == 404


def test_B2_delete_takes_a_function_back_and_its_fields_stay_under_past(api, make, system) -> None:
    contact = make("Firm", functions=["supplier"])
    save_fields(contact.id, "supplier", {"creditor_account": "40177"})
    caller = api("editor")
    stale = caller.delete(f"/contacts/{contact.id}/functions/supplier?version=1")
    assert stale.status_code == 409
    answer = caller.delete(f"/contacts/{contact.id}/functions/supplier")
    assert (answer.status_code, answer.json["functions"]) == (200, [])
    assert answer.json["past"]["supplier"]["creditor_account"] == "40177"
    assert answer.json["past"]["supplier"]["ended_by"] == caller.user.id


def test_C5_convert_tells_whether_it_changed_anything(api, make) -> None:
    contact = make("Firm", functions=["prospect"])
    caller = api("editor")
    first = caller.post(f"/contacts/{contact.id}/convert", {"debtor_account": "411"})
    assert (first.status_code, first.json["changed"], first.json["functions"]) == (200, True, ["customer"])
    assert first.json["fields"]["customer"]["debtor_account"] == "411"
    again = caller.post(f"/contacts/{contact.id}/convert")
    assert (again.status_code, again.json["changed"]) == (200, False)
    assert caller.post(f"/contacts/{make('Bare').id}/convert").status_code == 409


def test_C6_a_disqualified_prospect_is_not_converted(api, make, system) -> None:
    contact = make("Firm", functions=["prospect"])
    save_fields(contact.id, "prospect", {"status": "disqualified"})
    assert api("editor").post(f"/contacts/{contact.id}/convert").status_code == 409


def test_A5_a_function_of_a_contact_that_changed_is_409(api, make) -> None:
    contact = make("Firm", functions=["prospect"])
    caller = api("editor")
    read = caller.get(f"/contacts/{contact.id}").headers["ETag"]
    caller.patch(f"/contacts/{contact.id}", {"description": "x"})
    for method, address in (("PUT", "functions/supplier"), ("POST", "convert")):
        answer = caller(method, f"/contacts/{contact.id}/{address}", headers={"If-Match": read})
        assert answer.status_code == 409
        assert answer.json["contact"]["description"] == "x"
        assert caller(method, f"/contacts/{contact.id}/{address}", {"version": "1"}).status_code == 422
        by_body = caller(method, f"/contacts/{contact.id}/{address}", {"version": 1})
        assert by_body.status_code == 409


def test_B4_contact_persons_are_linked_changed_and_removed(api, make) -> None:
    party, anna, otto = make("Firm"), make("Anna", kind="person"), make("Otto", kind="person")
    caller = api("editor")
    answer = caller.post(f"/contacts/{party.id}/links", {"person_id": anna.id, "role": "Boss", "is_primary": True})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["person_id"], made["party_id"], made["person"], made["party"]) == (anna.id, party.id, "Anna", "Firm")
    assert (made["role"], made["is_primary"], made["active_from"]) == ("Boss", True, None)
    for contact in (party, anna):
        assert caller.get(f"/contacts/{contact.id}/links").json == {"items": [made], "next": None}
    second = {"person_id": otto.id, "is_primary": True}
    asked = caller.post(f"/contacts/{party.id}/links", second)
    assert (asked.status_code, asked.json["confirm"]) == (409, "move_primary")
    moved = caller.post(f"/contacts/{party.id}/links", {**second, "move_primary": True})
    assert moved.status_code == 201
    changed = caller.patch(f"/links/{made['id']}", {"role": None, "active_from": "2026-01-31"}).json
    assert (changed["role"], changed["active_from"], changed["is_primary"]) == (None, "2026-01-31", False)
    assert caller.delete(f"/links/{moved.json['id']}").status_code == 409
    assert caller.delete(f"/links/{made['id']}").status_code == 204
    assert caller.delete(f"/links/{made['id']}").status_code == 404


def test_B4_what_does_not_fit_a_link_is_said(api, make, system) -> None:
    party, anna = make("Firm"), make("Anna", kind="person")
    gone = make("Gone", kind="person")
    api("manager").delete(f"/contacts/{gone.id}")
    caller = api("editor")
    address = f"/contacts/{party.id}/links"
    for person in (party.id, make("Other firm").id, gone.id, 999_999):
        answer = caller.post(address, {"person_id": person})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/person_id"), person
    assert caller.post(address, {"role": "Boss"}).json["errors"][0]["pointer"] == "#/person_id"
    wrong = caller.post(address, {"person_id": anna.id, "active_from": "2026-02-01", "active_to": "2026-01-01"})
    assert wrong.json["errors"][0]["pointer"] == "#/active_to"
    assert caller.post(address, {"person_id": anna.id}).status_code == 201
    assert caller.post(address, {"person_id": anna.id}).status_code == 409


def test_A5_a_link_that_changed_is_409_with_both(api, make, system) -> None:
    party, anna = make("Firm"), make("Anna", kind="person")
    link = links.create(party.id, anna.id, {})
    db.session.flush()
    caller = api("editor")
    assert caller.patch(f"/links/{link.id}", {"role": "Boss", "version": 1}).status_code == 200
    for answer in (
        caller.patch(f"/links/{link.id}", {"role": "Clerk", "version": 1}),
        caller.delete(f"/links/{link.id}", headers={"If-Match": '"1"'}),
        caller.delete(f"/links/{link.id}?version=1"),
    ):
        assert answer.status_code == 409
        assert (answer.json["version"], answer.json["current"], answer.json["link"]["role"]) == (1, 2, "Boss")


def test_B4_links_come_in_pages_by_a_fixed_number_of_statements(api, make, system, statements) -> None:
    party = make("Firm")
    for number in range(7):
        links.create(party.id, make(f"Person {number}", kind="person").id, {})
    caller = api("reader")
    caller.get("/contacts")
    seen, cursor, sizes = [], "", set()
    while cursor is not None:
        with statements() as texts:
            page = caller.get(f"/contacts/{party.id}/links?limit=3&cursor={cursor}").json
        sizes.add(len(texts))
        seen += [one["person"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [f"Person {number}" for number in range(7)]
    assert len(sizes) == 1
    assert caller.get(f"/contacts/{party.id}/links?cursor=abc").status_code == 422


def test_A4_the_history_tells_who_what_when_and_by_which_way(api, make, system) -> None:
    contact = make("Firm", functions=["prospect"])
    caller = api("editor")
    caller.patch(f"/contacts/{contact.id}", {"company_name": "Other", "responsible": caller.user.id})
    caller.post(f"/contacts/{contact.id}/convert")
    items = caller.get(f"/history?contact={contact.id}").json["items"]
    assert [one["action"] for one in items] == ["converted", "changed", "activated", "created"]
    assert [one["way"] for one in items] == ["api", "api", "form", "form"]
    assert items[1]["changes"] == {"company_name": ["Firm", "Other"], "responsible": [None, caller.user.id]}
    assert (items[1]["user"], items[1]["user_name"], items[3]["user"]) == (caller.user.id, "Editor", None)
    assert items[0]["at"].endswith("Z")
    seen, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/history?contact={contact.id}&limit=3&cursor={cursor}").json
        seen += page["items"]
        cursor = page["next"]
    assert seen == items
