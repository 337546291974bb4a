"""Cases of data protection and their certificates.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from webapp.api import BigId, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = {"contact_number": 60, "channel": 20, "requester": 200, "email": 320}
    op.create_table(
        "privacy_case",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("came_from_id", BigId, nullable=True),
        *(sa.Column(name, sa.String(length=size), server_default="", nullable=False) for name, size in texts.items()),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("extension_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("decision", sa.String(length=12), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("goes", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("stays", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("responsible_id", BigId, nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_privacy_case_state")),
        sa.CheckConstraint("decision IN ('', 'delete', 'anonymise', 'refuse')", name=op.f("ck_privacy_case_decision")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_privacy_case_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_privacy_case_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["user_account.id"], name=op.f("fk_privacy_case_responsible_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_privacy_case_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_case")),
        sqlite_autoincrement=True,
    )
    for column in ("contact_id", "came_from_id", "responsible_id", "decided_by_id"):
        op.create_index(op.f(f"ix_privacy_case_{column}"), "privacy_case", [column])
    op.create_index("ix_privacy_case_state_due", "privacy_case", ["state", "due_on", "id"])
