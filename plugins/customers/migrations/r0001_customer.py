"""The function customer: its fields, and its kind, which the database vouches for.

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
        "customer",
        sa.Column("contact_function_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("category", sa.String(length=40), server_default="", nullable=False),
        sa.Column("business_type", sa.String(length=10), server_default="", nullable=False),
        sa.Column("payment_term", sa.String(length=40), server_default="", nullable=False),
        sa.Column("payment_method", sa.String(length=40), server_default="", nullable=False),
        sa.Column("shipping_method", sa.String(length=40), server_default="", nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("insured_amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("blocked_notice", sa.String(length=500), server_default="", nullable=False),
        sa.Column("delivery_block", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("invoice_block", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("insolvent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=True),
        sa.Column("tax_override", sa.String(length=60), server_default="", nullable=False),
        sa.Column("debtor_account", sa.String(length=40), server_default="", nullable=False),
        sa.Column("supplier_number_there", sa.String(length=64), server_default="", nullable=False),
        sa.Column("satisfaction", sa.String(length=20), server_default="", nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=True),
        sa.Column("lost_reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("lost_text", sa.Text(), server_default="", nullable=False),
        sa.Column("internal_note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_function_id"], ["contact_function.id"], name=op.f("fk_customer_contact_function_id")
        ),
        sa.PrimaryKeyConstraint("contact_function_id", name=op.f("pk_customer")),
    )
    # ### end Alembic commands ###
    kinds = sa.table("function_kind", sa.column("key"), sa.column("slot"), sa.column("is_final", sa.Boolean))
    op.bulk_insert(kinds, [{"key": "customer", "slot": "buyer", "is_final": True}])
