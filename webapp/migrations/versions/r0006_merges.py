"""Merges are remembered, and the database asks for them where a final function moves (spec E, C4).

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from webapp.db import BigId, Moment
from webapp.migrations import merging_0006

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("main_id", BigId, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("way", sa.String(length=20), server_default="form", nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["main_id"], ["contact.id"], name=op.f("fk_contact_merge_main_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_contact_merge_user_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user_account.id"], name=op.f("fk_contact_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
        sqlite_autoincrement=True,
    )
    for column in ("main_id", "user_id", "undone_by_id"):
        op.create_index(op.f(f"ix_contact_merge_{column}"), "contact_merge", [column])
    op.create_table(
        "contact_merge_absorbed",
        sa.Column("merge_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["contact_merge.id"], name=op.f("fk_contact_merge_absorbed_merge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_merge_absorbed_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("merge_id", "contact_id", name=op.f("pk_contact_merge_absorbed")),
    )
    op.create_index(op.f("ix_contact_merge_absorbed_contact_id"), "contact_merge_absorbed", ["contact_id"])
    merging_0006.create(op)
