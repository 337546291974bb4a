"""A contact's notes inside a portal (spec A7, I3): to be read there, and of that contact alone."""

from __future__ import annotations

from plugins.notes import services


def test_I3_notes_are_read_in_a_portal_and_those_of_others_are_not(portal, frame, make, system) -> None:
    contact, other = make("Hofer"), make("Zaugg")
    for one in (contact, other):
        services.add(one.id, {"text": f"Alphorn of {one.company_name}"})
    visit = frame("notes", portal(views=("notes",)), parameters={"id": contact.id})
    shown = visit.get()
    assert shown.status_code == 200
    assert "Alphorn of Hofer" in shown.text
    assert "<textarea" not in shown.text
    assert visit.get(f"{visit.at}/contacts/{other.id}/notes").status_code == 403
