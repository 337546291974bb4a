"""The rows by which functions' lists are found and sorted: kept by the database, whoever writes by whatever way."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp import schema, testing
from webapp.administration.settings import put_setting
from webapp.contacts import services
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import db, now
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, convert, release, save_fields
from webapp.lists.models import Listing
from webapp.migrations import guards_0001, search_0001
from webapp.migrations.versions import r0004_lists_and_jobs as revision
from webapp.registry import registry
from webapp.text import natural

COLUMNS = ("sort_name", "sort_city", "sort_number", "updated_at", "created_at")


def listed() -> dict[tuple[int, str], tuple]:
    db.session.flush()
    rows = db.session.execute(sa.select(Listing)).scalars()
    db.session.expire_all()
    return {(row.contact_id, row.function): tuple(getattr(row, one) for one in COLUMNS) for row in rows}


def expected() -> dict[tuple[int, str], tuple]:
    """The same worked out from the tables that it is derived from."""
    live = (Contact.deleted_at, Contact.merged_into_id, Contact.anonymised_at, Contact.archived_at)
    rows = db.session.execute(
        sa.select(Contact, FunctionRow.function)
        .join(FunctionRow, FunctionRow.contact_id == Contact.id)
        .where(FunctionRow.ended_at.is_(None), *(one.is_(None) for one in live))
    ).all()
    found = {}
    for contact, function in rows:
        number = db.session.scalar(
            sa.select(ContactNumber.folded).where(
                ContactNumber.contact_id == contact.id,
                ContactNumber.function == function,
                ContactNumber.valid_to.is_(None),
            )
        )
        found[contact.id, function] = (
            contact.sort_name, contact.sort_city, natural(number or ""), contact.updated_at, contact.created_at
        )  # fmt: skip
    return found


def functions_of(contact: Contact) -> set[str]:
    return {function for contact_id, function in listed() if contact_id == contact.id}


def test_G1_a_function_lists_its_contacts_and_no_others(make, system) -> None:
    firm = make("Müller", functions=["prospect", "supplier"], addresses=[{"city": "Köln", "country": "DE"}])
    make("Nobody")
    assert functions_of(firm) == {"prospect", "supplier"}
    assert listed()[firm.id, "prospect"][:2] == ("muller", "koln")
    convert(firm.id, "customer")
    assert functions_of(firm) == {"customer", "supplier"}
    release(firm.id, "supplier")
    assert functions_of(firm) == {"customer"}
    assert listed() == expected()


def test_G1_what_leaves_the_lists_leaves_the_listing_and_comes_back(make, system) -> None:
    firm = make("Away", functions=["customer"])
    services.archive(firm.id)
    assert functions_of(firm) == set()
    services.archive(firm.id, archived=False)
    assert functions_of(firm) == {"customer"}
    services.to_bin(firm.id, override_links=True)
    assert functions_of(firm) == set()
    services.restore(firm.id)
    assert listed() == expected() != {}


def test_G1_a_change_shows_in_every_list_of_the_contact(make, system) -> None:
    firm = make("Before", functions=["customer", "supplier"])
    services.update(firm.id, {"company_name": "After", "addresses": [{"city": "Nantes", "country": "FR"}]})
    assert {row[:2] for row in listed().values()} == {("after", "nantes")}
    assert listed() == expected()


def test_F3_each_list_sorts_by_the_number_of_its_function(make, system) -> None:
    put_setting("number_ranges.supplier.own", True)
    firm = make("Numbers", functions=["customer"])
    activate(firm.id, "supplier", {"number": "7"})
    save_fields(firm.id, "customer", {"number": "K-9"})
    save_fields(firm.id, "supplier", {"number": "10"})
    assert listed()[firm.id, "customer"][2] == natural("k-9") < natural("k-10")
    assert listed()[firm.id, "supplier"][2] == natural("10")
    assert db.session.get_one(Contact, firm.id).sort_number == natural("k-9")
    save_fields(firm.id, "customer", {"number": ""})
    assert listed()[firm.id, "customer"][2] == ""
    assert db.session.get_one(Contact, firm.id).sort_number == natural("10")
    release(firm.id, "supplier")
    assert db.session.get_one(Contact, firm.id).sort_number == ""
    assert listed() == expected()


def test_G1_statements_over_many_rows_and_by_hand_are_followed(make, system) -> None:
    made = [make(f"Firm {one}", functions=["customer", "supplier"]) for one in range(3)]
    db.session.execute(sa.update(Contact).values(updated_at=now(), sort_name="same"))
    assert {row[0] for row in listed().values()} == {"same"}
    db.session.execute(sa.update(FunctionRow).where(FunctionRow.function == "supplier").values(ended_at=now()))
    assert {function for _id, function in listed()} == {"customer"}
    assert listed() == expected()
    db.session.execute(sa.text("DELETE FROM contact_number"))
    db.session.execute(sa.text(f"DELETE FROM history_entry WHERE contact_id = {made[0].id}"))
    assert listed() == expected()


def test_G1_a_purged_contact_is_listed_nowhere(make, system, connection) -> None:
    firm = make("Purged", functions=["supplier"])
    db.session.flush()
    connection.execute(sa.text("DELETE FROM supplier"))
    connection.execute(sa.delete(Contact).where(Contact.id == firm.id))
    assert listed() == {}


STEPS = ("prospect", "supplier", "convert", "release", "archive", "back", "bin", "restore", "rename", "number")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2)), max_size=14))
def test_G1_whatever_happens_the_listing_tells_the_same(make, system, steps) -> None:
    # The ids of the example before are given anew.
    db.session.expunge_all()
    with db.session.begin_nested() as whole:
        contacts = [make(f"Firm {one}").id for one in range(3)]
        for step, at in steps:
            one = contacts[at]
            does = {
                "prospect": lambda one=one: activate(one, "prospect"),
                "supplier": lambda one=one: activate(one, "supplier"),
                "convert": lambda one=one: convert(one, "customer"),
                "release": lambda one=one: release(one, "supplier"),
                "archive": lambda one=one: services.archive(one),
                "back": lambda one=one: services.archive(one, archived=False),
                "bin": lambda one=one: services.to_bin(one, override_links=True),
                "restore": lambda one=one: services.restore(one),
                "rename": lambda one=one: services.update(one, {"company_name": f"Other {one}"}),
                "number": lambda one=one: save_fields(one, "supplier", {"number": f"{one}-7"}),
            }
            try:
                with db.session.begin_nested():
                    does[step]()
            except services.Refused:
                continue
        assert listed() == expected()
        whole.rollback()


@pytest.fixture
def previous(applications: testing.Applications, database: str, monkeypatch):
    """A database as the version before left it, with contacts."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def test_the_migration_lists_what_was_there_before(previous, system_of_the_deployment) -> None:
    """Made by this version, put back to the one before, and brought up again."""
    schema.upgrade(db.engine, registry())
    firm = services.create({"kind": "company", "company_name": "Old", "addresses": [{"city": "Ulm", "country": "DE"}]})
    activate(firm.id, "supplier", {"number": "L-7"})
    services.create({"kind": "person", "last_name": "Lone"})
    db.session.commit()
    before, texts = listed(), dict(db.session.execute(sa.select(Contact.id, Contact.search_text)).all())
    db.session.commit()
    with db.engine.begin() as connection:
        go_back(connection)
    schema.upgrade(db.engine, registry())
    assert listed() == before == expected()
    assert dict(db.session.execute(sa.select(Contact.id, Contact.search_text)).all()) == texts
    assert db.session.get_one(Contact, firm.id).sort_number == natural("l-7")
    assert db.session.scalars(sa.select(ContactNumber.reserved)).all() == ["supplier"]
    db.session.commit()
    assert schema.drift(db.engine, registry()) == []


