"""Lost customers are found at once, by their reason too: lists are narrowed to them.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lost = sa.text("lost_on IS NOT NULL")
    op.create_index(
        "ix_customer_lost",
        "customer",
        ["lost_reason", "contact_function_id"],
        sqlite_where=lost,
        postgresql_where=lost,
    )
