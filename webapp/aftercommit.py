"""What is done once the present transaction is committed: to files, which no rollback brings back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from webapp.db import db

WAITING = "carnet_after_commit"


def after_commit(call: Callable[[], object]) -> None:
    """Call this once the whole transaction is committed; never where it, or the savepoint at hand, is rolled back.

    What it raises is raised after the commit: it undoes nothing.
    """
    session = db.session()
    at = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(WAITING, []).append((at, call))


@event.listens_for(Session, "after_commit")
def _run(session: Session) -> None:
    # A savepoint's release is announced as well: only the whole counts.
    if session.in_nested_transaction():
        return
    for _at, call in session.info.pop(WAITING, []):
        call()


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if WAITING in session.info:
        session.info[WAITING] = [one for one in session.info[WAITING] if not _within(one[0], ended)]


def _within(at: Any, ended: SessionTransaction) -> bool:
    while at is not None and at is not ended:
        at = at.parent
    return at is ended
