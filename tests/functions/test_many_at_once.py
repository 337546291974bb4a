"""Many at once by the same rules as one by one: exactly the same is written (spec C2-C6, F3)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.contacts import services as contacts
from webapp.contacts.derived import refresh
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import Base, db, now
from webapp.errors import CarnetError
from webapp.functions.bulk import activate_many, convert_many, would_not_activate, would_not_convert
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, convert, save_fields
from webapp.history.models import HistoryEntry
from webapp.lists.models import Listing

MOMENTS = {
    "at", "started_at", "ended_at", "valid_from", "valid_to", "updated_at", "created_at", "deleted_at", "archived_at",
}  # fmt: skip
NUMBERS = st.sampled_from(["", "", "7", "A-1", "a-1", "20", "100"])
FUNCTIONS = st.sets(st.sampled_from(["prospect", "customer", "supplier"]), max_size=2)
STATES = st.sampled_from(["", "", "", "archived", "binned", "merged", "disqualified"])
CONTACTS = st.lists(st.tuples(FUNCTIONS, NUMBERS, NUMBERS, STATES), min_size=1, max_size=6)


def build(wanted: list[Any]) -> list[int]:
    """Contacts with these functions, numbers and states; what the rules forbid is left out."""
    ids = []
    for functions, number, other, state in wanted:
        contact = contacts.create({"kind": "company", "company_name": f"Firm {len(ids)}"})
        ids.append(contact.id)
        for function in sorted(functions, reverse=True):
            try:
                with db.session.begin_nested():
                    activate(contact.id, function, {"number": number if function == "prospect" else other})
            except CarnetError:
                continue
        if state == "disqualified":
            with suppress(CarnetError):
                save_fields(contact.id, "prospect", {"status": "disqualified"})
        elif state == "archived":
            contacts.archive(contact.id)
        elif state == "binned":
            contact.deleted_at = now()
        elif state == "merged" and len(ids) > 1:
            contact.merged_into_id = ids[0]
    db.session.flush()
    # As a merge leaves it: found by the names of those it absorbed.
    db.session.expire_all()
    if ids:
        refresh(db.session.get_one(Contact, ids[0]))
    db.session.flush()
    return [*ids, 10**9]


def written() -> dict[str, list[Any]]:
    """What stands in the tables, moments as to whether there is one, rows by what they are of and not by their ids."""
    db.session.flush()
    found: dict[str, list[Any]] = {}
    follows = dict(db.session.execute(sa.select(FunctionRow.id, FunctionRow.function)).all())
    for table in map(Base.metadata.tables.__getitem__, TABLES):
        rows = []
        for row in db.session.execute(sa.select(table)).mappings():
            one = {key: value is not None if key in MOMENTS else value for key, value in row.items()}
            if table.name != "contact":
                one.pop("id", None)
            if "converted_to_id" in one:
                one["converted_to_id"] = follows.get(one["converted_to_id"])
            if table.name in ("prospect", "customer", "supplier"):
                one.pop("contact_function_id")
            rows.append(sorted((key, repr(value)) for key, value in one.items()))
        found[table.name] = sorted(rows)
    return found


TABLES = ("contact", "contact_function", "contact_number", "history_entry", "customer", "prospect", "contact_listing")
SAME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def compare(wanted: list[Any], one: Any, many: Any, would_not: Any) -> None:
    """One by one, and again at once from the same start."""
    outer = db.session.begin_nested()
    ids = build(wanted)
    db.session.expire_all()
    told: dict[int, Any] = {}
    place = db.session.begin_nested()
    for contact_id in ids:
        try:
            with db.session.begin_nested():
                told[contact_id] = ("done" if one(contact_id) else "skipped", "")
        except CarnetError as error:
            # Of one alone its name is said; of many it stands beside the reason.
            told[contact_id] = ("failed", re.sub(r"^Firm \d (has|is)", r"It \1", error.message))
    alone = written()
    place.rollback()
    db.session.expire_all()
    foreseen = would_not(ids)
    found = many(ids)
    together = written()
    outer.rollback()
    db.session.expire_all()
    assert {key: (v.what, v.reason if v.what == "failed" else "") for key, v in found.items()} == told
    assert {key: v.what for key, v in foreseen.items()} == {key: v.what for key, v in found.items() if v.what != "done"}
    for table, rows in alone.items():
        assert together[table] == rows, table


@SAME
@given(wanted=CONTACTS)
def test_C5_many_conversions_write_what_one_by_one_write(app, system, wanted) -> None:
    compare(
        wanted,
        lambda one: convert(one, "customer"),
        lambda ids: convert_many(ids, "customer"),
        lambda ids: would_not_convert(ids, "customer"),
    )


@SAME
@given(wanted=CONTACTS, key=st.sampled_from(["prospect", "customer", "supplier"]))
def test_B2_many_activations_write_what_one_by_one_write(app, system, wanted, key) -> None:
    compare(
        wanted,
        lambda one: activate(one, key),
        lambda ids: activate_many(ids, key),
        lambda ids: would_not_activate(ids, key),
    )


@pytest.mark.parametrize("number", [2, 60])
def test_C2_the_number_of_statements_is_the_same_for_many(app, system, make, statements, number) -> None:
    ids = [make(f"Firm {at}", functions=["prospect"]).id for at in range(number)]
    with statements() as seen:
        assert {one.what for one in convert_many(ids, "customer").values()} == {"done"}
    assert len(seen) <= 15
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Listing).where(Listing.function == "customer"))
    assert db.session.scalar(sa.select(sa.func.count()).where(HistoryEntry.action == "converted")) == number
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ContactNumber)) == 2 * number
