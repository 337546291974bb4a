"""Plug-ins that are switched off are erased all the same; tables of nobody refuse (spec D5, I1)."""

from __future__ import annotations

from typing import Any

import pytest
import sample_plugin.models
import sqlalchemy as sa

from webapp.contacts.models import Contact
from webapp.db import db
from webapp.discovery import discover
from webapp.erasing import services as erasing
from webapp.errors import Refused
from webapp.functions.models import FunctionRow
from webapp.testing import PluginSet

CREATE = "CREATE TABLE old_visit (id INTEGER PRIMARY KEY, contact_id BIGINT REFERENCES contact(id), what VARCHAR(40))"

pytestmark = pytest.mark.usefixtures("system")


class TestSwitchedOff:
    """Data outlives the switch, but not its person."""

    @pytest.fixture
    def plugins(self) -> PluginSet:
        return PluginSet(found=discover(["sample_plugin"]), wanted=("customers",))

    def test_D5_rows_of_plugins_that_are_off_are_erased(self, make: Any) -> None:
        one, other = make("Wiesinger AG"), make("Other AG")
        row = FunctionRow(contact_id=one.id, function="partner", slot="partner", is_final=False)
        db.session.add(row)
        db.session.flush()
        models = sample_plugin.models
        db.session.add_all(
            [
                models.Partner(contact_function_id=row.id, level="gold", note="Likes gold"),
                models.PartnerContract(contact_id=one.id, title="For Wiesinger AG"),
                models.PartnerContract(contact_id=one.id, title="Signed", signed_on=one.created_at.date()),
                models.PartnerContract(contact_id=other.id, title="Wiesinger AG"),
            ]
        )
        db.session.flush()
        told = erasing.preview(one.id)
        assert {kind.key: (kind.count, bool(kind.plugin)) for kind in told.goes if kind.plugin} == {
            "partner": (1, True), "partner_contract": (1, True), "named_in_contracts": (1, True),
        }  # fmt: skip
        assert told.until is not None
        assert told.until.year == one.created_at.year + 10
        erasing.anonymise(one.id)
        partner = db.session.scalars(sa.select(models.Partner)).one()
        assert (partner.level, partner.note) == ("gold", "")
        query = sa.select(models.PartnerContract.contact_id, models.PartnerContract.title)
        kept = {tuple(row) for row in db.session.execute(query)}
        # What the law keeps stays as it is; another's contract is called by its number.
        assert {title for contact_id, title in kept if contact_id == one.id} == {"Signed"}
        assert all(title.startswith("#") for contact_id, title in kept if contact_id == other.id)


def test_I1_a_table_of_nobody_refuses_with_the_way_out(make: Any) -> None:
    one = make("Wiesinger AG")
    db.session.execute(sa.text(CREATE))
    erasing.preview(one.id)
    db.session.execute(sa.text("INSERT INTO old_visit (id, contact_id, what) VALUES (1, :one, 'x')"), {"one": one.id})
    for call in (erasing.preview, erasing.anonymise, erasing.delete):
        with pytest.raises(Refused, match=r"old_visit\. Nobody .* installs that plug-in again, or removes its data"):
            call(one.id)
    assert db.session.get_one(Contact, one.id).name == "Wiesinger AG"
