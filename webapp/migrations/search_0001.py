"""Indexes for search: an FTS5 trigram table kept by triggers on SQLite, pg_trgm on PostgreSQL."""

from __future__ import annotations

from typing import Any

SQLITE = (
    "CREATE VIRTUAL TABLE contact_search USING fts5("
    "search_text, content='contact', content_rowid='id', tokenize='trigram')",
    """CREATE TRIGGER contact_search_insert AFTER INSERT ON contact BEGIN
        INSERT INTO contact_search(rowid, search_text) VALUES (NEW.id, NEW.search_text);
    END""",
    """CREATE TRIGGER contact_search_delete AFTER DELETE ON contact BEGIN
        INSERT INTO contact_search(contact_search, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);
    END""",
    """CREATE TRIGGER contact_search_update AFTER UPDATE OF search_text ON contact
        WHEN OLD.search_text IS NOT NEW.search_text BEGIN
        INSERT INTO contact_search(contact_search, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);
        INSERT INTO contact_search(rowid, search_text) VALUES (NEW.id, NEW.search_text);
    END""",
)
NAMES = "contact_search_names"
INDEXES = ("contact_search_trgm", NAMES)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX contact_search_trgm ON contact USING gin (search_text gin_trgm_ops)",
)


def create(op: Any) -> None:
    """Create the index of the database at hand."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
