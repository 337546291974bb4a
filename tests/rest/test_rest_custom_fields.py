"""Added fields by the API: `custom` of a contact and of each of its functions (spec D8, I4)."""

from __future__ import annotations

import pytest

from plugins.custom_fields import services as definitions
from webapp.acting import acting, acting_as_system

FIRM = {"kind": "company", "company_name": "Firm"}


@pytest.fixture
def defined(app) -> None:
    """A field of every kind, one that is required, one of persons, one of customers, one that screens only show."""
    with acting(acting_as_system("form")):
        for kind, label, more in (
            ("text", "Nickname", {"required": "1"}), ("decimal", "Score", {"decimals": "2"}), ("date", "Met on", {}),
            ("boolean", "News", {}), ("choice", "Level", {}), ("choices", "Hobbies", {}), ("link", "Profile", {}),
            ("text", "Hobby", {"kinds": "person"}), ("choice", "Tier", {"owner": "customer", "required": "1"}),
            ("text", "Ledger", {"read_only": "1"}), ("multiline", "Story", {}),
        ):  # fmt: skip
            made = definitions.add({"kind": kind, "label_en": label, "personal": "1", **more})
            for text in ("Gold", "Silver") if kind in definitions.LISTS else ():
                definitions.add_choice(made.id, {"label_en": text})


VALUES = {
    "nickname": "Zed", "score": "-12.50", "met_on": "2026-02-28", "news": True, "level": "gold",
    "hobbies": ["gold", "silver"], "profile": "https://example.com/", "ledger": "4711", "story": "One\nTwo",
}  # fmt: skip


def pointers(answer) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"].removeprefix("#") for one in answer.json["errors"]}


def test_D8_values_of_every_kind_are_sent_and_told(api, defined) -> None:
    caller = api("editor")
    made = caller.post("/contacts", {**FIRM, "custom": VALUES})
    assert made.status_code == 201, made.text
    assert made.json["custom"] == VALUES
    at = f"/contacts/{made.json['id']}"
    assert caller.get(at).json["custom"] == VALUES
    changed = caller.patch(at, {"custom": {"score": None, "hobbies": [], "level": "silver"}, "version": 1})
    assert changed.json["custom"] == {**VALUES, "score": None, "hobbies": [], "level": "silver"}
    assert changed.json["version"] == 2
    assert caller.patch(at, {"custom": {"level": "gold"}, "version": 1}).status_code == 409
    (listed,) = caller.get("/contacts?custom_level=silver").json["items"]
    assert listed["custom"]["nickname"] == "Zed"
    history = caller.get(f"/history?contact={made.json['id']}").json["items"][0]
    assert history["changes"]["custom_hobbies"] == [["gold", "silver"], []]


def test_D8_what_is_required_is_asked_of_the_kind_and_function_alone(api, defined) -> None:
    caller = api("editor")
    assert pointers(caller.post("/contacts", FIRM)) == {"/custom/nickname"}
    assert pointers(caller.post("/contacts", {**FIRM, "custom": {"nickname": ""}})) == {"/custom/nickname"}
    named = {**FIRM, "custom": {"nickname": "Zed"}}
    assert pointers(caller.post("/contacts", {**named, "functions": ["customer"]})) == {"/fields/customer/custom/tier"}
    tier = {"customer": {"custom": {"tier": "gold"}}}
    made = caller.post("/contacts", {**named, "functions": ["customer"], "fields": tier})
    assert made.json["fields"]["customer"]["custom"] == {"tier": "gold"}
    at = f"/contacts/{caller.post('/contacts', named).json['id']}"
    assert pointers(caller.put(f"{at}/functions/customer", {})) == {"/custom/tier"}
    assert caller.put(f"{at}/functions/customer", {"custom": {"tier": "silver"}}).status_code == 200
    assert caller.put(f"{at}/functions/customer", {"category": "a"}).status_code == 200
    assert caller.patch(at, {"fields": {"customer": {"custom": {"tier": "gold"}}}}).status_code == 200
    assert caller.get(at).json["fields"]["customer"]["custom"] == {"tier": "gold"}


@pytest.mark.parametrize(
    ("custom", "pointer"),
    [
        ({"shoe_size": 44}, "/custom/shoe_size"),
        ({"score": 12}, "/custom/score"), ({"score": "1.234"}, "/custom/score"),
        ({"level": "bronze"}, "/custom/level"), ({"hobbies": "gold"}, "/custom/hobbies"), ({"news": 1}, "/custom/news"),
        ({"hobbies": ["gold", "x"]}, "/custom/hobbies/1"), ({"profile": "javascript:x"}, "/custom/profile"),
        ({"hobby": "Golf"}, "/custom/hobby"), ({"tier": "gold"}, "/custom/tier"), ("text", "/custom"),
    ],
)  # fmt: skip
def test_D8_what_does_not_fit_is_422_naming_it(api, defined, custom, pointer) -> None:
    sent = {"nickname": "Zed", **custom} if isinstance(custom, dict) else custom
    assert pointers(api("editor").post("/contacts", {**FIRM, "custom": sent})) == {pointer}


def test_D8_the_description_names_them_as_they_are_now(api, defined, client) -> None:
    def described() -> dict:
        spec = client.get("/api/v1/openapi.json").json
        return spec["components"]["schemas"]["NewContact"]["properties"]["custom"]

    assert described()["properties"]["level"]["enum"] == ["gold", "silver", None]
    assert described()["additionalProperties"] is False
    with acting(acting_as_system("form")):
        definitions.add({"kind": "text", "label_en": "Shoe size"})
    assert "shoe_size" in described()["properties"]


def test_I4_a_list_of_contacts_costs_the_same_with_added_fields(api, defined, statements) -> None:
    caller = api("editor")
    cost = []
    for number in (2, 12):
        for one in range(number):
            caller.post("/contacts", {**FIRM, "company_name": f"F{number}-{one}", "custom": VALUES})
        with statements() as seen:
            caller.get("/contacts")
        cost.append(len(seen))
    assert cost[0] == cost[1]
