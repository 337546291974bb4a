"""Whose a table is stays known when the plug-in's package is gone (spec I1); filled with each upgrade.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plugin_table",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_plugin_table")),
    )
    op.create_index(op.f("ix_plugin_table_plugin"), "plugin_table", ["plugin"])
