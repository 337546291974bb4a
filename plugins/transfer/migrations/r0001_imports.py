"""Imports, their rows, and saved mappings.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from webapp.api import BigId, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CHECKS = {
    "plan": "plan IN ('', 'error', 'double', 'update', 'create', 'unchanged')",
    "decision": "decision IN ('', 'create', 'update', 'skip')",
    "outcome": "outcome IN ('', 'created', 'updated', 'unchanged', 'skipped', 'refused')",
    "undone": "undone IN ('', 'gone', 'set_back', 'stays')",
}


def text(name: str, size: int | None = None, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length=size) if size else sa.Text(), server_default=default, nullable=False)


def upgrade() -> None:
    op.create_table(
        "transfer_import",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("erased_at", Moment(), nullable=True),
        sa.Column("file_name", sa.String(length=180), nullable=False),
        text("file", 80),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("form", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("headers", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("guessed", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("mapping", sa.JSON(), server_default="{}", nullable=False),
        text("mapping_name", 80),
        sa.Column("match", sa.JSON(), server_default="[]", nullable=False),
        text("doubles", 10, "create"),
        *(sa.Column(name, BigId, nullable=True) for name in ("rehearsal_id", "job_id")),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_transfer_import_user_id")),
        *(
            sa.ForeignKeyConstraint([name], ["job.id"], name=op.f(f"fk_transfer_import_{name}"), ondelete="SET NULL")
            for name in ("rehearsal_id", "job_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_import")),
        sqlite_autoincrement=True,
    )
    for name in ("user_id", "rehearsal_id", "job_id"):
        op.create_index(op.f(f"ix_transfer_import_{name}"), "transfer_import", [name])
    op.create_table(
        "transfer_row",
        sa.Column("import_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), server_default="[]", nullable=False),
        text("broken"),
        text("plan", 10),
        sa.Column("flawed", sa.Boolean(), server_default=sa.false(), nullable=False),
        text("reason"),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.JSON(), server_default="{}", nullable=False),
        text("decision", 10),
        text("outcome", 10),
        text("told"),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        text("undone", 10),
        *(sa.CheckConstraint(check, name=op.f(f"ck_transfer_row_{name}")) for name, check in CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["import_id"], ["transfer_import.id"], name=op.f("fk_transfer_row_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_transfer_row")),
    )
    for name in ("plan", "outcome", "undone"):
        op.create_index(f"ix_transfer_row_{name}", "transfer_row", ["import_id", name, "number"])
    flawed = sa.text("flawed")
    op.create_index(
        "ix_transfer_row_flawed", "transfer_row", ["import_id", "number"],
        sqlite_where=flawed, postgresql_where=flawed,
    )  # fmt: skip
    decided = sa.text("decision <> ''")
    op.create_index(
        "ix_transfer_row_decision", "transfer_row", ["import_id", "plan", "decision"],
        sqlite_where=decided, postgresql_where=decided,
    )  # fmt: skip
    op.create_index("ix_transfer_row_contact_id", "transfer_row", ["contact_id"])
    op.create_table(
        "transfer_mapping",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=100), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("used_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_transfer_mapping_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_mapping")),
        sa.UniqueConstraint("folded", name=op.f("uq_transfer_mapping_folded")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_transfer_mapping_digest"), "transfer_mapping", ["digest"])
    op.create_index(op.f("ix_transfer_mapping_user_id"), "transfer_mapping", ["user_id"])
