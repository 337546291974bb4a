"""Next numbers for many contacts: unique, the old ones kept and found, and taken back where nobody wrote since (F3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from renumbered import common, from_before, numbers, own_range
from stepping import Steps

from plugins.number_ranges.models import NumberBlock
from webapp import testing
from webapp.acting import acting, acting_as_system
from webapp.administration.settings import put_setting
from webapp.contacts.models import Contact, ContactNumber
from webapp.contacts.queries import former_numbers
from webapp.db import db
from webapp.errors import Forbidden, Refused
from webapp.events import ContactChanged
from webapp.functions.renumbering import renumber_back, renumber_many, would_not_renumber
from webapp.functions.services import activate, convert, save_fields
from webapp.history.services import of_contact
from webapp.jobs.models import JobItem
from webapp.lists.query import ListQuery
from webapp.plugin import Plugin, Subscriber
from webapp.text import natural

ALL = {"function": "customer", "which": "all"}


@pytest.fixture
def steps(sign_in) -> Callable[..., Steps]:
    """Walks in the name of a new user."""
    return lambda role="manager": Steps(sign_in(role))


def found(q: str) -> list[int]:
    with acting(acting_as_system("form")):
        return [row.id for row in ListQuery(q=q).page().rows]


def reasons(job) -> dict[int, str]:
    return dict(db.session.execute(sa.select(JobItem.contact_id, JobItem.reason).where(JobItem.job_id == job.id)).all())


def last(contact: Contact) -> tuple:
    entry = of_contact(contact.id)[0]
    return entry.action, entry.way, entry.source, entry.changes


def test_F3_the_preview_tells_the_numbers_that_come_and_the_job_gives_them(make, steps) -> None:
    firms = [make(f"Firm {at}", functions=["customer"]) for at in range(3)]
    other = make("Other", functions=["supplier"])
    was = {one.id: (one.version, one.updated_at) for one in firms}
    walk = steps()
    page = walk.ask("renumber", [*(one.id for one in reversed(firms)), other.id])
    assert "Prospect" in page.text
    page = walk.go_on(page, **ALL)
    assert "Give 3 contacts new numbers: 10005 to 10007</button>" in page.text
    assert "former numbers stay found" in page.text
    assert "It does not have the function “Customer”." in page.text
    assert [numbers(one) for one in firms] == [{"customer": number} for number in ("10001", "10002", "10003")]
    job = walk.job(walk.go_on(page))
    assert (job.done, job.skipped) == (3, 1)
    # In the order of the list.
    assert [numbers(one) for one in firms] == [{"customer": number} for number in ("10007", "10006", "10005")]
    assert numbers(other) == {"supplier": "10004"}
    assert [former_numbers(one.id) for one in firms] == [["10001"], ["10002"], ["10003"]]
    assert reasons(job)[firms[0].id] == "10007 instead of 10001"
    assert "Give 3 contacts new numbers</h1>" in walk.client.get(f"/jobs/{job.id}").text
    for one, number in zip(firms, ("10007", "10006", "10005"), strict=True):
        assert one.sort_number == natural(number)
        assert (one.version, one.updated_at > was[one.id][1]) == (was[one.id][0] + 1, True)
        assert found(number) == [one.id]
    assert [found(number) for number in ("10001", "10002", "10003")] == [[one.id] for one in firms]
    assert last(firms[0]) == ("changed", "mass_action", f"job:{job.id}", {"customer.number": ["10001", "10007"]})
    block = db.session.scalars(sa.select(NumberBlock)).one()
    assert (block.first, block.last, block.many, block.source) == ("10005", "10007", 3, f"job:{job.id}")


def test_F3_each_number_has_the_time_when_it_was_in_use(make, system) -> None:
    firm = make(functions=["customer"])
    db.session.flush()
    before = dt.datetime.now(dt.UTC)
    renumber_many([firm.id], "customer")
    rows = db.session.scalars(sa.select(ContactNumber).order_by(ContactNumber.id)).all()
    assert [(row.value, row.origin, row.reserved) for row in rows] == [
        ("10001", "given", "common"),
        ("10002", "given", "common"),
    ]
    assert rows[0].valid_from <= before <= rows[0].valid_to == rows[1].valid_from
    assert rows[1].valid_to is None


def test_F1_all_functions_of_the_common_range_show_the_new_number(make, system) -> None:
    firm, other = make("Firm", functions=["supplier", "customer"]), make("Other")
    assert renumber_many([firm.id], "supplier")[firm.id].what == "done"
    assert numbers(firm) == {"customer": "10002", "supplier": "10002"}
    assert last(firm)[3] == {"customer.number": ["10001", "10002"], "supplier.number": ["10001", "10002"]}
    assert sorted(reserved("10002")) == [("customer", None), ("supplier", "common")]
    for taken in ("10001", "10002"):
        with pytest.raises(Refused, match="is or was another contact's"), db.session.begin_nested():
            activate(other.id, "prospect", {"number": taken})


def reserved(number: str) -> list[tuple[str, str | None]]:
    rows = db.session.execute(
        sa.select(ContactNumber.function, ContactNumber.reserved).where(ContactNumber.value == number)
    )
    return [tuple(row) for row in rows]


def test_F2_a_range_of_ones_own_leaves_the_other_functions_alone(make, system) -> None:
    own_range()
    firm = make(functions=["customer", "supplier"])
    assert numbers(firm) == {"customer": "10001", "supplier": "S-0001"}
    renumber_many([firm.id], "supplier")
    assert numbers(firm) == {"customer": "10001", "supplier": "S-0002"}
    assert firm.sort_number == natural("10001")
    assert found("s-0002") == found("s-0001") == [firm.id]
    assert sorted(reserved("S-0002")) == [("supplier", "supplier")]


def test_F3_numbers_that_are_typed_already_are_passed_over(make, system) -> None:
    one, other = make("One", functions=["customer"]), make("Other")
    common(next=10_001)
    activate(other.id, "customer", {"number": "10003"})
    common(next=10_002)
    told = renumber_many([one.id, make("More", functions=["customer"]).id], "customer")
    assert {outcome.what for outcome in told.values()} == {"done"}
    values = db.session.scalars(sa.select(ContactNumber.folded)).all()
    assert len(values) == len(set(values))
    assert numbers(one) == {"customer": "10004"}


def test_F3_those_without_a_number_get_one_and_the_others_keep_theirs(make, steps, system) -> None:
    with from_before("customer", "supplier"):
        first, second, both = (
            make("First", functions=["customer"]),
            make("Second", functions=["customer"]),
            make("Both"),
        )
        activate(both.id, "customer")
        activate(both.id, "supplier", {"number": "777"})
        save_fields(both.id, "customer", {"number": ""})
    has = make("Has", functions=["customer"])
    assert [numbers(one) for one in (first, second, both)] == [{}, {}, {"supplier": "777"}]
    walk = steps()
    page = walk.go_on(
        walk.ask("renumber", [one.id for one in (first, second, both, has)]), function="customer", which="without"
    )
    assert "Give 3 contacts numbers, the next one being 10002</button>" in page.text
    assert "It has a number already." in page.text
    job = walk.job(walk.go_on(page))
    assert (job.done, job.skipped) == (3, 1)
    assert [numbers(one) for one in (first, second, has)] == [
        {"customer": "10002"},
        {"customer": "10003"},
        {"customer": "10001"},
    ]
    # It has one number, which all its functions show.
    assert numbers(both) == {"customer": "777", "supplier": "777"}
    assert last(both)[3] == {"customer.number": [None, "777"]}
    assert [reasons(job)[one.id] for one in (first, both)] == ["10002", "777"]
    assert walk.undo(job).done == 3
    assert [numbers(one) for one in (first, both)] == [{}, {"supplier": "777"}]
    assert first.sort_number == ""
    assert former_numbers(first.id) == ["10002"]
    assert found("10002") == [first.id]


def test_G3_undo_gives_the_earlier_numbers_back(make, steps, system) -> None:
    firm, changed, gone = (make(name, functions=["supplier", "customer"]) for name in ("Firm", "Changed", "Gone"))
    walk = steps()
    job = walk.run("renumber", [firm.id, changed.id, gone.id], [ALL])
    version = db.session.get_one(Contact, firm.id).version
    save_fields(changed.id, "customer", {"number": "5000"})
    db.session.get_one(Contact, gone.id).deleted_at = dt.datetime.now(dt.UTC)
    db.session.commit()
    undone = walk.undo(job)
    assert (undone.done, undone.skipped, undone.failed) == (1, 1, 1)
    assert reasons(undone)[changed.id] == "It was changed since: what stands there now stays."
    assert numbers(firm) == {"customer": "10001", "supplier": "10001"}
    assert numbers(changed) == {"customer": "5000", "supplier": "5000"}
    assert former_numbers(firm.id) == ["10004"]
    assert (firm.version, firm.sort_number) == (version + 1, natural("10001"))
    assert found("10004") == found("10001") == [firm.id]
    assert last(firm)[1:] == (
        "undo",
        f"job:{undone.id}",
        {"customer.number": ["10004", "10001"], "supplier.number": ["10004", "10001"]},
    )
    # What was given once is nobody else's, and comes back to nobody.
    assert numbers(make("Next", functions=["customer"])) == {"customer": "10007"}


def test_F1_undo_lets_a_function_that_began_since_show_the_same_number(make, system) -> None:
    firm = make(functions=["prospect"])
    told = renumber_many([firm.id], "prospect")
    activate(firm.id, "supplier")
    assert numbers(firm) == {"prospect": "10002", "supplier": "10002"}
    assert renumber_back({firm.id: told[firm.id].before}, "prospect")[firm.id].what == "done"
    assert numbers(firm) == {"prospect": "10001", "supplier": "10001"}
    assert sorted(reserved("10001")) == [("prospect", "common"), ("supplier", None)]


def test_C2_what_was_converted_since_keeps_its_number(make, system) -> None:
    firm = make(functions=["prospect"])
    told = renumber_many([firm.id], "prospect")
    convert(firm.id, "customer")
    assert renumber_back({firm.id: told[firm.id].before}, "prospect")[firm.id].what == "skipped"
    assert numbers(firm) == {"customer": "10002"}


def test_F3_undo_is_kept_from_a_number_that_another_contact_has_in_a_function_that_began_since(make, system) -> None:
    """Two lists of old may hold the same number for two firms."""
    firm, other = make("Firm"), make("Other")
    with from_before("customer", "supplier"):
        activate(firm.id, "customer")
        activate(other.id, "supplier")
    for contact, function in ((firm, "customer"), (other, "supplier")):
        row = {"contact_id": contact.id, "function": function, "reserved": function, "value": "1001", "folded": "1001"}
        db.session.execute(sa.insert(ContactNumber), row)
    told = renumber_many([firm.id], "customer")
    befores = {firm.id: told[firm.id].before}
    assert renumber_back(befores, "customer")[firm.id].what == "done"
    assert numbers(firm) == {"customer": "1001"}
    befores = {firm.id: renumber_many([firm.id], "customer")[firm.id].before}
    activate(firm.id, "supplier")
    outcome = renumber_back(befores, "customer")[firm.id]
    assert (outcome.what, "1001" in str(outcome.reason)) == ("failed", True)
    assert set(numbers(firm).values()) == {"10002"}


@pytest.mark.parametrize(
    ("values", "reason", "left"),
    [
        ({"next": 99_999}, "has only 1 number left: an administrator gives it more digits", 1),
        ({"next": 100_000}, "“Common range” is used up: an administrator gives it more digits", 0),
        ({"valid_to": dt.date(2020, 1, 1)}, "No number range is valid today for “Common range”: an administrator", 0),
    ],
    ids=["nearly used up", "used up", "not valid"],
)
def test_F3_a_range_without_numbers_says_so_before_and_after(make, steps, values, reason, left) -> None:
    firms = [make(f"Firm {at}", functions=["customer"]) for at in range(2)]
    common(**values)
    walk = steps()
    page = walk.go_on(walk.ask("renumber", [one.id for one in firms]), **ALL)
    assert reason in page.text
    assert f"<b>{2 - left} contact" in page.text
    assert ("Give 1 contact a new number: 99999</button>" in page.text) == bool(left)
    address, sent = walk.form(page)
    job = walk.job(walk.client.submit(address, sent))
    assert (job.done, job.failed) == (left, 2 - left)
    assert "an administrator" in reasons(job)[firms[1].id]
    assert [numbers(one)["customer"] for one in firms] == ["99999" if left else "10001", "10002"]


def test_F3_very_many_are_told_how_many_there_are_at_most(app, system) -> None:
    from plugins.number_ranges.renumber import ahead

    assert ahead(501, ALL) == "Give 501 contacts numbers, the next one being 10001"
    assert ahead(90_000, ALL) == "Give 90,000 contacts new numbers: at most 89,999 are left"


def test_F3_what_no_range_gives_is_refused_with_the_way_out(make, steps, system) -> None:
    firm = make(functions=["customer"])
    put_setting("number_ranges.customer.starts", False)
    with pytest.raises(Refused, match="are not given by a range"):
        renumber_many([firm.id], "customer")
    told = would_not_renumber([firm.id], "customer")
    assert (told[firm.id].what, "are not given by a range" in str(told[firm.id].reason)) == ("failed", True)
    walk = steps()
    page = walk.go_on(walk.ask("renumber", [firm.id]), **ALL)
    assert "Numbers of the function “Customer” are not given by a range" in page.text
    assert walk.job(walk.go_on(page)).failed == 1


def test_J2_editors_give_no_new_numbers(make, steps, as_role) -> None:
    firm = make(functions=["customer"])
    assert steps("editor").ask("renumber", [firm.id]).status_code == 403
    with acting(as_role("reader")), pytest.raises(Forbidden):
        renumber_many([firm.id], "customer")


heard: list[ContactChanged] = []
LISTENER = Plugin(
    name="listener",
    label="Listener",
    version="0.1.0",
    subscribers=(Subscriber(event=ContactChanged, hear=heard.append),),
)


class TestListened:
    """With a plug-in that hears of changes."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        shipped = testing.shipped()
        return testing.PluginSet(found=replace(shipped, plugins=(*shipped.plugins, LISTENER)))

    def test_F3_subscribers_hear_of_each_change(self, make, system) -> None:
        firm = make(functions=["supplier", "customer"])
        heard.clear()
        told = renumber_many([firm.id, 10**9], "supplier")
        renumber_back({firm.id: told[firm.id].before}, "supplier")
        assert heard == [ContactChanged(contact_id=firm.id, fields=("supplier.number", "customer.number"))] * 2
