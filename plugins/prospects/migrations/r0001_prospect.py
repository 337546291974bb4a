"""The function prospect: its fields, and its kind, which the database vouches for.

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
        "prospect",
        sa.Column("contact_function_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=20), server_default="new", nullable=False),
        sa.Column("rating", sa.String(length=10), server_default="", nullable=False),
        sa.Column("source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("stage", sa.String(length=40), server_default="", nullable=False),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("expected_revenue", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("loss_reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("loss_text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_function_id"], ["contact_function.id"], name=op.f("fk_prospect_contact_function_id")
        ),
        sa.PrimaryKeyConstraint("contact_function_id", name=op.f("pk_prospect")),
    )
    # ### end Alembic commands ###
    kinds = sa.table("function_kind", sa.column("key"), sa.column("slot"), sa.column("is_final", sa.Boolean))
    op.bulk_insert(kinds, [{"key": "prospect", "slot": "buyer", "is_final": False}])
