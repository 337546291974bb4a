"""The steps of merges, by which they are taken back.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "merge_step",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("merge_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("table", sa.String(length=80), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["contact_merge.id"], name=op.f("fk_merge_step_merge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_step")),
        sa.UniqueConstraint("merge_id", "position", name=op.f("uq_merge_step_merge_id_position")),
        sqlite_autoincrement=True,
    )
