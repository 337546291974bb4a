"""C4 in the database: every statement that would turn a customer back, typed as SQL, is refused on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from webapp import schema, testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.db import db
from webapp.functions.services import activate, convert, live_rows
from webapp.registry import registry

LATER = "2026-01-01 00:00:00+00:00"
COLUMNS = "contact_id, function, slot, is_final, started_at, started_way"


@dataclass
class Base:
    """Three contacts: `customer` (once a prospect), `prospect`, and one without function; and SQL on them."""

    connection: sa.Connection
    customer: int
    customer_row: int
    former_row: int
    prospect: int
    prospect_row: int
    bare: int

    def run(self, sql: str, **values: object) -> None:
        named = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "connection"}
        needed = {name: value for name, value in {**named, "later": LATER, **values}.items() if f":{name}" in sql}
        with self.connection.begin_nested():
            self.connection.execute(sa.text(sql), needed)

    def functions(self, contact_id: int) -> list[str]:
        rows = self.connection.execute(
            sa.text("SELECT function FROM contact_function WHERE contact_id = :id AND ended_at IS NULL"),
            {"id": contact_id},
        )
        return sorted(rows.scalars())


def fill() -> dict[str, int]:
    """Make the three contacts with the services."""
    customer = services.create({"kind": "company", "company_name": "Customer"})
    activate(customer.id, "prospect")
    convert(customer.id, "customer")
    prospect = services.create({"kind": "company", "company_name": "Prospect"})
    activate(prospect.id, "prospect")
    bare = services.create({"kind": "company", "company_name": "Bare"})
    row = live_rows(customer.id)[0]
    former = db.session.scalar(
        sa.text("SELECT id FROM contact_function WHERE contact_id = :id AND function = 'prospect'"),
        {"id": customer.id},
    )
    return {
        "customer": customer.id,
        "customer_row": row.id,
        "former_row": former,
        "prospect": prospect.id,
        "prospect_row": live_rows(prospect.id)[0].id,
        "bare": bare.id,
    }


MERGE = (
    "INSERT INTO contact_merge (id, main_id, at) VALUES (7, :bare, :later)",
    "INSERT INTO contact_merge_absorbed (merge_id, contact_id) VALUES (7, :customer)",
)
UNDONE = "UPDATE contact_merge SET undone_at = :later WHERE id = 7"


@pytest.fixture
def base(system: object) -> Base:
    return Base(connection=db.session.connection(), **fill())


PROSPECT = f"INSERT INTO contact_function ({COLUMNS}) VALUES "
REFUSED = {
    "change function": "UPDATE contact_function SET function = 'prospect' WHERE id = :customer_row",
    "change function and kind": "UPDATE contact_function SET function = 'prospect', is_final = FALSE "
    "WHERE id = :customer_row",
    "change slot": "UPDATE contact_function SET slot = 'supplier' WHERE id = :customer_row",
    "change slot of a prospect": "UPDATE contact_function SET slot = 'supplier' WHERE id = :prospect_row",
    "change is_final": "UPDATE contact_function SET is_final = FALSE WHERE id = :customer_row",
    "change id": "UPDATE contact_function SET id = id + 1000 WHERE id = :customer_row",
    "change prospect into customer": "UPDATE contact_function SET function = 'customer', is_final = TRUE "
    "WHERE id = :prospect_row",
    "delete": "DELETE FROM contact_function WHERE id = :customer_row",
    "delete all": "DELETE FROM contact_function",
    "end": "UPDATE contact_function SET ended_at = :later WHERE id = :customer_row",
    "end saying how": "UPDATE contact_function SET ended_at = :later, ended_how = 'merged' WHERE id = :customer_row",
    "move": "UPDATE contact_function SET contact_id = :bare WHERE id = :customer_row",
    "insert a prospect beside": PROSPECT + "(:customer, 'prospect', 'buyer', FALSE, :later, 'form')",
    "insert a prospect in another slot": PROSPECT + "(:customer, 'prospect', 'supplier', FALSE, :later, 'form')",
    "insert a final prospect": PROSPECT + "(:customer, 'prospect', 'buyer', TRUE, :later, 'form')",
    "insert a made-up function": PROSPECT + "(:customer, 'friend', 'friend', FALSE, :later, 'form')",
    "revive the prospect": "UPDATE contact_function SET ended_at = NULL WHERE id = :former_row",
    "revive it naming a merge": "UPDATE contact_function SET ended_at = NULL, merge_id = 7 WHERE id = :former_row",
    "move a prospect there": "UPDATE contact_function SET contact_id = :customer WHERE id = :prospect_row",
    "move it naming a merge": "UPDATE contact_function SET contact_id = :customer, merge_id = 7 "
    "WHERE id = :prospect_row",
    "undo what was no merge": "UPDATE contact_function SET ended_at = :later, undone_merge_id = 7 "
    "WHERE id = :customer_row",
    "renumber the contact": "UPDATE contact SET id = id + 1000 WHERE id = :customer",
    "change the kind": "UPDATE function_kind SET is_final = FALSE WHERE key = 'customer'",
    "change the slot of a kind": "UPDATE function_kind SET slot = 'other' WHERE key = 'supplier'",
    "delete the kind": "DELETE FROM function_kind WHERE key = 'customer'",
}


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_C4_each_statement_typed_as_sql_is_refused(base: Base, sql: str) -> None:
    with pytest.raises(DBAPIError):
        base.run(sql)
    assert base.functions(base.customer) == ["customer"]
    assert base.functions(base.prospect) == ["prospect"]


def test_C4_truncate_is_refused(base: Base, database: str) -> None:
    if database == "postgresql":
        for sql in ("TRUNCATE contact_function CASCADE", "TRUNCATE contact CASCADE"):
            with pytest.raises(DBAPIError):
                base.run(sql)
    assert base.functions(base.customer) == ["customer"]


def test_C4_a_row_that_a_merge_once_named_ends_only_by_another_or_its_undo(base: Base) -> None:
    with pytest.raises(DBAPIError):
        # A merge that never was.
        base.run("UPDATE contact_function SET merge_id = 7, contact_id = :bare WHERE id = :customer_row")
    for sql in MERGE:
        base.run(sql)
    with pytest.raises(DBAPIError):
        # It led to another contact.
        base.run("UPDATE contact_function SET merge_id = 7, contact_id = :prospect WHERE id = :customer_row")
    base.run("UPDATE contact_function SET merge_id = 7, contact_id = :bare WHERE id = :customer_row")
    for sql in (
        "UPDATE contact_function SET ended_at = :later WHERE id = :customer_row",
        "UPDATE contact_function SET ended_at = :later, merge_id = 7 WHERE id = :customer_row",
        "UPDATE contact_function SET ended_at = :later, merge_id = NULL WHERE id = :customer_row",
        "UPDATE contact_function SET ended_at = :later, undone_merge_id = 8 WHERE id = :customer_row",
        "UPDATE contact_function SET contact_id = :prospect WHERE id = :customer_row",
        # The merge holds still.
        "UPDATE contact_function SET contact_id = :customer, undone_merge_id = 7 WHERE id = :customer_row",
    ):
        with pytest.raises(DBAPIError):
            base.run(sql)
    base.run(UNDONE)
    with pytest.raises(DBAPIError):
        # It had no part in that merge.
        base.run("UPDATE contact_function SET contact_id = :prospect, undone_merge_id = 7 WHERE id = :customer_row")
    base.run("UPDATE contact_function SET contact_id = :customer, undone_merge_id = 7 WHERE id = :customer_row")
    assert base.functions(base.customer) == ["customer"]
    for name in ("merge_id", "undone_merge_id"):
        with pytest.raises(DBAPIError):
            base.run(f"UPDATE contact_function SET contact_id = :bare, {name} = 7 WHERE id = :customer_row")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE contact_function SET contact_id = :bare, merge_id = 7 WHERE id = :customer_row",
        "UPDATE contact_function SET contact_id = :bare, ended_at = :later, ended_how = 'merged', merge_id = 7 "
        "WHERE id = :customer_row",
    ],
    ids=["move", "end"],
)
def test_C4_the_same_with_the_merge_named_is_allowed(base: Base, sql: str) -> None:
    for one in (*MERGE, sql):
        base.run(one)
    assert base.functions(base.customer) == []


def test_C4_a_prospect_may_end_and_a_supplier_may_be_deleted(base: Base) -> None:
    base.run("UPDATE contact_function SET ended_at = :later WHERE id = :prospect_row")
    base.run(PROSPECT + "(:bare, 'supplier', 'supplier', FALSE, :later, 'form')")
    base.run("DELETE FROM contact_function WHERE contact_id = :bare")
    assert base.functions(base.prospect) == base.functions(base.bare) == []


def test_C4_deleting_the_contact_itself_works(base: Base) -> None:
    base.run("DELETE FROM customer WHERE contact_function_id = :customer_row")
    base.run("DELETE FROM prospect WHERE contact_function_id = :former_row")
    base.run("DELETE FROM contact WHERE id = :customer")
    assert base.functions(base.customer) == []


def test_C4_fields_of_a_customer_hold_back_the_deletion_of_its_contact(base: Base) -> None:
    with pytest.raises(DBAPIError):
        base.run("DELETE FROM contact WHERE id = :customer")


# --- SQLite's own ways around -----------------------------------------------------------------------------

Typed = Callable[[str], None]


@pytest.fixture(params=["with our pragmas", "plain"])
def typed(
    request: pytest.FixtureRequest, applications: testing.Applications
) -> Iterator[tuple[Typed, dict[str, int], sqlite3.Connection]]:
    """Statements typed into the file itself, with and without the pragmas of the application."""
    with applications.empty("sqlite") as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), applications.folder)
        with app.app_context(), acting(acting_as_system("form")):
            schema.upgrade(db.engine, registry())
            ids = fill()
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        connection = sqlite3.connect(str(sa.make_url(url).database), isolation_level=None)
        if request.param == "with our pragmas":
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA recursive_triggers=ON")

        def run(sql: str) -> None:
            connection.execute(sql, {**ids, "later": LATER})

        yield run, ids, connection
        connection.close()


ROW = f"contact_function (id, {COLUMNS}, ended_at) VALUES"
AROUND = {
    "replace the live row": f"INSERT OR REPLACE INTO contact_function ({COLUMNS}) "
    "VALUES (:customer, 'prospect', 'buyer', 0, :later, 'form')",
    "replace it by id": f"INSERT OR REPLACE INTO {ROW} "
    "(:customer_row, :bare, 'prospect', 'buyer', 0, :later, 'form', NULL)",
    "replace it by an ended one": f"REPLACE INTO {ROW} "
    "(:customer_row, :customer, 'customer', 'buyer', 1, :later, 'form', :later)",
    "upsert": f"INSERT INTO {ROW} (:customer_row, :customer, 'prospect', 'buyer', 0, :later, 'form', NULL) "
    "ON CONFLICT (id) DO UPDATE SET function = 'prospect', is_final = 0",
    "update or replace: move": "UPDATE OR REPLACE contact_function SET contact_id = :customer WHERE id = :prospect_row",
    "update or replace: revive": "UPDATE OR REPLACE contact_function SET ended_at = NULL WHERE id = :former_row",
    "update or replace: id": "UPDATE OR REPLACE contact_function SET id = :customer_row WHERE id = :prospect_row",
    "update or ignore": "UPDATE OR IGNORE contact_function SET ended_at = :later WHERE id = :customer_row",
    "a slot that lies": f"INSERT INTO contact_function ({COLUMNS}) "
    "VALUES (:customer, 'prospect', 'elsewhere', 0, :later, 'form')",
    "replace the contact": "INSERT OR REPLACE INTO contact (id, kind, created_at, updated_at) "
    "VALUES (:customer, 'company', :later, :later)",
    "renumber the contact": "UPDATE contact SET id = id + 1000 WHERE id = :customer",
    "renumber the contact by rowid": "UPDATE contact SET rowid = rowid + 1000 WHERE id = :customer",
    "renumber the row by rowid": "UPDATE contact_function SET rowid = rowid + 1000 WHERE id = :customer_row",
    "finality gone by NULL": "UPDATE OR REPLACE contact_function SET is_final = NULL WHERE id = :customer_row",
    "slot gone by NULL": "UPDATE OR REPLACE contact_function SET slot = NULL WHERE id = :customer_row",
    "renumber another onto it": "UPDATE OR REPLACE contact SET id = :customer WHERE id = :bare",
    "replace the kind": "INSERT OR REPLACE INTO function_kind (key, slot, is_final) VALUES ('customer', 'other', 0)",
    "change the kind": "UPDATE function_kind SET is_final = 0 WHERE key = 'customer'",
    "delete the kind": "DELETE FROM function_kind WHERE key = 'customer'",
}


def test_C4_no_sqlite_connection_gets_around(typed: tuple[Typed, dict[str, int], sqlite3.Connection]) -> None:
    run, _ids, connection = typed
    before = connection.execute("SELECT * FROM contact_function ORDER BY id").fetchall()
    passed = []
    for name, sql in {**AROUND, **REFUSED}.items():
        connection.execute("BEGIN")
        try:
            run(sql)
            passed.append(name)
        except sqlite3.IntegrityError:
            pass
        assert name in passed or connection.execute("SELECT * FROM contact_function ORDER BY id").fetchall() == before
        connection.execute("ROLLBACK")
    assert passed == []
    for sql in MERGE:
        run(sql)
    run("UPDATE contact_function SET contact_id = :bare, merge_id = 7 WHERE id = :customer_row")
