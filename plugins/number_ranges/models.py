"""What the numbers of a range look like and how far it is; which numbers it left out, and which it gave together."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment, now


class RangeValue(Base):
    """How a range gives its numbers in a stretch of time (spec F1); those of one range never overlap in time.

    `next` is the counter of the number that comes next, `begins` the one from which this pattern and period were
    given, `top` the highest one that was given or typed. `first` is where the counter begins again each `period`:
    "" where it never does, else a year (2026) or a month (2026-05).
    """

    __tablename__ = "number_range_value"
    __table_args__ = (
        sa.CheckConstraint("step > 0", name="forward"),
        sa.CheckConstraint("length BETWEEN 1 AND 15", name="length"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    range: Mapped[str] = mapped_column(sa.String(40), index=True)
    prefix: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    suffix: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    length: Mapped[int] = mapped_column(default=5, server_default="5")
    step: Mapped[int] = mapped_column(default=1, server_default="1")
    restart: Mapped[str] = mapped_column(sa.String(10), default="never", server_default="never")
    first: Mapped[int] = mapped_column(sa.BigInteger, default=1, server_default="1")
    next: Mapped[int] = mapped_column(sa.BigInteger)
    begins: Mapped[int] = mapped_column(sa.BigInteger)
    top: Mapped[int | None] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(7), default="", server_default="")
    valid_from: Mapped[dt.date | None] = mapped_column(sa.Date)
    valid_to: Mapped[dt.date | None] = mapped_column(sa.Date)
    manual: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class NumberGap(Base):
    """Numbers that a range did not give, and why (spec F3); some of them may have been typed by hand since.

    `prefix` and `suffix` are as they were that day, their tokens filled in. `source` is what the reason speaks of.
    """

    __tablename__ = "number_gap"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    range: Mapped[str] = mapped_column(sa.String(40), index=True)
    prefix: Mapped[str] = mapped_column(sa.String(60))
    suffix: Mapped[str] = mapped_column(sa.String(60))
    length: Mapped[int]
    step: Mapped[int]
    first: Mapped[int] = mapped_column(sa.BigInteger)
    last: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class NumberBlock(Base):
    """Numbers that were given together, to a mass action or an import: what a job took from a range."""

    __tablename__ = "number_block"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    range: Mapped[str] = mapped_column(sa.String(40), index=True)
    first: Mapped[str] = mapped_column(sa.String(60))
    last: Mapped[str] = mapped_column(sa.String(60))
    many: Mapped[int]
    way: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
