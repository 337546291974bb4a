"""The list of proposals: found, sorted and paged alike on both databases (spec G1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from plugins.proposals import deciding, listing, sending
from plugins.proposals.listing import ProposalQuery
from plugins.proposals.models import Proposal
from webapp.contacts.links import today
from webapp.db import db, now
from webapp.errors import Invalid


def titles(**wanted: object) -> list[str]:
    return [one.title for one, _contact in listing.page(ProposalQuery(**wanted)).rows]  # type: ignore[arg-type]


@pytest.fixture
def five(offer, make) -> list[Proposal]:
    """Proposals in different states to two contacts."""
    dupont, meyer = make("Dupont"), make("Meyer Söhne")
    found = [
        offer(dupont, title="Étude", valid_until=None),
        offer(dupont, title="Roof"),
        offer(meyer, title="Cellar", lines=[]),
        offer(meyer, title="Wall", currency="CHF"),
        offer(meyer, title="Door"),
    ]
    for one in (found[1], found[3], found[4]):
        sending.send(one.id)
    found[4].valid_until = today() - dt.timedelta(days=1)
    deciding.accept(found[1].id)
    db.session.flush()
    return found


def test_G1_they_are_found_by_number_title_and_contact(five) -> None:
    assert titles(q="etude") == ["Étude"]
    assert titles(q=five[1].number.lower()) == ["Roof"]
    assert titles(q="DUPONT") == ["Roof", "Étude"]
    assert titles(q="soh wall") == ["Wall"]
    assert titles(q="wa") == ["Wall"]
    assert titles(q="al") == []
    assert titles(q="100%") == []


def test_G1_filters_know_states_as_users_read_them(five) -> None:
    assert titles(state="draft") == ["Cellar", "Étude"]
    assert titles(state="sent") == ["Wall"]
    assert titles(state="expired") == ["Door"]
    assert titles(state="accepted") == ["Roof"]
    assert titles(state="open") == ["Wall", "Cellar", "Étude"]
    assert titles(contact_id=five[0].contact_id) == ["Roof", "Étude"]
    assert titles(responsible_id=1) == []
    with pytest.raises(Invalid):
        titles(state="lost")


@pytest.mark.parametrize("sort", [*listing.SORTS, *(f"-{one}" for one in listing.SORTS)])
def test_G1_pages_follow_each_other_both_ways(five, sort) -> None:
    whole = titles(sort=sort)
    assert len(whole) == 5
    query, seen = ProposalQuery(sort=sort, size=2), []
    pages = []
    while True:
        found = listing.page(query)
        pages.append([one.title for one, _contact in found.rows])
        seen += pages[-1]
        if not found.next:
            break
        query = replace(query, after=found.next, before="")
    assert seen == whole
    back = listing.page(replace(query, after="", before=found.previous))
    assert [one.title for one, _contact in back.rows] == pages[-2]
    assert (
        listing.ids(ProposalQuery(sort=sort), 3)
        == [one.id for one, _contact in listing.page(ProposalQuery(sort=sort)).rows][:3]
    )


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ4IiwgMV0", "W251bGwsIDFd", "é", "WzFlOTksIDFd"])
def test_a_made_up_place_is_told(five, cursor) -> None:
    for sort in ("created", "valid_until", "total"):
        with pytest.raises(Invalid):
            listing.page(ProposalQuery(sort=sort, after=cursor))


def test_the_numbers_above_the_list(five) -> None:
    found = listing.numbers()
    assert [(one.currency, one.count, one.gross) for one in found.open] == [("CHF", 1, 113400)]
    assert [(one.currency, one.count, one.gross) for one in found.accepted] == [("EUR", 1, 113400)]
    assert found.rate == 1
    sending.send(five[0].id)
    deciding.decline(five[0].id)
    assert listing.numbers().rate == 0.5
    assert listing.count(ProposalQuery()) == 5
    assert listing.count_open() == 1


def test_G1_each_sort_and_number_reads_an_index(app, system, database) -> None:
    """What is asked of a large base is not sorted anew for each page."""

    def plan(statement: sa.Select) -> str:
        said = statement.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True})
        if database == "sqlite":
            return "\n".join(row[3] for row in db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {said}")))
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        db.session.execute(sa.text("SET LOCAL enable_sort = off"))
        return "\n".join(row[0] for row in db.session.execute(sa.text(f"EXPLAIN {said}")))

    for column in listing.SORTS.values():
        text = plan(sa.select(Proposal.id).order_by(*(key.desc() for key in listing._keys(column))).limit(50))
        assert "TEMP B-TREE" not in text
        assert "Sort" not in text.replace("sort_", "")
    for condition in (sa.and_(Proposal.state == "accepted", Proposal.decided_at >= now()), listing.in_state("sent")):
        assert "ix_proposal_" in plan(sa.select(sa.func.sum(Proposal.gross)).where(condition))
