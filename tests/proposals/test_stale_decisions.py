"""What is decided is what was read: a form that somebody was faster than does nothing, and shows what there is now."""

from __future__ import annotations

import re

import pytest

from plugins.merge import services as merging
from plugins.proposals import deciding, sending, services

DEAR = [{"description": "Audit", "quantity": "1", "unit_price": "9000"}]


def version_in(page, action: str) -> str:
    """The version that a form carries."""
    found = re.search(rf'action="{action}" method="post">.*?name="version" value="(\d+)"', page.text, re.DOTALL)
    assert found, action
    return found[1]


def test_A5_an_acceptance_of_what_was_never_read_is_refused_and_shows_what_there_is_now(sign_in, offer) -> None:
    one = offer(functions=["prospect"])
    sending.send(one.id)
    client = sign_in("editor")
    where = f"/proposals/{one.id}/accept"
    read = version_in(client.get(where), where)
    services.revise(one.id)
    services.update(one.id, {"lines": DEAR})
    refused = client.submit(where, {"name": "Ada", "version": read})
    assert refused.status_code == 409
    assert "Someone else changed this proposal" in refused.text
    assert refused.text.count("€9,000.00") == 2
    assert services.get(one.id).state == "draft"
    done = {"name": "Ada", "version": version_in(refused, where)}
    assert [client.submit(where, done).status_code for _time in range(2)] == [303, 303]
    assert services.get(one.id).state == "accepted"


@pytest.mark.parametrize("what", ["decline", "withdraw", "revise", "delete", "revoke"])
def test_A5_what_is_done_to_a_proposal_is_done_to_the_one_that_was_read(sign_in, offer, what) -> None:
    one = offer()
    if what != "delete":
        sending.send(one.id)
    client = sign_in("editor")
    where = f"/proposals/{one.id}/{what}"
    read = version_in(client.get(where if what == "decline" else f"/proposals/{one.id}"), where)
    if what == "delete":
        services.update(one.id, {"lines": DEAR})
    else:
        sending.send(one.id)
    before = services.get(one.id).version
    refused = client.submit(where, {"version": read})
    assert refused.status_code == 409
    assert "Someone else changed this proposal" in refused.text
    assert services.get(one.id).version == before
    assert client.submit(where, {"version": version_in(refused, where)}).status_code == 303


def test_C1_what_can_not_be_withdrawn_any_more_says_so_on_its_own_page(sign_in, offer) -> None:
    one = offer()
    deciding.accept(one.id)
    page = sign_in("editor").submit(f"/proposals/{one.id}/withdraw")
    assert page.status_code == 409
    assert "can&#39;t be withdrawn" in page.text
    assert "Acceptance, as proof" in page.text


def test_E4_the_tab_of_a_merged_contact_leads_to_the_main_one(sign_in, make, offer) -> None:
    main, other = make("Kept"), make("Gone")
    offer(other)
    main_id, other_id = main.id, other.id
    merging.merge([main_id, other_id], main_id)
    led = sign_in("reader").get(f"/contacts/{other_id}/proposals")
    assert (led.status_code, led.location) == (303, f"/contacts/{main_id}/proposals")


def test_D3_each_state_has_a_button_in_the_page_that_deletes(sign_in, make, offer) -> None:
    contact = make("Firm")
    draft, sent, declined, withdrawn = (offer(contact) for _one in range(4))
    for one in (sent, declined):
        sending.send(one.id)
    deciding.decline(declined.id)
    services.withdraw(withdrawn.id)
    client = sign_in("manager")
    page = client.get(f"/contacts/{contact.id}/delete").text
    for one, what in ((draft, "delete"), (sent, "withdraw"), (declined, "delete"), (withdrawn, "delete")):
        assert f"/proposals/{one.id}/{what}" in page
        assert client.submit(f"/proposals/{one.id}/{what}", {"next": "/contacts"}).status_code == 303
