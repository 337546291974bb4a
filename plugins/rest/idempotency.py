"""A POST with an `Idempotency-Key` does its work once, however often it is sent within a day.

The key's row is taken in the same transaction as the work. Who sends it again at the same moment waits for that
transaction, and then gets the first one's answer; where the first one failed, nothing was done and the work is
tried again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable

import sqlalchemy as sa
from flask import Response, make_response, request
from sqlalchemy.exc import IntegrityError

from plugins.rest.models import KeyedRequest
from webapp.api import Invalid, _, act, db, now

KEPT = dt.timedelta(days=1)
LONGEST = 200
TOLD_AGAIN = ("Content-Type", "Location", "ETag", "Cache-Control", "Content-Language")


def once(key: str, work: Callable[[], Response]) -> Response:
    """The answer of `work`, or the one that was given to the same request before; raises `Invalid` for another one."""
    if len(key) > LONGEST:
        raise Invalid(_("An Idempotency-Key has at most %(most)s characters.", most=LONGEST))
    db.session.execute(sa.delete(KeyedRequest).where(KeyedRequest.at < now() - KEPT))
    row, is_first = _take(_digest(str(act().user_id), key), _content())
    if is_first:
        made = work()
        row.status, row.body = made.status_code, made.get_data(as_text=True)
        row.headers = {name: made.headers[name] for name in TOLD_AGAIN if name in made.headers}
        return made
    if row.content != _content():
        raise Invalid(_("This Idempotency-Key was sent with another request: use a new key for each."))
    again = make_response(row.body, row.status)
    again.headers.update(row.headers)
    again.headers["Idempotent-Replayed"] = "true"
    return again


def _take(digest: str, content: str) -> tuple[KeyedRequest, bool]:
    """The row of a key, and whether it is new; who races for it waits here."""
    is_first = True
    try:
        with db.session.begin_nested():
            db.session.execute(sa.insert(KeyedRequest).values(digest=digest, content=content))
    except IntegrityError:
        is_first = False
    return db.session.get_one(KeyedRequest, digest, populate_existing=True), is_first


def _content() -> str:
    return _digest(request.method, request.full_path, request.get_data(cache=True).hex())


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
