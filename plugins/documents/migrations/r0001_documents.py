"""Documents and the files that were sent with them.

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


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_stored_file_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "document",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("file_id", BIG_ID, nullable=True),
        sa.Column("file_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("term_country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("term_years", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_document_contact_id")),
        sa.ForeignKeyConstraint(["came_from_id"], ["contact.id"], name=op.f("fk_document_came_from_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_document_contact_id_dated_on", "document", ["contact_id", "dated_on", "id"])
    op.create_index("ix_document_contact_id_kept_until", "document", ["contact_id", "kept_until"])
    op.create_index(op.f("ix_document_came_from_id"), "document", ["came_from_id"])
    op.create_index(op.f("ix_document_file_id"), "document", ["file_id"])
