"""Triggers that keep `contact_listing`: a row for each listed contact and each function it has now.

Triggers, not the application: bulk statements, merges and hand-typed SQL keep the lists right as well.
"""

from __future__ import annotations

from typing import Any

LISTED = (
    "{0}.deleted_at IS NULL AND {0}.merged_into_id IS NULL AND {0}.anonymised_at IS NULL AND {0}.archived_at IS NULL"
)
COLUMNS = "contact_id, function, sort_name, sort_city, sort_number, updated_at, created_at"
NUMBER = """COALESCE((SELECT n.sort_value FROM contact_number n
    WHERE n.contact_id = {contact} AND n.function = {function} AND n.valid_to IS NULL
    ORDER BY n.id DESC LIMIT 1), '')"""
FILL = f"""INSERT INTO contact_listing ({COLUMNS})
    SELECT c.id, f.function, c.sort_name, c.sort_city, {NUMBER.format(contact="c.id", function="f.function")},
        c.updated_at, c.created_at
    FROM contact_function f JOIN contact c ON c.id = f.contact_id
    WHERE f.ended_at IS NULL AND {LISTED.format("c")}"""
SORTED = ("sort_name", "sort_city", "updated_at", "created_at")
STATES = ("deleted_at", "merged_into_id", "anonymised_at", "archived_at")

MOVED = "OLD.function IS {0} NEW.function OR OLD.contact_id IS {0} NEW.contact_id OR OLD.ended_at IS {0} NEW.ended_at"
RENUMBERED = " OR ".join(
    f"OLD.{column} IS {{0}} NEW.{column}" for column in ("contact_id", "function", "valid_to", "sort_value")
)
SORTS_ANEW = " OR ".join(f"OLD.{column} IS {{0}} NEW.{column}" for column in SORTED)
TURNS = f"({LISTED.format('OLD')}) <> ({LISTED.format('NEW')})"

SET_SORTED = f"UPDATE contact_listing SET {', '.join(f'{one} = NEW.{one}' for one in SORTED)} WHERE contact_id = NEW.id"
DROP = "DELETE FROM contact_listing WHERE contact_id = {0}"
DROP_ONE = "DELETE FROM contact_listing WHERE contact_id = OLD.contact_id AND function = OLD.function"
ADD_ONE = f"{FILL} AND f.id = NEW.id"
NUMBER_OF = f"""UPDATE contact_listing
    SET sort_number = {NUMBER.format(contact="contact_listing.contact_id", function="contact_listing.function")}
    WHERE contact_id = {{0}}.contact_id AND function = {{0}}.function"""


def _sqlite() -> list[str]:
    def trigger(name: str, when: str, condition: str, *statements: str) -> str:
        body = "; ".join(statements)
        clause = f"WHEN {condition.format('NOT')} " if condition else ""
        return f"CREATE TRIGGER {name} AFTER {when} {clause}BEGIN {body}; END"

    return [
        trigger("contact_listing_sorted", f"UPDATE OF {', '.join(SORTED)} ON contact", SORTS_ANEW, SET_SORTED),
        trigger(
            "contact_listing_turned", f"UPDATE OF {', '.join(STATES)} ON contact", TURNS,
            DROP.format("NEW.id"), f"{FILL} AND c.id = NEW.id",
        ),
        trigger("contact_listing_gone", "DELETE ON contact", "", DROP.format("OLD.id")),
        trigger("contact_listing_begun", "INSERT ON contact_function", "NEW.ended_at IS NULL", ADD_ONE),
        trigger(
            "contact_listing_moved", "UPDATE OF function, contact_id, ended_at ON contact_function", MOVED,
            DROP_ONE, ADD_ONE,
        ),
        trigger("contact_listing_ended", "DELETE ON contact_function", "", DROP_ONE),
        trigger("contact_listing_numbered", "INSERT ON contact_number", "", NUMBER_OF.format("NEW")),
        trigger(
            "contact_listing_renumbered", "UPDATE OF contact_id, function, valid_to, sort_value ON contact_number",
            RENUMBERED, NUMBER_OF.format("OLD"), NUMBER_OF.format("NEW"),
        ),
        trigger("contact_listing_unnumbered", "DELETE ON contact_number", "", NUMBER_OF.format("OLD")),
    ]  # fmt: skip


# PostgreSQL runs a trigger once for all rows of a statement, which are `before` and `after` it: for each row, a job on
# many contacts spent half its time here. It makes a trigger's plans once and keeps them as long as the connection,
# even those of an empty base: so what a contact is found by is looked up by index, contact by contact, in any case.
NUMBER_BY_CONTACT = """COALESCE((SELECT n.sort_value
    FROM (SELECT * FROM contact_number one WHERE one.contact_id = {contact} OFFSET 0) n
    WHERE n.function = {function} AND n.valid_to IS NULL ORDER BY n.id DESC LIMIT 1), '')"""
