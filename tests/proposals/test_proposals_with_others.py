"""What proposals mean to deletion, merges, anonymising and plug-ins that are switched off (spec D, E, I1)."""

from __future__ import annotations

import datetime as dt

import pytest

from plugins.merge import services as merging
from plugins.merge import undoing
from plugins.proposals import deciding, sending, services
from plugins.proposals.deciding import Answer
from plugins.proposals.models import Proposal
from webapp import testing
from webapp.contacts import guards
from webapp.contacts import services as contacts
from webapp.contacts.links import today
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.erasing import services as erasing
from webapp.errors import Refused
from webapp.events import ContactsHandedOver
from webapp.functions.services import activate, release, save_fields
from webapp.history.services import of_contact
from webapp.registry import registry

WHO = Answer(name="Ada Lovelace", statement="I accept.", address="192.0.2.7")


def functions(contact_id: int) -> list[str]:
    return functions_of([contact_id]).get(contact_id, [])


def test_D3_each_proposal_holds_its_contact_with_the_click_that_resolves_it(make, offer, sign_in) -> None:
    contact = make("Firm")
    draft, sent = offer(contact), offer(contact)
    sending.send(sent.id)
    ids = draft.id, sent.id
    client = sign_in("manager")
    for _turn in range(3):
        found = guards.blockers([contact.id]).get(contact.id, [])
        for one in found:
            assert client.get(f"/proposals/{one.values['id']}").status_code == 200
        if not found:
            break
        first = found[0]
        view = {"proposals.withdraw": "withdraw", "proposals.delete": "delete"}[first.button_endpoint]
        answer = client.submit(f"/proposals/{first.values['id']}/{view}", {"next": "/contacts"})
        assert answer.location == "/contacts"
    assert [db.session.get(Proposal, one) for one in ids] == [None, None]
    contacts.to_bin(contact.id)


def test_D4_what_was_accepted_is_kept_for_its_term_and_nobody_deletes_it(make, offer, system) -> None:
    contact = make("Firm")
    one = offer(contact)
    deciding.accept(one.id)
    with pytest.raises(Refused) as caught:
        contacts.to_bin(contact.id, override_links=True)
    (blocker,) = caught.value.details["blockers"]
    assert (blocker.retained, blocker.override) == (True, False)
    assert blocker.kept_until == dt.date(today().year + 10, 12, 31)
    one.decided_at = one.decided_at.replace(year=one.decided_at.year - 11)
    (blocker,) = guards.blockers([contact.id])[contact.id]
    assert not blocker.retained


def test_D5_the_proof_of_an_acceptance_stays_and_the_rest_goes(make, offer, system) -> None:
    contact = make("Lovelace", kind="person")
    accepted, declined = offer(contact, title="Kept title"), offer(contact, title="Secret title")
    tokens = [sending.send(one.id).token for one in (accepted, declined)]
    deciding.accept_by_token(tokens[0], WHO, agreed=True)
    deciding.decline_by_token(tokens[1], Answer(reason="Secret reason"))
    services.revise(declined.id)
    db.session.flush()
    waiting = offer(contact)
    sending.send(waiting.id)
    ids = accepted.id, declined.id
    erasing.anonymise(contact.id)
    db.session.expire_all()
    kept, gone = (db.session.get_one(Proposal, one) for one in ids)
    proof = services.answer_of(kept)
    assert (kept.title, proof.name, proof.address) == ("Kept title", "Ada Lovelace", "192.0.2.7")
    assert (gone.title, [line.description for line in gone.lines]) == ("", ["", ""])
    assert waiting.state == "withdrawn"
    assert "Secret" not in str([vars(one) for one in of_contact(contact.id)])
    with pytest.raises(Refused, match="Please turn to"):
        sending.by_token(tokens[0])


