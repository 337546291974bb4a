"""A job and its records. Both are written in the transactions that do the work, so they never tell of what was not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, BigId, Moment, now

STATES = ("queued", "running", "done", "stopped", "failed")
OUTCOMES = ("done", "skipped", "failed")


class Job(Base):
    """Work on many records, chunk by chunk; survives the tab, the request and the worker that runs it.

    `cursor` is the position of the last record done, `data` what the work keeps from chunk to chunk, `worker` who has
    claimed it, `heartbeat_at` when that one was last seen, `attempts` how often the chunk at hand has been begun.
    `failed` counts records; the state `failed` is a job that could not go on, `error` says why. `role` and
    `data_protection` are what whoever started it held then: a token's scope bounds its jobs too. `undo_of_id`: this
    job takes back that one, which is done once.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'stopped', 'failed')", name="state"),
        sa.Index(
            "ix_job_unfinished", "state", "id",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    data_protection: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    way: Mapped[str] = mapped_column(sa.String(20), default="job", server_default="job")
    locale: Mapped[str] = mapped_column(sa.String(5), default="", server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    state: Mapped[str] = mapped_column(sa.String(10), default="queued", server_default="queued")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    skipped: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    cursor: Mapped[int] = mapped_column(default=0, server_default="0")
    stop_asked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    worker: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    error: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    undo_of_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("job.id", ondelete="SET NULL"), index=True, unique=True
    )
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    heartbeat_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class JobItem(Base):
    """One record of a job, at its place in the list it was chosen from: what became of it, and why.

    `outcome` is empty while it is still to do, which the index finds in order as it finds any other. No foreign key to
    the contact: the result is told even of one that is gone. `before` is what an undo needs.
    """

    __tablename__ = "job_item"
    __table_args__ = (sa.Index("ix_job_item_outcome", "job_id", "outcome", "position"),)

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    outcome: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    before: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)