ADD = f"""INSERT INTO contact_listing ({COLUMNS})
    SELECT c.id, come.function, c.sort_name, c.sort_city,
        {NUMBER_BY_CONTACT.format(contact="come.contact_id", function="come.function")}, c.updated_at, c.created_at
    FROM ({{come}}) come JOIN contact c ON c.id = come.contact_id WHERE {LISTED.format("c")}"""
DROP_LINES = """DELETE FROM contact_listing l USING ({gone}) gone
    WHERE l.contact_id = gone.contact_id AND l.function = gone.function"""
LIVE = "SELECT contact_id, function FROM {0} WHERE ended_at IS NULL"
SORTS = f"SELECT id, {', '.join(SORTED)} FROM {{0}}"
SET_SORTS = f"""UPDATE contact_listing l SET {", ".join(f"{one} = n.{one}" for one in SORTED)}
    FROM ({SORTS.format("after")} EXCEPT {SORTS.format("before")}) n WHERE l.contact_id = n.id"""
IN_LISTS = f"SELECT id FROM {{0}} state WHERE {LISTED.format('state')}"
DROP_CONTACTS = f"""DELETE FROM contact_listing l
    USING ({IN_LISTS.format("before")} EXCEPT {IN_LISTS.format("after")}) gone WHERE l.contact_id = gone.id"""
COME_BACK = f"""SELECT f.contact_id, f.function
    FROM ({IN_LISTS.format("after")} EXCEPT {IN_LISTS.format("before")}) n
    JOIN contact_function f ON f.contact_id = n.id WHERE f.ended_at IS NULL"""
NUMBERS = "SELECT contact_id, function, valid_to, sort_value FROM {0}"
CHANGED_NUMBERS = f"""({NUMBERS.format("after")} EXCEPT {NUMBERS.format("before")})
    UNION ({NUMBERS.format("before")} EXCEPT {NUMBERS.format("after")})"""
SET_NUMBERS = f"""UPDATE contact_listing l
    SET sort_number = {NUMBER_BY_CONTACT.format(contact="l.contact_id", function="l.function")}
    FROM (SELECT DISTINCT contact_id, function FROM ({{changed}}) one) n
    WHERE l.contact_id = n.contact_id AND l.function = n.function"""
REFERRED = {"INSERT": "NEW TABLE AS after", "UPDATE": "OLD TABLE AS before NEW TABLE AS after",
            "DELETE": "OLD TABLE AS before"}  # fmt: skip


def _postgresql() -> list[str]:
    made: list[str] = []

    def trigger(name: str, when: str, table: str, *statements: str) -> None:
        body = ";\n            ".join(statements)
        made.append(
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
        SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
        BEGIN
            {body};
            RETURN NULL;
        END $$"""
        )
        made.append(
            f"CREATE TRIGGER {name} AFTER {when} ON {table} REFERENCING {REFERRED[when]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )

    trigger("contact_listing_changed", "UPDATE", "contact", SET_SORTS, DROP_CONTACTS, ADD.format(come=COME_BACK))
    trigger(
        "contact_listing_gone", "DELETE", "contact",
        "DELETE FROM contact_listing l USING before WHERE l.contact_id = before.id",
    )  # fmt: skip
    trigger("contact_listing_begun", "INSERT", "contact_function", ADD.format(come=LIVE.format("after")))
    trigger(
        "contact_listing_moved", "UPDATE", "contact_function",
        DROP_LINES.format(gone=f"{LIVE.format('before')} EXCEPT {LIVE.format('after')}"),
        ADD.format(come=f"{LIVE.format('after')} EXCEPT {LIVE.format('before')}"),
    )  # fmt: skip
    trigger("contact_listing_ended", "DELETE", "contact_function", DROP_LINES.format(gone=LIVE.format("before")))
    trigger("contact_listing_numbered", "INSERT", "contact_number", SET_NUMBERS.format(changed=NUMBERS.format("after")))
    trigger("contact_listing_renumbered", "UPDATE", "contact_number", SET_NUMBERS.format(changed=CHANGED_NUMBERS))
    trigger(
        "contact_listing_unnumbered", "DELETE", "contact_number",
        SET_NUMBERS.format(changed=NUMBERS.format("before")),
    )  # fmt: skip
    return made


def create(op: Any) -> None:
    """Fill the table from what is there, then keep it."""
    op.execute(FILL)
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)
