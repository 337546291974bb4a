"""What documents hold back, and where they go with their contact (spec D3, D4, D5, E7, I1)."""

from __future__ import annotations

import datetime as dt
import io
import zoneinfo

import pytest
import sqlalchemy as sa
from papers import pdf, stored

from plugins.documents import files, services
from plugins.documents.models import Document, StoredFile
from plugins.merge import services as merging
from plugins.merge import undoing
from webapp import testing
from webapp.contacts import guards
from webapp.contacts import services as contacts
from webapp.db import db, transaction
from webapp.erasing import services as erasing
from webapp.errors import Refused
from webapp.functions.services import release

TODAY = dt.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()


def add(contact, **values) -> Document:
    return services.add(contact.id, {"type": "invoice", "dated_on": "2026-11-03"} | values)


def blockers(contact) -> list:
    db.session.flush()
    return guards.blockers([contact.id]).get(contact.id, [])


@pytest.fixture
def customer(make, system):
    return make("Hofer", functions=["customer"])


def test_D4_a_customer_with_an_invoice_until_2036_is_only_anonymised(sign_in, customer) -> None:
    add(customer, number="RE-1")
    add(customer, type="order", dated_on="2026-01-01")
    (one,) = blockers(customer)
    assert (one.key, one.plugin, one.count, one.override) == ("documents_kept", "documents", 2, False)
    assert (one.retained, one.kept_until) == (True, dt.date(2036, 12, 31))
    assert one.label == "To be kept: 1 × Invoice (until December 31, 2036); 1 × Order (until December 31, 2036)"
    with pytest.raises(Refused):
        contacts.to_bin(customer.id)
    page = sign_in("administrator").get(f"/contacts/{customer.id}/delete").text
    there = f'href="/contacts/{customer.id}/documents?next='
    for text in ("only anonymised", "1 × Invoice (until December 31, 2036)", there):
        assert text in page, text


def test_D4_a_running_contract_has_no_last_day(customer) -> None:
    add(customer, type="contract")
    (one,) = blockers(customer)
    assert (one.retained, one.kept_until, "1 × Contract (running)" in one.label) == (True, None, True)


def test_D4_documents_past_their_term_go_by_one_click_and_never_along(sign_in, customer) -> None:
    add(customer, dated_on=dt.date(TODAY.year - 15, 1, 1))
    add(customer, type="other")
    (one,) = blockers(customer)
    assert (one.key, one.count, one.override, one.retained) == ("documents", 2, False, False)
    client = sign_in("administrator")
    page = client.get(f"/contacts/{customer.id}/delete").text
    assert "Remove 2 documents" in page
    back = f"/contacts/{customer.id}/delete#fix"
    answer = client.submit(f"/contacts/{customer.id}/documents/remove-over", {"next": back})
    assert (answer.status_code, answer.location) == (303, back)
    assert client.submit(f"/contacts/{customer.id}/delete").status_code == 303
    db.session.expire_all()
    assert customer.deleted_at is not None


def test_D4_what_must_be_kept_stays_when_the_others_go(customer) -> None:
    add(customer), add(customer, type="other")
    assert services.remove_over(customer.id) == 1
    assert [one.key for one in blockers(customer)] == ["documents_kept"]


