"""Fields that the firm adds, their choices and their values.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SORTABLE = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")


def labels() -> list[sa.Column]:
    return [sa.Column(f"label_{one}", sa.String(120), server_default="", nullable=False) for one in ("fr", "en", "de")]


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(30), nullable=False),
        sa.Column("owner", sa.String(40), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("kinds", sa.String(10), server_default="", nullable=False),
        *labels(),
        sa.Column("section", sa.String(120), server_default="", nullable=False),
        sa.Column("decimals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("read_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("personal", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("start", sa.String(500), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("code", name=op.f("uq_custom_field_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "custom_choice",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("field_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        *labels(),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["field_id"], ["custom_field.id"], name=op.f("fk_custom_choice_field_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_choice")),
        sa.UniqueConstraint("field_id", "code", name=op.f("uq_custom_choice_field_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "custom_value",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("field_id", BIG_ID, nullable=False),
        sa.Column("slot", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=True),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("contact_function_id", BIG_ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("folded", SORTABLE, nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("yes", sa.Boolean(), nullable=True),
        sa.Column("choice_id", BIG_ID, nullable=True),
        sa.CheckConstraint(
            "(contact_id IS NULL) <> (contact_function_id IS NULL)", name=op.f("ck_custom_value_one_owner")
        ),
        sa.ForeignKeyConstraint(["field_id"], ["custom_field.id"], name=op.f("fk_custom_value_field_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_custom_value_contact_id")),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_custom_value_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_function_id"], ["contact_function.id"], name=op.f("fk_custom_value_contact_function_id")
        ),
        sa.ForeignKeyConstraint(["choice_id"], ["custom_choice.id"], name=op.f("fk_custom_value_choice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_value")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_custom_value_came_from_id", "custom_value", ["came_from_id"])
    op.create_index("uq_custom_value_contact", "custom_value", ["contact_id", "field_id", "slot"], unique=True)
    op.create_index(
        "uq_custom_value_function", "custom_value", ["contact_function_id", "field_id", "slot"], unique=True
    )
    for name, column in (
        ("text", "folded"), ("number", "number"), ("day", "day"), ("yes", "yes"), ("choice", "choice_id")
    ):  # fmt: skip
        there = sa.text(f"{column} IS NOT NULL")
        columns = ["field_id", column, "contact_id", "contact_function_id"]
        op.create_index(f"ix_custom_value_{name}", "custom_value", columns, sqlite_where=there, postgresql_where=there)
