"""Two people who change one list at once: what does not collide is put together (spec A5)."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from webapp.contacts import services
from webapp.contacts.together import together
from webapp.db import db


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def entry(value: str, key: str = "", **more: str) -> dict[str, str]:
    return {"type": "work", "value": value, **({"id": key} if key else {}), **more}


def values(items) -> list[str]:
    return [one["value"] for one in items]


BEFORE = [entry("a", "1"), entry("b", "2")]


def test_A5_what_each_added_is_kept() -> None:
    found = together(BEFORE, [*BEFORE, entry("mine")], [*BEFORE, entry("theirs", "3")])
    assert values(found) == ["a", "b", "theirs", "mine"]
    assert values(together(BEFORE, [*BEFORE, entry("same")], [*BEFORE, entry("same", "3")])) == ["a", "b", "same"]


def test_A5_what_each_changed_and_took_out_is_kept() -> None:
    assert values(together(BEFORE, [entry("A", "1"), BEFORE[1]], [BEFORE[0], entry("B", "2")])) == ["A", "B"]
    assert values(together(BEFORE, [BEFORE[1]], [*BEFORE, entry("c", "3")])) == ["b", "c"]
    assert values(together(BEFORE, [*BEFORE, entry("c")], [BEFORE[1]])) == ["b", "c"]


def test_A5_one_entry_changed_by_both_is_asked_about() -> None:
    assert together(BEFORE, [entry("x", "1"), BEFORE[1]], [entry("y", "1"), BEFORE[1]]) is None
    assert together(BEFORE, [BEFORE[1]], [entry("y", "1"), BEFORE[1]]) is None
    assert together(BEFORE, [entry("x", "1"), BEFORE[1]], [BEFORE[1]]) is None
    two = [entry("c", is_primary="1")], [entry("d", "3", is_primary="1")]
    assert together(BEFORE, BEFORE + two[0], BEFORE + two[1]) is None
    for made_up in ("", None, {}, ["x"], 5):
        assert together(made_up, BEFORE, BEFORE) is None


LISTS = st.lists(st.sampled_from("abcd"), max_size=4)


@given(LISTS, LISTS, LISTS, st.sets(st.integers(0, 3)), st.sets(st.integers(0, 3)))
def test_A5_no_addition_of_either_is_ever_lost(before, mine, theirs, mine_out, theirs_out) -> None:
    stored = [entry(value, str(at)) for at, value in enumerate(before)]
    here = [one for at, one in enumerate(stored) if at not in mine_out] + [entry(f"m{value}") for value in mine]
    there = [one for at, one in enumerate(stored) if at not in theirs_out]
    there += [entry(f"t{value}", str(10 + at)) for at, value in enumerate(theirs)]
    found = values(together(stored, here, there))
    assert {f"m{value}" for value in mine} | {f"t{value}" for value in theirs} <= set(found)
    left = [value for at, value in enumerate(before) if at not in mine_out | theirs_out]
    assert [one for one in found if len(one) == 1] == left


def test_A5_two_people_who_each_add_an_address_lose_none(sign_in, make, system) -> None:
    firm = make("Firm", emails=[{"value": "first@x.example"}])
    client = sign_in("editor")
    address = f"/contacts/{firm.id}/edit"
    opened = hidden(client.get(address).text)
    form = {**opened, "company_name": "Firm", "emails-0-type": "work", "emails-0-value": "first@x.example",
            "emails-primary": "0", "emails-1-type": "work", "emails-1-value": "mine@x.example"}  # fmt: skip
    services.update(
        firm.id, {"emails": [*({"id": one.id, "value": one.value, "type": one.type, "is_primary": one.is_primary}
                               for one in firm.emails), {"value": "theirs@x.example", "type": "work"}]}
    )  # fmt: skip
    asked = client.submit(address, form)
    assert asked.status_code == 409
    assert "choice-emails" not in asked.text
    assert client.submit(address, hidden(asked.text)).status_code == 303
    db.session.expire_all()
    assert [one.value for one in firm.emails] == ["first@x.example", "theirs@x.example", "mine@x.example"]
