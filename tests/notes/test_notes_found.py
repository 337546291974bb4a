"""Notes are found by the search of contacts, and go where their contact goes (spec A7, D1, D5, E6, E7, G1, I1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.merge import services as merging
from plugins.merge import undoing
from plugins.notes import services
from plugins.notes.models import ContactNote
from webapp.administration import orphans, switching
from webapp.contacts import purging
from webapp.contacts import services as contacts
from webapp.contacts.doubles import likely_doubles
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.erasing import services as erasing
from webapp.lists.query import ListQuery
from webapp.search import texts


@pytest.fixture
def contact(make, system):
    return make("Hofer", functions=["customer"])


def note(contact, text: str) -> ContactNote:
    return services.add(contact.id, {"text": text})


def found(q: str, **more) -> list[int]:
    """Ids of a list by its search: page, count and all that match tell the same."""
    db.session.flush()
    query = ListQuery(q=q, **more)
    ids = [row.id for row in query.page().rows]
    assert query.count() == query.total() == len(ids)
    assert sorted(db.session.scalars(query.ids())) == sorted(ids)
    return ids


def test_A7_a_contact_is_found_by_what_is_noted_of_it(contact, make) -> None:
    other = make("Zaugg")
    made = note(contact, "Wants the Pantographe, in Évian\nsoon; 45% off")
    for q in ("pantographe", "evian PANTO", "hofer evian", "soo", "so", "45%"):
        assert found(q) == [contact.id], q
    assert found("hofer", function="customer", filters={"function": "customer"}) == [contact.id]
    assert found("zaugg evian") == []
    services.change(made.id, {"text": "Wants nothing"})
    assert found("evian") == []
    assert found("wants hofer") == [contact.id]
    # What plug-ins have written names nobody: whoever is called like it is somebody else.
    note(other, "Knows Hofer well")
    assert found("hofer") == [contact.id, other.id]
    assert other.id not in [
        one.contact.id for one in likely_doubles({"kind": "company", "company_name": "Hofer"}, but=contact.id)
    ]
    services.remove(made.id)
    assert found("wants") == []
    contacts.to_bin(other.id)
    assert found("well") == []


def test_E6_notes_and_what_is_found_by_them_move_with_a_merge_and_back(contact, make) -> None:
    other = make("Zaugg")
    mine, theirs = note(contact, "Alphorn"), note(other, "Bagpipe")
    merge, _plan = merging.merge([contact.id, other.id], contact.id)
    db.session.expire_all()
    assert {mine.contact_id, theirs.contact_id} == {contact.id}
    assert theirs.came_from_id == other.id
    assert found("alphorn bagpipe") == [contact.id]
    assert db.session.get_one(Contact, other.id).plugin_text == ""
    later = note(contact, "Clarinet")
    undoing.undo(merge.id)
    db.session.expire_all()
    assert (mine.contact_id, theirs.contact_id, later.contact_id) == (contact.id, other.id, contact.id)
    assert (found("alphorn"), found("bagpipe"), found("clarinet")) == ([contact.id], [other.id], [contact.id])


def test_D5_anonymising_takes_notes_their_history_and_their_words(contact, make) -> None:
    note(contact, "Alphorn in the attic")
    done = erasing.anonymise(contact.id)
    assert ("contact_note", 1) in {(one.key, one.count) for one in done.goes}
    assert db.session.scalars(sa.select(ContactNote).where(ContactNote.contact_id == contact.id)).all() == []
    db.session.expire_all()
    assert db.session.get_one(Contact, contact.id).plugin_text == ""
    assert found("alphorn") == []
    # Who asks again finds nothing to keep.
    texts.refresh([contact.id])
    assert db.session.get_one(Contact, contact.id).plugin_text == ""


def test_D1_notes_go_along_when_a_contact_is_deleted_for_good(make, system) -> None:
    contact = make("Hofer")
    note(contact, "Alphorn")
    contact_id = contact.id
    contacts.to_bin(contact_id)
    assert purging.purge([contact_id]) == {}
    assert db.session.scalars(sa.select(ContactNote).where(ContactNote.contact_id == contact_id)).all() == []


def test_I1_switched_off_nothing_is_found_by_notes_yet_merges_keep_them(contact, make) -> None:
    other = make("Zaugg")
    note(other, "Bagpipe")
    switching.switch("notes", on=False)
    assert found("bagpipe") == []
    assert found("zaugg") == [other.id]
    merging.merge([contact.id, other.id], contact.id)
    switching.switch("notes", on=True)
    assert found("bagpipe") == [contact.id]
    switching.switch("notes", on=False)
    orphans.purge("notes", "notes")
    switching.switch("notes", on=True)
    assert found("bagpipe") == []
