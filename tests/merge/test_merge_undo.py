"""Taking a merge back (spec E6): whole, with what was edited since kept or asked about."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from bases import company, functions, person, row_of
from snapshots import differences, snapshot

from plugins.merge import models, services, undoing
from webapp.acting import acting
from webapp.contacts import links
from webapp.contacts.queries import former_numbers, load, numbers_of
from webapp.contacts.services import to_bin, update
from webapp.db import db, now
from webapp.errors import Forbidden, Invalid, Missing, Refused
from webapp.functions.services import activate, convert, past_rows, release, save_fields
from webapp.history.services import of_contact

pytestmark = pytest.mark.usefixtures("system")


def merged(ids: list[int], main: int, choices: dict[str, int] | None = None) -> int:
    made, _plan = services.merge(ids, main, choices)
    return made.id


def number_of(contact_id: int, function: str) -> str | None:
    return numbers_of([contact_id]).get(contact_id, {}).get(function)


def test_E6_all_is_back_as_it_was() -> None:
    party = company("Party", ["customer"])
    main = company(
        "A", ["customer", "supplier"], description="One", emails=[{"value": "a@x.example"}],
        consents=[{"channel": "email", "status": "granted"}], tags=["wood"], parent_id=company("Top"),
    )  # fmt: skip
    other = company(
        "B", ["prospect"], description="Two", emails=[{"value": "A@x.example"}, {"value": "b@x.example"}],
        consents=[{"channel": "email", "status": "refused"}], tags=["wood", "fair"], vat_id="FR40303265045",
    )  # fmt: skip
    riou = person("Élodie", "Riou")
    links.create(main, riou, {"role": "Sales", "is_primary": True})
    links.create(other, riou, {"role": "Purchase", "is_invoice_recipient": True})
    links.create(party, riou, {})
    company("Child", parent_id=other)
    before = snapshot()
    merge_id = merged([main, other], main, {"emails": other})
    assert differences(before, snapshot()) != {}
    undoing.undo(merge_id)
    assert differences(before, snapshot()) == {}
    assert of_contact(other)[0].action == "merge_undone"


def test_E6_prospect_and_customer_part_again() -> None:
    prospect, customer = company("A", ["prospect"]), company("B", ["customer"])
    numbers = numbers_of([prospect, customer])
    merge_id = merged([prospect, customer], prospect)
    undoing.undo(merge_id)
    assert (functions(prospect), functions(customer)) == (["prospect"], ["customer"])
    assert numbers_of([prospect, customer]) == numbers


class TestEditsSince:
    def test_E6_what_was_added_and_edited_since_is_kept(self) -> None:
        main, other = company("A"), company("B", emails=[{"value": "b@x.example"}])
        merge_id = merged([main, other], main)
        mail = load(main).emails[0]
        update(main, {"emails": [{"id": mail.id, "value": "new@x.example"}, {"value": "late@x.example"}],
                      "language": "fr", "tags": ["late"]})  # fmt: skip
        undoing.undo(merge_id)
        assert [one.value for one in load(other).emails] == ["new@x.example"]
        assert [(one.value, one.is_primary) for one in load(main).emails] == [("late@x.example", True)]
        assert (load(main).language, load(main).tags) == ("fr", ["late"])

    def test_E6_what_was_removed_since_stays_removed_and_is_counted(self) -> None:
        main, other = company("A"), company("B", emails=[{"value": "b@x.example"}, {"value": "c@x.example"}])
        merge_id = merged([main, other], main)
        update(main, {"emails": [{"value": "c@x.example"}]})
        found = undoing.undo(merge_id)
        assert [(one.value, one.is_primary) for one in load(other).emails] == [("c@x.example", True)]
        assert found.gone == {"contact_email": 1}

    def test_E6_a_value_that_was_edited_since_is_asked_about(self) -> None:
        main, other = company("A", tax_number=""), company("B", tax_number="2", description="Two")
        merge_id = merged([main, other], main)
        update(main, {"tax_number": "3"})
        with pytest.raises(Refused) as refused:
            undoing.undo(merge_id)
        (conflict,) = refused.value.details["conflicts"]
        assert (conflict.field, conflict.before, conflict.now) == ("tax_number", "", "3")
        assert load(other).merged_into_id == main
        with pytest.raises(Invalid):
            undoing.undo(merge_id, {"tax_number": "both"})
        with pytest.raises(Invalid):
            undoing.undo(merge_id, {"tax_number": "now", "language": "now"})
        undoing.undo(merge_id, {"tax_number": "now"})
        assert (load(main).tax_number, load(main).description) == ("3", "")
        assert (load(other).tax_number, load(other).description) == ("2", "Two")

    def test_E6_the_answer_before_brings_the_old_value_back(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        save_fields(other, "customer", {"payment_term": "net_30"})
        merge_id = merged([main, other], main)
        save_fields(main, "customer", {"payment_term": "net_60"})
        undoing.undo(merge_id, {"customer.payment_term": "before"})
        assert row_of("customer")[0]["payment_term"] == ""

    def test_E6_an_edit_back_to_what_it_was_is_no_conflict(self) -> None:
        main, other = company("A"), company("B", tax_number="2")
        merge_id = merged([main, other], main)
        update(main, {"tax_number": ""})
        undoing.undo(merge_id)
        assert load(main).tax_number == ""

    def test_E6_a_primary_mark_that_moved_since_stays_where_it_went(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        first, second = person("Ann", "Lee"), person("Bob", "Ray")
        links.create(main, first, {"is_primary": True})
        theirs = links.create(other, second, {"is_primary": True})
        merge_id = merged([main, other], main)
        links.update(theirs.id, {"is_primary": True}, move_primary=True)
        undoing.undo(merge_id)
        assert links.primary_of(other).id == second
        assert links.primary_of(main) is None


class TestFunctionsSince:
    def test_E6_a_function_gained_since_stays_with_the_main_contact(self) -> None:
        main, other = company("A", ["customer"]), company("B")
        merge_id = merged([main, other], main)
        activate(main, "supplier")
        undoing.undo(merge_id)
        assert (functions(main), functions(other)) == (["customer", "supplier"], [])

    @pytest.mark.parametrize("of_main", [[], ["supplier"], ["prospect"]])
    def test_E6_where_an_absorbed_prospect_was_converted_since_both_are_customers(self, of_main: list[str]) -> None:
        main, other = company("A", of_main), company("B", ["prospect"])
        number = number_of(other, "prospect")
        merge_id = merged([main, other], main)
        convert(main, "customer")
        found = undoing.preview(merge_id)
        assert found.parting.conversions() == [(other, "customer")]
        undoing.undo(merge_id)
        assert "customer" in functions(main)
        assert functions(other) == ["customer"]
        assert [row.function for row in past_rows(other)] == ["prospect"]
        assert number_of(other, "customer") == number
        assert number_of(main, "customer") not in (None, number)

    def test_E6_a_customer_before_the_merge_makes_no_customer_of_the_prospect(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["prospect"])
        merge_id = merged([main, other], main)
        undoing.undo(merge_id)
        assert functions(other) == ["prospect"]

    def test_E6_a_function_released_since_stays_released(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["supplier"])
        merge_id = merged([main, other], main)
        release(main, "supplier")
        undoing.undo(merge_id)
        assert functions(other) == []
        assert [row.ended_how for row in past_rows(other)] == ["released"]

    def test_E6_each_gets_the_numbers_back_that_it_had(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["supplier"])
        numbers = numbers_of([main, other])
        merge_id = merged([main, other], main)
        save_fields(main, "customer", {"number": "K-500"})
        undoing.undo(merge_id)
        assert numbers_of([other])[other] == numbers[other]
        assert number_of(main, "customer") == "K-500"
        assert former_numbers(main) == [numbers[main]["customer"]]

    def test_E6_a_former_number_taken_up_since_goes_back_to_whose_it_was(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["supplier"])
        numbers = numbers_of([main, other])
        merge_id = merged([main, other], main)
        save_fields(main, "supplier", {"number": numbers[other]["supplier"]})
        undoing.undo(merge_id)
        assert numbers_of([main, other]) == numbers


class TestRefused:
    def test_E6_twice(self) -> None:
        main, other = company("A"), company("B")
        merge_id = merged([main, other], main)
        undoing.undo(merge_id)
        with pytest.raises(Refused, match="already"):
            undoing.undo(merge_id)
        # And once more from the beginning.
        undoing.undo(merged([main, other], other))

    @pytest.mark.parametrize("way", ["into the same", "into another"])
    def test_E6_a_later_merge_goes_first(self, way: str) -> None:
        first, second, third = company("A"), company("B"), company("C")
        before = snapshot()
        early = merged([first, second], first)
        late = merged([first, third], first if way == "into the same" else third)
        with pytest.raises(Refused) as refused:
            undoing.undo(early)
        assert refused.value.details["merge"] == late
        undoing.undo(late)
        undoing.undo(early)
        assert differences(before, snapshot()) == {}

    def test_E6_a_main_contact_in_the_bin_is_restored_first(self) -> None:
        main, other = company("A"), company("B")
        merge_id = merged([main, other], main)
        to_bin(main)
        with pytest.raises(Refused, match="restore it first"):
            undoing.undo(merge_id)

    @pytest.mark.parametrize("which", [0, 1])
    def test_E6_it_ends_when_one_of_them_is_anonymised(self, which: int) -> None:
        ids = [company("A"), company("B")]
        merge_id = merged(ids, ids[0])
        load(ids[which]).anonymised_at = now()
        with pytest.raises(Refused, match="anonymised"):
            undoing.undo(merge_id)

    def test_E6_it_ends_when_one_of_them_is_purged(self) -> None:
        main, other = company("A"), company("B", emails=[{"value": "b@x.example"}])
        merge_id = merged([main, other], main)
        db.session.execute(sa.delete(type(load(other))).where(type(load(other)).id == other))
        db.session.expire_all()
        with pytest.raises(Refused, match="purged"):
            undoing.undo(merge_id)

    def test_E6_one_that_never_was(self) -> None:
        for merge_id in (0, 77, 2**63, -1):
            with pytest.raises(Missing):
                undoing.preview(merge_id)

    @pytest.mark.parametrize("role", ["reader", "editor"])
    def test_J1_only_managers_take_a_merge_back(self, as_role, role: str) -> None:
        main, other = company("A"), company("B")
        merge_id = merged([main, other], main)
        with acting(as_role(role)):
            for call in (undoing.preview, undoing.undo):
                with pytest.raises(Forbidden):
                    call(merge_id)


def test_E6_a_merge_survives_a_change_of_schema() -> None:
    main, other = company("A", tax_number="1"), company("B", tax_number="2", website="https://b.example")
    merge_id = merged([main, other], main)
    steps = sa.table("merge_step", sa.column("merge_id"), sa.column("table"), sa.column("data", sa.JSON))
    rows = db.session.execute(sa.select(steps.c.table, steps.c.data).where(steps.c.merge_id == merge_id)).all()
    for table, data in rows:
        # As if a later version had dropped a column, and another plug-in's table.
        changed: Any = [{**one, "before": {**one["before"], "dropped": 1}, "after": {**one["after"], "dropped": 2}}
                        if "before" in one else one for one in data]  # fmt: skip
        db.session.execute(
            sa.update(steps).where(steps.c.merge_id == merge_id, steps.c.table == table).values(data=changed)
        )
    gone = {
        "move": {"column": "contact_id", "origin": "", "rows": [[[1], other, None]]},
        "change": {"key": [1], "before": {"a": 1}, "after": {"a": 2}, "field": "a"},
        "add": {"key": [1], "values": {"a": 1}},
    }
    for at, (kind, data) in enumerate(gone.items()):
        db.session.add(models.MergeStep(merge_id=merge_id, position=90 + at, kind=kind, table="dropped", data=[data]))
    undoing.undo(merge_id)
    assert (load(main).website, load(other).website) == ("", "https://b.example")
