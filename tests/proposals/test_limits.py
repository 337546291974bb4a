"""What is beyond all measure, or was meant otherwise, is refused with a sentence, and never an error of ours."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from plugins.proposals import deciding, sending, services, values
from plugins.proposals.models import Proposal
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.errors import Invalid, Refused

LINE = {"description": "Audit", "quantity": "1", "unit_price": "10.50"}


def form_lines(number: int) -> dict[str, str]:
    return {
        f"lines-{at}-{name}": text
        for at in range(number)
        for name, text in {"description": "x", "quantity": "1", "unit_price": "1"}.items()
    }


@pytest.mark.parametrize("day", ["9999-12-31", "2201-01-01", "0001-01-01", "1899-12-31"])
def test_C1_a_last_day_beyond_all_measure_is_refused_at_its_field(sign_in, make, offer, day) -> None:
    contact, draft = make(), offer()
    client = sign_in("editor")
    sent = {"title": "Far", "currency": "EUR", "valid_until": day, **form_lines(1)}
    page = client.submit(f"/contacts/{contact.id}/proposals/new", sent)
    assert page.status_code == 422
    assert "This day lies too far away" in page.text
    with pytest.raises(Invalid) as caught:
        services.update(draft.id, {"valid_until": day})
    assert list(caught.value.errors) == ["valid_until"]


def test_C1_a_link_to_what_was_valid_for_ever_ends_within_the_calendar(offer) -> None:
    one = offer(valid_until="2200-12-31")
    assert sending.send(one.id).expires_at.year == 2201
    one.valid_until = dt.date.max
    assert sending.send(one.id).expires_at.year == 2201


@pytest.mark.parametrize("revision", ["0", "-1", "2", "3000000000", "9" * 20])
def test_C1_a_version_that_there_is_not_is_missing(sign_in, offer, revision) -> None:
    where = f"/proposals/{offer().id}"
    client = sign_in("reader")
    expected = 200 if revision == "0" else 404
    assert client.get(f"{where}?revision={revision}").status_code == expected
    assert client.get(f"{where}/print?revision={revision}").status_code == expected


def test_C1_without_lines_nothing_is_accepted(sign_in, offer) -> None:
    one = offer(lines=[], functions=["prospect"])
    with pytest.raises(Refused, match="no lines yet"):
        deciding.accept(one.id)
    page = sign_in("editor").submit(f"/proposals/{one.id}/accept", {"name": "Ada"})
    assert page.status_code == 409
    assert "no lines yet" in page.text
    assert functions_of([one.contact_id])[one.contact_id] == ["prospect"]
    assert services.get(one.id).state == "draft"


def test_C1_thousands_of_lines_are_refused_without_being_shown(sign_in, make, offer) -> None:
    contact, draft = make(), offer()
    number = sa.select(sa.func.count()).select_from(Proposal)
    before = db.session.scalar(number)
    client = sign_in("editor")
    many = {"title": "Long", "currency": "EUR", **form_lines(9_999)}
    for where in (f"/contacts/{contact.id}/proposals/new", f"/proposals/{draft.id}/edit"):
        for more in ({}, {"sum": "1"}, {"remove": "0"}):
            page = client.submit(where, {**many, **more})
            assert page.status_code == 422
            assert "200 lines at most" in page.text
            assert page.text.count('-description" name="') == 201
    assert client.submit("/proposals/sums", many).status_code == 422
    assert db.session.scalar(number) == before


def test_C1_no_cent_is_lost_when_the_currency_changes(offer) -> None:
    one = offer(lines=[LINE])
    with pytest.raises(Invalid, match="JPY has fewer decimals") as caught:
        services.update(one.id, {"currency": "JPY"})
    assert list(caught.value.errors) == ["currency"]
    db.session.refresh(one)
    services.update(one.id, {"currency": "KWD"})
    assert (one.lines[0].unit_price, one.gross) == (10_500, 10_500)
    services.update(one.id, {"lines": [{**LINE, "unit_price": "11"}]})
    services.update(one.id, {"currency": "JPY"})
    assert (one.currency, one.gross) == ("JPY", 11)
    assert values.converted(11, "JPY", "EUR") == 1100
