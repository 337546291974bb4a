"""What stands in creditor_account is found at once: numbers of a range are not given twice.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    filled = sa.text("creditor_account <> ''")
    op.create_index(
        "ix_supplier_creditor_account", "supplier", ["creditor_account"], sqlite_where=filled, postgresql_where=filled
    )
