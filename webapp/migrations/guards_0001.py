"""The guards of C4: a final function (customer) is never left, whatever SQL is typed.

Refused on both engines: changing what function a row is; ending a final one's row or giving it to another
contact, unless the same statement names a merge or the undo of one; deleting it while its contact exists; a
second live row in one slot (so no live prospect beside a live customer); and the ways around: replacing a
row or its contact by another of the same id, and changing the kinds of functions themselves.

SQLite trusts nobody: a connection without our pragmas checks no foreign key and lets OR REPLACE delete
without asking the delete triggers, so its triggers vouch for both themselves. PostgreSQL has TRUNCATE.
"""

from __future__ import annotations

from typing import Any

# Each part is true or false, never NULL: a condition that is NULL would let the statement pass.
NAMES_A_MERGE = """(
    (NEW.merge_id IS NOT NULL AND (OLD.merge_id IS NULL OR NEW.merge_id <> OLD.merge_id))
    OR (OLD.merge_id IS NOT NULL AND NEW.undone_merge_id IS NOT NULL AND NEW.undone_merge_id = OLD.merge_id
        AND (OLD.undone_merge_id IS NULL OR OLD.undone_merge_id <> NEW.undone_merge_id))
)"""
LEAVES = f"""OLD.is_final AND NOT {NAMES_A_MERGE} AND (
    NEW.contact_id <> OLD.contact_id
    OR (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL)
)"""
# A NULL that OR REPLACE turns into the column's default is a change too, so no plain comparison.
IS_ANOTHER = """(
    NEW.id <> OLD.id OR COALESCE(NEW.function, '') <> OLD.function OR COALESCE(NEW.slot, '') <> OLD.slot
    OR NEW.is_final IS NULL OR NEW.is_final <> OLD.is_final
)"""
SLOT_TAKEN = """NEW.ended_at IS NULL AND EXISTS (
    SELECT 1 FROM contact_function other
    WHERE other.contact_id = NEW.contact_id AND other.slot = NEW.slot
      AND other.ended_at IS NULL AND other.id <> {own_id}
)"""
CONTACT_THERE = "EXISTS (SELECT 1 FROM contact WHERE contact.id = OLD.contact_id)"
UNKNOWN_KIND = """NOT EXISTS (
    SELECT 1 FROM function_kind kind
    WHERE kind.key = NEW.function AND kind.slot = NEW.slot AND kind.is_final = NEW.is_final
)"""
KIND_USED = "EXISTS (SELECT 1 FROM contact_function WHERE contact_function.function = OLD.key)"

ANOTHER = "C4: a contact function is never changed into another one"
KEPT = "C4: a final contact function ends or moves only by a merge or its undo"
DELETED = "C4: a final contact function is not deleted while its contact exists"
TAKEN = "C4: this contact already has a live function in this slot"
REPLACED = "C4: a row is never replaced by another of the same id"
KIND = "C4: slot and finality of a function are those of its kind"
KIND_FIXED = "C4: the kind of a contact function is never changed"


def _sqlite() -> list[str]:
    def trigger(name: str, when: str, condition: str, message: str, table: str = "contact_function") -> str:
        return (
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    def replaced(table: str, key: str) -> str:
        return f"EXISTS (SELECT 1 FROM {table} old_one WHERE old_one.{key} = NEW.{key})"

    return [
        trigger("contact_function_another", "UPDATE", IS_ANOTHER, ANOTHER),
        trigger("contact_function_kept", "UPDATE", LEAVES, KEPT),
        trigger("contact_function_deleted", "DELETE", f"OLD.is_final AND {CONTACT_THERE}", DELETED),
        # Before an insert a new id is not known yet: SQLite says -1, which no row has.
        trigger("contact_function_taken", "INSERT", SLOT_TAKEN.format(own_id="-1"), TAKEN),
        trigger("contact_function_retaken", "UPDATE", SLOT_TAKEN.format(own_id="OLD.id"), TAKEN),
        trigger("contact_function_replaced", "INSERT", replaced("contact_function", "id"), REPLACED),
        trigger("contact_function_kind", "INSERT", UNKNOWN_KIND, KIND),
        trigger("contact_replaced", "INSERT", replaced("contact", "id"), REPLACED, "contact"),
        trigger("contact_renumbered", "UPDATE", "NEW.id <> OLD.id", REPLACED, "contact"),
        trigger("function_kind_replaced", "INSERT", replaced("function_kind", "key"), KIND_FIXED, "function_kind"),
        trigger("function_kind_changed", "UPDATE", "TRUE", KIND_FIXED, "function_kind"),
        trigger("function_kind_deleted", "DELETE", KIND_USED, KIND_FIXED, "function_kind"),
    ]


def refuse(message: str) -> str:
    """The statement with which PostgreSQL refuses."""
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"


def guard(leaves: str) -> str:
    """PostgreSQL's guard of functions; `leaves` is when a final one would be left."""
    return f"""CREATE FUNCTION contact_function_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                {refuse(DELETED)}
            END IF;
            IF TG_OP = 'DELETE' THEN
                IF OLD.is_final AND {CONTACT_THERE} THEN
                    {refuse(DELETED)}
                END IF;
                RETURN OLD;
            END IF;
            IF {IS_ANOTHER} THEN
                {refuse(ANOTHER)}
            END IF;
            IF {leaves} THEN
                {refuse(KEPT)}
            END IF;
            RETURN NEW;
        END $$"""


def _postgresql() -> list[str]:
    return [
        guard(LEAVES),
        "CREATE TRIGGER contact_function_guard BEFORE UPDATE OR DELETE ON contact_function "
        "FOR EACH ROW EXECUTE FUNCTION contact_function_guard()",
        "CREATE TRIGGER contact_function_truncated BEFORE TRUNCATE ON contact_function "
        "FOR EACH STATEMENT EXECUTE FUNCTION contact_function_guard()",
        f"""CREATE FUNCTION function_kind_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {refuse(KIND_FIXED)}
        END $$""",
        "CREATE TRIGGER function_kind_guard BEFORE UPDATE ON function_kind "
        "FOR EACH ROW EXECUTE FUNCTION function_kind_guard()",
    ]


def create(op: Any) -> None:
    """Create the triggers of the database at hand.

    On PostgreSQL foreign keys and the unique index of live rows hold what SQLite's other triggers do.
    """
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)
