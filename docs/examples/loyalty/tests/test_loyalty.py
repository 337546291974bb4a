"""Members, from the list to the merge; on SQLite and PostgreSQL."""

import pytest
from loyalty.models import Reward
from loyalty.services import points_of

from webapp.api import Merging, activate, create_contact, db, registry
from webapp.testing import problems


@pytest.fixture
def member(system):
    contact = create_contact({"kind": "company", "company_name": "Café Lune"})
    activate(contact.id, "member", {"tier": "gold", "points": 120})
    db.session.commit()
    return contact


def test_a_member_is_in_the_list_and_in_the_file(member, sign_in) -> None:
    client = sign_in("editor")
    assert "Café Lune" in client.get("/members").text
    page = client.get(f"/contacts/{member.id}?view=member").text
    assert "M10001" in page
    assert "Due" in page


def test_a_merge_keeps_points_and_rewards(member) -> None:
    other = create_contact({"kind": "company", "company_name": "Café La Lune"})
    db.session.add_all([Reward(contact_id=one.id, name="Free coffee") for one in (member, other)])
    db.session.add(Reward(contact_id=other.id, name="Free cake"))
    db.session.flush()
    registry().service(Merging).merge([member.id, other.id])
    assert points_of([member.id]) == {member.id: 120}
    kept = db.session.query(Reward.name).filter_by(contact_id=member.id).order_by(Reward.name).all()
    assert [one.name for one in kept] == ["Free cake", "Free coffee"]


def test_everything_is_declared_and_as_the_migrations_make_it(app) -> None:
    assert problems() == []
