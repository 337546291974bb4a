"""What is derived of each contact to find its doubles, the pairs found and decided, what was learnt, and the scans."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now

SLOTS = 12
"""Keys of a contact; what each is made of stands in `plugins.duplicates.keys`."""
SLOT_NAMES = tuple(f"key_{number}" for number in range(1, SLOTS + 1))


def _partial(table: str, name: str) -> sa.Index:
    """An index over the rows that have the key: most have only some."""
    where = sa.text(f"{name} IS NOT NULL")
    return sa.Index(f"ix_{table}_{name}", name, sqlite_where=where, postgresql_where=where)


class DoubleKey(Base):
    """A contact's keys: hashes of selective pairs of its normal forms, by which those that may be the same are found.

    One row for most; a second e-mail, phone or address makes another one (`place` 1, 2 …). The first holds `profile`,
    the normal forms themselves, which pairs are compared by, so that nothing is read or normalised twice. `version` is
    the contact's and `rules` the code's when it was made: what differs is made anew. `made` says when, in seconds since
    1970, so that a scan looks through what is new since the last one; 0 for what a scan of the whole base made.
    """

    __tablename__ = "double_key"
    __table_args__ = (
        *(_partial("double_key", name) for name in SLOT_NAMES),
        {"sqlite_with_rowid": False},
    )

    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int]
    rules: Mapped[int] = mapped_column(sa.SmallInteger)
    made: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    profile: Mapped[str] = mapped_column(sa.Text)
    key_1: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_2: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_3: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_4: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_5: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_6: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_7: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_8: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_9: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_10: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_11: Mapped[int | None] = mapped_column(sa.BigInteger)
    key_12: Mapped[int | None] = mapped_column(sa.BigInteger)


COLUMNS = tuple(column.name for column in DoubleKey.__table__.columns)


class DoublePair(Base):
    """Two contacts that may be one, `low_id` the smaller id; how sure that is, why, and what was decided (spec E8).

    `score` is the probability in hundredths of a percent, `reasons` the stable codes that say why. A pair is shown
    while both its contacts are live: merged away, it disappears by itself, and the undo brings it back. What was
    decided stays whatever scans find: `apart` is never asked again, nor of a contact that one of them is merged into.
    `scan_id` is the last scan that found it.
    """

    __tablename__ = "double_pair"
    __table_args__ = (
        sa.CheckConstraint("low_id < high_id", name="order"),
        sa.CheckConstraint("state IN ('open', 'later', 'apart')", name="state"),
        sa.UniqueConstraint("low_id", "high_id"),
        sa.Index("ix_double_pair_state", "state", "score", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    low_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    high_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    state: Mapped[str] = mapped_column(sa.String(10), default="open", server_default="open")
    scan_id: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    found_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    decided_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)


class DoubleModel(Base):
    """What was learnt of a base about persons, or about companies: weights, and how often its common values occur."""

    __tablename__ = "double_model"

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    rules: Mapped[int] = mapped_column(sa.SmallInteger)
    contacts: Mapped[int]
    learnt: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class DoubleScan(Base):
    """A search through the base: whether through `all` of it or for what is new; open until `ended_at`.

    `plan` holds what its steps need; `step` of `steps` are done. `is_loading`: keys are being made without their
    indexes, so nobody may ask by them. `mark` is when it began to compare, as `DoubleKey.made` counts: the next scan
    goes on from there. `job_id` is none where it was started at the command line. `found` is -1 of one that was given
    up.
    """

    __tablename__ = "double_scan"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    whole: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_loading: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    plan: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    steps: Mapped[int] = mapped_column(default=0, server_default="0")
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    mark: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    job_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    contacts: Mapped[int] = mapped_column(default=0, server_default="0")
    compared: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    found: Mapped[int] = mapped_column(default=0, server_default="0")
    began_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
