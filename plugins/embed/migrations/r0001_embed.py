"""Portals, their one-time codes, and the frames that browsers have open.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _belongs(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    """To a portal, and to the user in whose name it reads."""
    return [
        sa.Column("portal_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["portal_id"], ["embed_portal.id"], name=op.f(f"fk_{table}_portal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE"),
    ]


def upgrade() -> None:
    op.create_table(
        "embed_portal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("views", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("reader_id", BIG, nullable=True),
        sa.Column("fragments", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("old_digest", sa.String(length=64), server_default="", nullable=False),
        _moment("old_until", nullable=True),
        _moment("secret_at"),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["user_account.id"], name=op.f("fk_embed_portal_reader_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embed_portal")),
        sa.UniqueConstraint("key", name=op.f("uq_embed_portal_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_embed_portal_reader_id"), "embed_portal", ["reader_id"], unique=False)
    op.create_table(
        "embed_launch",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        _moment("made_at"),
        _moment("used_at", nullable=True),
        *_belongs("embed_launch"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_embed_launch")),
    )
    op.create_table(
        "embed_frame",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        _moment("created_at"),
        _moment("seen_at"),
        _moment("ended_at", nullable=True),
        *_belongs("embed_frame"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embed_frame")),
        sqlite_autoincrement=True,
    )
    for table, columns in (
        ("embed_launch", ["made_at"]),
        ("embed_launch", ["portal_id"]),
        ("embed_launch", ["user_id"]),
        ("embed_frame", ["portal_id"]),
        ("embed_frame", ["user_id"]),
        ("embed_frame", ["seen_at"]),
        ("embed_frame", ["digest", "seen_at"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
