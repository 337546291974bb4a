"""When the mail server did not take the letter with a link.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposal_link", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
