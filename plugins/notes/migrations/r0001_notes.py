"""Notes and their follow-ups.

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
OPEN = "follow_up_on IS NOT NULL AND done_at IS NULL"
DONE = "done_at IS NOT NULL"
USERS = ("author_id", "follow_up_user_id", "done_by_id")


def upgrade() -> None:
    op.create_table(
        "contact_note",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("came_from_id", BIG_ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("follow_up_user_id", BIG_ID, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_note_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["contact.id"], name=op.f("fk_contact_note_came_from_id_contact"), ondelete="SET NULL"
        ),
        *(
            sa.ForeignKeyConstraint([one], ["user_account.id"], name=op.f(f"fk_contact_note_{one}_user_account"))
            for one in USERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_note")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_note_contact_id_is_pinned", "contact_note", ["contact_id", "is_pinned", "id"])
    op.create_index(op.f("ix_contact_note_came_from_id"), "contact_note", ["came_from_id"])
    for name, where, columns in (
        ("open", OPEN, ["follow_up_on", "id"]),
        ("open_of_user", OPEN, ["follow_up_user_id", "follow_up_on", "id"]),
        ("open_of_contact", OPEN, ["contact_id", "follow_up_on", "id"]),
        ("done", DONE, ["done_at", "id"]),
        ("done_of_user", DONE, ["follow_up_user_id", "done_at", "id"]),
    ):
        condition = sa.text(where)
        op.create_index(
            f"ix_contact_note_{name}", "contact_note", columns, sqlite_where=condition, postgresql_where=condition
        )