@pytest.fixture
def system_of_the_deployment(previous):
    from webapp.acting import acting, acting_as_system

    with acting(acting_as_system("form")):
        yield


def go_back(connection: sa.Connection) -> None:
    """What the version before had: its columns, its search text, nothing of what came since."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # It would ask for tables that go.
        connection.execute(sa.text("DROP TRIGGER contact_function_kept"))
        first = next(one for one in guards_0001._sqlite() if "contact_function_kept" in one)
        connection.execute(sa.text(first))
    connection.execute(sa.text("DROP INDEX ix_history_entry_about_id"))
    keeps = {"sqlite_autoincrement": True}
    with Operations(MigrationContext.configure(connection)).batch_alter_table(
        "history_entry", table_kwargs=keeps
    ) as table:
        table.drop_constraint("fk_history_entry_about_id", type_="foreignkey")
        table.drop_column("about_id")
    # A plug-in's table that hangs on one of those goes too, and is made again behind it.
    theirs = ("merge_step", "schema_merge", "transfer_row", "transfer_import", "transfer_mapping", "schema_transfer")
    for table in ("plugin_table", *theirs, "contact_merge_absorbed", "contact_merge"):
        connection.execute(sa.text(f"DROP TABLE {table}"))
    made = revision.listing_0004._sqlite() if is_sqlite else revision.listing_0004._postgresql()
    for line in (one for one in made if one.startswith("CREATE TRIGGER")):
        name, table = line.split()[2], re.search(" ON ([a-z_]+)", line)[1]
        connection.execute(sa.text(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}")))
        if not is_sqlite:
            connection.execute(sa.text(f"DROP FUNCTION {name}()"))
    # The search had one column.
    for trigger in ("insert", "delete", "update") if is_sqlite else ():
        connection.execute(sa.text(f"DROP TRIGGER contact_search_{trigger}"))
    if is_sqlite:
        connection.execute(sa.text("DROP TABLE contact_search"))
    connection.execute(sa.text("ALTER TABLE contact DROP COLUMN plugin_text"))
    rebuilt = "INSERT INTO contact_search(contact_search) VALUES ('rebuild')"
    for line in (*search_0001.SQLITE, rebuilt) if is_sqlite else ():
        connection.execute(sa.text(line))
    ours = ["ix_contact_number_reserved", "ix_contact_live_created_at", "ix_contact_live_sort_number"]
    for index in ours + ["contact_search_names"] * is_sqlite:
        connection.execute(sa.text(f"DROP INDEX {index}"))
    connection.execute(sa.text("ALTER TABLE contact DROP COLUMN sort_number"))
    for column in ("sort_value", "reserved"):
        connection.execute(sa.text(f"ALTER TABLE contact_number DROP COLUMN {column}"))
    connection.execute(sa.text("UPDATE contact SET search_text = replace(search_text, '  ', ' ')"))
    for table in ("contact_listing", "list_setting", "list_view", "job_item", "job"):
        connection.execute(sa.text(f"DROP TABLE {table}"))
    connection.execute(sa.text("UPDATE schema_core SET version_num = '0003'"))
