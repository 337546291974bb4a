"""Imports that are looked at before they are done: files, their rows, and saved mappings (spec H1, H2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now

PLANS = ("error", "double", "update", "create", "unchanged")
"""What would become of a row, in the order in which they ask for attention."""
DECISIONS = ("", "create", "update", "skip")
"""What a user has decided for a row; empty: as planned."""
OUTCOMES = ("", "created", "updated", "unchanged", "skipped", "refused")
"""What has become of a row; empty: it has not been imported yet."""
UNDONE = ("", "gone", "set_back", "stays")
"""What taking the import back did with a row's contact."""


class Import(Base):
    """A file that was sent to be imported. All that it tells of people goes when its term is over (`erasing`).

    `file` is its name in the data folder, empty once that is erased. `form` is how it is read and `mapping` what its
    columns hold, both as arguments of `open_reading`; `guessed` are headers of columns that nobody has confirmed yet.
    `rehearsal_id` and `job_id` are the jobs that rehearsed and imported it.
    """

    __tablename__ = "transfer_import"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    erased_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    file_name: Mapped[str] = mapped_column(sa.String(180))
    file: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    form: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    headers: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    guessed: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    mapping: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    mapping_name: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    match: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    doubles: Mapped[str] = mapped_column(sa.String(10), default="create", server_default="create")
    rehearsal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id", ondelete="SET NULL"), index=True)
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class StagedRow(Base):
    """A row of such a file: its cells, what would become of it, what was decided, what has become of it.

    No foreign key to contacts: a result is told even of one that is gone. `other_id` is the contact that the row
    speaks of, or may be a double of; `contact_id` the one that it went into. `details` hold `name`, `changes` (`{field:
    [old, new]}`), `warnings` (`[[column or -1, sentence]]`) and `other` (the name of `other_id`).
    """

    __tablename__ = "transfer_row"
    __table_args__ = (
        sa.CheckConstraint(f"plan IN {('', *PLANS)!r}", name="plan"),
        sa.CheckConstraint(f"decision IN {DECISIONS!r}", name="decision"),
        sa.CheckConstraint(f"outcome IN {OUTCOMES!r}", name="outcome"),
        sa.CheckConstraint(f"undone IN {UNDONE!r}", name="undone"),
        sa.Index("ix_transfer_row_plan", "import_id", "plan", "number"),
        sa.Index("ix_transfer_row_outcome", "import_id", "outcome", "number"),
        sa.Index("ix_transfer_row_undone", "import_id", "undone", "number"),
        sa.Index(
            "ix_transfer_row_decision", "import_id", "plan", "decision",
            sqlite_where=sa.text("decision <> ''"), postgresql_where=sa.text("decision <> ''"),
        ),
        sa.Index(
            "ix_transfer_row_flawed", "import_id", "number",
            sqlite_where=sa.text("flawed"), postgresql_where=sa.text("flawed"),
        ),
        sa.Index("ix_transfer_row_contact_id", "contact_id"),
    )  # fmt: skip

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("transfer_import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    broken: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    plan: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    flawed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    other_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    decision: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    outcome: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    told: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    contact_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    undone: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")


class SavedMapping(Base):
    """What the columns of a kind of file hold, under a name that all users share.

    `headers` is the folded header line that it was made for: a file with the same one is mapped so again.
    """

    __tablename__ = "transfer_mapping"
    __table_args__ = (sa.UniqueConstraint("folded"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    folded: Mapped[str] = mapped_column(sa.String(100))
    headers: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    used_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
