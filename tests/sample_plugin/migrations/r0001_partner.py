"""Partners, their contracts, and the kind of the function, which the database vouches for.

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
        "partner",
        sa.Column("contact_function_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("level", sa.String(length=40), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("discount", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(length=20), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_function_id"], ["contact_function.id"], name=op.f("fk_partner_contact_function_id")
        ),
        sa.PrimaryKeyConstraint("contact_function_id", name=op.f("pk_partner")),
    )
    op.create_index(op.f("ix_partner_account"), "partner", ["account"])
    op.create_table(
        "partner_contract",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_partner_contract_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_partner_contract_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_contract")),
        sa.UniqueConstraint("contact_id", "title", name=op.f("uq_partner_contract_contact_id_title")),
        sqlite_autoincrement=True,
    )
    for column in ("came_from_id", "contact_id"):
        op.create_index(op.f(f"ix_partner_contract_{column}"), "partner_contract", [column])
    kinds = sa.table("function_kind", sa.column("key"), sa.column("slot"), sa.column("is_final", sa.Boolean))
    op.bulk_insert(kinds, [{"key": "partner", "slot": "partner", "is_final": False}])
