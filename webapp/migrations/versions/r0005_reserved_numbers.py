"""Numbers are kept apart in the database across functions that share a range, too (spec F3).

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_number", sa.Column("reserved", sa.String(length=40), nullable=True))
    # What is there was kept apart by function, and stays so: two lists may hold the same number for two firms.
    op.execute("UPDATE contact_number SET reserved = function")
    op.create_index("ix_contact_number_reserved", "contact_number", ["reserved", "folded"], unique=True)
