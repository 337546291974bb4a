"""A POST with an `Idempotency-Key` does its work once, however often it is sent within a day.

The key's row is taken in the same transaction as the work. Who sends it again at the same moment waits for that
transaction, and then gets the first one's answer; where the first one failed, nothing was done and the work is
tried again.

An answer tells of contacts, so it is told again only to who may as much as the one who got it (spec J1), and it is
kept sealed with the key itself, which is nowhere kept: without it nobody reads the answer in the base (spec D5).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable

import sqlalchemy as sa
from flask import Response, make_response, request
from sqlalchemy.exc import IntegrityError

from plugins.rest import problems
from plugins.rest.models import KeyedRequest
from webapp.api import ROLES, Forbidden, Invalid, Refused, _, act, db, now, seal, unseal

KEPT = dt.timedelta(days=1)
LONGEST = 200
TOLD_AGAIN = ("Content-Type", "Location", "ETag", "Cache-Control", "Content-Language")


def once(key: str, work: Callable[[], Response]) -> Response:
    """The answer of `work`, or the one that was given to the same request before.

    Raises `Invalid` where another request had the key, `Forbidden` where its caller might do more than this one.
    """
    if len(key) > LONGEST:
        raise Invalid(_("An Idempotency-Key has at most %(most)s characters.", most=LONGEST))
    db.session.execute(sa.delete(KeyedRequest).where(KeyedRequest.at < now() - KEPT))
    row, is_first = _take(_digest(str(act().user_id), key), _content())
    if is_first:
        made = work()
        row.role, row.data_protection = act().role or "", act().data_protection
        row.answer = seal(_told(made), _purpose(key))
        return made
    if not _may_as_much(row):
        raise Forbidden(_(problems.STATUS[403]))
    if row.content != _content():
        raise Invalid(_("This Idempotency-Key was sent with another request: use a new key for each."))
    told = unseal(row.answer, _purpose(key))
    if not told:
        raise Refused(_("This is done already, but the answer can't be read any more: look up what was made."))
    again = _answer(told)
    again.headers["Idempotent-Replayed"] = "true"
    return again


def _may_as_much(row: KeyedRequest) -> bool:
    """Whether the one who acts may do all that the first caller might."""
    rank: dict[str | None, int] = {role: at for at, role in enumerate(ROLES)}
    return rank.get(act().role, -1) >= rank.get(row.role, len(rank)) and act().data_protection >= row.data_protection


def _told(made: Response) -> str:
    headers = {name: made.headers[name] for name in TOLD_AGAIN if name in made.headers}
    return json.dumps([made.status_code, headers, made.get_data(as_text=True)])


def _answer(told: str) -> Response:
    status, headers, body = json.loads(told)
    made = make_response(body, status)
    made.headers.update(headers)
    return made


def _purpose(key: str) -> str:
    return f"rest {_digest('answer', key)}"


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
    if request.mimetype != "multipart/form-data":
        return _digest(request.method, request.full_path, request.get_data(cache=True).hex())
    # Read already, part by part: of a file, what it is, whatever marks the sender put between the parts.
    parts = [text for pair in sorted(request.form.items(multi=True)) for text in pair]
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        parts += [name, file.filename or "", hashlib.file_digest(file.stream, "sha256").hexdigest()]  # type: ignore[arg-type]
        file.stream.seek(0)
    return _digest(request.method, request.full_path, *parts)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
