"""Lists of functions by index, sorting by number, saved views, jobs; search that finds single letters.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

from webapp.migrations import listing_0004, search_0001
from webapp.text import natural

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVE = "deleted_at IS NULL AND merged_into_id IS NULL AND anonymised_at IS NULL AND archived_at IS NULL"


def sortable(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    numbers()
    op.create_index(
        "ix_contact_live_created_at", "contact", ["created_at", "id"],
        sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE),
    )  # fmt: skip
    op.execute("UPDATE contact SET search_text = replace(search_text, ' ', '  ')")
    if op.get_bind().dialect.name == "sqlite":
        # Names of a search's hits, without the contacts, which lie a few to a page. With the states it holds all asked.
        states = "deleted_at, merged_into_id, anonymised_at, archived_at"
        op.execute(f"CREATE INDEX {search_0001.NAMES} ON contact (id, sort_name, {states}) WHERE {LIVE}")
    else:
        # How often a word occurs decides how it is looked for; the usual sample tells a rare one from none.
        op.execute("ALTER TABLE contact ALTER COLUMN search_text SET STATISTICS 1000")
    listing()
    views()
    jobs()


def numbers() -> None:
    """How numbers sort: each one, and the one that a contact shows."""
    op.add_column("contact_number", sa.Column("sort_value", sortable(200), server_default="", nullable=False))
    op.add_column("contact", sa.Column("sort_number", sortable(200), server_default="", nullable=False))
    connection = op.get_bind()
    table = sa.table("contact_number", sa.column("id"), sa.column("folded"), sa.column("sort_value"))
    last = 0
    while found := connection.execute(
        sa.select(table.c.id, table.c.folded).where(table.c.id > last).order_by(table.c.id).limit(1000)
    ).all():
        connection.execute(
            sa.update(table).where(table.c.id == sa.bindparam("row")).values(sort_value=sa.bindparam("value")),
            [{"row": one.id, "value": natural(one.folded)} for one in found],
        )
        last = found[-1].id
    op.execute("""UPDATE contact SET sort_number = COALESCE((
        SELECT n.sort_value FROM contact_number n WHERE n.contact_id = contact.id AND n.valid_to IS NULL
        ORDER BY CASE n.function WHEN 'customer' THEN 1 WHEN 'supplier' THEN 2 WHEN 'prospect' THEN 3 ELSE 4 END, n.id
        LIMIT 1), '')""")
    op.create_index(
        "ix_contact_live_sort_number", "contact", ["sort_number", "id"],
        sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE),
    )  # fmt: skip


def listing() -> None:
    op.create_table(
        "contact_listing",
        sa.Column("contact_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("sort_name", sortable(400), server_default="", nullable=False),
        sa.Column("sort_city", sortable(160), server_default="", nullable=False),
        sa.Column("sort_number", sortable(200), server_default="", nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "function", name=op.f("pk_contact_listing")),
    )
    for column in ("sort_name", "sort_city", "sort_number", "updated_at", "created_at"):
        op.create_index(f"ix_contact_listing_{column}", "contact_listing", ["function", column, "contact_id"])
    listing_0004.create(op)


def views() -> None:
    op.create_table(
        "list_view",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("arguments", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_list_view_owner_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_view")),
        sa.UniqueConstraint("owner_id", "list", "name", name=op.f("uq_list_view_owner_id_list_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_list_view_list"), "list_view", ["list"], unique=False)
    op.create_table(
        "list_setting",
        sa.Column("user_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("default_view_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_list_setting_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["default_view_id"], ["list_view.id"], name=op.f("fk_list_setting_default_view_id_list_view"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("user_id", "list", name=op.f("pk_list_setting")),
    )  # fmt: skip
    op.create_index(op.f("ix_list_setting_default_view_id"), "list_setting", ["default_view_id"], unique=False)


def jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("role", sa.String(length=20), server_default="", nullable=False),
        sa.Column("data_protection", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("way", sa.String(length=20), server_default="job", nullable=False),
        sa.Column("locale", sa.String(length=5), server_default="", nullable=False),
        sa.Column("params", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("data", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="queued", nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False)
          for name in ("total", "done", "skipped", "failed", "cursor")),
        sa.Column("stop_asked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.String(length=80), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("undo_of_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'stopped', 'failed')", name=op.f("ck_job_state")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_job_user_id_user_account")),
        sa.ForeignKeyConstraint(
            ["undo_of_id"], ["job.id"], name=op.f("fk_job_undo_of_id_job"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    unfinished = sa.text("state IN ('queued', 'running')")
    op.create_index("ix_job_unfinished", "job", ["state", "id"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_index(op.f("ix_job_user_id"), "job", ["user_id"], unique=False)
    op.create_index(op.f("ix_job_undo_of_id"), "job", ["undo_of_id"], unique=True)
    op.create_table(
        "job_item",
        sa.Column("job_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=10), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_item_job_id_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_job_item")),
    )
    op.create_index("ix_job_item_outcome", "job_item", ["job_id", "outcome", "position"], unique=False)
