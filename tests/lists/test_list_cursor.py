"""Places in lists: only those that this very list gave out are known (spec G1)."""

from __future__ import annotations

import base64
import json
import re

import pytest
from werkzeug.datastructures import MultiDict

from webapp.errors import Unreadable
from webapp.lists.query import ListQuery, cursor
from webapp.lists.sorts import SORTS


def made_up(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


BAD = [
    "abc", "%00", "é", "=", "a" * 5000, base64.urlsafe_b64encode(b"[" * 100_000).decode(), made_up(),
    made_up(":name"), made_up(":name", "a"), made_up(":name", "a", "1"), made_up(":name", "a", 0),
    made_up(":name", "a", -1), made_up(":name", "a", 2**63), made_up(":name", "a", 1.5), made_up(":name", "a", True, 1),
    made_up(":name", 1, 1), made_up(":name", None, 1), made_up(":name", "a\x00", 1), made_up(":name", "\ud800", 1),
    made_up(":name", ["a"], 1), made_up(":name", "a", 1, 1), made_up("name", "a", 1), made_up("customer:name", "a", 1),
    made_up(":city", "a", 1), made_up(":changed", "2026-01-01T00:00:00+00:00", 1), cursor("name", "a", 1, "customer"),
]  # fmt: skip


@pytest.mark.parametrize("way", ["after", "before"])
def test_G1_a_made_up_place_is_refused_with_one_way_on(sign_in, way) -> None:
    client = sign_in("reader")
    for place in BAD:
        answer = client.get("/contacts", query_string={way: place})
        assert answer.status_code == 400, place[:60]
        assert "start again at the first page" in answer.text


def test_G1_a_place_is_refused_by_another_list_and_another_order(sign_in, make) -> None:
    for number in range(60):
        make(f"Firm {number:02}", functions=["customer", "supplier"])
    client = sign_in("reader")
    place = re.search(r"after=([\w-]+)", client.get("/customers?sort=city").text)[1]
    assert client.get(f"/customers?sort=city&after={place}").status_code == 200
    assert client.get(f"/customers?sort=-city&after={place}").status_code == 200
    for other in ("/contacts?sort=city", "/suppliers?sort=city", "/customers?sort=name", "/customers?sort=changed"):
        assert client.get(f"{other}&after={place}").status_code == 400, other


@pytest.mark.parametrize(
    "place", [
        made_up(":changed", "yesterday", 1), made_up(":changed", "2026-01-01T00:00:00", 1),
        made_up(":changed", "2026-01-01T00:00:00+05:00", 1), made_up(":changed", 5, 1),
        made_up(":changed", "9999-99-99T00:00:00+00:00", 1),
    ],
)  # fmt: skip
def test_G1_a_moment_that_is_none_is_refused(app, place) -> None:
    with pytest.raises(Unreadable):
        ListQuery.read(MultiDict({"sort": "changed", "after": place}))


def test_G1_a_wrong_kind_of_value_is_refused_by_every_order(app, system) -> None:
    for sort, one in SORTS.items():
        for value in ({}, [], 1.5, None):
            values = [value] * len(one.columns())
            with pytest.raises(Unreadable):
                ListQuery.read(MultiDict({"sort": sort, "after": made_up(f":{sort}", *values, 1)}))


def test_G1_a_place_behind_a_function_that_is_gone_is_no_error(app, system, make) -> None:
    make("Hofer", functions=["supplier"])
    for number in (-5, 0, 99):
        for mark in ("", "-"):
            arguments = {"sort": f"{mark}functions", "after": made_up(":functions", number, "a", 1)}
            assert len(ListQuery.read(MultiDict(arguments)).page().rows) <= 1
