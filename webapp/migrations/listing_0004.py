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


# PostgreSQL makes a trigger's plans once and keeps them as long as the connection, even those of an empty base, where
# it takes each condition for rare. So what a contact is found by stands alone, behind OFFSET 0.
ONE = "(SELECT * FROM {table} one WHERE one.{column} = {value} OFFSET 0)"
NUMBER_BY_CONTACT = f"""COALESCE((SELECT n.sort_value
    FROM {ONE.format(table="contact_number", column="contact_id", value="{contact}")} n
    WHERE n.function = {{function}} AND n.valid_to IS NULL ORDER BY n.id DESC LIMIT 1), '')"""
ADD_BY_FUNCTION = f"""INSERT INTO contact_listing ({COLUMNS})
    SELECT c.id, NEW.function, c.sort_name, c.sort_city,
        {NUMBER_BY_CONTACT.format(contact="NEW.contact_id", function="NEW.function")}, c.updated_at, c.created_at
    FROM {ONE.format(table="contact", column="id", value="NEW.contact_id")} c
    WHERE NEW.ended_at IS NULL AND {LISTED.format("c")}"""
ADD_BY_CONTACT = f"""INSERT INTO contact_listing ({COLUMNS})
    SELECT NEW.id, f.function, NEW.sort_name, NEW.sort_city,
        {NUMBER_BY_CONTACT.format(contact="NEW.id", function="f.function")}, NEW.updated_at, NEW.created_at
    FROM {ONE.format(table="contact_function", column="contact_id", value="NEW.id")} f
    WHERE f.ended_at IS NULL AND {LISTED.format("NEW")}"""
NUMBER_OF_ONE = f"""UPDATE contact_listing
    SET sort_number = {NUMBER_BY_CONTACT.format(contact="{0}.contact_id", function="{0}.function")}
    WHERE contact_id = {{0}}.contact_id AND function = {{0}}.function"""
MOVED_NUMBER = f"""IF NEW.contact_id IS DISTINCT FROM OLD.contact_id OR NEW.function <> OLD.function THEN
                {NUMBER_OF_ONE.format("NEW")};
            END IF"""


def _postgresql() -> list[str]:
    made: list[str] = []

    def trigger(name: str, when: str, condition: str, *statements: str) -> None:
        body = ";\n            ".join(statements)
        clause = f"WHEN ({condition.format('DISTINCT FROM')}) " if condition else ""
        made.append(
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
        BEGIN
            {body};
            RETURN NULL;
        END $$"""
        )
        made.append(f"CREATE TRIGGER {name} AFTER {when} FOR EACH ROW {clause}EXECUTE FUNCTION {name}()")

    trigger("contact_listing_sorted", f"UPDATE OF {', '.join(SORTED)} ON contact", SORTS_ANEW, SET_SORTED)
    trigger(
        "contact_listing_turned", f"UPDATE OF {', '.join(STATES)} ON contact", TURNS,
        DROP.format("NEW.id"), ADD_BY_CONTACT,
    )  # fmt: skip
    trigger("contact_listing_gone", "DELETE ON contact", "", DROP.format("OLD.id"))
    trigger("contact_listing_begun", "INSERT ON contact_function", "NEW.ended_at IS NULL", ADD_BY_FUNCTION)
    trigger(
        "contact_listing_moved", "UPDATE OF function, contact_id, ended_at ON contact_function", MOVED,
        DROP_ONE, ADD_BY_FUNCTION,
    )  # fmt: skip
    trigger("contact_listing_ended", "DELETE ON contact_function", "", DROP_ONE)
    trigger("contact_listing_numbered", "INSERT ON contact_number", "", NUMBER_OF_ONE.format("NEW"))
    trigger(
        "contact_listing_renumbered", "UPDATE OF contact_id, function, valid_to, sort_value ON contact_number",
        RENUMBERED, NUMBER_OF_ONE.format("OLD"), MOVED_NUMBER,
    )  # fmt: skip
    trigger("contact_listing_unnumbered", "DELETE ON contact_number", "", NUMBER_OF_ONE.format("OLD"))
    return made


def create(op: Any) -> None:
    """Fill the table from what is there, then keep it."""
    op.execute(FILL)
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)
