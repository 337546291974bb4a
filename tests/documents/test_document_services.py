"""Documents of a contact: what is noted, until when it is kept, who may change and remove it (spec D4, D7)."""

from __future__ import annotations

import datetime as dt
import io
import zoneinfo

import pytest
import sqlalchemy as sa
from papers import pdf

from plugins.documents import listing, retention, services
from plugins.documents.models import Document
from webapp.acting import Act, acting
from webapp.administration.settings import put_setting
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing, Refused, Stale
from webapp.history.services import of_contact

TODAY = dt.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()
OLD = dt.date(TODAY.year - 15, 5, 17)


@pytest.fixture
def contact(make, system):
    return make("Hofer", functions=["customer"])


def add(contact, **values) -> Document:
    return services.add(contact.id, {"type": "invoice", "dated_on": "2026-11-03"} | values)


TERMS = {
    ("FR", "invoice"): dt.date(2036, 12, 31),
    ("FR", "order"): dt.date(2036, 12, 31),
    ("FR", "other"): None,
    ("DE", "invoice"): dt.date(2034, 12, 31),
    ("DE", "credit_note"): dt.date(2034, 12, 31),
    ("DE", "order"): dt.date(2032, 12, 31),
    ("NL", "invoice"): dt.date(2033, 12, 31),
    # Nobody has looked it up: the longest of all.
    ("SE", "delivery_note"): dt.date(2036, 12, 31),
    ("", "invoice"): dt.date(2036, 12, 31),
}


@pytest.mark.parametrize(("country", "kind", "until"), [(*one, day) for one, day in TERMS.items()])
def test_D7_the_term_is_the_firms_countrys_from_the_end_of_the_year(contact, country, kind, until) -> None:
    put_setting("company.country", country)
    assert add(contact, type=kind).kept_until == until


def test_D7_a_contract_is_kept_while_it_runs_and_five_years_after(contact) -> None:
    made = add(contact, type="contract", dated_on="2001-01-08")
    assert made.kept_until == retention.FOREVER
    with pytest.raises(Refused) as error:
        services.remove(made.id)
    assert "Enter its end first" in error.value.message
    with acting(system_like("editor")):
        services.change(made.id, {"ends_on": "2010-06-30"})
    assert made.kept_until == dt.date(2015, 12, 31)
    services.remove(made.id)


def system_like(role: str) -> Act:
    return Act(user_id=None, role=role, way="form")


def test_D4_what_must_be_kept_is_not_removed_and_says_until_when(contact) -> None:
    made = add(contact)
    with pytest.raises(Refused) as error:
        services.remove(made.id)
    assert "until December 31, 2036" in error.value.message
    assert error.value.details["kept_until"] == "2036-12-31"
    last_day = add(contact, dated_on=dt.date(TODAY.year - 10, 1, 1))
    assert last_day.kept_until == dt.date(TODAY.year, 12, 31)
    over = add(contact, dated_on=OLD)
    services.remove(over.id)
    with pytest.raises(Missing):
        services.find(over.id)


def test_D4_it_can_be_removed_the_day_after_its_last(contact) -> None:
    made = add(contact, dated_on=OLD)
    for last, is_kept in ((TODAY, True), (TODAY - dt.timedelta(days=1), False)):
        made.kept_until = last
        db.session.flush()
        assert services.must_be_kept(made) is is_kept
        assert db.session.scalar(sa.select(services.is_kept()).where(Document.id == made.id)) == is_kept


def test_D4_no_paper_gets_rid_of_its_term_by_another_type(contact) -> None:
    made = add(contact)
    with acting(system_like("editor")):
        # A slip of the same day.
        services.change(made.id, {"type": "other"})
        services.change(made.id, {"type": "invoice"})
        made.created_at -= dt.timedelta(days=2)
        db.session.flush()
        for values in ({"type": "other"}, {"dated_on": "2020-01-01"}):
            with pytest.raises(Refused) as error:
                services.change(made.id, values)
            assert "only a manager" in error.value.message
            db.session.expire(made)
    with acting(system_like("manager")):
        assert services.change(made.id, {"type": "other"}).kept_until is None