class TestOff:
    """Switched off, documents go on holding their contacts, and say so (spec D3, I1)."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        found = testing.shipped()
        others = tuple(one.name for one in found.plugins if one.name != "documents")
        return testing.PluginSet(found=found, wanted=others)

    @pytest.fixture
    def kept(self, customer):
        values = {"type": "invoice", "dated_on": TODAY, "kept_until": dt.date(2036, 12, 31)}
        db.session.add(Document(contact_id=customer.id, **values))
        db.session.flush()
        return customer

    def test_I1_the_guard_holds_and_says_that_it_is_off(self, sign_in, kept) -> None:
        (one,) = blockers(kept)
        assert one.retained
        assert "“Documents” is switched off" in one.remedy
        assert not one.endpoint.startswith("documents.")
        with pytest.raises(Refused):
            contacts.to_bin(kept.id)
        page = sign_in("administrator").get(f"/contacts/{kept.id}/delete").text
        assert "1 × Invoice (until December 31, 2036)" in page
        assert f"/contacts/{kept.id}/documents" not in page

    def test_I1_no_page_and_no_tab(self, sign_in, kept) -> None:
        client = sign_in("administrator")
        assert client.get(f"/contacts/{kept.id}/documents").status_code == 404
        assert "/documents" not in client.get(f"/contacts/{kept.id}").text

    def test_E7_they_follow_in_a_merge_all_the_same(self, make, kept) -> None:
        main = make("Main", functions=["customer"])
        db.session.flush()
        merging.merge([main.id, kept.id], main.id)
        assert db.session.scalar(sa.select(Document.contact_id)) == main.id


def test_E7_documents_follow_in_a_merge_and_go_back_with_its_undo(make, customer) -> None:
    main = make("Main", functions=["supplier"])
    moved, own = add(customer, number="1"), add(main, number="1")
    db.session.flush()
    made, _plan = merging.merge([main.id, customer.id], main.id)
    db.session.expire_all()
    # Both have the same type and number: neither is dropped.
    assert {moved.contact_id, own.contact_id} == {main.id}
    assert moved.came_from_id == customer.id
    since = add(main, number="2")
    db.session.flush()
    undoing.undo(made.id)
    db.session.expire_all()
    assert (moved.contact_id, own.contact_id, since.contact_id) == (customer.id, main.id, main.id)


def test_E4_a_merged_contacts_tab_leads_to_the_main_ones(sign_in, make, customer) -> None:
    main = make("Main")
    db.session.flush()
    merging.merge([main.id, customer.id], main.id)
    answer = sign_in("reader").get(f"/contacts/{customer.id}/documents")
    assert (answer.status_code, answer.location) == (303, f"/contacts/{main.id}/documents")
    answer = sign_in("editor").get(f"/contacts/{customer.id}/documents/new")
    assert (answer.status_code, answer.location) == (303, f"/contacts/{main.id}/documents/new")


@pytest.mark.parametrize("function", ["supplier", "prospect"])
def test_a_function_is_released_only_when_no_document_hangs_on_it(make, system, function) -> None:
    contact = make("Firm", functions=[function])
    made = add(contact, type="other")
    db.session.flush()
    with pytest.raises(Refused) as error:
        release(contact.id, function)
    assert "1 document hangs on this function" in error.value.message
    services.remove(made.id)
    release(contact.id, function)


def test_a_function_is_released_where_documents_may_be_anothers(make, system) -> None:
    contact = make("Firm", functions=["customer", "supplier"])
    add(contact)
    db.session.flush()
    release(contact.id, "supplier")


def test_D5_anonymising_takes_what_need_not_be_kept_with_its_file(make, system) -> None:
    contact = make("Hofer", functions=["customer"])
    before = stored()
    kept = services.add(contact.id, {"type": "invoice", "dated_on": "2026-01-01"}, io.BytesIO(pdf()), "kept.pdf")
    services.add(contact.id, {"type": "other", "dated_on": "2026-01-01"}, io.BytesIO(pdf()), "gone.pdf")
    db.session.flush()
    assert len(stored() - before) == 2
    with transaction():
        erasing.anonymise(contact.id)
    db.session.expire_all()
    assert list(db.session.scalars(sa.select(Document.id).where(Document.contact_id == contact.id))) == [kept.id]
    assert kept.file_name == "kept.pdf"
    (path,) = stored() - before
    assert path == files.path_of(db.session.get_one(StoredFile, kept.file_id).digest)
    # Once its term is over it may go, though the contact takes no change any more.
    kept.kept_until = TODAY - dt.timedelta(days=1)
    db.session.flush()
    with transaction():
        services.remove(kept.id)
    assert stored() == before
