"""Tables whose plug-in is gone: their rows move in a merge and go back; where two meet it is refused (spec E7, I1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from bases import company

from plugins.merge import services, undoing
from webapp.db import db
from webapp.errors import Refused

pytestmark = pytest.mark.usefixtures("system")

CREATE = """CREATE TABLE old_visit (
    id INTEGER PRIMARY KEY, contact_id BIGINT NOT NULL REFERENCES contact(id), guide_id BIGINT REFERENCES contact(id),
    came_from_id BIGINT REFERENCES contact(id), day VARCHAR(10), UNIQUE (contact_id, day))"""


@pytest.fixture
def visits(app):
    """A table that a plug-in left behind; its rows as `(contact, day)`."""
    db.session.execute(sa.text(CREATE))

    def rows() -> list[tuple[int, str, int | None, int | None]]:
        query = "SELECT contact_id, day, guide_id, came_from_id FROM old_visit ORDER BY id"
        return [tuple(row) for row in db.session.execute(sa.text(query))]

    return rows


def visit(key: int, contact_id: int, day: str, guide_id: int | None = None) -> None:
    db.session.execute(
        sa.text("INSERT INTO old_visit (id, contact_id, day, guide_id) VALUES (:key, :contact, :day, :guide)"),
        {"key": key, "contact": contact_id, "day": day, "guide": guide_id},
    )


def test_E7_rows_in_a_table_of_nobody_move_and_go_back(visits) -> None:
    main, other = company("A"), company("B")
    visit(1, main, "mon")
    visit(2, other, "tue", guide_id=other)
    before = visits()
    made, plan = services.merge([main, other], main)
    assert visits() == [(main, "mon", None, None), (main, "tue", main, other)]
    assert plan.moved["old_visit"] == 2
    undoing.undo(made.id)
    assert visits() == before


def test_E7_a_merge_is_refused_where_they_meet(visits) -> None:
    main, other = company("A"), company("B")
    visit(1, main, "mon")
    visit(2, other, "mon")
    with pytest.raises(Refused) as refused:
        services.merge([main, other], main)
    (blocker,) = refused.value.details["blockers"]
    assert "old_visit" in blocker.label
    assert visits() == [(main, "mon", None, None), (other, "mon", None, None)]