def aged(made: Document) -> Document:
    made.created_at -= dt.timedelta(days=2)
    db.session.flush()
    return made


def try_change(client, made: Document, **values: str) -> int:
    """The answer's status to a form with these values."""
    db.session.expire_all()
    own = {"type": made.type, "dated_on": made.dated_on.isoformat(), "currency": "EUR", "version": str(made.version)}
    own["ends_on"] = made.ends_on.isoformat() if made.ends_on else ""
    return client.submit(f"/documents/{made.id}", own | values).status_code


def test_D4_an_invoice_keeps_its_term_when_it_becomes_a_contract(sign_in, contact) -> None:
    made, client = aged(add(contact, dated_on=f"{TODAY.year - 1}-03-01")), sign_in("editor")
    assert try_change(client, made, type="other") == 409
    assert try_change(client, made, type="contract") == 303
    for values in (
        {"dated_on": "1900-01-01", "ends_on": "1901-01-01"},
        {"ends_on": f"{TODAY.year - 1}-12-31"},
        {"type": "invoice", "dated_on": "1900-01-01"},
        {"type": "other"},
    ):
        assert try_change(client, made, **values) == 409, values
    assert client.submit(f"/documents/{made.id}/remove", {}).status_code == 409
    # An end after which it is kept as long as before; and what it was once is not forgotten by a day in between.
    assert try_change(client, made, dated_on="1900-01-01") == 303
    assert try_change(client, made, ends_on="1901-01-01") == 409
    assert try_change(client, made, ends_on=f"{TODAY.year + 4}-01-01") == 303
    assert made.kept_until == dt.date(TODAY.year + 9, 12, 31)


def test_D4_a_contract_ends_with_its_term_ahead_or_by_a_manager(sign_in, contact) -> None:
    made, client = aged(add(contact, type="contract", dated_on="2001-01-01")), sign_in("editor")
    assert try_change(client, made, dated_on="1900-01-01", ends_on=TODAY.isoformat()) == 409
    assert try_change(client, made, ends_on=OLD.isoformat()) == 409
    assert try_change(client, made, ends_on=f"{TODAY.year}-01-01") == 303
    # To open it again and end it earlier makes it no shorter.
    assert try_change(client, made, ends_on="") == 303
    assert try_change(client, made, ends_on=f"{TODAY.year - 1}-01-01") == 409
    assert try_change(client, made, ends_on=f"{TODAY.year}-02-01") == 303
    assert try_change(client, made, ends_on="") == 303
    assert try_change(sign_in("manager"), made, ends_on=OLD.isoformat()) == 303
    assert made.kept_until == dt.date(OLD.year + 5, 12, 31)
    assert "document.ends_on" in str(of_contact(contact.id)[0].changes)


@pytest.mark.parametrize("state", ["bin", "anonymised"])
@pytest.mark.parametrize("method", ["get", "submit"])
def test_D4_nothing_is_filed_with_a_contact_that_allows_no_change(sign_in, make, contact, state, method) -> None:
    if state == "bin":
        contact.deleted_at = dt.datetime.now(dt.UTC)
    else:
        contact.anonymised_at = dt.datetime.now(dt.UTC)
    db.session.flush()
    address = f"/contacts/{contact.id}/documents/new"
    more = [{"type": "invoice", "dated_on": "2026-11-03"}] if method == "submit" else []
    answer = getattr(sign_in("editor"), method)(address, *more)
    assert (answer.status_code, ("bin" if state == "bin" else "anonymised") in answer.text) == (409, True)


