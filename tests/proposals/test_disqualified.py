"""What could not be accepted is not sent (spec C6), and the preview of many says so."""

from __future__ import annotations

import datetime as dt

import pytest

from plugins.proposals import many, sending, services
from webapp.api import today
from webapp.errors import Refused
from webapp.functions.services import save_fields


def test_C6_nothing_is_sent_to_a_disqualified_prospect(offer, make, system) -> None:
    contact = make(functions=["prospect"])
    save_fields(contact.id, "prospect", {"status": "disqualified"})
    one = offer(contact)
    with pytest.raises(Refused, match="requalify it first"):
        sending.send(one.id)
    (group,) = many.look(many.find("send"), [one.id])
    assert "requalify it first" in group.reason
    save_fields(contact.id, "prospect", {"status": "new"})
    assert sending.send(one.id).token


def test_G3_the_preview_says_of_each_that_is_not_sent_why(offer, make, system) -> None:
    over, fine = offer(), offer()
    over.valid_until = today() - dt.timedelta(days=1)
    (group,) = many.look(many.find("send"), [over.id, fine.id])
    assert (group.count, "Its last day is over" in group.reason) == (1, True)
    assert many.look(many.find("withdraw"), [over.id]) == []
    assert services.get(fine.id).state == "draft"
