"""The page that a recipient sees by a link: who may see it, what it says in each state, the answer (spec C1, J4)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from plugins.proposals import sending, services
from plugins.proposals.models import ProposalAnswer, ProposalLink
from webapp.contacts.links import today
from webapp.contacts.queries import functions_of
from webapp.contacts.services import update
from webapp.db import db
from webapp.testing import PluginSet, shipped

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def sent(offer):
    """Makes a proposal that was sent, and its link: `proposal, address = sent()`."""

    def one(contact=None, /, **values):
        proposal = offer(contact, **values)
        return proposal, f"/p/{sending.send(proposal.id).token}"

    return one


def key(page) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def answer(client, address, **values):
    """Fill the form in that the page shows, and send it."""
    shown = client.get(address, headers=ENGLISH)
    given = {"csrf_token": key(shown), "answer": "accept", "name": "Yann Kerbrat", "agreed": "1", **values}
    return client.post(address, data={name: value for name, value in given.items() if value is not None})


def functions(contact_id: int) -> list[str]:
    return list(functions_of([contact_id]).get(contact_id, ()))


def test_C1_a_recipient_reads_it_without_signing_in_and_is_told_to_nobody(client, sent) -> None:
    proposal, address = sent(functions=["prospect"])
    shown = client.get(address, headers=ENGLISH)
    assert shown.status_code == 200
    assert "Audit" in shown.text
    assert "1,134.00" in shown.text
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in shown.headers
    assert client.head(address).status_code == 200
    assert services.get(proposal.id).state == "sent"


def test_C1_accepting_makes_a_prospect_a_customer_once_with_the_evidence(client, sent) -> None:
    proposal, address = sent(functions=["prospect"])
    done = answer(client, address)
    assert (done.status_code, done.location) == (303, address)
    assert "Set-Cookie" not in done.headers
    again = answer_with(client, address, "x")
    assert again.status_code == 303
    assert functions(proposal.contact_id) == ["customer"]
    evidence = db.session.scalars(sa.select(ProposalAnswer)).one()
    assert (evidence.name, evidence.way, evidence.address) == ("Yann Kerbrat", "page", "127.0.0.1")
    assert evidence.statement == "I accept this proposal for Dupont."
    page = client.get(address, headers=ENGLISH)
    assert "This proposal is accepted." in page.text
    assert "Yann Kerbrat" in page.text
    assert 'name="answer"' not in page.text


def answer_with(client, address, token):
    return client.post(address, data={"csrf_token": token, "answer": "accept", "name": "Eve", "agreed": "1"})


@pytest.mark.parametrize(("missing", "says"), [("name", "Please write your name"), ("agreed", "Please tick")])
def test_C1_without_name_or_tick_nothing_is_accepted(client, sent, missing, says) -> None:
    proposal, address = sent()
    refused = answer(client, address, **{missing: None})
    assert refused.status_code == 422
    assert says in refused.text
    assert missing == "name" or "Yann Kerbrat" in refused.text
    assert services.get(proposal.id).state == "sent"


def test_C1_a_form_that_was_not_read_here_accepts_nothing(client, sent) -> None:
    proposal, address = sent()
    _other, other_address = sent()
    assert answer_with(client, address, key(client.get(other_address))).status_code == 409
    foreign = client.post(
        address, data={"csrf_token": key(client.get(address)), "answer": "accept", "name": "Eve", "agreed": "1"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip
    assert foreign.status_code == 403
    assert foreign.headers["Referrer-Policy"] == "no-referrer"
    assert services.get(proposal.id).state == "sent"


@pytest.mark.parametrize("wanted", ["bogus", "", None])
def test_C1_an_answer_that_is_none_accepts_nothing(client, sent, wanted) -> None:
    proposal, address = sent(functions=["prospect"])
    page = answer(client, address, answer=wanted)
    assert page.status_code == 422
    assert "use the buttons" in page.text
    assert "Yann Kerbrat" in page.text
    assert services.get(proposal.id).state == "sent"


def test_C1_it_is_declined_with_a_reason_if_one_is_given(client, sent) -> None:
    proposal, address = sent(functions=["prospect"])
    assert answer(client, address, answer="decline", name=None, agreed=None, reason="Zu teuer 😀").status_code == 303
    assert services.get(proposal.id).state == "declined"
    assert db.session.scalars(sa.select(ProposalAnswer)).one().reason == "Zu teuer 😀"
    assert functions(proposal.contact_id) == ["prospect"]
    page = client.get(address, headers=ENGLISH)
    assert "This proposal was declined." in page.text
    assert 'name="answer"' not in page.text


def test_C1_what_can_t_be_accepted_any_more_says_what_to_do(client, sent) -> None:
    withdrawn, expired, replaced, revoked = sent(), sent(), sent(), sent()
    services.withdraw(withdrawn[0].id)
    expired[0].valid_until = today() - dt.timedelta(days=1)
    services.revise(replaced[0].id)
    sending.revoke(revoked[0].id)
    said = [client.get(address, headers=ENGLISH) for _proposal, address in (withdrawn, expired, replaced, revoked)]
    assert [one.status_code for one in said] == [200, 200, 200, 410]
    words = ("was withdrawn", "has expired", "newer version", "no longer valid")
    for page, word in zip(said, words, strict=True):
        assert word in page.text
        assert re.search(r"[Aa]sk |turn to", page.text)
        assert 'name="answer"' not in page.text
    assert "Travel" not in said[2].text
    for proposal, address in (withdrawn, expired, replaced, revoked):
        before = services.get(proposal.id).state
        assert answer_with(client, address, "x").status_code in (409, 410)
        assert services.get(proposal.id).state == before


def test_C1_a_changed_or_guessed_address_leads_nowhere(client, sent) -> None:
    _proposal, address = sent()
    for one in (
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        "/p/x",
        "/p/" + "a" * 43,
        "/p/é",
        "/p/" + "x" * 300,
    ):
        refused = client.get(one, headers=ENGLISH)
        assert refused.status_code == 404, one
        assert "Audit" not in refused.text
        assert refused.headers["Referrer-Policy"] == "no-referrer"


def test_C1_a_hundred_wrong_addresses_wait_and_hold_up_no_right_one(client, sent) -> None:
    _proposal, address = sent()
    statuses = [client.get(f"/p/guess-{number}").status_code for number in range(100)]
    assert (statuses[:50], statuses[50]) == ([404] * 50, 429)
    blocked = client.get("/p/another", headers=ENGLISH)
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["Retry-After"]) <= 30
    assert client.get(address).status_code == 200
    assert answer(client, address).status_code == 303
    # Another network has tries of its own.
    assert client.get("/p/x", environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 404


@pytest.mark.parametrize(("language", "says"), [("de", "Angebot"), ("fr", "Proposition"), ("ja", "")])
def test_C1_it_speaks_the_contacts_language_and_others_on_demand(client, sent, make, system, language, says) -> None:
    contact = make()
    update(contact.id, {"language": language})
    _proposal, address = sent(contact)
    page = client.get(address, headers={"Accept-Language": "it"})
    assert page.headers["Content-Language"] == (language if says else "en")
    assert says in page.text
    other = client.get(f"{address}?lang=fr")
    assert (other.headers["Content-Language"], other.status_code) == ("fr", 200)
    assert f'action="{address}?lang=fr"' in other.text
    assert client.get(f"{address}?lang=zz").headers["Content-Language"] == page.headers["Content-Language"]


def test_C1_a_user_who_opens_it_answers_as_the_recipient_does(sign_in, sent) -> None:
    proposal, address = sent(functions=["prospect"])
    client = sign_in("administrator", locale="de")
    assert answer(client, address).status_code == 303
    evidence = db.session.scalars(sa.select(ProposalAnswer)).one()
    assert (evidence.user_id, evidence.way) == (None, "page")
    assert functions(proposal.contact_id) == ["customer"]


def test_C1_reading_changes_nothing(client, sent, statements) -> None:
    _proposal, address = sent(functions=["prospect"])
    with statements() as seen:
        client.get(address)
    assert not [text for text in seen.texts if not text.startswith(("SELECT", "BEGIN", "PRAGMA"))]
    assert len(seen) < 15


def test_J4_the_firms_name_address_and_logo_stand_on_it(client, sent, system) -> None:
    from webapp.administration import company
    from webapp.administration.settings import put_setting

    for name, value in (("name", "Ateliers Morvan"), ("street", "3 quai de l’Odet"), ("city", "Quimper")):
        put_setting(f"company.{name}", value)
    proposal, address = sent()
    assert client.get(f"{address}/logo.img").status_code == 404
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    company.put_logo(pixel)
    page = client.get(address)
    assert "Ateliers Morvan" in page.text
    assert "3 quai de l’Odet, Quimper" in page.text
    assert f'src="{address}/logo.img"' in page.text
    logo = client.get(f"{address}/logo.img")
    assert (logo.status_code, logo.mimetype) == (200, "image/png")
    assert client.get(f"{address}x/logo.img").status_code == 404
    assert proposal.state == "sent"


class TestSwitchedOff:
    @pytest.fixture
    def plugins(self) -> PluginSet:
        wanted = tuple(one.name for one in shipped().plugins if one.name != "proposals")
        return PluginSet(found=shipped(), wanted=wanted)

    def test_I1_switched_off_its_addresses_are_not_there(self, client, sign_in) -> None:
        assert client.get("/p/x").status_code == 404
        assert client.post("/p/x").status_code in (400, 404)
        client = sign_in("administrator")
        for address in ("/proposals", "/proposals/1", "/proposals/new", "/p/x"):
            assert client.get(address).status_code == 404


def test_C1_the_base_keeps_no_token(client, sent) -> None:
    _proposal, address = sent()
    token = address.rpartition("/")[2]
    text = str(list(db.session.execute(sa.select(ProposalLink.__table__))))
    assert token not in text
    assert token.partition(".")[0] not in text
