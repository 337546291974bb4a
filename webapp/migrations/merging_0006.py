"""The guards of C4 ask for the merge that a statement names: it must be there, hold, and lead to that contact.

A final function's row moves to another contact, or ends, only by a merge into the contact that it then belongs to;
it goes back, or lives again, only by the undo of that merge. So no number that somebody made up opens the way.
"""

from __future__ import annotations

from typing import Any

from webapp.migrations import guards_0001 as guards
from webapp.migrations import listing_0004 as listing

NAMES_A_MERGE = """(
    (NEW.merge_id IS NOT NULL AND (OLD.merge_id IS NULL OR NEW.merge_id <> OLD.merge_id) AND EXISTS (
        SELECT 1 FROM contact_merge m
        WHERE m.id = NEW.merge_id AND m.undone_at IS NULL AND m.main_id = NEW.contact_id))
    OR (OLD.merge_id IS NOT NULL AND NEW.undone_merge_id IS NOT NULL AND NEW.undone_merge_id = OLD.merge_id
        AND (OLD.undone_merge_id IS NULL OR OLD.undone_merge_id <> NEW.undone_merge_id) AND EXISTS (
        SELECT 1 FROM contact_merge m
        WHERE m.id = NEW.undone_merge_id AND m.undone_at IS NOT NULL AND m.main_id = OLD.contact_id
          AND (NEW.contact_id = m.main_id OR EXISTS (
            SELECT 1 FROM contact_merge_absorbed a WHERE a.merge_id = m.id AND a.contact_id = NEW.contact_id))))
)"""
LEAVES = guards.LEAVES.replace(guards.NAMES_A_MERGE, NAMES_A_MERGE)


# A row that has ended is no line of a list: where the undo of a merge gives it to another contact, and lets it live
# again, the contact that had it keeps the line of its own function.
DROP_LIVE = f"{listing.DROP_ONE} AND OLD.ended_at IS NULL"
LINES = {
    "contact_listing_moved": (
        "AFTER UPDATE OF function, contact_id, ended_at ON contact_function "
        f"WHEN {listing.MOVED.format('NOT')} BEGIN {DROP_LIVE}; {listing.ADD_ONE}; END"
    ),
    "contact_listing_ended": f"AFTER DELETE ON contact_function BEGIN {DROP_LIVE}; END",
}
"""On SQLite; PostgreSQL's triggers ask for live rows already."""


def create(op: Any) -> None:
    """Put the stricter guard into the place of the first one, and let lists follow rows that come to life elsewhere."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER contact_function_kept")
        op.execute(
            f"CREATE TRIGGER contact_function_kept BEFORE UPDATE ON contact_function WHEN {LEAVES} "
            f"BEGIN SELECT RAISE(ABORT, '{guards.KEPT}'); END"
        )
        for name, body in LINES.items():
            op.execute(f"DROP TRIGGER {name}")
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    op.execute(guards.guard(LEAVES).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
