"""Notes by the REST API (contract: `GET POST /contacts/{id}/notes`), and follow-ups (spec A7, I4)."""

from __future__ import annotations

import pytest

from plugins.merge import services as merging
from webapp.contacts import services as contacts
from webapp.db import db
from webapp.history.services import of_contact


@pytest.fixture
def contact(make, system):
    return make("Hofer", functions=["customer"])


def test_A7_a_note_is_written_read_changed_ticked_off_and_removed(api, contact, make) -> None:
    caller = api("editor")
    address = f"/contacts/{contact.id}/notes"
    body = {"text": "Call again\nabout the quote", "follow_up": {"on": "2026-01-05", "user": caller.user.id}}
    rehearsed = caller.post(f"{address}?dry_run=true", body)
    assert (rehearsed.status_code, rehearsed.json["id"]) == (200, None)
    made = caller.post(address, body)
    assert made.status_code == 201
    note = made.json
    assert note["follow_up"] == {"on": "2026-01-05", "user": caller.user.id, "done_at": None, "done_by": None}
    assert (note["text"], note["author"], note["pinned"]) == (body["text"], caller.user.id, False)
    one = f"/notes/{note['id']}"
    assert made.headers["Location"] == f"/api/v1{one}"
    assert caller.get(one).json == note
    assert caller.get(address).json == {"items": [note], "next": None}
    assert caller.get(f"/follow-ups?user={caller.user.id}&when=overdue").json["items"] == [note]
    changed = caller.patch(one, {"pinned": True, "version": 1}).json
    assert (changed["pinned"], changed["version"]) == (True, 2)
    assert caller.patch(one, {"text": "Late", "version": 1}).status_code == 409
    done = caller.post(f"{one}/tick-off", {}).json
    assert done["follow_up"]["done_by"] == caller.user.id
    assert caller.post(f"{one}/tick-off", {}).json == done
    assert caller.get("/follow-ups").json["items"] == []
    assert caller.get("/follow-ups?when=done").json["items"] == [done]
    assert caller.post(f"{one}/reopen", {}).json["follow_up"]["done_at"] is None
    assert caller.patch(one, {"follow_up": None}).json["follow_up"] is None
    assert caller.post(f"{one}/tick-off", {}).status_code == 422
    assert api("reader").patch(one, {"pinned": False}).status_code == 403
    assert api("editor").patch(one, {"text": "Not mine"}).status_code == 403
    assert api("manager").delete(f"{one}?dry_run=true").json["id"] == note["id"]
    assert caller.delete(one).status_code == 204
    assert caller.get(one).status_code == 404
    assert {entry.way for entry in of_contact(contact.id) if entry.action.startswith("note_")} == {"api"}


WRONG = {
    "nothing": ({}, "text"),
    "blanks": ({"text": " \n"}, "text"),
    "too long": ({"text": "a" * 10_001}, "text"),
    "no day": ({"text": "a", "follow_up": {"user": 1}}, "follow_up.on"),
    "another day": ({"text": "a", "follow_up": {"on": "5.1.2026"}}, "follow_up"),
    "a day too far": ({"text": "a", "follow_up": {"on": "9999-01-01"}}, "follow_up"),
    "nobody": ({"text": "a", "follow_up": {"on": "2026-01-05", "user": 2**62}}, "follow_up"),
    "a word for a user": ({"text": "a", "follow_up": {"on": "2026-01-05", "user": "Ada"}}, "follow_up.user"),
    "more than there is": ({"text": "a", "colour": "red"}, "colour"),
}


@pytest.mark.parametrize("case", WRONG)
def test_A7_what_is_wrong_is_named_as_it_was_sent(api, contact, case) -> None:
    body, field = WRONG[case]
    answer = api("editor").post(f"/contacts/{contact.id}/notes", body)
    assert answer.status_code == 422, answer.text
    assert field in answer.text.replace("/", ".")


def test_A7_pages_follow_and_states_of_the_contact_are_told(api, contact, make) -> None:
    caller = api("manager")
    address = f"/contacts/{contact.id}/notes"
    ids = [caller.post(address, {"text": f"{at}", "pinned": at == 1}).json["id"] for at in range(3)]
    first = caller.get(f"{address}?limit=2").json
    assert [one["id"] for one in first["items"]] == [ids[1], ids[2]]
    second = caller.get(f"{address}?limit=2&cursor={first['next']}").json
    assert ([one["id"] for one in second["items"]], second["next"]) == ([ids[0]], None)
    for path in (address, "/follow-ups"):
        assert caller.get(f"{path}?cursor=zz").status_code == 422
    main = make("Main")
    merging.merge([main.id, contact.id], main.id)
    assert caller.get(address).headers["Location"] == f"/api/v1/contacts/{main.id}/notes"
    assert caller.post(address, {"text": "x"}).status_code in (307, 409)
    assert len(caller.get(f"/contacts/{main.id}/notes").json["items"]) == 3
    contacts.to_bin(main.id)
    db.session.flush()
    assert caller.get(f"/contacts/{main.id}/notes").status_code == 410
    assert caller.get(f"/notes/{ids[0]}").status_code == 410
