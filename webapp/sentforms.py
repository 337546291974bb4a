"""A form that creates something does so once, however often it is sent: a double click, a reload, an impatient network.

Such a form carries a key of its own (`form_key`). The first to send it takes its row in the same transaction as
what it creates; whoever sends the same key with the same content again is led to where the first was led. Another
content is another form, so nothing typed after a step back is lost.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from webapp.acting import act
from webapp.db import Base, Moment, db, now

KEPT = dt.timedelta(days=1)
"""How long a sent form is remembered."""


class SentForm(Base):
    """A form that was sent: where it led."""

    __tablename__ = "sent_form"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)


def take(content: Iterable[tuple[str, str]]) -> SentForm:
    """The row of a form with this content (name and value of each field); its `address` is empty the first time.

    One who sends the same form at the same moment waits here until the first is done. A form without `form_key`
    is always new.
    """
    fields = sorted(pair for pair in content if pair[0] != "csrf_token")
    if not any(name == "form_key" and value for name, value in fields):
        return SentForm()
    db.session.execute(sa.delete(SentForm).where(SentForm.at < now() - KEPT))
    digest = hashlib.sha256(json.dumps([act().user_id, fields]).encode()).hexdigest()
    try:
        with db.session.begin_nested():
            made = SentForm(digest=digest)
            db.session.add(made)
    except IntegrityError:
        return db.session.scalars(sa.select(SentForm).where(SentForm.digest == digest)).one()
    return made
