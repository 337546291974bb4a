"""What is remembered of a request that may come twice."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, Moment, now


class KeyedRequest(Base):
    """A request with an `Idempotency-Key`, what its caller might do, and the sealed answer; `digest` is of user, key.

    `answer` is empty until the work is done: nobody else ever sees it so, since the row is written in the same
    transaction as the work.
    """

    __tablename__ = "rest_keyed_request"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    content: Mapped[str] = mapped_column(sa.String(64))
    role: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    data_protection: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    answer: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
