"""Functions of contacts and becoming a customer (spec B2, B5, C2-C6, F3)."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.acting import acting
from webapp.administration.settings import put_setting
from webapp.contacts import services as contacts
from webapp.contacts.models import ContactNumber
from webapp.contacts.queries import former_numbers, functions_of, numbers_of
from webapp.db import db
from webapp.errors import Invalid, Missing, Refused
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, convert, fields_of, live_rows, past_rows, release, save_fields
from webapp.history.services import of_contact
from webapp.lists.query import ListQuery


def functions(contact) -> list[str]:
    return functions_of([contact.id]).get(contact.id, [])


def listed(function: str) -> list[int]:
    return [row.id for row in ListQuery(function=function).page().rows]


def own(contact, function: str):
    return fields_of(next(row for row in live_rows(contact.id) if row.function == function))


def test_B2_several_functions_at_once_and_each_list_is_right(make, system) -> None:
    contact = make(functions=["customer", "supplier"])
    assert functions(contact) == ["customer", "supplier"]
    assert listed("customer") == listed("supplier") == [contact.id]
    assert listed("prospect") == []
    assert activate(contact.id, "supplier") is False
    assert functions(contact) == ["customer", "supplier"]


def test_B2_a_function_is_taken_back_and_its_fields_stay_readable(make, system) -> None:
    contact = make(functions=["supplier"])
    save_fields(contact.id, "supplier", {"creditor_account": "40100", "number": "S-1"})
    release(contact.id, "supplier")
    assert (functions(contact), listed("supplier")) == ([], [])
    row = past_rows(contact.id)[0]
    assert (row.function, row.ended_how, fields_of(row).creditor_account) == ("supplier", "released", "40100")
    assert former_numbers(contact.id) == ["S-1", "10001"]
    activate(contact.id, "supplier", {"number": "S-1"})
    assert numbers_of([contact.id])[contact.id] == {"supplier": "S-1"}


VALUES = {
    "prospect": {
        "status": "qualified", "rating": "hot", "source": "fair", "stage": "negotiation", "probability": "62.5",
        "expected_revenue": "12345.67", "loss_reason": "price", "loss_text": "Too\ndear",
    },
    "customer": {
        "category": "a", "business_type": "b2b", "payment_term": "net_30", "payment_method": "transfer",
        "shipping_method": "parcel", "credit_limit": "10000", "insured_amount": "5000.50", "blocked": "1",
        "blocked_notice": "Pays late", "delivery_block": "1", "invoice_block": "", "insolvent": "0",
        "discount": "2.5", "tax_override": "export", "debtor_account": "411000", "supplier_number_there": "L-77",
        "satisfaction": "neutral", "lost_on": "2026-03-31", "lost_reason": "price", "lost_text": "Gone",
        "internal_note": "Ask the boss",
    },
    "supplier": {
        "active": "1", "order_block": "", "customer_number_there": "K-12", "payment_term": "net_60",
        "payment_method": "direct_debit", "shipping_method": "freight", "minimum_order": "99.90",
        "tax_override": "reverse charge", "creditor_account": "401000", "internal_note": "Slow",
    },
}  # fmt: skip
STORED = {
    "probability": 6250, "expected_revenue": 1234567, "credit_limit": 1000000, "insured_amount": 500050,
    "discount": 250, "minimum_order": 9990, "lost_on": dt.date(2026, 3, 31), "blocked": True, "active": True,
    "delivery_block": True, "invoice_block": False, "insolvent": False, "order_block": False,
}  # fmt: skip


@pytest.mark.parametrize("function", VALUES)
def test_B5_every_field_of_a_function_is_kept(make, system, plugin_registry, function) -> None:
    values = VALUES[function]
    assert set(values) == {field.name for field in plugin_registry.function(function).fields}
    contact = make()
    activate(contact.id, function, {**values, "number": "N-1"})
    db.session.flush()
    db.session.expire_all()
    row = own(contact, function)
    assert {name: getattr(row, name) for name in values} == {
        name: STORED.get(name, value) for name, value in values.items()
    }
    assert numbers_of([contact.id])[contact.id] == {function: "N-1"}
    save_fields(
        contact.id, function, {**dict.fromkeys(values, ""), **({"status": "new"} if "status" in values else {})}
    )
    assert {getattr(row, name) for name in values} <= {"", None, False, "new"}


def test_B5_former_numbers_are_kept_and_found(make, system) -> None:
    contact = make(functions=["customer"])
    for number in ("K-1", "K-2", "K-3"):
        save_fields(contact.id, "customer", {"number": number})
    assert numbers_of([contact.id])[contact.id] == {"customer": "K-3"}
    assert former_numbers(contact.id) == ["K-2", "K-1", "10001"]
    for q in ("K-1", "k-2", "K-3"):
        assert [row.id for row in ListQuery(q=q).page().rows] == [contact.id]
    save_fields(contact.id, "customer", {"number": "K-1"})
    assert former_numbers(contact.id) == ["K-3", "K-2", "10001"]


def test_C5_the_same_record_all_that_was_stored_stays(make, user, as_role, system) -> None:
    who = user("editor")
    contact = make(emails=[{"value": "a@x.example"}], tags="VIP")
    activate(contact.id, "prospect", {**VALUES["prospect"], "number": "10001"})
    with acting(as_role("editor", "api", who.id)):
        assert convert(contact.id, "customer", source="proposal 7") is True
    db.session.flush()
    assert (functions(contact), listed("prospect"), listed("customer")) == (["customer"], [], [contact.id])
    assert ([email.value for email in contact.emails], contact.tags) == (["a@x.example"], ["VIP"])
    assert numbers_of([contact.id])[contact.id] == {"customer": "10001"}

    past = past_rows(contact.id)[0]
    assert (past.function, past.ended_how, past.ended_way, past.ended_by_id) == (
        "prospect", "converted", "api", who.id
    )  # fmt: skip
    assert past.converted_to_id == live_rows(contact.id)[0].id
    assert (fields_of(past).loss_text, fields_of(past).expected_revenue) == ("Too\ndear", 1234567)
    entry = of_contact(contact.id)[0]
    assert (entry.action, entry.way, entry.user_id, entry.source) == ("converted", "api", who.id, "proposal 7")
    assert entry.changes == {"function": ["prospect", "customer"]}


def test_C5_activating_customer_on_a_prospect_is_the_conversion(make, system) -> None:
    contact = make(functions=["prospect"])
    assert activate(contact.id, "customer") is True
    db.session.flush()
    assert past_rows(contact.id)[0].ended_how == "converted"
    assert of_contact(contact.id)[0].action == "converted"


def test_C5_a_supplier_stays_one_when_it_converts(make, system) -> None:
    contact = make(functions=["prospect", "supplier"])
    convert(contact.id, "customer")
    assert functions(contact) == ["customer", "supplier"]


def test_C4_no_service_turns_a_customer_back(make, system) -> None:
    contact = make(functions=["prospect"])
    convert(contact.id, "customer")
    for attempt in (
        lambda: activate(contact.id, "prospect"),
        lambda: convert(contact.id, "prospect"),
        lambda: release(contact.id, "customer"),
        lambda: release(contact.id, "prospect"),
        lambda: save_fields(contact.id, "prospect", {"rating": "hot"}),
    ):
        with pytest.raises(Refused):
            attempt()
    assert functions(contact) == ["customer"]


def test_C4_no_prospect_is_made_from_a_customer_that_never_was_one(make, system) -> None:
    contact = make(functions=["customer"])
    with pytest.raises(Refused) as error:
        activate(contact.id, "prospect")
    assert "never becomes a prospect again" in error.value.message
    assert functions(contact) == ["customer"]


def test_C6_a_disqualified_prospect_is_requalified_first(make, system) -> None:
    contact = make(functions=["prospect"])
    save_fields(contact.id, "prospect", {"status": "disqualified"})
    for attempt in (lambda: convert(contact.id, "customer"), lambda: activate(contact.id, "customer")):
        with pytest.raises(Refused) as error:
            attempt()
        assert "requalify" in error.value.message
    assert functions(contact) == ["prospect"]
    save_fields(contact.id, "prospect", {"status": "qualified"})
    assert convert(contact.id, "customer") is True


def test_C6_converting_twice_says_so_and_changes_nothing(make, system) -> None:
    contact = make(functions=["prospect"])
    convert(contact.id, "customer")
    db.session.flush()
    before = (contact.version, len(of_contact(contact.id)), live_rows(contact.id)[0].id)
    assert convert(contact.id, "customer") is False
    db.session.flush()
    assert (contact.version, len(of_contact(contact.id)), live_rows(contact.id)[0].id) == before


def test_C6_there_is_nothing_to_convert_without_a_prospect(make, system) -> None:
    for chosen in ([], ["supplier"]):
        with pytest.raises(Refused):
            convert(make(functions=chosen).id, "customer")


@pytest.mark.parametrize(
    ("function", "values", "field"),
    [
        ("customer", {"discount": "101"}, "discount"),
        ("customer", {"credit_limit": "many"}, "credit_limit"),
        ("customer", {"credit_limit": "-1"}, "credit_limit"),
        ("customer", {"credit_limit": "1.234"}, "credit_limit"),
        ("customer", {"credit_limit": "9" * 30}, "credit_limit"),
        ("customer", {"blocked": "perhaps"}, "blocked"),
        ("customer", {"payment_term": "next year"}, "payment_term"),
        ("customer", {"lost_on": "2026-13-01"}, "lost_on"),
        ("customer", {"number": "9" * 61}, "number"),
        ("customer", {"colour": "red"}, "colour"),
        ("prospect", {"status": ""}, "status"),
        ("prospect", {"status": "angry"}, "status"),
        ("prospect", {"status": ["new"]}, "status"),
    ],
)
def test_B5_bad_values_are_named_and_nothing_is_activated(make, system, function, values, field) -> None:
    contact = make()
    db.session.flush()
    with pytest.raises(Invalid) as error, db.session.begin_nested():
        activate(contact.id, function, values)
    assert list(error.value.errors) == [field]
    assert functions(contact) == []


def test_an_unknown_function_is_missing(make, system) -> None:
    with pytest.raises(Missing):
        activate(make().id, "friend")


def test_F3_a_number_is_unique_per_function_former_ones_included(make, system) -> None:
    # Customers and suppliers share their numbers until one of them has a range of its own.
    put_setting("number_ranges.supplier.own", True)
    one, two = make("One", functions=["customer"]), make("Two", functions=["customer"])
    save_fields(one.id, "customer", {"number": "K-1"})
    save_fields(one.id, "customer", {"number": "K-2"})
    for taken in ("K-1", "k-2", "K‑1"):
        with pytest.raises(Refused) as error:
            save_fields(two.id, "customer", {"number": taken})
        assert error.value.details["field"] == "number"
    activate(two.id, "supplier", {"number": "K-1"})
    assert numbers_of([two.id])[two.id] == {"supplier": "K-1"}


def test_F3_the_database_itself_keeps_numbers_unique(make, system) -> None:
    one, two = make("One"), make("Two")
    db.session.add(ContactNumber(contact_id=one.id, function="customer", value="1", folded="1"))
    db.session.flush()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(ContactNumber(contact_id=two.id, function="customer", value="1", folded="1"))
        db.session.flush()


def test_F3_a_number_stays_reserved_in_the_bin_and_after_the_purge(make, system) -> None:
    one, two = make("One", functions=["prospect"]), make("Two", functions=["customer"])
    save_fields(one.id, "prospect", {"number": "P-1"})
    contacts.to_bin(one.id)
    third = make("Three", functions=["prospect"])
    with pytest.raises(Refused):
        save_fields(third.id, "prospect", {"number": "P-1"})
    row = live_rows(one.id)[0]
    db.session.execute(sa.text("DELETE FROM prospect WHERE contact_function_id = :id"), {"id": row.id})
    db.session.execute(sa.text("DELETE FROM contact WHERE id = :id"), {"id": one.id})
    db.session.expire_all()
    kept = db.session.scalar(sa.select(ContactNumber).where(ContactNumber.folded == "p-1"))
    assert kept.contact_id is None
    with pytest.raises(Refused):
        save_fields(third.id, "prospect", {"number": "P-1"})
    assert functions(two) == ["customer"]


def test_rows_say_who_began_and_by_which_way(make, user, as_role, system) -> None:
    contact, who = make(), user("editor")
    with acting(as_role("editor", "import", who.id)):
        activate(contact.id, "supplier")
    row = db.session.scalar(sa.select(FunctionRow).where(FunctionRow.contact_id == contact.id))
    assert (row.started_by_id, row.started_way, row.came_from_id) == (who.id, "import", None)


def test_B5_a_limit_of_zero_is_a_limit_and_no_ticked_box_is_none(system, make) -> None:
    contact = make("Firm")
    activate(contact.id, "customer", {"credit_limit": "0", "discount": "0", "blocked": "", "lost_reason": ""})
    own = fields_of(live_rows(contact.id)[0])
    assert (own.credit_limit, own.discount, own.insured_amount) == (0, 0, None)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("1 234,50", 123450), ("1,234.50", 123450), ("1.234,50", 123450), ("1,234,567", 123456700), ("12 €", 1200),
     ("1,2,3", None), ("12,34.5", None), ("1.23.456", None), ("$5", None), ("£5", None), ("1,23,456.7", None)],
)  # fmt: skip
def test_B5_an_amount_is_read_as_it_is_grouped_and_in_its_own_currency(system, make, typed, stored) -> None:
    contact = make()
    if stored is None:
        with pytest.raises(Invalid):
            activate(contact.id, "customer", {"credit_limit": typed, "currency": "EUR"})
        return
    activate(contact.id, "customer", {"credit_limit": typed, "currency": "EUR"})
    assert fields_of(live_rows(contact.id)[0]).credit_limit == stored
