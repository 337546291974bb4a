"""The migration from a version without number ranges: numbers that there were go on from the highest (spec F3)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.number_ranges.models import RangeValue
from webapp import schema, testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.contacts.queries import numbers_of
from webapp.db import db, transaction
from webapp.functions.services import activate
from webapp.registry import registry

BEFORE = tuple(one.name for one in testing.shipped().plugins if one.name != "number_ranges")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [((), "10001"), (("10700", "4711", "K-20000", "99500", "12a45"), "10701"), (("00017",), "10001")],
)
def test_F3_the_common_range_begins_behind_the_numbers_that_there_are(applications, database, typed, expected) -> None:
    with applications.empty(database) as url:
        without = testing.create(url, testing.PluginSet(found=testing.shipped(), wanted=BEFORE), applications.folder)
        with without.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            with transaction():
                for number in typed:
                    contact = services.create({"kind": "company", "company_name": f"Firm {number}"})
                    activate(contact.id, "customer", {"number": number, "debtor_account": "4110"})
            with db.engine.begin() as connection:
                for table in ("number_block", "number_gap", "number_range_value", "schema_number_ranges"):
                    connection.execute(sa.text(f"DROP TABLE {table}"))
                for index in ("ix_customer_debtor_account", "ix_customer_lost"):
                    connection.execute(sa.text(f"DROP INDEX {index}"))
                connection.execute(sa.text("UPDATE schema_customers SET version_num = '0001'"))
            db.session.remove()
            db.engine.dispose()
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            assert schema.drift(db.engine, registry()) == []
            with transaction():
                contact = services.create({"kind": "company", "company_name": "The next"})
                activate(contact.id, "supplier")
            assert numbers_of([contact.id]) == {contact.id: {"supplier": expected}}
            assert db.session.scalars(sa.select(RangeValue.range)).all() == ["common"]
            db.session.remove()
            db.engine.dispose()
