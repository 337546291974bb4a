"""Tries that are slowed down, for all processes together: each failure beyond some doubles the wait (ASVS 6.3.1).

A try is counted before it is known to fail, under the lock of its row, so that a hundred at once are no more than
one after the other. One that succeeds is taken off again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import math
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.accounts.models import Throttle
from webapp.db import db, now
from webapp.errors import Refused
from webapp.i18n import _

FIRST_WAIT, LONGEST_WAIT = 15, 15 * 60
FORGOTTEN = dt.timedelta(days=1)
"""Failures count until there was none for a day."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is tried: its name, and how many failures are free."""

    name: str
    free: int


PASSWORD = Kind("password", 5)
"""Passwords of one account, asked for at sign-in or again later."""
CODE = Kind("code", 5)
"""Codes of an authenticator app, and recovery codes, of one account."""
RESET = Kind("reset", 3)
"""Mails to one account for a new password; each counts, there is no success."""
FIRST_RUN = Kind("first-run", 20)
"""Tries of the code that the server printed at its start."""
ADDRESS = Kind("address", 50)
"""Tries of whatever kind from one network address: an office shares one."""


LINK = Kind("link", 50)
"""Links to public pages that lead nowhere, from one network address: a right one is never counted, nor held up."""


class TooMany(Refused):
    """Too many failed tries (429); `wait` is for how many seconds."""

    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__(waiting(wait))
        self.wait = wait


def waiting(seconds: int) -> str:
    """The sentence for somebody who has to wait."""
    if seconds < 60:
        return _("Too many failed tries. Try again in %(seconds)s seconds.", seconds=seconds)
    minutes = math.ceil(seconds / 60)
    if minutes == 1:
        return _("Too many failed tries. Try again in a minute.")
    return _("Too many failed tries. Try again in %(minutes)s minutes.", minutes=minutes)


def network(address: str) -> str:
    """The network an address stands for: itself, or its 64 bits in IPv6, of which one household has a whole range."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def attempt(kind: Kind, subject: str) -> None:
    """Count a try of `subject`; raises `TooMany` while it has to wait. Nothing is counted for an empty subject."""
    if not subject:
        return
    _forget()
    row, at = _row(kind, subject), now()
    if row.blocked_until and row.blocked_until > at:
        raise TooMany(math.ceil((row.blocked_until - at).total_seconds()))
    if row.last_at < at - FORGOTTEN:
        row.failures = 0
    row.failures += 1
    row.last_at = at
    over = row.failures - kind.free
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 10)) if over >= 0 else 0
    row.blocked_until = at + dt.timedelta(seconds=wait) if wait else None
    db.session.flush()


def succeeded(kind: Kind, subject: str) -> None:
    """The account's own try succeeded: what failed before is forgotten."""
    if subject:
        db.session.execute(sa.delete(Throttle).where(Throttle.digest == _digest(kind, subject)))


def took_back(kind: Kind, subject: str) -> None:
    """A try from a network address succeeded: it alone isn't counted, those before stay."""
    if not subject:
        return
    row = _row(kind, subject)
    row.failures = max(0, row.failures - 1)
    row.blocked_until = None
    db.session.flush()


def _digest(kind: Kind, subject: str) -> str:
    return hashlib.sha256(f"{kind.name}\n{subject}".encode()).hexdigest()


def _row(kind: Kind, subject: str) -> Throttle:
    """The subject's row, locked; made where there is none. Who comes at the same moment waits here."""
    digest = _digest(kind, subject)

    def locked() -> Throttle | None:
        return db.session.get(Throttle, digest, with_for_update=True, populate_existing=True)

    row = locked()
    if row is None:
        try:
            with db.session.begin_nested():
                row = Throttle(digest=digest, failures=0, last_at=now())
                db.session.add(row)
        except IntegrityError:
            row = locked()
    if row is None:
        raise Refused(_("Someone else changed this at the same moment. Nothing was saved: reload and try again."))
    return row


def _forget() -> None:
    """Drop what nobody counts any more; rows that another request holds are left to it."""
    old = sa.select(Throttle.digest).where(Throttle.last_at < now() - FORGOTTEN).limit(100)
    db.session.execute(
        sa.delete(Throttle)
        .where(Throttle.digest.in_(old.with_for_update(skip_locked=True)))
        .execution_options(synchronize_session=False)
    )
