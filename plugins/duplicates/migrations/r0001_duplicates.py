"""Keys of contacts, pairs that may be one contact, what was learnt, and the scans.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEYS = tuple(f"key_{number}" for number in range(1, 13))


def upgrade() -> None:
    op.create_table(
        "double_key",
        sa.Column("contact_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.SmallInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        *(sa.Column(key, sa.BigInteger(), nullable=True) for key in KEYS),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_double_key_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "place", name=op.f("pk_double_key")),
        sqlite_with_rowid=False,
    )
    for key in KEYS:
        where = sa.text(f"{key} IS NOT NULL")
        op.create_index(f"ix_double_key_{key}", "double_key", [key], sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_double_key_made"), "double_key", ["made"])
    op.create_table(
        "double_pair",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("low_id", BIG_ID, nullable=False),
        sa.Column("high_id", BIG_ID, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("scan_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_double_pair_order")),
        sa.CheckConstraint("state IN ('open', 'later', 'apart')", name=op.f("ck_double_pair_state")),
        sa.ForeignKeyConstraint(["low_id"], ["contact.id"], name=op.f("fk_double_pair_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["contact.id"], name=op.f("fk_double_pair_high_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_double_pair_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_pair")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_double_pair_low_id_high_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_double_pair_state", "double_pair", ["state", "score", "id"])
    op.create_index(op.f("ix_double_pair_high_id"), "double_pair", ["high_id"])
    op.create_index(op.f("ix_double_pair_decided_by_id"), "double_pair", ["decided_by_id"])
    op.create_table(
        "double_model",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rules", sa.SmallInteger(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("learnt", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_double_model")),
    )
    op.create_table(
        "double_scan",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_loading", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("plan", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("steps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mark", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("contacts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("compared", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_double_scan_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_scan")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_double_scan_user_id"), "double_scan", ["user_id"])
