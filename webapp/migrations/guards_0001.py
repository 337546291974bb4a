"""The guards of C4: a final function (customer) is never left, whatever SQL is typed.

Refused on both engines: changing what function a row is; ending a final one's row or giving it to another
contact, unless the same statement names a merge or the undo of one; deleting it while its contact exists; a
second live row in one slot (so no live prospect beside a live customer), also by SQLite's OR REPLACE, which
would silently delete the first.
"""

from __future__ import annotations

from typing import Any

NAMES_A_MERGE = """(
    (NEW.merge_id IS NOT NULL AND (OLD.merge_id IS NULL OR NEW.merge_id <> OLD.merge_id))
    OR (OLD.merge_id IS NOT NULL AND NEW.undone_merge_id = OLD.merge_id
        AND (OLD.undone_merge_id IS NULL OR OLD.undone_merge_id <> NEW.undone_merge_id))
)"""
LEAVES = f"""OLD.is_final AND NOT {NAMES_A_MERGE} AND (
    NEW.contact_id <> OLD.contact_id
    OR (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL)
)"""
IS_ANOTHER = "(NEW.function <> OLD.function OR NEW.slot <> OLD.slot OR NEW.is_final <> OLD.is_final OR NEW.id <> OLD.id)"
SLOT_TAKEN = """NEW.ended_at IS NULL AND EXISTS (
    SELECT 1 FROM contact_function other
    WHERE other.contact_id = NEW.contact_id AND other.slot = NEW.slot
      AND other.ended_at IS NULL AND other.id <> {own_id}
)"""
CONTACT_THERE = "EXISTS (SELECT 1 FROM contact WHERE contact.id = OLD.contact_id)"

ANOTHER = "C4: a contact function is never changed into another one"
KEPT = "C4: a final contact function ends or moves only by a merge or its undo"
DELETED = "C4: a final contact function is not deleted while its contact exists"
TAKEN = "C4: this contact already has a live function in this slot"


def _sqlite() -> list[str]:
    def trigger(name: str, when: str, condition: str, message: str) -> str:
        return (
            f"CREATE TRIGGER {name} BEFORE {when} ON contact_function WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    return [
        trigger("contact_function_another", "UPDATE", IS_ANOTHER, ANOTHER),
        trigger("contact_function_kept", "UPDATE", LEAVES, KEPT),
        trigger("contact_function_deleted", "DELETE", f"OLD.is_final AND {CONTACT_THERE}", DELETED),
        # Before an insert the new id is not known yet: SQLite says -1, which no row has.
        trigger("contact_function_taken", "INSERT", SLOT_TAKEN.format(own_id="-1"), TAKEN),
        trigger("contact_function_retaken", "UPDATE", SLOT_TAKEN.format(own_id="OLD.id"), TAKEN),
    ]


def _postgresql() -> list[str]:
    return [
        f"""CREATE FUNCTION contact_function_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.is_final AND {CONTACT_THERE} THEN
                    RAISE EXCEPTION '{DELETED}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN OLD;
            END IF;
            IF TG_OP = 'UPDATE' THEN
                IF {IS_ANOTHER} THEN
                    RAISE EXCEPTION '{ANOTHER}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF {LEAVES} THEN
                    RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
            END IF;
            RETURN NEW;
        END $$""",
        "CREATE TRIGGER contact_function_guard BEFORE UPDATE OR DELETE ON contact_function "
        "FOR EACH ROW EXECUTE FUNCTION contact_function_guard()",
    ]


def create(op: Any) -> None:
    """Create the triggers of the database at hand; on PostgreSQL the unique index alone keeps a slot's one live row."""
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)
