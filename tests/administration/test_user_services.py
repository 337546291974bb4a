"""The services of Settings › Users refuse by themselves, whatever asks them (spec J1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.accounts import users
from webapp.acting import acting
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing
from webapp.history.models import HistoryEntry


class TestServices:
    """The rights hold below the pages too."""

    @pytest.mark.parametrize("role", [None, "reader", "editor", "manager"])
    def test_J1_only_administrators(self, user, as_role, role) -> None:
        one = user("reader")
        calls = (
            users.find,
            lambda: users.load(one.id),
            lambda: users.invite({"email": "a@b.example", "role": "reader"}),
            lambda: users.update(one.id, {"role": "administrator"}, 1),
            lambda: users.switch_off(one.id, None),
            lambda: users.switch_on(one.id),
            lambda: users.reset_second_factor(one.id),
            lambda: users.end_sessions(one.id),
            lambda: users.note_link(one),
        )
        with acting(as_role(role)):
            for call in calls:
                with pytest.raises(Forbidden):
                    call()

    def test_J1_nonsense_is_refused(self, system, user) -> None:
        one = user("reader")
        with pytest.raises(Missing):
            users.load(0)
        with pytest.raises(Invalid):
            users.update(one.id, {"role": "owner"}, one.version)
        assert db.session.scalar(sa.select(sa.func.count(HistoryEntry.id))) == 0
