"""Notes of contacts: written, signed, changed, pinned, followed up, removed (spec A7)."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from plugins.notes import listing, services
from plugins.notes.models import ContactNote
from webapp.acting import Act, acting
from webapp.contacts import services as contacts
from webapp.contacts.links import today
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing, Refused, Stale
from webapp.history.services import of_contact


@pytest.fixture
def contact(make, system):
    return make("Hofer", functions=["customer"])


def notes(contact) -> list[ContactNote]:
    db.session.expire_all()
    query = sa.select(ContactNote).where(ContactNote.contact_id == contact.id).order_by(ContactNote.id)
    return list(db.session.scalars(query))


def told(contact) -> list[tuple[str, dict]]:
    """What the history says of notes, the oldest first."""
    db.session.flush()
    found = [(entry.action, entry.changes) for entry in of_contact(contact.id) if entry.action.startswith("note_")]
    return found[::-1]


def test_A7_a_note_is_written_signed_and_shown_with_its_lines_and_links(contact, sign_in, user) -> None:
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/notes"
    assert "No notes yet" in client.get(address).text
    text = "Called <b>today</b>\r\nsee https://example.com/a?b=1 and javascript:alert(1)"
    assert client.submit(address, {"text": text}).location == address
    (note,) = notes(contact)
    page = client.get(address).text
    assert "The note is saved." in page
    assert "Called &lt;b&gt;today&lt;/b&gt;<br>" in page
    assert 'href="https://example.com/a?b=1"' in page
    assert "noopener" in page
    assert 'href="javascript' not in page
    assert f'id="note-{note.id}"' in page
    assert "<bdi>Editor</bdi>" in page
    assert "changed just now" not in page
    assert told(contact) == [("note_added", {"note.text": [None, text.replace("\r", "")]})]
    author = services.find(note.id).author_id
    db.session.execute(sa.text("UPDATE user_account SET active = false WHERE id = :id"), {"id": author})
    assert "<bdi>Editor</bdi>" in sign_in("reader").get(address).text


def test_A7_notes_are_changed_in_place_by_htmx_and_by_a_page_without(contact, sign_in) -> None:
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/notes"
    part = {"HX-Request": "true", "HX-Target": "div#notes"}
    made = client.submit(address, {"text": "First"}, headers=part)
    assert made.status_code == 200
    assert "<html" not in made.text
    assert "First" in made.text
    (note,) = notes(contact)
    refused = client.submit(address, {"text": "  ", "follow_up_on": "31.02.2026"}, headers=part)
    assert refused.status_code == 422
    assert "2 things to correct" in refused.text
    own = {"HX-Request": "true", "HX-Target": f"li#note-{note.id}"}
    form = client.get(f"/notes/{note.id}", headers=own)
    assert "<html" not in form.text
    assert f'hx-target="#note-{note.id}"' in form.text
    changed = client.submit(f"/notes/{note.id}", {"text": "Second", "version": "1"}, headers=own)
    assert "Second" in changed.text
    late = client.submit(f"/notes/{note.id}", {"text": "Third", "version": "1"})
    assert late.status_code == 409
    assert "Someone else saved this note" in late.text
    assert "Second" in late.text
    assert "Third" in late.text
    assert client.submit(f"/notes/{note.id}", {"text": "Third", "version": "2"}).location == address
    assert client.submit(f"/notes/{note.id}/pin").location == address
    assert client.submit(f"/notes/{note.id}/unpin", headers=part).status_code == 200
    assert "Remove this note?" in client.get(f"/notes/{note.id}/remove").text
    assert client.submit(f"/notes/{note.id}/remove").location == address
    assert notes(contact) == []
    assert [action for action, _changes in told(contact)] == [
        "note_added", "note_changed", "note_changed", "note_changed", "note_changed", "note_removed",
    ]  # fmt: skip
    assert told(contact)[-1][1] == {"note.text": ["Third", None]}
    history = client.get(f"/contacts/{contact.id}/history").text
    assert "Note removed" in history


def test_A7_only_author_and_manager_rewrite_a_note_and_readers_read(contact, user, sign_in) -> None:
    author, other, boss = user("editor"), user("editor"), user("manager")
    with acting(author.act()):
        note = services.add(contact.id, {"text": "Mine"})
    with acting(other.act()):
        with pytest.raises(Forbidden):
            services.change(note.id, {"text": "Not yours"})
        with pytest.raises(Forbidden):
            services.remove(note.id)
        # A follow-up and its place are everybody's who may edit.
        services.change(note.id, {"is_pinned": True, "follow_up_on": "2026-12-01"})
        assert services.find(note.id).follow_up_user_id == other.id
    with acting(boss.act()):
        services.change(note.id, {"text": "Better"})
    with acting(Act(user_id=None, role="reader", way="form")):
        assert services.find(note.id).text == "Better"
        for refused in (
            lambda: services.add(contact.id, {"text": "x"}),
            lambda: services.pin(note.id),
            lambda: services.tick_off(note.id),
            lambda: services.remove(note.id),
        ):
            with pytest.raises(Forbidden):
                refused()
    page = sign_in("reader").get(f"/contacts/{contact.id}/notes").text
    assert "Better" in page
    assert "<textarea" not in page
    # What another wrote shows no text to change, and what is sent all the same is not taken.
    client = sign_in("editor")
    assert "<textarea" not in client.get(f"/notes/{note.id}").text
    client.submit(f"/notes/{note.id}", {"text": "Sent all the same", "version": str(note.version)})
    assert notes(contact)[0].text == "Better"


WRONG = {
    "nothing": ({"text": "\n "}, "text"),
    "too long": ({"text": "a" * 10_001}, "text"),
    "no day": ({"text": "x", "follow_up_on": "tomorrow"}, "follow_up_on"),
    "a day that nobody lives to see": ({"text": "x", "follow_up_on": "9999-01-01"}, "follow_up_on"),
    "nobody": ({"text": "x", "follow_up_on": "2026-12-01", "follow_up_user_id": "999999999"}, "follow_up_user_id"),
    "no field": ({"text": "x", "colour": "red"}, "colour"),
}


@pytest.mark.parametrize("case", WRONG)
def test_A7_what_is_wrong_with_a_note_is_said_by_field(contact, case) -> None:
    values, field = WRONG[case]
    with pytest.raises(Invalid) as error:
        services.add(contact.id, values)
    assert set(error.value.errors) == {field}


def test_A7_a_follow_up_shows_until_it_is_ticked_off_and_overdue_is_marked(contact, sign_in) -> None:
    client = sign_in("editor")
    yesterday = today() - dt.timedelta(days=1)
    for day in (yesterday, today(), today() + dt.timedelta(days=9)):
        client.submit(f"/contacts/{contact.id}/notes", {"text": f"By {day}", "follow_up_on": day.isoformat()})
    page = client.get(f"/contacts/{contact.id}/notes").text
    assert "Overdue since" in page
    assert "Follow up today" in page
    assert "3 follow-ups, 1 overdue" in client.get(f"/contacts/{contact.id}").text
    first, second, third = notes(contact)
    assert "Ticked off." in client.submit(f"/notes/{first.id}/tick-off", follow_redirects=True).text
    assert "2 follow-ups" in client.get(f"/contacts/{contact.id}").text
    assert first.done_by_id == first.author_id
    client.submit(f"/notes/{first.id}/reopen")
    assert "3 follow-ups, 1 overdue" in client.get(f"/contacts/{contact.id}").text
    assert [services.tick_off(first.id), services.tick_off(first.id), services.reopen(first.id)] == [True, False, True]
    # Asked for anew, it is open again; without a day nobody follows up.
    services.tick_off(second.id)
    services.change(second.id, {"follow_up_on": today().isoformat()})
    assert services.find(second.id).done_at is not None
    services.change(second.id, {"follow_up_on": third.follow_up_on})
    assert services.find(second.id).is_open
    services.change(third.id, {"follow_up_on": None})
    assert (third.follow_up_user_id, third.is_open) == (None, False)
    with pytest.raises(Invalid):
        services.tick_off(third.id)


def test_A7_pinned_notes_stand_on_top_and_pages_meet(contact) -> None:
    ids = [services.add(contact.id, {"text": f"Note {at}"}).id for at in range(5)]
    services.pin(ids[1])
    seen, after = [], ""
    while True:
        page = listing.page_of(contact.id, after, size=2)
        seen += [one.id for one in page.notes]
        if not (after := page.next):
            break
    assert seen == [ids[1], ids[4], ids[3], ids[2], ids[0]]
    assert [one.id for one in listing.page_of(contact.id, "1.zz").notes] == seen


def test_A7_nothing_is_noted_of_a_contact_that_is_away(contact) -> None:
    from webapp.contacts import services as contacts

    note = services.add(contact.id, {"text": "Here"})
    with pytest.raises(Stale):
        services.change(note.id, {"text": "There"}, version=7)
    contacts.to_bin(contact.id)
    for refused in (lambda: services.add(contact.id, {"text": "x"}), lambda: services.pin(note.id)):
        with pytest.raises(Refused):
            refused()
    with pytest.raises(Missing):
        services.find(2**63)


def test_D9_a_note_of_a_contact_in_the_bin_is_gone_for_who_may_not_open_its_file(contact, make, sign_in) -> None:
    away = make("Away")
    note = services.add(away.id, {"text": "Owes us a call"})
    contacts.to_bin(away.id)
    db.session.flush()
    for role, status in (("reader", 410), ("editor", 410), ("manager", 200)):
        assert sign_in(role).get(f"/notes/{note.id}").status_code == status, role
