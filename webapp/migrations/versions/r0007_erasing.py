"""A line of history says which other contact it names, so that the name can go with that one (spec D5).

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from webapp.db import BigId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite adds no column with a constraint that has a name: the table is written anew.
    with op.batch_alter_table("history_entry", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("about_id", BigId, nullable=True))
        table.create_foreign_key(
            op.f("fk_history_entry_about_id"), "contact", ["about_id"], ["id"], ondelete="SET NULL"
        )
    there = sa.text("about_id IS NOT NULL")
    op.create_index(
        op.f("ix_history_entry_about_id"), "history_entry", ["about_id"], sqlite_where=there, postgresql_where=there
    )
