"""What plug-ins have written of contacts is found by the search as well (spec A7).

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from webapp.migrations import search_0009

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("plugin_text", sa.Text(), server_default="", nullable=False))
    search_0009.create(op)
