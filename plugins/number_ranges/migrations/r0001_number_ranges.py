"""Number ranges; the common one begins beyond the highest number of its form that there is.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST, LENGTH = 10_001, 5


def upgrade() -> None:
    op.create_table(
        "number_range_value",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("range", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=40), server_default="", nullable=False),
        sa.Column("suffix", sa.String(length=40), server_default="", nullable=False),
        sa.Column("length", sa.Integer(), server_default="5", nullable=False),
        sa.Column("step", sa.Integer(), server_default="1", nullable=False),
        sa.Column("restart", sa.String(length=10), server_default="never", nullable=False),
        sa.Column("first", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("top", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.String(length=7), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("manual", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("step > 0", name=op.f("ck_number_range_value_forward")),
        sa.CheckConstraint("length BETWEEN 1 AND 15", name=op.f("ck_number_range_value_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_range_value")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_number_range_value_range"), "number_range_value", ["range"], unique=False)
    op.create_table(
        "number_gap",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("range", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=60), nullable=False),
        sa.Column("suffix", sa.String(length=60), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_number_gap_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_gap")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_number_gap_range"), "number_gap", ["range"], unique=False)
    op.create_index(op.f("ix_number_gap_user_id"), "number_gap", ["user_id"], unique=False)
    op.create_table(
        "number_block",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("range", sa.String(length=40), nullable=False),
        sa.Column("first", sa.String(length=60), nullable=False),
        sa.Column("last", sa.String(length=60), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_number_block_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_block")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_number_block_range"), "number_block", ["range"], unique=False)
    op.create_index(op.f("ix_number_block_user_id"), "number_block", ["user_id"], unique=False)
    values = sa.table(
        "number_range_value",
        *(sa.column(name) for name in ("range", "length", "next", "begins", "top")),
    )
    top = _highest()
    begins = max(FIRST, (top or 0) + 1)
    op.bulk_insert(values, [{"range": "common", "length": LENGTH, "next": begins, "begins": begins, "top": top}])


def _highest() -> int | None:
    """The highest number of five digits that a contact has or had; one that leaves no room after it is passed over."""
    found = op.get_bind().execute(
        sa.text("SELECT folded FROM contact_number WHERE length(folded) = 5 AND folded < '99000' ORDER BY folded DESC"),
        execution_options={"yield_per": 1000},
    )
    highest = next((int(row.folded) for row in found if row.folded.isascii() and row.folded.isdecimal()), None)
    found.close()
    return highest
