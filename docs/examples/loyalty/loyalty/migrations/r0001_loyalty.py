"""Members and rewards, and the function, for which the database vouches."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0001", None, None, None
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "loyalty_member",
        sa.Column("contact_function_id", BIG_ID, sa.ForeignKey("contact_function.id"), primary_key=True),
        sa.Column("tier", sa.String(40), server_default="", nullable=False),
        sa.Column("points", sa.Integer()),
    )
    op.create_table(
        "loyalty_reward",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("contact_id", BIG_ID, sa.ForeignKey("contact.id"), nullable=False, index=True),
        sa.Column("came_from_id", BIG_ID, sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.UniqueConstraint("contact_id", "name"),
        sqlite_autoincrement=True,
    )
    kinds = sa.table("function_kind", sa.column("key"), sa.column("slot"), sa.column("is_final", sa.Boolean))
    op.bulk_insert(kinds, [{"key": "member", "slot": "member", "is_final": False}])
