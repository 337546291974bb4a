"""Lost customers: a date and a reason, noted in the file or many at once, seen in lists and found there (spec D8)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from stepping import Steps

from plugins.customers import lost
from plugins.customers.models import Customer
from webapp.contacts.links import today
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.errors import Invalid
from webapp.functions.models import FunctionRow
from webapp.functions.services import save_fields
from webapp.history.services import of_contact


def listed(client, address: str) -> set[str]:
    text = client.get(address).text
    return {name for name in ("Gone", "Bought", "Staying", "Never") if f"<bdi>{name}</bdi>" in text}


@pytest.fixture
def firms(make, system):
    """Lost for its price, lost without a reason, a customer, and no customer at all."""
    gone, bought, staying = (make(name, functions=["customer"]) for name in ("Gone", "Bought", "Staying"))
    never = make("Never", functions=["supplier"])
    save_fields(gone.id, "customer", {"lost_on": "2026-03-01", "lost_reason": "price", "lost_text": "Too dear"})
    save_fields(bought.id, "customer", {"lost_on": "2026-04-02"})
    return gone, bought, staying, never


def test_D8_a_customer_is_marked_as_lost_in_its_file_and_taken_back(sign_in, make) -> None:
    contact = make("Firm", functions=["customer"])
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/lost"
    view = client.get(f"/contacts/{contact.id}?view=customer").text
    assert f'href="{address}">Mark as lost…' in view
    assert "Not lost" in view
    assert f'value="{today().isoformat()}"' in client.get(address).text
    answer = client.submit(address, {"lost_on": "2026-03-01", "lost_reason": "price", "lost_text": "Too dear"})
    assert answer.status_code == 303
    for page in (f"/contacts/{contact.id}", f"/contacts/{contact.id}/history", f"/contacts/{contact.id}/persons"):
        assert "Lost on March 1, 2026 · Price" in client.get(page).text, page
    assert "Price. Too dear" in client.get(f"/contacts/{contact.id}?view=customer").text
    assert of_contact(contact.id)[0].changes == {
        "customer.lost_on": [None, "2026-03-01"],
        "customer.lost_reason": ["", "price"],
        "customer.lost_text": ["", "Too dear"],
    }
    assert client.submit(address, {"back": "1"}).status_code == 303
    assert "Lost on March" not in client.get(f"/contacts/{contact.id}").text
    assert of_contact(contact.id)[0].changes["customer.lost_on"] == ["2026-03-01", None]


def test_D8_what_does_not_fit_comes_back_filled(sign_in, make) -> None:
    contact = make("Firm", functions=["customer"])
    answer = sign_in("editor").submit(f"/contacts/{contact.id}/lost", {"lost_on": "soon", "lost_text": "My words"})
    assert answer.status_code == 422
    assert "My words" in answer.text
    assert 'href="#f-lost_on"' in answer.text


def test_D8_who_marks_one_that_another_has_marked_meanwhile_sees_both(sign_in, make, system) -> None:
    contact = make("Firm", functions=["customer"])
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/lost"
    client.get(address)
    sent = {"lost_on": "2026-03-02", "lost_text": "Mine", "was-lost_on": "", "was-lost_reason": "", "was-lost_text": ""}
    save_fields(contact.id, "customer", {"lost_on": "2026-03-01", "lost_text": "Theirs"})
    answer = client.submit(address, sent)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text
    again = {"was-lost_on": "2026-03-01", "was-lost_text": "Theirs"}
    assert client.submit(address, {**sent, **again}).status_code == 303


def test_D8_only_a_customer_is_lost_and_only_by_who_may_edit(sign_in, make) -> None:
    contact, customer = make("Firm", functions=["supplier"]), make("Other", functions=["customer"])
    client = sign_in("reader")
    assert client.get(f"/contacts/{customer.id}/lost").status_code == 403
    assert f"/contacts/{customer.id}/lost" not in client.get(f"/contacts/{customer.id}?view=customer").text
    client = sign_in("editor")
    assert client.get(f"/contacts/{contact.id}/lost").status_code == 404
    assert client.submit(f"/contacts/{contact.id}/lost", {"lost_on": "2026-03-01"}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("lost=yes", {"Gone", "Bought"}),
        ("lost=no", {"Staying"}),
        ("lost=price", {"Gone"}),
        ("lost=price&lost=no", {"Gone", "Staying"}),
        ("lost=quality", set()),
        ("lost=price&archived=1", set()),
    ],
)
def test_D8_lists_are_narrowed_to_lost_customers_and_show_it(sign_in, firms, asked, found) -> None:
    client = sign_in("reader")
    for address in ("/customers", "/contacts"):
        assert listed(client, f"{address}?{asked}") == found


def test_D8_the_list_of_customers_says_who_is_lost_in_words(sign_in, firms) -> None:
    client = sign_in("reader")
    text = client.get("/customers?cols=lost").text
    assert "Lost on March 1, 2026 · Price</span>" in text
    assert text.count("c-status--warn") == 2
    assert client.get("/customers?lost=soon").status_code == 422


def test_D8_an_index_finds_the_few_that_are_lost(firms, connection) -> None:
    """Of some hundred customers: fewer are not worth an index to PostgreSQL."""
    # Beyond all ids that other tests have used up.
    numbers = range(10**9, 10**9 + 600)
    staying = {"function": "customer", "slot": "buyer", "is_final": True}
    for model, rows in (
        (Contact, [{"id": one, "kind": "company"} for one in numbers]),
        (FunctionRow, [{"id": one, "contact_id": one, **staying} for one in numbers]),
        (Customer, [{"contact_function_id": one} for one in numbers]),
    ):
        db.session.execute(sa.insert(model), rows)
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("ANALYZE")
    if not is_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for value in ("yes", "price"):
        text = str(lost.ids([value]).compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        lines = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {text}"))
        assert "ix_customer_lost" in lines, lines
        assert "contact_function_live" not in lines, lines


def test_D8_many_are_marked_as_lost_and_taken_back(sign_in, firms) -> None:
    gone, _bought, staying, never = firms
    walk = Steps(sign_in("manager"))
    answers = [{"lost_on": "", "lost_reason": "quality", "lost_text": ""}]
    job = walk.run("mark_lost", [gone.id, staying.id, never.id], answers)
    assert (job.done, job.skipped) == (1, 1)
    client = walk.client
    assert listed(client, "/customers?lost=quality") == {"Staying"}
    assert of_contact(staying.id)[0].changes["customer.lost_on"] == [None, today().isoformat()]
    assert of_contact(staying.id)[0].way == "mass_action"
    assert walk.undo(job).done == 1
    assert listed(client, "/customers?lost=no") == {"Staying"}
    job = walk.run("mark_not_lost", [gone.id, staying.id], [])
    assert (job.done, job.skipped) == (1, 1)
    assert listed(client, "/customers?lost=price") == set()
    assert walk.undo(job).done == 1
    assert listed(client, "/customers?lost=price") == {"Gone"}


def test_D8_what_was_noted_since_is_not_taken_back(sign_in, firms, system) -> None:
    _gone, _bought, staying, _never = firms
    walk = Steps(sign_in("manager"))
    job = walk.run("mark_lost", [staying.id], [{"lost_on": "2026-05-01", "lost_reason": "", "lost_text": ""}])
    save_fields(staying.id, "customer", {"lost_reason": "closed"})
    db.session.commit()
    assert walk.undo(job).skipped == 1
    assert listed(walk.client, "/customers?lost=closed") == {"Staying"}


def test_D8_a_reason_that_there_is_not_is_refused(firms) -> None:
    with pytest.raises(Invalid):
        save_fields(firms[0].id, "customer", {"lost_reason": "boredom"})
