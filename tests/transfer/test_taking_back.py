"""Rehearsing, writing and taking back an import row by row, for who keeps what became of each (spec H2)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.merge.services import merge
from plugins.transfer.options import Options
from plugins.transfer.planning import Plan, Planner, Written
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import columns_of, firm_words
from plugins.transfer.taking_back import take_back
from plugins.transfer.writing import write_rows
from webapp.acting import Act, acting, acting_as_system
from webapp.contacts import services as contacts
from webapp.contacts.links import create as link
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import functions_of, numbers_of
from webapp.db import db
from webapp.errors import Forbidden
from webapp.functions.services import activate, convert
from webapp.history.models import HistoryEntry
from webapp.plugin import Outcome

pytestmark = pytest.mark.usefixtures("system")
TEXT = (
    "Type;First name;Last name;Company;E-mail;City;Number;Functions;External id\n"
    "company;;;Acme;post@acme.example;Bonn;;customer;A\n"
    "person;Ann;Weber;Bolt;ann@bolt.example;Köln;1700;prospect;B\n"
    "person;Ann;Weber;;ann@bolt.example;Ulm;;;\n"
    "person;;;;;;;;\n"
    "company;;;Acme;;Berlin;;supplier;A\n"
)


@pytest.fixture
def rows(app: Any) -> Callable[[str], tuple[Any, Mapping[str, str]]]:
    def rows(text: str) -> tuple[Any, Mapping[str, str]]:
        reading = open_reading(io.BytesIO(text.encode()), **firm_words())
        return list(reading), columns_of(reading)

    return rows


def state() -> dict[str, list[Any]]:
    """All rows of the base but counters."""
    found = {}
    for name in ("contact", "contact_email", "contact_address", "contact_function", "contact_link", "history_entry"):
        table = Contact.metadata.tables[name]
        found[name] = [tuple(row) for row in db.session.execute(sa.select(table).order_by(table.c.id))]
    return found


def plan(given: Any, memory: Path | None = None, decisions: Any = None, at_once: int = 2) -> list[Plan]:
    some, columns = given
    found: list[Plan] = []
    for start in range(0, len(some), at_once):
        planner = Planner(Options(), columns, memory)
        found += planner.plan(some[start : start + at_once], decisions or {})
        planner.noted.close()
    return found


def write(given: Any, decisions: Any = None, source: str = "list 1") -> list[Written]:
    with acting(acting_as_system("import", source)):
        return write_rows(given[0], Options(), given[1], decisions or {})


def back(written: list[Written]) -> dict[int, Outcome]:
    befores = {one.line: json.loads(json.dumps(one.before)) for one in reversed(written) if one.before}
    with acting(acting_as_system("undo")):
        return take_back(befores)


def only(**where: Any) -> Contact:
    db.session.expire_all()
    return db.session.scalars(sa.select(Contact).filter_by(**where)).one()


def test_H2_a_rehearsal_says_of_each_row_what_becomes_of_it_and_writes_nothing(rows: Any, tmp_path: Path) -> None:
    before = state()
    given = rows(TEXT)
    found = plan(given, tmp_path / "planned")
    assert state() == before
    assert [one.outcome for one in found] == ["created", "created", "created", "refused", "updated"]
    assert (found[2].double or {})["line"] == 3
    assert found[3].reason
    assert found[4].contact_line == 2
    assert found[4].changes["addresses"] == [["Bonn"], ["Bonn", "Berlin"]]
    assert found[4].changes["function.supplier"] == [None, "supplier"]
    json.dumps([asdict(one) for one in found])
    # A process that ended before it told of its last chunk begins that one again.
    planner = Planner(Options(), given[1], tmp_path / "planned")
    for _time in range(2):
        assert planner.plan(given[0][4:]) == found[4:]
    planner.noted.close()
    assert [(one.line, one.outcome) for one in write(given)] == [(one.line, one.outcome) for one in found]
    assert {one.outcome for one in plan(given, tmp_path / "again")} == {"unchanged", "refused"}


def test_H2_decisions_go_before_the_options(rows: Any, tmp_path: Path) -> None:
    given = rows(TEXT)
    for number, (decision, outcome) in enumerate((("skip", "skipped"), ("merge", "updated"), ("create", "created"))):
        assert plan(given, tmp_path / str(number), {4: decision})[2].outcome == outcome
    written = write(given, {2: "skip", 4: "merge"})
    assert [one.outcome for one in written] == ["skipped", "created", "updated", "refused", "created"]
    assert written[2].contact_id == written[1].contact_id
    assert sorted(one.city for one in only(last_name="Weber").addresses) == ["Köln", "Ulm"]


def test_H2_a_whole_import_is_taken_back_and_may_come_again(rows: Any) -> None:
    there = contacts.create({"kind": "company", "company_name": "There", "external_ids": [{"value": "T"}]})
    activate(there.id, "supplier")
    old = contacts.create({"kind": "person", "last_name": "Old", "emails": [{"value": "old@x.example"}]})
    text = TEXT + "company;;;Here;h@x.example;Bonn;4711;supplier;T\nperson;;Old;There;old@x.example;Bonn;;;\n"
    given = rows(text)
    written = write(given, {8: "merge"})
    assert [one.outcome for one in written][-2:] == ["updated", "updated"]
    assert written[1].employer_id
    told = back(written)
    assert {one.what for one in told.values()} == {"done"}
    assert {one.id for one in db.session.scalars(sa.select(Contact))} == {there.id, old.id}
    db.session.expire_all()
    assert (there.company_name, there.emails, there.addresses) == ("There", [], [])
    assert numbers_of([there.id])[there.id] == {"supplier": "10001"}
    assert ([one.value for one in old.emails], old.addresses) == (["old@x.example"], [])
    # What a range gave stays reserved, the file's own are free again.
    gone = set(db.session.scalars(sa.select(ContactNumber.value).where(ContactNumber.contact_id.is_(None))))
    assert "1700" not in gone
    assert gone
    again = write(rows(text), {8: "merge"}, "list 2")
    assert [one.outcome for one in again] == [one.outcome for one in written]
    assert numbers_of([again[1].contact_id])[again[1].contact_id] == {"prospect": "1700"}


def test_H2_what_was_changed_converted_or_linked_since_stays_and_says_why(rows: Any) -> None:
    names = ("Edited", "Converted", "Linked", "Binned", "Same")
    written = write(rows("Company;Functions\n" + "".join(f"{one};prospect\n" for one in names)))
    edited, converted, linked, binned, same = (one.contact_id or 0 for one in written)
    contacts.update(edited, {"website": "w.example"})
    convert(converted, "customer")
    link(linked, contacts.create({"kind": "person", "last_name": "Weber"}).id, {})
    contacts.to_bin(binned)
    told = back(written)
    assert [told[line].what for line in range(2, 7)] == ["skipped"] * 4 + ["done"]
    for line, word in ((2, "changed since"), (3, "converted since"), (4, "linked since"), (5, "bin")):
        assert word in str(told[line].reason)
    assert db.session.get(Contact, same) is None
    assert functions_of([converted]) == {converted: ["customer"]}


def test_H2_a_function_for_good_stays_and_the_other_values_go(rows: Any) -> None:
    there = contacts.create({"kind": "company", "company_name": "There", "external_ids": [{"value": "T"}]})
    written = write(rows("Company;Functions;City;External id\nThere;customer;Bonn;T\n"))
    (told,) = back(written).values()
    assert told.what == "skipped"
    assert "for good" in str(told.reason)
    db.session.expire_all()
    assert (there.addresses, functions_of([there.id])) == ([], {there.id: ["customer"]})


def test_J1_only_managers_rehearse_write_and_take_back(rows: Any) -> None:
    given = rows("Company\nAcme\n")
    with acting(Act(user_id=None, role="editor", way="import")):
        with pytest.raises(Forbidden):
            plan(given)
        with pytest.raises(Forbidden):
            write_rows(given[0], Options(), given[1])
        with pytest.raises(Forbidden):
            take_back({})


def test_A4_taking_back_is_a_line_of_the_history(rows: Any) -> None:
    there = contacts.create({"kind": "company", "company_name": "There", "external_ids": [{"value": "T"}]})
    back(write(rows("Company;City;External id\nThere;Bonn;T\n")))
    last = db.session.scalars(
        sa.select(HistoryEntry).where(HistoryEntry.contact_id == there.id).order_by(HistoryEntry.id.desc())
    ).first()
    assert last is not None
    assert (last.way, last.changes["addresses"]) == ("undo", [["main · Bonn"], []])


def test_H2_what_was_merged_since_stays_and_says_so(rows: Any) -> None:
    written = write(rows("Company;External id\nAcme;A\nBolt;B\n"))
    merge([one.contact_id for one in written], written[0].contact_id)
    told = back(written)
    assert [told[one.line].what for one in written] == ["skipped"] * 2
    assert "merged since" in told[written[1].line].reason
