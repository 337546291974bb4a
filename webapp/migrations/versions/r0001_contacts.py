"""Contacts, functions, history, users, value lists, settings; search; the guards of C4.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from webapp.migrations import guards_0001, search_0001, values_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def sortable(length: int) -> sa.String:
    """Folded text that both engines sort by its code points."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


LIVE = "deleted_at IS NULL AND merged_into_id IS NULL AND anonymised_at IS NULL AND archived_at IS NULL"


def partial(name: str, where: str, *columns: str) -> None:
    """An index of `contact` over the rows that fulfil a condition."""
    condition = sa.text(where)
    op.create_index(name, "contact", list(columns), sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "function_kind",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("is_final", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_function_kind")),
        sa.UniqueConstraint("key", "slot", "is_final", name=op.f("uq_function_kind_key_slot_is_final")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "tag",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("folded", name=op.f("uq_tag_folded")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "user_account",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("data_protection", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=5), server_default="", nullable=False),
        sa.Column("theme", sa.String(length=10), server_default="system", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "role IN ('reader', 'editor', 'manager', 'administrator')", name=op.f("ck_user_account_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "value_list_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label_fr", sa.String(length=120), nullable=False),
        sa.Column("label_en", sa.String(length=120), nullable=False),
        sa.Column("label_de", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_list_item")),
        sa.UniqueConstraint("list", "code", name=op.f("uq_value_list_item_list_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "contact",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("salutation", sa.String(length=20), server_default="", nullable=False),
        sa.Column("title", sa.String(length=40), server_default="", nullable=False),
        sa.Column("first_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("middle_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("last_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("company_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("company_name2", sa.String(length=200), server_default="", nullable=False),
        sa.Column("legal_form", sa.String(length=40), server_default="", nullable=False),
        sa.Column("website", sa.String(length=500), server_default="", nullable=False),
        sa.Column("language", sa.String(length=5), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("vat_id", sa.String(length=40), server_default="", nullable=False),
        sa.Column("vat_id_normalised", sa.String(length=40), nullable=True),
        sa.Column("tax_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("category", sa.String(length=40), server_default="", nullable=False),
        sa.Column("source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("responsible_id", BIG_ID, nullable=True),
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("warnings", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("sort_name", sortable(400), server_default="", nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.String(length=120), server_default="", nullable=False),
        sa.Column("sort_city", sortable(160), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("merged_into_id", BIG_ID, nullable=True),
        sa.Column("anonymised_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind IN ('person', 'company')", name=op.f("ck_contact_kind")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["contact.id"], name=op.f("fk_contact_merged_into_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["contact.id"], name=op.f("fk_contact_parent_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["user_account.id"], name=op.f("fk_contact_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_autoincrement=True,
    )
    for column in ("sort_name", "sort_city", "updated_at"):
        partial(f"ix_contact_live_{column}", LIVE, column, "id")
    for column in ("responsible_id", "parent_id", "archived_at", "deleted_at", "merged_into_id", "vat_id_normalised"):
        partial(f"ix_contact_{column}", f"{column} IS NOT NULL", column)
    values_0001.create()
    op.create_table(
        "contact_function",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("is_final", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by_id", BIG_ID, nullable=True),
        sa.Column("started_way", sa.String(length=20), server_default="form", nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", BIG_ID, nullable=True),
        sa.Column("ended_way", sa.String(length=20), nullable=True),
        sa.Column("ended_how", sa.String(length=20), nullable=True),
        sa.Column("converted_to_id", BIG_ID, nullable=True),
        sa.Column("merge_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_merge_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_function_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_function_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["converted_to_id"],
            ["contact_function.id"],
            name=op.f("fk_contact_function_converted_to_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user_account.id"], name=op.f("fk_contact_function_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["function", "slot", "is_final"],
            ["function_kind.key", "function_kind.slot", "function_kind.is_final"],
            name="fk_contact_function_kind",
        ),
        sa.ForeignKeyConstraint(["started_by_id"], ["user_account.id"], name=op.f("fk_contact_function_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_function")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_function_came_from_id"), "contact_function", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_function_contact_id"), "contact_function", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_function_converted_to_id"), "contact_function", ["converted_to_id"], unique=False)
    op.create_index(op.f("ix_contact_function_ended_by_id"), "contact_function", ["ended_by_id"], unique=False)
    op.create_index(
        "ix_contact_function_live",
        "contact_function",
        ["function", "contact_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_contact_function_started_by_id"), "contact_function", ["started_by_id"], unique=False)
    op.create_index(
        "uq_contact_function_live",
        "contact_function",
        ["contact_id", "slot"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "contact_link",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("party_id", BIG_ID, nullable=False),
        sa.Column("person_came_from_id", BIG_ID, nullable=True),
        sa.Column("party_came_from_id", BIG_ID, nullable=True),
        sa.Column("role", sa.String(length=120), server_default="", nullable=False),
        sa.Column("department", sa.String(length=120), server_default="", nullable=False),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_invoice_recipient", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active_from", sa.Date(), nullable=True),
        sa.Column("active_to", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("person_id <> party_id", name=op.f("ck_contact_link_not_itself")),
        sa.ForeignKeyConstraint(
            ["party_came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_link_party_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contact.id"], name=op.f("fk_contact_link_party_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_came_from_id"],
            ["contact.id"],
            name=op.f("fk_contact_link_person_came_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["contact.id"], name=op.f("fk_contact_link_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_link")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_link_party_came_from_id"), "contact_link", ["party_came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_link_party_id"), "contact_link", ["party_id"], unique=False)
    op.create_index(op.f("ix_contact_link_person_came_from_id"), "contact_link", ["person_came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_link_person_id"), "contact_link", ["person_id"], unique=False)
    op.create_index(
        "uq_contact_link_open",
        "contact_link",
        ["person_id", "party_id"],
        unique=True,
        sqlite_where=sa.text("active_to IS NULL"),
        postgresql_where=sa.text("active_to IS NULL"),
    )
    op.create_index(
        "uq_contact_link_primary",
        "contact_link",
        ["party_id"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "contact_number",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=True),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_to", MOMENT, nullable=True),
        sa.Column("origin", sa.String(length=20), server_default="typed", nullable=False),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_contact_number_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_number_contact_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_number")),
        sa.UniqueConstraint("function", "folded", name=op.f("uq_contact_number_function_folded")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_number_came_from_id"), "contact_number", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_number_contact_id"), "contact_number", ["contact_id"], unique=False)
    op.create_table(
        "contact_tag",
        sa.Column("tag_id", BIG_ID, nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_contact_tag_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_tag_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_contact_tag_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_tag")),
        sa.UniqueConstraint("contact_id", "tag_id", name=op.f("uq_contact_tag_contact_id_tag_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_tag_came_from_id"), "contact_tag", ["came_from_id"], unique=False)
    op.create_index(op.f("ix_contact_tag_contact_id"), "contact_tag", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_tag_tag_id"), "contact_tag", ["tag_id"], unique=False)
    op.create_table(
        "history_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("changes", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_history_entry_came_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_history_entry_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_history_entry_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_history_entry_came_from_id"), "history_entry", ["came_from_id"], unique=False)
    op.create_index("ix_history_entry_contact_id_id", "history_entry", ["contact_id", "id"], unique=False)
    op.create_index(op.f("ix_history_entry_user_id"), "history_entry", ["user_id"], unique=False)
    # ### end Alembic commands ###
    search_0001.create(op)
    guards_0001.create(op)
