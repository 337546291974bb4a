"""One service decides whether a contact may be deleted, and names all that holds it (spec D1-D4, D9)."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from holding import LOANS, PAPERS, Loan, LoanNote, Paper, make_tables, with_third_parties

from plugins.merge import services as merging
from webapp.acting import acting
from webapp.contacts import guards, kinds, links, purging, services
from webapp.contacts.models import Contact, ContactLink
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Refused
from webapp.functions.models import FunctionRow
from webapp.history.models import HistoryEntry
from webapp.testing import PluginSet

UNTIL = dt.date(2036, 12, 31)
ONLY_ANONYMISED = {
    ("customer", "en"): "Documents that must be kept exist for this customer: it can't be deleted, only anonymised.",
    ("customer", "fr"): "Des documents à conserver existent pour ce client\u202f: il ne peut pas être supprimé, "
    "seulement anonymisé.",
    ("customer", "de"): "Für diesen Kunden gibt es aufbewahrungspflichtige Belege: Er kann nicht gelöscht, nur "
    "anonymisiert werden.",
    ("supplier", "fr"): "Des documents à conserver existent pour ce fournisseur\u202f: il ne peut pas être supprimé, "
    "seulement anonymisé.",
    ("prospect", "de"): "Für diesen Interessenten gibt es aufbewahrungspflichtige Belege: Er kann nicht gelöscht, nur "
    "anonymisiert werden.",
    ("", "en"): "Documents that must be kept exist for this contact: it can't be deleted, only anonymised.",
}


@pytest.fixture
def plugins() -> PluginSet:
    return with_third_parties(PAPERS, LOANS)


@pytest.fixture(autouse=True)
def tables(app) -> None:
    make_tables()


def keep_paper_of(contact_id: int, until: dt.date = UNTIL) -> None:
    db.session.add(Paper(contact_id=contact_id, kept_until=until))
    db.session.flush()


def refused(contact_id: int, **how: bool) -> Refused:
    with pytest.raises(Refused) as caught:
        services.to_bin(contact_id, **how)
    return caught.value


def test_D4_papers_that_the_law_keeps_are_said_first(make, system) -> None:
    functions = {key for key, _locale in ONLY_ANONYMISED}
    contacts = {key: make("Kept", functions=[key] if key else []).id for key in functions}
    for one in contacts.values():
        keep_paper_of(one)
    for (function, locale), sentence in ONLY_ANONYMISED.items():
        with force_locale(locale):
            error = refused(contacts[function])
        assert error.message == sentence
    (paper,) = error.details["blockers"]
    assert (paper.retained, paper.kept_until, paper.plugin) == (True, UNTIL, "papers")


def test_D4_nobody_overrides_what_the_law_keeps(make, system, sign_in) -> None:
    contact = make("Kept", functions=["customer"])
    keep_paper_of(contact.id)
    (paper,) = refused(contact.id, override_links=True).details["blockers"]
    assert not paper.override
    page = sign_in("administrator").get(f"/contacts/{contact.id}/delete").text
    assert ONLY_ANONYMISED["customer", "en"] in unescape(page)
    assert "To be kept until December 31, 2036." in page
    assert "Delete all the same" not in page


def forgotten(contact_id: int) -> None:
    """What the plug-in that forgot its guard has of a contact: two loans, and a note on its function."""
    db.session.add_all([Loan(contact_id=contact_id), Loan(contact_id=contact_id)])
    row = db.session.scalars(sa.select(FunctionRow.id).where(FunctionRow.contact_id == contact_id)).one()
    db.session.add(LoanNote(row_id=row))
    db.session.flush()


def test_D1_what_nobody_thought_of_holds_a_contact_back(make, system) -> None:
    contact = make("Held", functions=["customer"])
    forgotten(contact.id)
    other = make("Free", functions=["customer"])
    assert list(guards.blockers([contact.id, other.id])) == [contact.id]
    found = refused(contact.id).details["blockers"]
    assert {(one.key, one.plugin, one.label, one.count, one.override) for one in found} == {
        ("referring", "loans", "Lent things: 2", 2, False),
        ("referring", "loans", "forgotten_note: 1", 1, False),
    }


def test_D3_who_may_not_resolve_it_is_told_whom_to_ask(make, system, sign_in, user) -> None:
    contact = make("Held", functions=["customer"])
    forgotten(contact.id)
    user("administrator").name = "Maud Quillien"
    answer = sign_in("manager").submit(f"/contacts/{contact.id}/delete")
    assert answer.status_code == 409
    assert "Ask an administrator: Maud Quillien." in answer.text
    page = sign_in("editor").get(f"/contacts/{contact.id}").text
    assert "Managers and administrators delete contacts" in page


def test_D1_what_nobody_thought_of_outlives_the_bin(make, system) -> None:
    contact = make("Held", functions=["customer"])
    services.to_bin(contact.id)
    forgotten(contact.id)
    kept = purging.purge([contact.id], override_links=True)
    assert {one.key for one in kept[contact.id]} == {"referring"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Loan)) == 2


def orphan(contact_id: int) -> None:
    """Tables of a package that is gone: one refers to contacts, one to what goes along with them."""
    connection = db.session.connection()
    connection.execute(sa.text("CREATE TABLE schema_badges (version_num varchar(32))"))
    connection.execute(
        sa.text(
            "CREATE TABLE badge (id bigint PRIMARY KEY, contact_id bigint REFERENCES contact (id) ON DELETE CASCADE)"
        )
    )
    connection.execute(
        sa.text("CREATE TABLE badge_level (id bigint PRIMARY KEY, row_id bigint REFERENCES contact_function (id))")
    )
    connection.execute(sa.text("INSERT INTO badge VALUES (1, :id)"), {"id": contact_id})
    row = db.session.scalars(sa.select(FunctionRow.id).where(FunctionRow.contact_id == contact_id)).one()
    connection.execute(sa.text("INSERT INTO badge_level VALUES (1, :id)"), {"id": row})


def test_D3_tables_of_a_package_that_is_gone_hold_back(make, system, sign_in) -> None:
    contact = make("Held", functions=["supplier"])
    orphan(contact.id)
    found = refused(contact.id).details["blockers"]
    assert {(one.key, one.plugin, one.label) for one in found} == {
        ("orphaned", "badges", "Data of the plug-in “badges”, which is gone: badge"),
        ("orphaned", "badges", "Data of the plug-in “badges”, which is gone: badge_level"),
    }
    contact.deleted_at = dt.datetime.now(dt.UTC)
    db.session.flush()
    assert purging.purge([contact.id]).keys() == {contact.id}


def test_D4_an_administrator_overrides_links_knowing_which(make, system, sign_in) -> None:
    party, person = make("Party", functions=["customer"]), make("Person", kind="person")
    child = make("Child", parent_id=party.id)
    links.create(party.id, person.id, {"is_primary": True})
    address = f"/contacts/{party.id}/delete"
    page = sign_in("manager").get(address).text
    assert "Delete all the same" not in page
    assert "An administrator may delete it in spite of its links." in page
    client = sign_in("administrator")
    sent = {"override": "links", "seen": re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1]}  # type: ignore[index]
    assert client.submit(address, sent).status_code == 422
    links.create(party.id, make("Third", kind="person").id, {})
    again = client.submit(address, {**sent, "confirm": "1"})
    assert again.status_code == 422
    assert "has changed meanwhile" in again.text
    sent["seen"] = re.search(r'name="seen" value="(\w+)"', again.text)[1]  # type: ignore[index]
    assert client.submit(address, {**sent, "confirm": "1"}).status_code == 303
    db.session.expire_all()
    assert (party.deleted_at is not None, child.parent_id) == (True, None)
    assert db.session.scalars(sa.select(ContactLink)).all() == []
    told = db.session.scalars(
        sa.select(HistoryEntry.changes).where(HistoryEntry.contact_id == party.id, HistoryEntry.action == "binned")
    ).one()
    assert told["overridden"][1] == [
        "Person is its primary contact", "1 contact person", "Parent company of 1 contact",
    ]  # fmt: skip
    history = client.get(f"/contacts/{party.id}/history").text
    assert "In spite of" in history
    assert "Person is its primary contact" in history


def test_D4_managers_do_not_override(make, as_role, system) -> None:
    party, person = make("Party", functions=["customer"]), make("Person", kind="person")
    links.create(party.id, person.id, {})
    with acting(as_role("manager")), pytest.raises(Forbidden):
        services.to_bin(party.id, override_links=True)


def test_D2_the_clicks_for_many_links_leave_the_primary_ones(make, system, sign_in) -> None:
    party = make("Party", functions=["customer"])
    for at in range(3):
        links.create(party.id, make(f"Person{at}", kind="person").id, {"is_primary": at == 0})
    client, address = sign_in("manager"), f"/contacts/{party.id}/delete"
    answer = client.submit(f"/contacts/{party.id}/persons/remove", {"next": f"{address}?at=2#fix"})
    assert answer.headers["Location"] == f"{address}?at=2#fix"
    assert [one.key for one in guards.blockers([party.id])[party.id]] == ["primary_person"]
    page = client.get(f"{address}?at=2").text
    (link,) = links.persons_of(party.id)
    assert f'action="/links/{link.id}/untick-primary"' in page
    # The link's own form comes back to the dialog as well.
    assert f'href="/links/{link.id}?next=/contacts/{party.id}/delete?at%3D1%23fix"' in page
    form = client.get(f"/links/{link.id}", query_string={"next": f"{address}?at=1#fix"}).text
    assert f'name="next" value="{address}?at=1#fix"' in form
    sent = {"version": str(link.version), "next": f"{address}?at=1#fix"}
    assert client.submit(f"/links/{link.id}", sent).headers["Location"] == f"{address}?at=1#fix"
    assert client.submit(f"/links/{link.id}/remove", sent).headers["Location"] == f"{address}?at=1#fix"
    assert client.submit(address).status_code == 303


def test_D3_one_click_takes_a_parent_company_off(make, system, sign_in) -> None:
    parent = make("Parent")
    children = [make(f"Child{at}", parent_id=parent.id) for at in range(2)]
    client = sign_in("manager")
    assert client.submit(f"/contacts/{parent.id}/subsidiaries/free").status_code == 303
    db.session.expire_all()
    assert [one.parent_id for one in children] == [None, None]
    assert client.submit(f"/contacts/{parent.id}/delete").status_code == 303
    assert sign_in("reader").submit(f"/contacts/{parent.id}/subsidiaries/free").status_code == 403


def test_D2_the_primary_link_of_an_anonymised_person_is_parted_in_the_same_two_steps(make, system) -> None:
    party, person = make("Firm", functions=["customer"]), make("Ilse", kind="person")
    link = links.create(party.id, person.id, {"is_primary": True})
    person.anonymised_at = dt.datetime.now(dt.UTC)
    db.session.flush()
    with pytest.raises(Refused, match="anonymised"):
        links.update(link.id, {"is_primary": False, "role": "Chief"})
    links.update(link.id, {"is_primary": False})
    links.remove(link.id)


def test_D3_a_link_to_an_anonymised_contact_can_be_removed(make, system) -> None:
    party, person = make("Party", functions=["customer"]), make("Person", kind="person")
    link = links.create(party.id, person.id, {"is_primary": True})
    party.anonymised_at = dt.datetime.now(dt.UTC)
    links.untick_primary(link.id)
    links.remove(link.id)
    services.to_bin(person.id)


def test_A3_a_link_that_a_merge_laid_aside_holds_no_change_of_kind(make, system) -> None:
    person = make("Person", kind="person")
    parties = [make("Party"), make("Party")]
    for one in parties:
        links.create(one.id, person.id, {})
    merging.merge([one.id for one in parties], parties[0].id)
    (open_link,) = links.parties_of(person.id)
    links.remove(open_link.id)
    assert kinds.blockers(person) == []
    firm = make("Firm")
    merging.merge([firm.id, person.id], firm.id)
    assert db.session.get_one(Contact, person.id).merged_into_id == firm.id


def test_D3_a_click_in_the_dialog_fills_it_anew_also_when_it_is_refused(make, system, sign_in) -> None:
    party, person = make("Party", functions=["customer"]), make("Person", kind="person")
    link = links.create(party.id, person.id, {"is_primary": True})
    client, address = sign_in("manager"), f"/contacts/{person.id}/delete"
    headers = {"HX-Request": "true", "HX-Target": "dialog#dialog"}
    sent = {"next": f"{address}?at=1#fix"}
    # A dialog that was opened before somebody else ticked the mark.
    refused = client.submit(f"/links/{link.id}/remove", sent, headers=headers)
    assert (refused.status_code, refused.headers["Location"]) == (303, sent["next"])
    shown = client.get(address, headers=headers)
    assert shown.text.lstrip().startswith('<div class="c-dialog__head">')
    assert "The primary contact can't be unlinked" in unescape(shown.text)
    for step in ("untick-primary", "remove"):
        done = client.submit(f"/links/{link.id}/{step}", sent, headers=headers)
        assert (done.status_code, done.headers["Location"]) == (303, sent["next"])
    assert 'type="submit" id="fix"' in client.get(address, headers=headers).text
    # Elsewhere htmx is told to go there.
    elsewhere = client.submit(f"/links/{links.create(party.id, person.id, {}).id}/remove", {"next": "//evil.example"},
                              headers=headers)  # fmt: skip
    assert elsewhere.headers["HX-Redirect"] == f"/contacts/{party.id}/persons"


def test_D1_a_parent_company_in_the_bin_holds_no_form_back(make, system, sign_in) -> None:
    parent = make("Parent")
    child = make("Child", parent_id=parent.id)
    services.to_bin(child.id)
    services.to_bin(parent.id)
    services.restore(child.id)
    services.update(child.id, {"parent_id": str(parent.id), "company_name": "Other"})
    assert (child.company_name, child.parent_id) == ("Other", parent.id)
    with pytest.raises(Invalid):
        services.update(make("Third").id, {"parent_id": str(parent.id)})