WRONG = {
    "no such type": ({"type": "letter"}, "type"),
    "no type": ({"type": ""}, "type"),
    "no date": ({"dated_on": ""}, "dated_on"),
    "no day": ({"dated_on": "2026-02-30"}, "dated_on"),
    "a day of the Romans": ({"dated_on": "0206-02-03"}, "dated_on"),
    "a day in the far future": ({"dated_on": "9026-02-03"}, "dated_on"),
    "an invoice that ends": ({"ends_on": "2027-01-01"}, "ends_on"),
    "a contract that ends before": ({"type": "contract", "ends_on": "2025-01-01"}, "ends_on"),
    "a negative amount": ({"amount": "-1"}, "amount"),
    "no amount": ({"amount": "much"}, "amount"),
    "half a yen": ({"amount": "1.5", "currency": "JPY"}, "amount"),
    "no currency": ({"currency": "XXX"}, "currency"),
    "a long number": ({"number": "x" * 61}, "number"),
    "an unknown field": ({"colour": "red"}, "colour"),
}


@pytest.mark.parametrize(("values", "field"), WRONG.values(), ids=WRONG.keys())
def test_D4_bad_values_are_named(contact, values, field) -> None:
    with pytest.raises(Invalid) as error:
        add(contact, **values)
    assert list(error.value.errors) == [field]
    assert listing.count_of(contact.id) == 0


def test_amounts_are_minor_units_of_their_currency(contact) -> None:
    assert add(contact, amount="12 480,00", currency="EUR").amount == 1248000
    assert add(contact, amount="900", currency="JPY").amount == 900
    assert add(contact, amount="1").currency == "EUR"


def test_A4_the_history_tells_of_each_document(sign_in, contact) -> None:
    made = add(contact, number="RE-1", amount="12.50", type="order", dated_on=OLD)
    services.change(made.id, {"number": "RE-2"})
    services.remove(made.id)
    db.session.flush()
    entries = of_contact(contact.id)[:3]
    assert [one.action for one in entries] == ["document_removed", "document_changed", "document_added"]
    assert entries[1].changes == {"document.number": ["RE-1", "RE-2"]}
    assert entries[2].changes["document.amount"] == [None, "12.50 EUR"]
    page = sign_in("reader").get(f"/contacts/{contact.id}/history").text
    for text in ("Document filed", "Document removed", "Type: <ins", "Order</ins>", f'href="/documents/{made.id}"'):
        assert text in page, text


def test_A5_the_second_to_save_sees_what_the_first_one_did(sign_in, contact) -> None:
    made = add(contact, number="RE-1")
    client = sign_in("editor")
    services.change(made.id, {"number": "RE-2"})
    mine = {"type": "invoice", "dated_on": "2026-11-03", "number": "RE-1", "description": "Mine", "version": "1"}
    answer = client.submit(f"/documents/{made.id}", mine)
    assert answer.status_code == 409
    for text in ("Someone else saved this document", "<b>RE-2</b>", ">Mine</textarea>", 'name="version" value="2"'):
        assert text in answer.text, text
    assert client.submit(f"/documents/{made.id}", mine | {"version": "2"}).status_code == 303
    db.session.expire_all()
    assert (services.find(made.id).number, services.find(made.id).description) == ("RE-1", "Mine")
    with pytest.raises(Stale):
        services.change(made.id, {"number": "RE-3"}, 1)


def test_D4_the_same_paper_twice_is_told_which_one_it_is(make, contact) -> None:
    made = add(contact, number="RE-1")
    with pytest.raises(Refused) as error:
        add(contact, number="RE-1")
    assert error.value.details["existing"] == made.id
    add(contact, number="RE-1", type="credit_note")
    services.add(make("Other").id, {"type": "invoice", "dated_on": "2026-01-01", "number": "RE-1"})
    add(contact)
    add(contact)


RIGHTS = {"reader": (False, False), "editor": (True, False), "manager": (True, True), "administrator": (True, True)}


