"""The API's lists are never too long for their order: it offers only those that an index holds (spec G1, I4)."""

from __future__ import annotations

import re

from webapp.lists import sorts


def test_I4_every_order_that_the_api_offers_is_held_by_an_index(api, make, monkeypatch) -> None:
    for name in ("Acker", "Birke", "Carl"):
        make(name)
    monkeypatch.setattr(sorts, "LONGEST", 2)
    caller = api("reader")
    refused = caller.get("/contacts?sort=email")
    assert refused.status_code == 422
    offered = re.findall(r"[-a-z_]+(?=[,.])", refused.json["errors"][0]["detail"].partition(":")[2])
    assert {"name", "-changed"} <= set(offered)
    for sort in offered:
        assert caller.get(f"/contacts?sort={sort}").status_code == 200, sort
