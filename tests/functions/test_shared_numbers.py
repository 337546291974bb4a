"""Functions that share their numbers: a contact shows one number in all of them, and nobody else has it (spec F1, F3).

As shipped: prospects, customers and suppliers have the common range; the sample plug-in's partners have their own.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp import testing
from webapp.contacts.models import ContactNumber
from webapp.contacts.queries import numbers_of
from webapp.db import db
from webapp.discovery import discover
from webapp.errors import Refused
from webapp.functions.bulk import activate_many, convert_many, would_not_activate
from webapp.functions.services import activate, convert, save_fields

pytestmark = pytest.mark.usefixtures("partner_range")


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=discover(["sample_plugin"]))


def numbers(contact) -> dict[str, str]:
    return dict(numbers_of([contact.id]).get(contact.id, {}))


def former(contact) -> set[tuple[str, str]]:
    query = sa.select(ContactNumber.function, ContactNumber.value).where(
        ContactNumber.contact_id == contact.id, ContactNumber.valid_to.is_not(None)
    )
    return {(row.function, row.value) for row in db.session.execute(query)}


def test_F1_a_further_function_shows_the_number_that_the_contact_has(make, system) -> None:
    firm = make()
    activate(firm.id, "prospect", {"number": "1001"})
    activate(firm.id, "supplier")
    activate(firm.id, "partner")
    assert numbers(firm) == {"prospect": "1001", "supplier": "1001", "partner": "PA-1"}
    convert(firm.id, "customer")
    assert numbers(firm) == {"customer": "1001", "supplier": "1001", "partner": "PA-1"}


def test_F1_a_number_changed_by_hand_changes_in_all_of_them(make, system) -> None:
    firm = make()
    activate(firm.id, "customer", {"number": "1001"})
    activate(firm.id, "supplier")
    save_fields(firm.id, "supplier", {"number": "2002"})
    assert numbers(firm) == {"customer": "2002", "supplier": "2002"}
    assert former(firm) == {("customer", "1001"), ("supplier", "1001")}
    save_fields(firm.id, "customer", {"number": "1001"})
    assert numbers(firm) == {"customer": "1001", "supplier": "1001"}


def test_F3_a_number_of_one_function_is_nobody_elses_in_another(make, system) -> None:
    one, two = make("One"), make("Two")
    activate(one.id, "customer", {"number": "1001"})
    save_fields(one.id, "customer", {"number": "1002"})
    for taken in ("1001", "1002"):
        with pytest.raises(Refused, match="is or was another contact's"), db.session.begin_nested():
            activate(two.id, "supplier", {"number": taken})
    activate(two.id, "partner", {"number": "1001"})


def test_F3_the_database_itself_keeps_a_shared_number_for_one_contact(make, system) -> None:
    one, two = make("One"), make("Two")
    activate(one.id, "customer", {"number": "1001"})
    db.session.flush()
    row = {"contact_id": two.id, "function": "supplier", "value": "1001", "folded": "1001", "reserved": "common"}
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.insert(ContactNumber), row)


@pytest.mark.parametrize("many", [activate_many, None], ids=["at once", "one by one"])
def test_F1_many_get_what_each_has_or_the_next(make, system, many) -> None:
    firms = [make(f"Firm {at}") for at in range(3)]
    activate(firms[0].id, "customer", {"number": "1001"})
    ids = [one.id for one in firms]
    for key in ("supplier", "partner"):
        if many:
            many(ids, key)
        else:
            for one in ids:
                activate(one, key)
    db.session.flush()
    db.session.expire_all()
    assert [numbers(one).get("supplier") for one in firms] == ["1001", "10001", "10002"]
    assert [numbers(one)["partner"] for one in firms] == ["PA-1", "PA-2", "PA-3"]


def test_F3_many_are_held_back_by_the_number_of_another_function(make, system) -> None:
    """Two lists of old may hold the same number for two firms."""
    one, two = make("One", functions=["prospect"]), make("Two")
    rows = [("prospect", one.id, "prospect"), ("supplier", two.id, "supplier")]
    for function, contact_id, reserved in rows:
        row = {"function": function, "contact_id": contact_id, "reserved": reserved}
        db.session.execute(sa.insert(ContactNumber), {**row, "value": "1001", "folded": "1001"})
    told = convert_many([one.id], "customer")
    assert told[one.id].what == "failed"
    assert "1001" in str(told[one.id].reason)
    assert would_not_activate([two.id], "partner") == {}
