"""The search's indexes with a second column, for what plug-ins have written of contacts (spec A7)."""

from __future__ import annotations

from typing import Any

SQLITE = (
    *(f"DROP TRIGGER contact_search_{event}" for event in ("insert", "delete", "update")),
    "DROP TABLE contact_search",
    "CREATE VIRTUAL TABLE contact_search USING fts5("
    "search_text, plugin_text, content='contact', content_rowid='id', tokenize='trigram')",
    """CREATE TRIGGER contact_search_insert AFTER INSERT ON contact BEGIN
        INSERT INTO contact_search(rowid, search_text, plugin_text)
        VALUES (NEW.id, NEW.search_text, NEW.plugin_text);
    END""",
    """CREATE TRIGGER contact_search_delete AFTER DELETE ON contact BEGIN
        INSERT INTO contact_search(contact_search, rowid, search_text, plugin_text)
        VALUES ('delete', OLD.id, OLD.search_text, OLD.plugin_text);
    END""",
    """CREATE TRIGGER contact_search_update AFTER UPDATE OF search_text, plugin_text ON contact
        WHEN OLD.search_text IS NOT NEW.search_text OR OLD.plugin_text IS NOT NEW.plugin_text BEGIN
        INSERT INTO contact_search(contact_search, rowid, search_text, plugin_text)
        VALUES ('delete', OLD.id, OLD.search_text, OLD.plugin_text);
        INSERT INTO contact_search(rowid, search_text, plugin_text)
        VALUES (NEW.id, NEW.search_text, NEW.plugin_text);
    END""",
    "INSERT INTO contact_search(contact_search) VALUES ('rebuild')",
)
INDEX = "contact_plugin_text_trgm"
POSTGRESQL = (
    f"CREATE INDEX {INDEX} ON contact USING gin (plugin_text gin_trgm_ops)",
    # As with search_text: how often a word occurs decides how it is looked for.
    "ALTER TABLE contact ALTER COLUMN plugin_text SET STATISTICS 1000",
)


def create(op: Any) -> None:
    """Make the index of the database at hand anew, once the column is there."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
