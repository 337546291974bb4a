"""What plug-ins add to the API, and what its description says of it (spec I1, I2, I4)."""

from __future__ import annotations

import pytest

from webapp import testing
from webapp.db import db
from webapp.discovery import discover

pytestmark = pytest.mark.usefixtures("partner_range")

FOUND = discover(["sample_plugin"])
SHIPPED = tuple(plugin.name for plugin in testing.shipped().plugins)
PLACE = "/api/v1/contacts/{id}/contracts"


def described(client) -> dict:
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def test_I4_the_description_needs_no_token_and_says_what_holds_everywhere(client) -> None:
    found = described(client)
    assert found["openapi"] == "3.1.0"
    assert found["security"] == [{"token": []}]
    for path, calls in found["paths"].items():
        for method, call in calls.items():
            assert {"401", "403", "404", "422"} <= call["responses"].keys(), (method, path)
            assert call["summary"]
            names = {one["name"] for one in call["parameters"]}
            assert ("dry_run" in names) is (method != "get")
            assert ("Idempotency-Key" in names) is (method == "post")
    reads = found["components"]["schemas"]["Contact"]["properties"]
    for name in (
        "id",
        "emails",
        "tags",
        "fields",
        "past",
        "number",
        "numbers",
        "former_numbers",
        "warnings",
        "version",
    ):
        assert name in reads


class TestOn:
    """Switched on."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=FOUND)

    def test_I2_its_calls_answer_and_are_described(self, api, make, client) -> None:
        contact = make("Firm", functions=["partner"])
        caller = api("editor")
        answer = caller.post(f"/contacts/{contact.id}/contracts", {"title": "Distribution"})
        assert (answer.status_code, answer.json["title"]) == (201, "Distribution")
        assert caller.get(f"/contacts/{contact.id}/contracts").json == [answer.json]
        assert {"get", "post"} <= described(client)["paths"][PLACE].keys()

    def test_I2_the_door_is_the_same_for_its_calls(self, api, make, client) -> None:
        contact = make("Firm")
        address = f"/contacts/{contact.id}/contracts"
        caller = api("editor")
        assert client.post(f"/api/v1{address}", json={"title": "x"}).status_code == 401
        assert api("reader").post(address, {"title": "x"}).status_code == 403
        for body, pointer in (({"title": "x", "colour": 1}, "#/colour"), ({}, "#/title"), ({"title": ""}, "#/title")):
            wrong = caller.post(address, body)
            assert (wrong.status_code, wrong.mimetype) == (422, "application/problem+json")
            assert wrong.json["errors"][0]["pointer"] == pointer
        broken = caller("POST", address, data=b"{", content_type="application/json")
        assert (broken.status_code, broken.mimetype) == (400, "application/problem+json")
        assert caller.post(f"{address}?dry_run=true", {"title": "x"}).status_code == 200
        assert caller.get(address).json == []
        headers = {"Idempotency-Key": "one"}
        first = caller.post(address, {"title": "x"}, headers=headers)
        assert caller.post(address, {"title": "x"}, headers=headers).json == first.json
        assert len(caller.get(address).json) == 1

    def test_I2_the_fields_of_its_function_come_by_themselves(self, api, make, client) -> None:
        contact = make("Firm")
        caller = api("editor")
        address = f"/contacts/{contact.id}/functions/partner"
        told = caller.put(address, {"level": "gold", "since": "2026-01-31", "discount": "2.50", "note": "Nice"}).json
        assert told["fields"] == {
            "partner": {"level": "gold", "since": "2026-01-31", "discount": "2.50", "account": None, "note": "Nice"}
        }
        assert told["numbers"] == {"partner": "PA-1"}
        assert caller.put(address, {"level": "lead"}).status_code == 422
        assert "note" not in api("reader").get(f"/contacts/{contact.id}").json["fields"]["partner"]
        assert len(caller.get("/contacts?partner_level=gold").json["items"]) == 1
        schemas = described(client)["components"]["schemas"]
        assert schemas["PartnerFieldsSent"]["properties"].keys() == {
            "custom",
            "level",
            "since",
            "discount",
            "account",
            "note",
            "number",
        }

    def test_I2_its_realm_knows_its_readers_and_answers_in_its_own_way(
        self, client, sign_in, make, app, monkeypatch
    ) -> None:
        make("Firm", functions=["partner"])
        key = {"X-Feed-Key": "letters and figures"}
        answer = client.get("/feed/partners", headers=key)
        assert (answer.text, answer.headers["X-Feed"]) == (
            "1 partners\n".removesuffix(" partners\n") + "\n",
            "partners",
        )
        assert sign_in("administrator").get("/feed/partners").status_code == 401
        for address, status in (("/feed/nothing", 404), ("/feed", 404)):
            missing = client.get(address, headers=key)
            assert (missing.status_code, missing.text) == (status, "There is nothing.\n")
        assert client.get("/feeds", headers=key).mimetype == "text/html"

        def broken() -> None:
            raise ZeroDivisionError

        monkeypatch.setitem(app.view_functions, "sample_feed.partners", broken)
        assert client.get("/feed/partners", headers=key).text == "There is nothing.\n"


class TestOff:
    """Switched off: no call, no word of it in the description; contacts still name the function."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=FOUND, wanted=SHIPPED)

    def test_I1_no_call_no_description_no_fields(self, api, make, client, plugin_registry) -> None:
        plugin_registry.allowed |= {"sample_plugin"}
        contact = make("Firm", functions=["partner"])
        plugin_registry.allowed -= {"sample_plugin"}
        db.session.flush()
        caller = api("administrator")
        answer = caller.get(f"/contacts/{contact.id}/contracts")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert PLACE not in described(client)["paths"]
        assert "artner" not in client.get("/api/v1/openapi.json").text
        told = caller.get(f"/contacts/{contact.id}").json
        assert (told["functions"], told["fields"]) == (["partner"], {})
        refused = caller.put(f"/contacts/{contact.id}/functions/partner", {"level": "gold"})
        assert refused.status_code == 409
        assert caller.patch(f"/contacts/{contact.id}", {"fields": {"partner": {}}}).status_code == 422
        assert client.get("/feed/partners").mimetype == "text/html"
