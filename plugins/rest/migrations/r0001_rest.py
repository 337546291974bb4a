"""Requests that may come twice.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rest_keyed_request",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), server_default="", nullable=False),
        sa.Column("data_protection", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rest_keyed_request")),
    )
    op.create_index(op.f("ix_rest_keyed_request_at"), "rest_keyed_request", ["at"], unique=False)
