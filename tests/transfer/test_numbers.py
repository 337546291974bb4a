"""Numbers of imported contacts: one's own push the range on, the others come from it in blocks (spec F3)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from imported import Bring, counts
from reads import reading
from sending import Sender

from plugins.number_ranges.models import NumberBlock, RangeValue
from plugins.transfer import own_numbers, preparing, rehearsing, running
from webapp.administration.settings import put_setting
from webapp.contacts import services as contacts
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import functions_of, numbers_of
from webapp.db import db
from webapp.functions.services import activate, save_fields

pytestmark = pytest.mark.usefixtures("system")
ROWS = 600


def by_hand(function: str = "customer") -> str:
    """The number of a contact that is added now."""
    contact = contacts.create({"kind": "company", "company_name": "By hand"})
    activate(contact.id, function)
    return numbers_of([contact.id]).get(contact.id, {}).get(function, "")


def only(name: str) -> Contact:
    return db.session.scalars(sa.select(Contact).filter_by(company_name=name)).one()


def test_F3_numbers_of_ones_own_in_any_order_push_the_range_on(bring: Bring) -> None:
    numbers = list(range(20_000, 20_000 + ROWS))
    Random(1).shuffle(numbers)
    report = bring("Company;Functions;Number\n" + "".join(f"N {one};customer;{one}\n" for one in numbers))
    assert (report.created, report.refused, report.remarks) == (ROWS, 0, [])
    assert by_hand() == str(20_000 + ROWS)
    values = db.session.scalars(sa.select(ContactNumber.value)).all()
    assert sorted(map(int, values)) == list(range(20_000, 20_000 + ROWS + 1))


def test_F3_contacts_without_a_number_get_theirs_in_blocks(bring: Bring, statements: Any) -> None:
    rows = [f"N {at};{('customer', 'prospect', 'supplier, customer')[at % 3]}\n" for at in range(60)]
    with statements() as for_many:
        report = bring("Company;Functions\n" + "".join(rows))
    assert (report.created, report.remarks) == (60, [])
    found = numbers_of([one.id for one in db.session.scalars(sa.select(Contact))])
    assert all(len(set(of_one.values())) == 1 for of_one in found.values())
    assert sorted(int(value) for of_one in found.values() for value in set(of_one.values())) == list(
        range(10_001, 10_061)
    )
    assert found[only("N 2").id].keys() == {"customer", "supplier"}
    blocks = db.session.scalars(sa.select(NumberBlock)).all()
    assert sum(one.many for one in blocks) == 60
    assert {(one.way, one.source) for one in blocks} == {("import", "list.csv")}
    # Once for the customers, who are suppliers by the same number, and once for the prospects.
    moved = [text for text in for_many.texts if text.startswith("UPDATE number_range_value")]
    assert len(moved) == len(blocks) == 2


def test_F3_a_used_up_range_takes_only_the_functions_of_those_for_whom_it_has_none(bring: Bring) -> None:
    db.session.execute(sa.text("UPDATE number_range_value SET next = 99998, begins = 99998"))
    report = bring("Company;Functions\n" + "".join(f"N {at};customer\n" for at in range(4)))
    assert (report.created, report.refused) == (4, 0)
    with_number = [one.folded for one in db.session.scalars(sa.select(ContactNumber).order_by(ContactNumber.folded))]
    assert with_number == ["99998", "99999"]
    assert len(report.remarks) == 2
    assert all("used up" in one.text and "function" in one.text for one in report.remarks)
    late = only("N 3")
    assert (functions_of([late.id]), late.warnings or {}) == ({}, {})


def test_F3_the_number_of_someones_past_is_a_warning_and_the_range_gives_another(bring: Bring) -> None:
    first = contacts.create({"kind": "company", "company_name": "First"})
    activate(first.id, "customer", {"number": "15000"})
    save_fields(first.id, "customer", {"number": "16000"})
    report = bring("Company;Functions;Number;External id\nBolt;customer;15000;X\n", match=("external_id",))
    assert (report.created, report.refused) == (1, 0)
    bolt = only("Bolt")
    assert "is or was another contact's" in (bolt.warnings or {})["import.number"]
    assert numbers_of([bolt.id]) == {bolt.id: {"customer": "16001"}}


def test_F3_customer_and_supplier_may_bring_the_same_number_from_ranges_of_their_own(bring: Bring) -> None:
    put_setting("number_ranges.supplier.own", True)
    text = "Company;Functions;Number\nAcme;customer;1001\nBolt;supplier;1001\n"
    assert counts(bring(text)) == (2, 0, 0, 0, 0)
    assert counts(bring(text)) == (0, 0, 2, 0, 0)
    report = bring("Company;Number\nAcme;1001\n")
    assert "several contacts by number" in report.refusals[0].reason


def test_F3_a_number_that_functions_share_is_one_contacts_and_the_file_may_come_again(bring: Bring) -> None:
    text = "Company;Functions;Number\nAcme;customer;1001\nBolt;supplier;1001\n"
    assert counts(bring(text)) == (2, 0, 0, 0, 0)
    bolt = only("Bolt")
    assert numbers_of([bolt.id]) == {bolt.id: {"supplier": "10001"}}
    assert "is or was another contact's" in bolt.warnings["import.number"]
    assert counts(bring(text)) == (0, 0, 2, 0, 0)


OWN_LAST = (
    "Company;E-mail;Functions;Number\nErste;erste@x.example;customer;\n"
    + "".join(f"N {at};n{at}@x.example;customer;K{at}\n" for at in range(5))
    + "Andere;andere@y.example;customer;10001\n"
)


def test_F3_a_number_further_down_in_the_file_is_not_given_before(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the row that has it would be the contact to which it was given, against what was rehearsed."""
    monkeypatch.setattr(preparing, "CHUNK", 3)
    assert counts(bring(OWN_LAST, rehearse=True)) == (7, 0, 0, 0, 0)
    assert counts(bring(OWN_LAST)) == (7, 0, 0, 0, 0)
    assert numbers_of([only("Erste").id, only("Andere").id]) == {
        only("Erste").id: {"customer": "10002"},
        only("Andere").id: {"customer": "10001"},
    }
    assert counts(bring(OWN_LAST)) == (0, 0, 7, 0, 0)


