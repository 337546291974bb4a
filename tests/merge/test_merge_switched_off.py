"""Rows of plug-ins that are switched off move as well, and the undo finds them (spec E7, I1)."""

from __future__ import annotations

import pytest
import sample_plugin.models
from bases import company, row_of
from snapshots import differences, snapshot

from plugins.merge import services, undoing
from webapp.acting import acting, acting_as_system
from webapp.db import db
from webapp.discovery import discover
from webapp.functions.models import FunctionRow
from webapp.functions.services import live_rows, past_rows
from webapp.registry import registry
from webapp.search import texts
from webapp.testing import PluginSet

OPTIONAL = ("merge",)


@pytest.fixture(params=[OPTIONAL, (*OPTIONAL, "customers"), ()], ids=["merge alone", "with customers", "none"])
def plugins(request: pytest.FixtureRequest) -> PluginSet:
    """All are installed, few or none are switched on."""
    return PluginSet(found=discover(["sample_plugin"]), wanted=request.param)


def give(contact_id: int, function: str, slot: str, *, is_final: bool = False) -> None:
    """A function as it was given while its plug-in was switched on."""
    row = FunctionRow(contact_id=contact_id, function=function, slot=slot, is_final=is_final)
    db.session.add(row)
    db.session.flush()
    known = registry().function(function)
    assert known is not None
    db.session.add(known.model(contact_function_id=row.id))
    db.session.flush()


@pytest.fixture
def two(app):
    """A customer and a prospect who is a supplier and a partner too; both signed contracts."""
    with acting(acting_as_system("form")):
        main, other = company("A"), company("B")
        give(main, "customer", "buyer", is_final=True)
        give(main, "partner", "partner")
        give(other, "prospect", "buyer")
        give(other, "supplier", "supplier")
        give(other, "partner", "partner")
        contract = sample_plugin.models.PartnerContract
        db.session.add_all([contract(contact_id=main, title="frame"), contract(contact_id=other, title="frame"),
                            contract(contact_id=other, title="lease")])  # fmt: skip
        db.session.flush()
        texts.refresh([main, other])
        yield main, other


def test_E7_rows_of_switched_off_plugins_move_and_go_back(two) -> None:
    main, other = two
    before = snapshot()
    made, plan = services.merge([main, other], main)
    assert {row.function for row in live_rows(main)} == {"customer", "supplier", "partner"}
    assert {row.function for row in past_rows(main)} == {"prospect", "partner"}
    assert [row["title"] for row in row_of("partner_contract", contact_id=main)] == ["frame", "lease"]
    assert [row["title"] for row in row_of("partner_contract", contact_id=other)] == ["frame"]
    assert plan.moved["partner_contract"] == 1
    undoing.undo(made.id)
    assert differences(before, snapshot()) == {}