def test_E7_after_a_merge_the_acceptance_counts_for_the_main_contact(make, offer, system) -> None:
    main, other = make("Main", functions=["supplier"]), make("Other", functions=["prospect"])
    one = offer(other)
    token = sending.send(one.id).token
    made, _plan = merging.merge([main.id, other.id], main.id)
    db.session.expire_all()
    assert (one.contact_id, one.came_from_id) == (main.id, other.id)
    assert deciding.accept_by_token(token, WHO, agreed=True).changed
    assert functions(main.id) == ["customer", "supplier"]
    (entry,) = [entry for entry in of_contact(main.id) if entry.action == "proposal_accepted"]
    assert entry.source == f"proposal:{one.id}"
    undoing.undo(made.id)
    db.session.expire_all()
    assert (one.contact_id, one.came_from_id, one.state) == (other.id, None, "accepted")
    # An absorbed prospect that was converted since is a customer after the undo (spec E6).
    assert functions(other.id) == ["customer"]


def test_C1_a_merge_that_leaves_a_disqualified_prospect_withdraws_what_was_open(make, offer, system) -> None:
    main, other = make("Main", functions=["prospect"]), make("Other", functions=["prospect"])
    save_fields(main.id, "prospect", {"status": "disqualified"})
    one = offer(other)
    merging.merge([main.id, other.id], main.id)
    assert services.get(one.id).state == "withdrawn"


def test_C1_who_is_disqualified_from_the_start_has_nothing_open(make, offer, system) -> None:
    one = offer()
    activate(one.contact_id, "prospect", {"status": "disqualified"})
    assert services.get(one.id).state == "withdrawn"


def test_a_prospect_with_open_proposals_is_not_released(make, offer, system) -> None:
    one = offer(functions=["prospect"])
    with pytest.raises(Refused, match="withdraw them"):
        release(one.contact_id, "prospect")
    services.withdraw(one.id)
    release(one.contact_id, "prospect")
    assert functions(one.contact_id) == []


def test_J1_open_proposals_are_handed_over_with_the_contacts(make, offer, user, system) -> None:
    leaves, stays = user("editor").id, user("manager").id
    mine, done = offer(responsible_id=leaves), offer(responsible_id=leaves)
    deciding.accept(done.id)
    registry().publish(ContactsHandedOver(from_user_id=leaves, to_user_id=stays, number=0))
    db.session.expire_all()
    assert (mine.responsible_id, done.responsible_id) == (stays, leaves)


class TestCustomersOff:
    """The plug-in for customers is switched off (spec I1)."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        found = testing.shipped()
        return testing.PluginSet(
            found=found, wanted=tuple(one.name for one in found.plugins if one.name != "customers")
        )

    def test_I1_the_acceptance_is_kept_and_says_that_nobody_became_a_customer(self, make, offer, system) -> None:
        one = offer(functions=["prospect"])
        found = deciding.accept(one.id)
        assert (found.changed, services.get(one.id).state) == (True, "accepted")
        assert "switched off" in found.note
        assert functions(one.contact_id) == ["prospect"]
        assert "switched off" in deciding.accept(one.id).note


class TestProposalsOff:
    """The plug-in itself is switched off: its rows are guarded and move all the same."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        found = testing.shipped()
        return testing.PluginSet(
            found=found, wanted=tuple(one.name for one in found.plugins if one.name != "proposals")
        )

    def test_I1_its_data_hold_and_move(self, make, system, sign_in) -> None:
        main, other = make("Main"), make("Other")
        one = Proposal(contact_id=other.id, title="Audit", currency="EUR")
        db.session.add(one)
        db.session.flush()
        (blocker,) = guards.blockers([other.id])[other.id]
        assert (blocker.plugin, blocker.button_endpoint) == ("proposals", "")
        assert not blocker.endpoint.startswith("proposals")
        merging.merge([main.id, other.id], main.id)
        db.session.expire_all()
        assert one.contact_id == main.id
        client = sign_in("administrator")
        assert [client.get(path).status_code for path in ("/proposals", "/p/anything.at-all")] == [404, 404]
