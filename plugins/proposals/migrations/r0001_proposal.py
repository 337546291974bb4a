"""Proposals, their lines, earlier versions, links and answers.

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
NUMBERED = sa.text("number <> ''")
ACCEPTED = sa.text("kind = 'accepted'")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("number", sa.String(length=64), server_default="", nullable=False),
        sa.Column("sort_number", sa.String(length=200), server_default="", nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("introduction", sa.Text(), server_default="", nullable=False),
        sa.Column("closing", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("sort_day", sa.Date(), server_default="9999-12-31", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="draft", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("net", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gross", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("responsible_id", BIG_ID, nullable=True),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'accepted', 'declined', 'withdrawn')", name=op.f("ck_proposal_state")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_proposal_contact_id")),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_proposal_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["user_account.id"], name=op.f("fk_proposal_responsible_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_proposal_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_proposal_number", "proposal", ["number"], unique=True, sqlite_where=NUMBERED, postgresql_where=NUMBERED
    )
    for name, columns in {
        "ix_proposal_contact_id_id": ["contact_id", "id"],
        "ix_proposal_state_valid_until": ["state", "valid_until", "currency", "gross"],
        "ix_proposal_state_decided_at": ["state", "decided_at"],
        "ix_proposal_sort_number": ["sort_number", "id"],
        "ix_proposal_gross": ["gross", "id"],
        "ix_proposal_sort_day": ["sort_day", "id"],
        "ix_proposal_came_from_id": ["came_from_id"],
        "ix_proposal_responsible_id": ["responsible_id"],
        "ix_proposal_created_by_id": ["created_by_id"],
    }.items():
        op.create_index(op.f(name), "proposal", columns)
    op.create_table(
        "proposal_line",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), server_default="", nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.Integer(), server_default="0", nullable=False),
        sa.Column("vat_rate", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_line_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_proposal_line_proposal_id"), "proposal_line", ["proposal_id", "position"])
    op.create_table(
        "proposal_version",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_version_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_version")),
        sa.UniqueConstraint("proposal_id", "revision", name=op.f("uq_proposal_version_proposal_id_revision")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "proposal_link",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_link_proposal_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_proposal_link_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_proposal_link_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_proposal_link_proposal_id"), "proposal_link", ["proposal_id"])
    op.create_index(op.f("ix_proposal_link_created_by_id"), "proposal_link", ["created_by_id"])
    op.create_table(
        "proposal_answer",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("link_id", BIG_ID, nullable=True),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("statement", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.String(length=45), server_default="", nullable=False),
        sa.Column("agent", sa.String(length=300), server_default="", nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('accepted', 'declined')", name=op.f("ck_proposal_answer_kind")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_answer_proposal_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_proposal_answer_user_id")),
        sa.ForeignKeyConstraint(["link_id"], ["proposal_link.id"], name=op.f("fk_proposal_answer_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_answer")),
        sa.UniqueConstraint("proposal_id", "revision", name=op.f("uq_proposal_answer_proposal_id_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_proposal_answer_accepted", "proposal_answer", ["proposal_id"],
        unique=True, sqlite_where=ACCEPTED, postgresql_where=ACCEPTED,
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_answer_user_id"), "proposal_answer", ["user_id"])
    op.create_index(op.f("ix_proposal_answer_link_id"), "proposal_answer", ["link_id"])