def test_F3_a_number_further_down_is_not_given_by_a_job_either(
    sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (rehearsing, running):
        monkeypatch.setattr(module, "CHUNK", 3)
    sender = Sender(sign_in("manager"))
    url = sender.rehearse(OWN_LAST)
    sender.do(url, "start")
    found = numbers_of([only("Erste").id, only("Andere").id])
    assert [one["customer"] for one in found.values()] == ["10002", "10001"]


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        (["10007", "10008", "10005", "99999"], ["10008", "99999"]),
        (["R-2026-0007", "none", "9" * 61, "١٠٠٠٧", "10007"], ["10007"]),
        ([f"QW{at}" for at in range(50)], []),
    ],
)
def test_F3_of_the_numbers_of_a_file_those_that_a_range_can_reach_are_noted(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, numbers: list[str], kept: list[str]
) -> None:
    bring("Company;Functions\nFirst;customer\n")
    monkeypatch.setattr(own_numbers, "MANY", 3)
    found = reading("Company;Functions;Number\n" + "".join(f"A;customer;{one}\n" for one in numbers))
    rows = [cells for _line, cells in found.cells()]
    assert own_numbers.brought(found, rows) == ({"customer": kept} if kept else {})
    assert own_numbers.brought(reading("Company;Functions\nA;customer\n"), [["A", "customer"]]) == {}


def test_F3_the_last_number_of_a_range_hides_no_other(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "CHUNK", 3)
    text = OWN_LAST + "Divers;divers@x.example;customer;99999\n"
    assert counts(bring(text, rehearse=True)) == counts(bring(text)) == (8, 0, 0, 0, 0)
    assert numbers_of([only("Erste").id])[only("Erste").id] == {"customer": "10002"}


def test_F3_where_rows_are_written_in_parts_each_knows_the_numbers_of_all(bring: Bring) -> None:
    put_setting("number_ranges.supplier.own", True)
    bring("Company;Functions\nFirst;supplier\nSecond;customer\n")
    db.session.execute(sa.update(RangeValue).where(RangeValue.range == "supplier").values(next=100_000))
    text = (
        "Company;E-mail;Number;Functions\nErste;erste@x.example;;customer\nZwei;z@x.example;K1;customer\n"
        "X;x@x.example;;supplier\nAndere;andere@y.example;10002;customer\n"
    )
    assert counts(bring(text, rehearse=True)) == counts(bring(text)) == (4, 0, 0, 0, 0)


def test_H3_a_row_with_numbers_of_several_functions_is_found_by_each(bring: Bring) -> None:
    put_setting("number_ranges.supplier.own", True)
    head = "Company;Number;Customer number;Supplier number\n"
    assert counts(bring(head + "Acme;;C1;S1\n")) == (1, 0, 0, 0, 0)
    for row in ("Acme SA;;C1;S1", "Acme AG;;C1;", "Acme AB;;;S1", "Acme Oy;C1;;S1", "Acme NV;;C9;S1"):
        report = bring(f"{head}{row}\n")
        assert counts(report) == (0, 1, 0, 0, 0), row
    assert only("Acme NV").id
    bring(head + "Bolt;;C2;\nCork;;;S2\n")
    report = bring(head + "Bolt;;C2;S2\n")
    assert "is or was another contact's" in report.remarks[0].text


def test_F3_a_range_that_ends_amid_a_file_costs_no_more_for_each_row(bring: Bring, statements: Any) -> None:
    def cost(rows: int) -> int:
        db.session.execute(sa.text("UPDATE number_range_value SET next = 99998, begins = 99998"))
        with statements() as made:
            report = bring("Company;Functions\n" + "".join(f"N {rows} {at};customer\n" for at in range(rows)))
        assert (report.created, report.refused) == (rows, 0)
        assert all("used up" in one.text for one in report.remarks)
        return len(made)

    contacts.create({"kind": "company", "company_name": "First"})
    assert cost(64) < 2 * cost(8)


def test_F3_a_range_that_is_used_up_is_found_out_once_in_a_file(
    bring: Bring, statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each portion of rows would look for the one that is to blame, again and again in halves."""
    monkeypatch.setattr(preparing, "CHUNK", 16)
    contacts.create({"kind": "company", "company_name": "First"})
    db.session.execute(sa.text("UPDATE number_range_value SET next = 99998, begins = 99998"))

    def cost(first: int, rows: int, numbered: int = 0) -> int:
        with statements() as made:
            report = bring("Company;Functions\n" + "".join(f"N {first + at};customer\n" for at in range(rows)))
        assert (report.created, report.refused, len(report.remarks)) == (rows, 0, rows - numbered)
        return len(made)

    one_portion = cost(0, 16, numbered=2)
    assert cost(100, 64) < 2.5 * one_portion
