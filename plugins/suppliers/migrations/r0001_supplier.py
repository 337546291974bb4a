"""The function supplier: its fields, and its kind, which the database vouches for.

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
        "supplier",
        sa.Column("contact_function_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("order_block", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("customer_number_there", sa.String(length=64), server_default="", nullable=False),
        sa.Column("payment_term", sa.String(length=40), server_default="", nullable=False),
        sa.Column("payment_method", sa.String(length=40), server_default="", nullable=False),
        sa.Column("shipping_method", sa.String(length=40), server_default="", nullable=False),
        sa.Column("minimum_order", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("tax_override", sa.String(length=60), server_default="", nullable=False),
        sa.Column("creditor_account", sa.String(length=40), server_default="", nullable=False),
        sa.Column("internal_note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_function_id"], ["contact_function.id"], name=op.f("fk_supplier_contact_function_id")
        ),
        sa.PrimaryKeyConstraint("contact_function_id", name=op.f("pk_supplier")),
    )
    # ### end Alembic commands ###
    kinds = sa.table("function_kind", sa.column("key"), sa.column("slot"), sa.column("is_final", sa.Boolean))
    op.bulk_insert(kinds, [{"key": "supplier", "slot": "supplier", "is_final": False}])
