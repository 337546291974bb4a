"""The base of made-up contacts: the same each time, and as if the services had written it (contract: `carnet demo`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.number_ranges.values import ensure
from webapp import testing
from webapp.administration.settings import put_setting
from webapp.contacts import derived
from webapp.contacts.models import Contact, ContactLink, ContactNumber
from webapp.contacts.services import create
from webapp.contacts.values import check_email, check_phone, check_vat
from webapp.db import db
from webapp.demo.fill import fill
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, convert, fields_of, save_fields
from webapp.history.models import HistoryEntry
from webapp.registry import registry
from webapp.search import texts
from webapp.search.match import matching
from webapp.text import fold, natural

WITHOUT_RANGES = tuple(sorted({one.name for one in testing.shipped().plugins} - {"number_ranges"}))
DERIVED = ("sort_name", "search_text", "city", "sort_city", "sort_number", "country")


@pytest.fixture
def filled(app: Any, system: Any) -> None:
    fill(600, 3)


def content() -> dict[str, list[tuple[Any, ...]]]:
    """All rows but what a fresh base has already, and when which numbers were given together."""
    return {
        name: [tuple(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key.columns))]
        for name, table in {one.__tablename__: one.__table__ for _owner, one in registry().duties("models")}.items()
        if name not in ("value_list_item", "function_kind", "number_block")
    }


@pytest.mark.parametrize("database", ["sqlite"])
def test_same_seed_same_base(applications: testing.Applications, plugins: testing.PluginSet, system: Any) -> None:
    found = []
    for seed in (5, 5, 6):
        with applications.empty("sqlite") as url:
            made = testing.create(url, plugins, applications.folder)
            with made.app_context():
                testing.schema.upgrade(db.engine, registry())
                fill(300, seed)
                found.append(content())
                db.session.remove()
                db.engine.dispose()
    assert found[0] == found[1]
    assert found[0]["contact"] != found[2]["contact"]


def test_derived_columns_are_what_the_services_would_compute(filled: None) -> None:
    for contact in db.session.scalars(sa.select(Contact)):
        before = {name: getattr(contact, name) for name in DERIVED}
        derived.refresh(contact)
        assert {name: getattr(contact, name) for name in DERIVED} == before
        assert contact.name


def test_A7_what_plug_ins_wrote_is_searched_as_if_they_had_said_so(filled: None) -> None:
    query = sa.select(Contact.id, Contact.plugin_text).order_by(Contact.id)
    before = db.session.execute(query).all()
    assert any(row.plugin_text for row in before)
    texts.refresh(row.id for row in before)
    assert db.session.execute(query).all() == before


def test_A2_values_have_the_form_the_checks_give(filled: None) -> None:
    phones = 0
    for contact in db.session.scalars(sa.select(Contact)):
        country = derived.country_of(contact)
        for email in contact.emails:
            assert email.normalised == check_email(email.value).normalised is not None
        for phone in contact.phones:
            phones += 1
            assert phone.normalised == check_phone(phone.value, country).normalised is not None
        expected = check_vat(contact.vat_id, country).normalised if contact.vat_id else None
        assert contact.vat_id_normalised == expected
    assert phones > 300
    for number in db.session.scalars(sa.select(ContactNumber)):
        assert (number.folded, number.sort_value) == (fold(number.value), natural(number.folded))


def test_the_planner_knows_what_was_filled(filled: None, database: str) -> None:
    told = {
        "sqlite": "SELECT stat FROM sqlite_stat1 WHERE idx = 'ix_contact_live_sort_name'",
        "postgresql": "SELECT reltuples::int FROM pg_class WHERE oid = 'contact'::regclass",
    }
    assert str(db.session.scalar(sa.text(told[database]))).split()[0] == "600"


def test_functions_have_plausible_shares(filled: None) -> None:
    live = Counter(db.session.scalars(sa.select(FunctionRow.function).where(FunctionRow.ended_at.is_(None))))
    assert live["prospect"] > live["customer"] > live["supplier"] > 40
    kinds = Counter(db.session.scalars(sa.select(Contact.kind)))
    assert 0.35 < kinds["company"] / 600 < 0.55
    several = sa.select(FunctionRow.contact_id).where(FunctionRow.ended_at.is_(None)).group_by(FunctionRow.contact_id)
    assert db.session.scalars(several.having(sa.func.count() > 1)).all()


def test_C5_converted_prospects_keep_what_was_noted(filled: None) -> None:
    ended = db.session.scalars(sa.select(FunctionRow).where(FunctionRow.ended_at.is_not(None))).all()
    assert len(ended) > 20
    for row in ended:
        after = db.session.get(FunctionRow, row.converted_to_id)
        assert after is not None
        assert (after.contact_id, after.started_at, row.ended_how) == (row.contact_id, row.ended_at, "converted")
        assert fields_of(row).status != "disqualified"
    actions = Counter(db.session.scalars(sa.select(HistoryEntry.action)))
    assert (actions["created"], actions["converted"]) == (600, len(ended))


def test_F3_numbers_are_unique_and_found(filled: None) -> None:
    numbers = db.session.scalars(sa.select(ContactNumber).where(ContactNumber.valid_to.is_(None))).all()
    live = db.session.scalars(sa.select(FunctionRow.id).where(FunctionRow.ended_at.is_(None))).all()
    assert len(numbers) == len(live)
    one = numbers[-1]
    found = db.session.scalars(sa.select(Contact.id).where(*matching(one.value))).all()
    assert one.contact_id in found


def test_F3_numbers_are_shared_and_the_next_contact_gets_a_free_one(filled: None) -> None:
    owners: dict[str, set[int | None]] = defaultdict(set)
    reserved: dict[str, list[str]] = defaultdict(list)
    for number in db.session.scalars(sa.select(ContactNumber)):
        owners[number.folded].add(number.contact_id)
        if number.reserved:
            reserved[number.folded].append(number.reserved)
    assert all(len(some) == 1 for some in owners.values())
    # Prospects, customers and suppliers share a range: one row of each number keeps the others out.
    assert all(reserved[one] == ["common"] for one in owners)
    # Nobody has two, and those that have several functions, or had, show one number in all of them.
    with_functions = set(db.session.scalars(sa.select(FunctionRow.contact_id)))
    assert len(owners) == len(with_functions)
    assert sorted(map(int, owners)) == list(range(10_001, 10_001 + len(owners)))
    kept = sa.select(sa.func.count()).where(ContactNumber.origin == "kept")
    assert db.session.scalar(kept) == db.session.scalar(sa.select(sa.func.count(FunctionRow.id))) - len(owners)
    for function in ("customer", "supplier"):
        contact = create({"kind": "company", "company_name": f"By hand, {function}"})
        activate(contact.id, function)
        (by_hand,) = contact.numbers
        assert by_hand.value == str(10_001 + len(owners))
        owners[by_hand.folded].add(contact.id)


def test_F3_where_a_range_has_no_room_numbers_are_invented_and_a_contact_by_hand_gets_one(
    app: Any, system: Any
) -> None:
    # Half of the numbers stay free for those that come after.
    db.session.execute(sa.text("UPDATE number_range_value SET next = 99700, begins = 99700"))
    fill(400, 3)
    values = set(db.session.scalars(sa.select(ContactNumber.value)))
    assert {value[0] for value in values} == {"P", "C", "S"}
    fill(20, 4)
    assert "99700" in db.session.scalars(sa.select(ContactNumber.value)).all()
    contact = create({"kind": "company", "company_name": "By hand"})
    activate(contact.id, "customer")
    assert contact.numbers[0].value.startswith("997")


def test_F2_accounts_are_given_where_they_are_given_in_turn(app: Any, system: Any) -> None:
    put_setting("number_ranges.creditor.on", True)
    ensure("creditor")
    fill(200, 3)
    suppliers = db.session.scalars(sa.select(FunctionRow).where(FunctionRow.function == "supplier")).all()
    accounts = [fields_of(row).creditor_account for row in suppliers]
    assert len(set(accounts)) == len(accounts) > 20
    assert "" not in accounts


@pytest.mark.parametrize("plugins", [testing.PluginSet(found=testing.shipped(), wanted=WITHOUT_RANGES)], ids=["off"])
def test_F3_without_ranges_each_function_has_numbers_of_its_own(app: Any, system: Any) -> None:
    fill(200, 3)
    numbers = db.session.scalars(sa.select(ContactNumber)).all()
    assert all(one.value[0] == one.function[0].upper() or one.origin == "kept" for one in numbers)
    assert {one.reserved for one in numbers} == {"prospect", "customer", "supplier"}


def test_B4_companies_have_contact_persons_and_one_primary(filled: None) -> None:
    links = db.session.scalars(sa.select(ContactLink)).all()
    persons = Counter(link.party_id for link in links)
    assert max(persons.values()) >= 6
    assert Counter(link.party_id for link in links if link.is_primary) == Counter(persons.keys())
    assert {link.person.kind for link in links} == {"person"}


def test_a_second_filling_adds_to_the_first(filled: None) -> None:
    fill(50, 4)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 650


def test_services_go_on_from_there(filled: None) -> None:
    row = db.session.scalars(
        sa.select(FunctionRow).where(FunctionRow.function == "prospect", FunctionRow.ended_at.is_(None))
    ).first()
    assert row is not None
    save_fields(row.contact_id, "prospect", {"status": "qualified"})
    assert convert(row.contact_id, "customer")


@pytest.mark.parametrize("plugins", [testing.PluginSet(found=testing.shipped(), wanted=("suppliers",))], ids=["one"])
def test_only_functions_of_enabled_plugins(app: Any, system: Any) -> None:
    fill(100)
    assert set(db.session.scalars(sa.select(FunctionRow.function))) == {"supplier"}


@pytest.mark.parametrize("plugins", [testing.PluginSet(found=testing.shipped(), wanted=())], ids=["none"])
def test_bare_core_is_filled_too(app: Any, system: Any) -> None:
    fill(100)
    assert db.session.scalar(sa.select(FunctionRow.id)) is None
