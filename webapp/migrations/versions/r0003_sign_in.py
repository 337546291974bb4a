"""Sessions that can be listed and ended, throttled tries, second factor, API tokens, the firm's logo.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from webapp.text import fold

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def sortable(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("user_account", sa.Column("tf_primary_method", sa.String(length=64), nullable=True))
    op.add_column("user_account", sa.Column("tf_totp_secret", sa.String(length=255), nullable=True))
    op.add_column("user_account", sa.Column("mf_recovery_codes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("user_account", sa.Column("tf_last_step", sa.BigInteger(), nullable=True))
    op.add_column("user_account", sa.Column("density", sa.String(length=12), server_default="compact", nullable=False))
    sessions()
    tokens()
    op.create_table(
        "throttle",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_last_at"), "throttle", ["last_at"], unique=False)
    op.create_table(
        "company_logo",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_company_logo_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_logo")),
    )
    settings()
    names()
    list_filters()


def names() -> None:
    """By what users are sorted and found; a version for those who edit one at the same time."""
    op.add_column("user_account", sa.Column("sort_name", sortable(450), server_default="", nullable=False))
    op.add_column("user_account", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_user_account_sort_name_id", "user_account", ["sort_name", "id"], unique=False)
    users = sa.table("user_account", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("sort_name"))
    connection = op.get_bind()
    for one in connection.execute(sa.select(users.c.id, users.c.name, users.c.email)).all():
        sort_name = fold(f"{one.name} {one.email}")
        connection.execute(sa.update(users).where(users.c.id == one.id).values(sort_name=sort_name))


def settings() -> None:
    """Who changed what in Settings; a version for each value of a list."""
    op.add_column("value_list_item", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "setting_change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), server_default="", nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("changes", sa.JSON(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_setting_change_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_setting_change_page_subject_id", "setting_change", ["page", "subject", "id"], unique=False)
    op.create_index(op.f("ix_setting_change_user_id"), "setting_change", ["user_id"], unique=False)


def sessions() -> None:
    op.create_table(
        "user_session",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("remembered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("address", sa.String(length=45), server_default="", nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_user_session_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)


def tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("scope IN ('read', 'write', 'admin')", name=op.f("ck_api_token_scope")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)


def list_filters() -> None:
    """Indexes for what lists are narrowed to, in their orders."""
    live = sa.text("deleted_at IS NULL AND merged_into_id IS NULL AND anonymised_at IS NULL AND archived_at IS NULL")
    for column, order in (
        ("kind", "sort_name"),
        ("country", "sort_name"),
        ("country", "sort_city"),
        ("country", "updated_at"),
        ("responsible_id", "sort_name"),
    ):
        op.create_index(
            f"ix_contact_live_by_{column}_{order}",
            "contact",
            [column, order, "id"],
            sqlite_where=live,
            postgresql_where=live,
        )
