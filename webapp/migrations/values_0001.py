"""The tables of what a contact has several of: addresses, bank accounts, consents, e-mails, phones and their kin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def create() -> None:
    """Create them; `contact` is there already."""
    op.create_table(
        "contact_address",
        sa.Column("purpose", sa.String(length=20), server_default="main", nullable=False),
        sa.Column("street", sa.String(length=200), server_default="", nullable=False),
        sa.Column("street2", sa.String(length=200), server_default="", nullable=False),
        sa.Column("postal_code", sa.String(length=20), server_default="", nullable=False),
        sa.Column("city", sa.String(length=120), server_default="", nullable=False),
        sa.Column("region", sa.String(length=120), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning", sa.String(length=40), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_address_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_address_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_address")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_address_came_from_id"), "contact_address", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_address_contact_id"), "contact_address", ["contact_id"], unique=False)
    op.create_table(
        "contact_bank_account",
        sa.Column("holder", sa.String(length=200), server_default="", nullable=False),
        sa.Column("iban", sa.String(length=60), nullable=False),
        sa.Column("normalised", sa.String(length=40), nullable=True),
        sa.Column("bic", sa.String(length=20), server_default="", nullable=False),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning", sa.String(length=40), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_bank_account_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_bank_account_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_bank_account")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_contact_bank_account_came_from_id"), "contact_bank_account", ["came_from_id"], unique=False
    )
    op.create_index(op.f("ix_contact_bank_account_contact_id"), "contact_bank_account", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_bank_account_normalised"), "contact_bank_account", ["normalised"], unique=False)
    op.create_table(
        "contact_consent",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.String(length=40), server_default="", nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_consent_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_consent_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_consent")),
        sa.UniqueConstraint("contact_id", "channel", name=op.f("uq_contact_consent_contact_id_channel")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_consent_came_from_id"), "contact_consent", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_consent_contact_id"), "contact_consent", ["contact_id"], unique=False)
    op.create_table(
        "contact_email",
        sa.Column("type", sa.String(length=20), server_default="work", nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("normalised", sa.String(length=320), nullable=True),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning", sa.String(length=40), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_contact_email_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_email_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_email")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_email_came_from_id"), "contact_email", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_email_contact_id"), "contact_email", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_email_normalised"), "contact_email", ["normalised"], unique=False)
    op.create_table(
        "contact_external_id",
        sa.Column("source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_external_id_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_external_id_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_external_id")),
        sa.UniqueConstraint("source", "value", name=op.f("uq_contact_external_id_source_value")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_external_id_came_from_id"), "contact_external_id", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_external_id_contact_id"), "contact_external_id", ["contact_id"], unique=False)
    op.create_table(
        "contact_phone",
        sa.Column("type", sa.String(length=20), server_default="work", nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("normalised", sa.String(length=20), nullable=True),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning", sa.String(length=40), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_contact_phone_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_phone_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_phone")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_phone_came_from_id"), "contact_phone", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_phone_contact_id"), "contact_phone", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_phone_normalised"), "contact_phone", ["normalised"], unique=False)
    op.create_table(
        "contact_picture",
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_picture_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_picture_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_picture")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_contact_picture_contact_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_picture_came_from_id"), "contact_picture", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_picture_contact_id"), "contact_picture", ["contact_id"], unique=False)
    op.create_table(
        "contact_social_account",
        sa.Column("network", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning", sa.String(length=40), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_social_account_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_social_account_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_social_account")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_contact_social_account_came_from_id"),
        "contact_social_account",
        ["came_from_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contact_social_account_contact_id"), "contact_social_account", ["contact_id"], unique=False
    )
