"""Proposals as the services keep them: drafts, versions, links, answers (spec C1, C6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.proposals import contents, deciding, sending, services
from plugins.proposals.deciding import Answer
from plugins.proposals.models import ProposalLink
from webapp.acting import acting
from webapp.contacts.links import today
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing, Refused, Stale
from webapp.functions.services import fields_of, live_rows, save_fields
from webapp.history.services import of_contact

WHO = Answer(name="Ada Lovelace", statement="I accept.", address="192.0.2.7", agent="Browser")


def entries(contact_id: int, action: str) -> list[Any]:
    return [one for one in of_contact(contact_id) if one.action == action]


def functions(contact_id: int) -> list[str]:
    return functions_of([contact_id]).get(contact_id, [])


def overdue(proposal: Any) -> None:
    proposal.valid_until = today() - dt.timedelta(days=1)
    db.session.flush()


def test_F_a_proposal_has_a_number_of_its_own_range(offer) -> None:
    one, other = offer(), offer()
    assert (one.number, other.number) == ("P-10001", "P-10002")
    assert offer(number="2026/7").number == "2026/7"
    with pytest.raises(Invalid) as caught:
        offer(number="2026/7")
    assert "number" in caught.value.errors


def test_C1_totals_are_kept_with_the_proposal(offer) -> None:
    one = offer()
    assert (one.net, one.tax, one.gross, one.currency) == (94500, 18900, 113400, "EUR")
    assert one.valid_until == today() + dt.timedelta(days=30)
    assert services.totals(one).gross == one.gross


def test_C1_what_is_wrong_is_named_by_its_place(offer, make) -> None:
    with pytest.raises(Invalid) as caught:
        services.create(make().id, {"lines": [{"quantity": "0", "unit_price": "-1", "colour": "red"}]})
    assert set(caught.value.errors) == {
        "title", "lines.0.description", "lines.0.quantity", "lines.0.unit_price", "lines.0.colour",
    }  # fmt: skip
    with pytest.raises(Invalid) as caught:
        offer(lines=[{"description": "x", "quantity": "999999999", "unit_price": "90000000000000"}])
    assert set(caught.value.errors) == {"lines"}


def test_A5_an_old_version_is_refused_and_a_sent_one_is_not_changed(offer) -> None:
    one = offer()
    services.update(one.id, {"title": "Other"}, 1)
    with pytest.raises(Stale):
        services.update(one.id, {"title": "Third"}, 1)
    sending.send(one.id)
    with pytest.raises(Refused, match="new version"):
        services.update(one.id, {"title": "Third"})


def test_another_currency_keeps_what_prices_say(offer) -> None:
    one = offer(lines=[{"description": "Audit", "quantity": "2", "unit_price": "450.00"}])
    services.update(one.id, {"currency": "JPY"})
    assert [line.unit_price for line in one.lines] == [450]
    assert one.net == 900


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (["prospect"], ["customer"], "converted"),
        ([], ["customer"], "activated"),
        (["supplier"], ["customer", "supplier"], "activated"),
    ],
)
def test_C1_accepting_makes_a_customer_by_whichever_way(offer, before, after, action) -> None:
    for way in ("user", "page"):
        one = offer(functions=before)
        if way == "user":
            found = deciding.accept(one.id)
        else:
            found = deciding.accept_by_token(sending.send(one.id).token, WHO, agreed=True)
        assert (found.changed, found.note, services.state_of(one)) == (True, "", "accepted")
        assert functions(one.contact_id) == after
        (entry,) = [e for e in entries(one.contact_id, action) if e.changes["function"][1] == "customer"]
        assert (entry.way, entry.source) == ("proposal", f"proposal:{one.id}")
        assert len(entries(one.contact_id, "proposal_accepted")) == 1


def test_C1_a_customer_stays_one_and_accepting_twice_changes_nothing(offer) -> None:
    one = offer(functions=["customer"])
    token = sending.send(one.id).token
    assert deciding.accept_by_token(token, WHO, agreed=True).changed
    assert not deciding.accept_by_token(token, WHO, agreed=True).changed
    assert not deciding.accept(one.id).changed
    assert functions(one.contact_id) == ["customer"]
    assert len(entries(one.contact_id, "proposal_accepted")) == 1


def test_C1_the_evidence_says_who_when_from_where_and_to_what(offer) -> None:
    one = offer()
    sent = sending.send(one.id)
    with pytest.raises(Invalid) as caught:
        deciding.accept_by_token(sent.token, Answer(), agreed=False)
    assert set(caught.value.errors) == {"name", "agreed"}
    deciding.accept_by_token(sent.token, WHO, agreed=True)
    kept = services.answer_of(one)
    assert kept is not None
    assert (kept.kind, kept.way, kept.name, kept.address, kept.agent) == (
        "accepted", "page", "Ada Lovelace", "192.0.2.7", "Browser",
    )  # fmt: skip
    assert kept.content_hash == contents.fingerprint(contents.present(one))


def test_C1_expired_withdrawn_and_declined_ones_are_not_accepted_but_tell_what_to_do(offer) -> None:
    expired, withdrawn, declined = offer(), offer(), offer()
    tokens = [sending.send(one.id).token for one in (expired, withdrawn, declined)]
    overdue(expired)
    services.withdraw(withdrawn.id)
    deciding.decline_by_token(tokens[2], Answer(reason="Too dear"))
    for one, token, state in zip(
        (expired, withdrawn, declined), tokens, ("expired", "withdrawn", "declined"), strict=True
    ):
        assert services.state_of(one) == state
        assert sending.by_token(token).state == state
        with pytest.raises(Refused, match="new version"):
            deciding.accept(one.id)
        with pytest.raises(Refused, match="Please turn to"):
            deciding.accept_by_token(token, WHO, agreed=True)
        assert functions(one.contact_id) == []
        services.revise(one.id)
        assert deciding.accept(one.id).changed


def test_C1_disqualifying_withdraws_open_proposals_and_no_others(offer, make) -> None:
    contact = make(functions=["prospect"])
    draft, sent, declined = offer(contact), offer(contact), offer(contact)
    token = sending.send(sent.id).token
    sending.send(declined.id)
    deciding.decline(declined.id)
    other = offer(functions=["prospect"])
    save_fields(contact.id, "prospect", {"status": "disqualified"})
    assert [services.get(one.id).state for one in (draft, sent, declined, other)] == [
        "withdrawn", "withdrawn", "declined", "draft",
    ]  # fmt: skip
    with pytest.raises(Refused, match="Please turn to"):
        deciding.accept_by_token(token, WHO, agreed=True)


def test_C6_a_disqualified_prospect_is_requalified_before_it_accepts(offer, make) -> None:
    contact = make(functions=["prospect"])
    one = offer(contact)
    contact_id, proposal_id = contact.id, one.id
    token = sending.send(one.id).token
    # As an older version, or a hand in the database, may have left it: disqualifying withdraws.
    fields_of(live_rows(contact.id)[0]).status = "disqualified"
    db.session.commit()
    with pytest.raises(Refused, match="requalify"):
        deciding.accept(proposal_id)
    db.session.rollback()
    with pytest.raises(Refused) as caught:
        deciding.accept_by_token(token, WHO, agreed=True)
    assert "qualif" not in caught.value.message
    db.session.rollback()
    save_fields(contact_id, "prospect", {"status": "qualified"})
    assert deciding.accept(proposal_id).changed
    assert functions(contact_id) == ["customer"]


def test_C1_a_new_version_takes_the_place_of_the_sent_one(offer) -> None:
    one = offer()
    first = sending.send(one.id).token
    services.revise(one.id)
    services.update(one.id, {"title": "Better", "lines": []})
    assert sending.by_token(first).state == "replaced"
    assert sending.by_token(first).content.title == "Audit"
    assert len(sending.by_token(first).content.lines) == 2
    with pytest.raises(Refused, match="newer version"):
        deciding.accept_by_token(first, WHO, agreed=True)
    assert contents.of_revision(one, 1).totals.gross == 113400
    assert [one.revision for one in contents.versions(one.id)] == [1]
    with pytest.raises(Refused, match="no lines"):
        sending.send(one.id)


def test_C1_a_link_is_signed_known_by_its_hash_expires_and_can_be_revoked(offer) -> None:
    one = offer()
    sent = sending.send(one.id)
    kept = db.session.scalars(sa.select(ProposalLink)).one()
    assert sent.token.partition(".")[0] not in str(vars(kept))
    swapped = ("B" if sent.token[0] == "A" else "A") + sent.token[1:]
    for wrong in (swapped, sent.token[:-1], sent.token + "A", "", ".", "x" * 300, "é" + sent.token):
        with pytest.raises(Missing):
            sending.by_token(wrong)
    assert sending.by_token(sent.token).proposal is one
    kept.expires_at = dt.datetime.now(dt.UTC)
    with pytest.raises(Refused, match="Please turn to"):
        sending.by_token(sent.token)
    again = sending.send(one.id)
    assert sending.by_token(again.token).state == "sent"
    assert services.get(one.id).revision == 1
    sending.revoke(one.id)
    with pytest.raises(Refused, match="Please turn to"):
        deciding.accept_by_token(again.token, WHO, agreed=True)


def test_a_draft_is_deleted_and_what_was_accepted_is_not(offer) -> None:
    draft, accepted, sent = offer(), offer(), offer()
    sending.send(sent.id)
    deciding.accept(accepted.id)
    services.delete(draft.id)
    with pytest.raises(Missing):
        services.get(draft.id)
    for one in (accepted, sent):
        with pytest.raises(Refused):
            services.delete(one.id)
    assert services.withdraw(sent.id)
    assert not services.withdraw(sent.id)
    services.delete(sent.id)
    assert offer().number == "P-10004"


def test_J1_readers_read_and_editors_propose(offer, as_role) -> None:
    one = offer()
    with acting(as_role("reader")):
        assert services.get(one.id) is one
        for forbidden in (services.revise, services.withdraw, services.copy, services.delete, sending.send,
                          deciding.accept, deciding.decline):  # fmt: skip
            with pytest.raises(Forbidden):
                forbidden(one.id)
        with pytest.raises(Forbidden):
            services.create(one.contact_id, {"title": "x"})
    with acting(as_role("editor")):
        assert services.copy(one.id).gross == one.gross
