"""Made-up proposals are as if the services had written them (contract: `carnet demo`)."""

from __future__ import annotations

import sqlalchemy as sa

from plugins.number_ranges import values
from plugins.proposals import contents, services
from plugins.proposals.models import Proposal, ProposalAnswer
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.demo.fill import fill

DERIVED = ("sort_number", "sort_day", "search_text", "net", "tax", "gross")


def test_made_up_proposals_are_as_the_services_write_them(app, system) -> None:
    fill(900, 4)
    found = db.session.scalars(sa.select(Proposal)).all()
    assert 50 < len(found) < 150
    assert {one.state for one in found} == {"draft", "sent", "accepted", "declined", "withdrawn"}
    assert any(services.state_of(one) == "sent" for one in found)
    functions = functions_of([one.contact_id for one in found])
    for one in found:
        before = [getattr(one, name) for name in DERIVED]
        services.derive(one)
        sums = services.totals(one)
        one.net, one.tax, one.gross = sums.net, sums.tax, sums.gross
        assert [getattr(one, name) for name in DERIVED] == before
        if one.state == "accepted":
            assert "customer" in functions[one.contact_id]
    answers = db.session.scalars(sa.select(ProposalAnswer)).all()
    assert len(answers) == sum(one.state in ("accepted", "declined") for one in found)
    for answer in answers:
        content = contents.present(db.session.get_one(Proposal, answer.proposal_id))
        assert answer.content_hash == contents.fingerprint(content)
    numbers = sorted(one.number for one in found)
    assert numbers[0] == "P-10001"
    assert len(set(numbers)) == len(numbers)
    last = max(int(one.partition("-")[2]) for one in numbers)
    assert services.create(found[0].contact_id, {"title": "Next"}).number == f"P-{last + 1}"


def test_made_up_proposals_go_on_where_their_range_is_used_up(app, system) -> None:
    values.ensure(services.RANGE)
    values.save(services.RANGE, values.all_of(services.RANGE)[0].id, {"next": 99_990})
    fill(900, 4)
    numbers = db.session.scalars(sa.select(Proposal.number)).all()
    assert 50 < len(numbers) == len(set(numbers))
    assert all(one.startswith("DEMO-") for one in numbers)
