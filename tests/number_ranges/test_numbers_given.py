"""Giving numbers: common or own, from the start or at conversion, typed, jumped over, used up (spec F1-F4)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.number_ranges import kinds, report, switches, values
from plugins.number_ranges.models import NumberBlock, RangeValue
from plugins.number_ranges.pattern import Pattern, unknown_tokens
from webapp.acting import acting, acting_as_system
from webapp.administration.settings import put_setting
from webapp.contacts import services as contacts
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import numbers_of
from webapp.db import db
from webapp.errors import Refused
from webapp.functions.bulk import activate_many, convert_many
from webapp.functions.services import activate, convert, fields_of, live_rows, save_fields
from webapp.lists.query import ListQuery
from webapp.ports import Numbering
from webapp.registry import registry


def numbers(contact) -> dict[str, str]:
    return dict(numbers_of([contact.id]).get(contact.id, {}))


def common() -> RangeValue:
    return db.session.scalars(sa.select(RangeValue).where(RangeValue.range == "common")).one()


def set_common(**changes) -> RangeValue:
    return values.save("common", common().id, changes)


def switch(name: str, value: bool) -> None:
    function, _dot, field = name.partition(".")
    switches.save(function, {f"number_ranges.{function}.{field}": value}) if field != "on" else switches.save_accounts(
        {f"number_ranges.{name}": value}
    )


def gaps(key: str = "common") -> list[tuple[str, str, int, str]]:
    return [(one.first, one.last, one.many, one.reason) for one in report.gaps(kinds.kind(key))]


# --- One number for all functions -------------------------------------------------------------------------


def test_F1_a_prospect_has_its_number_from_the_start_and_keeps_it(make, system) -> None:
    firm = make(functions=["prospect"])
    assert numbers(firm) == {"prospect": "10001"}
    convert(firm.id, "customer")
    activate(firm.id, "supplier")
    assert numbers(firm) == {"customer": "10001", "supplier": "10001"}
    assert numbers(make(functions=["supplier"])) == {"supplier": "10002"}


def test_F1_a_number_only_at_conversion(make, system) -> None:
    switch("prospect.starts", False)
    firm, other = make(functions=["prospect"]), make(functions=["prospect"])
    assert numbers(firm) == {}
    convert(firm.id, "customer")
    assert numbers(firm) == {"customer": "10001"}
    convert_many([other.id], "customer")
    assert numbers(other) == {"customer": "10002"}


@pytest.mark.parametrize("many", [True, False], ids=["many", "one"])
def test_F1_a_new_number_at_conversion_and_the_old_one_is_found(make, system, many) -> None:
    switch("customer.keeps", False)
    firm = make(functions=["prospect"])
    convert_many([firm.id], "customer") if many else convert(firm.id, "customer")
    db.session.flush()
    assert numbers(firm) == {"customer": "10002"}
    assert [row.id for row in ListQuery(q="10001").page().rows] == [firm.id]


def test_F2_suppliers_have_a_range_of_their_own_and_numbers_given_stay(make, system) -> None:
    before = make(functions=["supplier"])
    switch("supplier.own", True)
    firm = make(functions=["customer", "supplier"])
    assert numbers(before) == {"supplier": "10001"}
    assert numbers(firm) == {"customer": "10002", "supplier": "S10001"}
    switch("supplier.own", False)
    assert numbers(firm) == {"customer": "10002", "supplier": "S10001"}
    assert numbers(make(functions=["supplier"])) == {"supplier": "10003"}


def test_F2_pairs_of_equal_numbers_are_listed_before_the_switch(make, system) -> None:
    switch("supplier.own", True)
    one, two = make("One"), make("Two")
    activate(one.id, "customer", {"number": "1001"})
    activate(two.id, "supplier", {"number": "1001"})
    db.session.flush()
    (pair,), has_more = switches.collisions(switches.numbered("supplier"))
    assert (pair.number, pair.contact_id, pair.other_id, has_more) == ("1001", two.id, one.id, False)


def test_F2_accounts_are_given_in_turn_only_where_that_is_switched_on(make, system) -> None:
    by_hand = make(functions=["customer"])
    switch("debtor.on", True)
    firm, typed, more = make(functions=["customer"]), make(), [make().id, make().id]
    activate(typed.id, "customer", {"debtor_account": "10005"})
    activate_many(more, "customer")
    db.session.flush()
    accounts = [fields_of(live_rows(one)[0]).debtor_account for one in (by_hand.id, firm.id, typed.id, *more)]
    assert accounts == ["", "10000", "10005", "10006", "10007"]
    assert numbers(firm) == {"customer": "10002"}


def test_F2_the_common_range_has_no_effect_on_accounts(make, system) -> None:
    switch("debtor.on", True)
    set_common(prefix="K", next=500)
    firm = make(functions=["customer"])
    assert numbers(firm) == {"customer": "K00500"}
    assert fields_of(live_rows(firm.id)[0]).debtor_account == "10000"


# --- Never twice ------------------------------------------------------------------------------------------


def test_F3_a_number_of_the_past_is_never_anybody_elses(make, system) -> None:
    one, two = make(functions=["customer"]), make(functions=["customer"])
    save_fields(one.id, "customer", {"number": "77"})
    three = make()
    for taken in ("10001", "10002", "77"):
        with pytest.raises(Refused), db.session.begin_nested():
            activate(three.id, "customer", {"number": taken})
    contacts.to_bin(two.id)
    assert numbers(make(functions=["customer"])) == {"customer": "10003"}
    contacts.restore(two.id)
    assert numbers(two) == {"customer": "10002"}


def test_F3_purged_numbers_stay_reserved_and_are_reported(make, system) -> None:
    firm = make(functions=["prospect"])
    db.session.flush()
    db.session.execute(sa.update(ContactNumber).where(ContactNumber.contact_id == firm.id).values(contact_id=None))
    other = make()
    with pytest.raises(Refused), db.session.begin_nested():
        activate(other.id, "customer", {"number": "10001"})
    assert gaps() == [("10001", "10001", 1, "purged")]


def test_F3_a_number_that_is_rolled_back_is_given_next(make, system) -> None:
    with pytest.raises(ZeroDivisionError), db.session.begin_nested():
        make(functions=["customer"])
        raise ZeroDivisionError
    assert numbers(make(functions=["customer"])) == {"customer": "10001"}
    assert gaps() == []


def test_F3_typed_numbers_push_the_counter_and_what_is_jumped_over_is_told(make, system) -> None:
    typed = make("Typed")
    activate(typed.id, "customer", {"number": "10005"})
    assert numbers(make(functions=["customer"])) == {"customer": "10006"}
    assert gaps() == [("10001", "10004", 4, "hand")]
    activate(make().id, "customer", {"number": "10003"})
    assert gaps() == [("10001", "10002", 2, "hand"), ("10004", "10004", 1, "hand")]


def test_F3_numbers_of_another_form_move_nothing(make, system) -> None:
    for number in ("4711", "K-10500", "010500", "10500a"):
        activate(make().id, "customer", {"number": number})
    assert numbers(make(functions=["customer"])) == {"customer": "10001"}


def test_F3_the_last_number_of_a_range_typed_by_hand_does_not_use_it_up(make, system) -> None:
    activate(make().id, "customer", {"number": "99999"})
    assert numbers(make(functions=["customer"])) == {"customer": "10001"}


def test_F3_numbers_from_before_are_passed_over(make, system) -> None:
    firms = [make(f"Firm {at}") for at in range(4)]
    db.session.flush()
    rows = [{"contact_id": one.id, "function": "customer", "value": number, "folded": number, "reserved": "customer"}
            for one, number in zip(firms, ("10001", "10002", "10004", "10006"), strict=True)]  # fmt: skip
    db.session.execute(sa.insert(ContactNumber), rows)
    assert registry().service(Numbering).preview("supplier") == "10003"
    new = [make().id, make().id]
    activate_many(new, "supplier")
    assert sorted(numbers_of(new)[one]["supplier"] for one in new) == ["10003", "10005"]
    assert numbers(make(functions=["customer"])) == {"customer": "10007"}
    assert gaps() == []


def test_F3_a_used_up_range_refuses_and_no_contact_is_made(make, system) -> None:
    set_common(length=5, next=99_999)
    assert numbers(make(functions=["customer"])) == {"customer": "99999"}
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Contact))
    with pytest.raises(Refused, match="used up"), db.session.begin_nested():
        make(functions=["customer"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == before
    assert registry().service(Numbering).preview("customer") is None


def test_F3_many_need_as_many_as_there_are_left(make, system) -> None:
    set_common(next=99_998)
    ids = [make().id for _one in range(3)]
    with pytest.raises(Refused, match="only 2"), db.session.begin_nested():
        activate_many(ids, "customer")
    assert {one.what for one in activate_many(ids[:2], "customer").values()} == {"done"}


def test_F3_numbers_given_together_are_recorded(make, system) -> None:
    activate_many([make().id for _one in range(7)], "customer")
    block = db.session.scalars(sa.select(NumberBlock)).one()
    assert (block.range, block.first, block.last, block.many) == ("common", "10001", "10007", 7)


def test_F3_giving_costs_the_same_statements_for_two_and_fifty(make, system, statements) -> None:
    two, fifty = [make().id for _one in range(2)], [make().id for _one in range(50)]
    seen = []
    for ids in (two, fifty):
        with statements() as said:
            activate_many(ids, "customer")
            db.session.flush()
        seen.append(len(said))
    assert seen[0] == seen[1]


# --- Form, time, typing -----------------------------------------------------------------------------------


def test_F1_tokens_and_a_yearly_restart(make, system) -> None:
    year = values.today().year
    set_common(prefix="K{yy}-", restart="year", first=1, length=4, next=17)
    assert numbers(make(functions=["customer"])) == {"customer": f"K{year % 100:02d}-0017"}
    common().period = str(year - 1)
    db.session.flush()
    assert registry().service(Numbering).preview("customer") == f"K{year % 100:02d}-0001"
    assert numbers(make(functions=["customer"])) == {"customer": f"K{year % 100:02d}-0001"}
    assert common().period == str(year)


def test_F1_the_value_of_the_day_gives_the_numbers(make, system) -> None:
    day = values.today()
    values.save("common", common().id, {"valid_to": day.replace(year=day.year - 1)})
    with pytest.raises(Refused, match="valid today"), db.session.begin_nested():
        make(functions=["customer"])
    after = day.replace(day=1, year=day.year - 1, month=day.month) + (day - day.replace(day=1))
    new = {"prefix": "N-", "length": 3, "next": 1, "valid_from": after + values.dt.timedelta(days=1)}
    values.save("common", None, new)
    assert numbers(make(functions=["customer"])) == {"customer": "N-001"}


def test_F1_step(make, system) -> None:
    set_common(step=10)
    activate(make().id, "customer", {"number": "10013"})
    firms = [make(functions=["customer"]) for _one in range(2)]
    assert [numbers(one)["customer"] for one in firms] == ["10021", "10031"]
    assert gaps() == [("10001", "10011", 2, "hand")]


def test_F4_a_range_may_give_all_its_numbers_itself(make, system) -> None:
    set_common(manual=False)
    firm = make()
    with pytest.raises(Refused, match="gives its numbers itself") as error, db.session.begin_nested():
        activate(firm.id, "customer", {"number": "77"})
    assert error.value.details["field"] == "number"
    with acting(acting_as_system("import")):
        activate(firm.id, "customer", {"number": "77"})


def test_F4_the_preview_takes_nothing(make, system) -> None:
    numbering = registry().service(Numbering)
    assert [numbering.preview(one) for one in ("customer", "supplier", "customer")] == ["10001"] * 3


def test_F3_a_setting_that_moves_the_counter_is_a_reason(make, system) -> None:
    set_common(next=10_004)
    assert numbers(make(functions=["customer"])) == {"customer": "10004"}
    assert gaps() == [("10001", "10003", 3, "settings")]


def test_F3_a_missing_number_without_a_reason_is_found(make, system) -> None:
    for _one in range(3):
        make(functions=["customer"])
    assert report.findings() == []
    db.session.execute(sa.delete(ContactNumber).where(ContactNumber.value == "10002"))
    assert gaps() == [("10002", "10002", 1, "unknown")]
    (finding,) = report.findings()
    assert "10002" in finding


def test_F3_a_range_that_is_nearly_used_up_is_told(make, system) -> None:
    put_setting("number_ranges.supplier.own", True)
    values.ensure("supplier")
    row = values.all_of("supplier")[0]
    values.save("supplier", row.id, {"length": 1, "next": 1, "prefix": "L"})
    for _one in range(8):
        make(functions=["supplier"])
    assert report.findings() == []
    make(functions=["supplier"])
    (finding,) = report.findings()
    assert "0 numbers" in finding or "used up" in finding


# --- What numbers look like -------------------------------------------------------------------------------

AFFIX = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prefix=AFFIX, suffix=AFFIX, length=st.integers(1, 15), share=st.floats(0, 1))
def test_F1_a_number_is_read_back_as_its_counter(prefix, suffix, length, share) -> None:
    pattern = Pattern(prefix, suffix, length)
    counter = int(share * pattern.last)
    text = pattern.text(counter)
    assert pattern.counter(text) in (counter, None)
    if (prefix + suffix).isascii():
        assert pattern.counter(text) == counter
        assert pattern.counter(text.upper()) == counter
    assert Pattern(prefix + "x", suffix, length).counter(text) is None or "x" in prefix + suffix


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("K{yy}-", []), ("{yyyy}{mm}", []), ("{yyy}", ["{yyy}"]), ("{YY}", ["{YY}"]), ("{yy", ["{yy"]), ("}", ["}"]),
     ("{{yy}}", ["{", "}"])],
)  # fmt: skip
def test_F1_typos_in_tokens_are_seen(text, unknown) -> None:
    assert unknown_tokens(text) == unknown


def test_F4_the_number_that_is_kept_may_come_back_from_the_form(make, system) -> None:
    set_common(manual=False)
    firm = make(functions=["prospect"])
    convert(firm.id, "customer", {"number": "10001"})
    assert numbers(firm) == {"customer": "10001"}


def test_F4_the_form_shows_the_account_that_will_be_given(sign_in, make, system) -> None:
    firm = make()
    client = sign_in("editor")
    assert "Left empty: 10000" not in client.get(f"/contacts/{firm.id}/functions/customer").text
    switch("debtor.on", True)
    assert "Left empty: 10000" in client.get(f"/contacts/{firm.id}/functions/customer").text


def test_F4_the_form_shows_the_number_that_will_be_there(sign_in, make, system) -> None:
    firm = make(functions=["supplier"])
    client = sign_in("editor")
    assert "Next number: 10001" in client.get(f"/contacts/{firm.id}/functions/customer").text
    switch("customer.keeps", False)
    prospect = make(functions=["prospect"])
    assert 'value="10002"' not in client.get(f"/contacts/{prospect.id}/convert").text
    switch("customer.keeps", True)
    assert 'value="10002"' in client.get(f"/contacts/{prospect.id}/convert").text


def test_F4_where_none_is_typed_none_is_taken_away_but_a_former_one_comes_back(make, system) -> None:
    firm = make(functions=["customer"])
    save_fields(firm.id, "customer", {"number": "77"})
    set_common(manual=False)
    with pytest.raises(Refused, match="gives its numbers itself"), db.session.begin_nested():
        save_fields(firm.id, "customer", {"number": ""})
    save_fields(firm.id, "customer", {"number": "10001"})
    assert numbers(firm) == {"customer": "10001"}