@pytest.mark.parametrize(("role", "may"), RIGHTS.items(), ids=RIGHTS.keys())
def test_J1_who_may_what(sign_in, contact, role, may) -> None:
    edits, manages = may
    made = add(contact, type="other")
    client = sign_in(role)
    page = client.get(f"/contacts/{contact.id}/documents")
    assert (page.status_code, 'data-drop="uploads"' in page.text) == (200, edits)
    assert client.get(f"/documents/{made.id}").status_code == 200
    fields = {"type": "other", "dated_on": "2026-01-01"}
    new = client.submit(f"/contacts/{contact.id}/documents/new", fields | {"file": (io.BytesIO(pdf()), "a.pdf")})
    change = client.submit(f"/documents/{made.id}", fields | {"version": "1"})
    assert {new.status_code, change.status_code} == ({303} if edits else {403})
    over = client.submit(f"/contacts/{contact.id}/documents/remove-over")
    assert over.status_code == (303 if manages else 403)
    if not manages:
        assert client.submit(f"/documents/{made.id}/remove").status_code == (303 if edits else 403)
    with acting(system_like("reader")), pytest.raises(Forbidden):
        services.add(contact.id, fields)


class TestList:
    """The list: the newest first, page by page, narrowed by type and year, at one price."""

    def test_G1_every_document_is_on_one_page_and_only_one(self, sign_in, contact) -> None:
        for number in range(120):
            add(contact, number=f"N-{number}", dated_on=dt.date(2026, 1, 1 + number // 40))
        client, address, seen = sign_in("reader"), f"/contacts/{contact.id}/documents", []
        while address:
            page = client.get(address).text
            seen += [part.partition("<")[0] for part in page.split("<bdi>")[1:] if part.startswith("N-")]
            following = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            address = following.replace("&amp;", "&") if 'rel="next">Older' in page else ""
        assert seen == [f"N-{number}" for number in reversed(range(120))]

    def test_it_is_narrowed_by_type_and_year(self, sign_in, contact) -> None:
        add(contact, number="A-1")
        add(contact, number="A-2", type="order", dated_on="2025-05-05")
        client, place = sign_in("reader"), f"/contacts/{contact.id}/documents"
        found = {"type=order": "A-2", "year=2026": "A-1", "type=order&year=2026": "", "type=x&year=y": "A-1"}
        for query, shown in found.items():
            page = client.get(f"{place}?{query}").text
            assert (f"<bdi>{shown}</bdi>" in page) if shown else ("No document of this type and year" in page)
            assert "2 documents, 2 of which must be kept by law" in page or not shown
        assert client.get(f"{place}?after=9999-99-99.1").status_code == 200

    def test_a_page_costs_the_same_for_2_and_50(self, sign_in, make, contact, statements) -> None:
        small, client, sizes = make("Small", functions=["customer"]), sign_in("editor"), []
        for one, number in ((small, 2), (contact, 50)):
            for _nth in range(number):
                values = {"type": "invoice", "dated_on": "2026-01-01"}
                services.add(one.id, values, io.BytesIO(pdf()), "a.pdf")
            with statements() as seen:
                assert client.get(f"/contacts/{one.id}/documents").status_code == 200
            sizes.append(len(seen))
        assert sizes[0] == sizes[1] <= 25

    def test_it_is_read_along_its_index(self, contact, database) -> None:
        add(contact)
        db.session.flush()
        wanted = listing.Wanted()
        query = sa.select(Document.id).where(Document.contact_id == contact.id, *wanted.conditions())
        query = query.where(sa.tuple_(Document.dated_on, Document.id) < sa.tuple_(*map(sa.literal, (TODAY, 5))))
        text = (
            query.order_by(Document.dated_on.desc(), Document.id.desc())
            .limit(51)
            .compile(db.engine, compile_kwargs={"literal_binds": True})
        )
        if database == "postgresql":
            # A table of few rows is read and sorted sooner than walked along an index.
            db.session.execute(sa.text("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
        explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
        plan = "\n".join(str(row) for row in db.session.execute(sa.text(f"{explain} {text}")))
        assert "ix_document_contact_id_dated_on" in plan
        assert "Sort" not in plan.replace("Incremental", "")
        assert "TEMP B-TREE" not in plan
