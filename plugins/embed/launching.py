"""From a portal's server to a frame in its reader's browser: a code that serves once, then a session of that frame."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import sqlalchemy as sa

from plugins.embed.asking import Wanted, checked, granted, origins_of
from plugins.embed.models import Frame, Launch, Portal
from webapp.api import (
    ROLES,
    Act,
    Embed,
    Invalid,
    _,
    audit,
    db,
    embed_endpoints,
    find_user,
    in_passing,
    now,
    public_base,
)

CODE_LASTS = dt.timedelta(seconds=60)
IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=8)
FORGOTTEN = dt.timedelta(days=1)
"""Until then it is known which portal a dead code or frame was for, so that it can be said inside that portal."""
MOST_OPEN = 50
"""Frames of one browser that are looked at."""
SEEN_EVERY = dt.timedelta(minutes=1)
ROLE_OF = {"read": "reader", "create": "editor", "edit": "editor"}
"""The most that a page of this scope lets anybody do, as the role that may do as much."""


def reader(portal: Portal, email: str) -> int:
    """The id of the user in whose name a portal reads: who it claims to have signed in, else its own reader.

    Raises `Invalid` for a claim that is no active user's: nobody sees by a portal what they may not see here.
    """
    if email:
        found = find_user(email=email)
        if found is None:
            raise Invalid(
                _("Please correct what is marked."), {"user": _("No active user of Carnet has this e-mail address.")}
            )
        return found.id
    own = find_user(id=portal.reader_id) if portal.reader_id else None
    if own is None:
        raise Invalid(
            _("Please correct what is marked."),
            {"user": _("Name the user by e-mail: this portal has no reader of its own.")},
        )
    return own.id


def launch(portal: Portal, sent: Mapping[str, Any]) -> tuple[str, Wanted]:
    """A one-time code for what a portal asks for; raises `Invalid`. Codes and frames of yesterday are forgotten."""
    wanted, user_id = checked(portal, sent), reader(portal, str(sent.get("user") or ""))
    return _code(portal, user_id, wanted), wanted


def preview(portal: Portal, sent: Mapping[str, Any], user_id: int) -> str:
    """A code for the same in a frame of our own pages, where an administrator looks at it; raises `Invalid`."""
    return _code(portal, user_id, replace(checked(portal, sent), origin=public_base()))


def _code(portal: Portal, user_id: int, wanted: Wanted) -> str:
    db.session.execute(sa.delete(Launch).where(Launch.made_at < now() - FORGOTTEN))
    db.session.execute(sa.delete(Frame).where(Frame.created_at < now() - LONGEST - FORGOTTEN))
    code = secrets.token_urlsafe(32)
    db.session.add(Launch(digest=digest(code), portal_id=portal.id, user_id=user_id, wanted=wanted.stored()))
    db.session.flush()
    audit.note("embed_launched", portal=portal.key, user=user_id, view=wanted.view)
    return code


def burn(code: str) -> Launch | None:
    """What a code was for: the first time, and within a minute. Whoever comes at the same moment gets None."""
    at = now()
    first = sa.update(Launch).where(
        Launch.digest == digest(code), Launch.used_at.is_(None), Launch.made_at > at - CODE_LASTS
    )
    if cast(Any, db.session.execute(first.values(used_at=at))).rowcount != 1:
        return None
    return db.session.get_one(Launch, digest(code), populate_existing=True)


def portal_of_code(code: str) -> Portal | None:
    """Whose code it was, used or not."""
    found = db.session.get(Launch, digest(code))
    return db.session.get(Portal, found.portal_id) if found else None


def start(spent: Launch, wanted: Wanted, present_key: str) -> tuple[Frame, str]:
    """A frame for what a code was for, in the language and look `wanted`, and the key for the browser's cookie.

    Other frames of the same user in the same portal go on with the key that they have. Whoever else's it was, their
    frames end here: a browser holds one key.
    """
    frames = db.session.scalars(
        sa.select(Frame).where(Frame.digest == digest(present_key), Frame.ended_at.is_(None))
    ).all() if present_key else []  # fmt: skip
    is_theirs = bool(frames) and all(
        one.portal_id == spent.portal_id and one.user_id == spent.user_id and _lasts(one) for one in frames
    )
    if not is_theirs:
        for one in frames:
            one.ended_at = now()
    key = present_key if is_theirs else secrets.token_urlsafe(32)
    frame = Frame(digest=digest(key), portal_id=spent.portal_id, user_id=spent.user_id, wanted=wanted.stored())
    db.session.add(frame)
    db.session.flush()
    return frame, key


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Somebody who may see embedded pages now: in whose name, for which portal, and which pages.

    `user_id` and `portal_id` name them; `origins` are where a page may be framed, `views` what may be shown, the one
    that was asked for first.
    """

    user_id: int
    portal_id: int
    locale: str
    wanted: Wanted
    origins: tuple[str, ...]
    views: Mapping[str, Embed]
    role: str

    @property
    def endpoints(self) -> frozenset[str]:
        """All that answers for them."""
        return frozenset(name for one in self.views.values() for name in embed_endpoints(one))

    def act(self, endpoint: str, values: Mapping[str, Any]) -> Act | None:
        """In whose name, and with which rights at most, a page is shown; None where this one is not for them.

        The page that was asked for is that of one contact; one that its links lead to may be of any.
        """
        edits = any(one.scope == "edit" for one in self.views.values())
        for key, one in self.views.items():
            if endpoint not in embed_endpoints(one):
                continue
            bound = self.wanted.values if key == self.wanted.view else {}
            if all(bound[name] == value for name, value in values.items() if name in bound):
                # Who may open a contact's form here sees the way to it on the other pages.
                role = min(self.role, "editor" if edits else ROLE_OF[one.scope], key=ROLES.index)
                return Act(
                    user_id=self.user_id, role=cast(Any, role), way="form", source=f"embed:{self.portal_id}",
                    only_reads=role == "reader",
                )  # fmt: skip
        return None


def standing(portal: Portal | None, user_id: int, wanted: Wanted) -> Standing | None:
    """Who may see what was asked for; None once the portal, its origin, the user or the view is none any more."""
    if portal is None or not portal.active:
        return None
    # What is looked at in Settings is framed by our own pages alone; no portal can ask for that.
    origins = (wanted.origin,) if wanted.origin == public_base() else origins_of(portal)
    if wanted.origin not in origins:
        return None
    user, allowed = find_user(id=user_id), granted(portal)
    if user is None or wanted.view not in allowed:
        return None
    return Standing(
        user_id=user.id,
        portal_id=portal.id,
        locale=wanted.locale or user.locale,
        wanted=wanted,
        origins=origins,
        views={key: allowed[key] for key in (wanted.view, *wanted.opens) if key in allowed},
        role=user.role,
    )


def find(frame_id: int, key: str) -> Standing | None:
    """Who sees this frame, by the key in their browser's cookie; notes once a minute that they are there."""
    frame = db.session.get(Frame, frame_id)
    if frame is None or frame.digest != digest(key) or not _lasts(frame):
        return None
    seen_at, found = frame.seen_at, standing(db.session.get(Portal, frame.portal_id), frame.user_id, kept(frame))
    if found is not None and now() - seen_at > SEEN_EVERY:
        with in_passing():
            db.session.execute(sa.update(Frame).where(Frame.id == frame_id).values(seen_at=now()))
    return found


def kept(one: Frame | Launch) -> Wanted:
    """What was asked for."""
    return Wanted.kept(one.wanted)


def portal_of_frame(frame_id: int) -> Portal | None:
    """Whose frame it is or was."""
    frame = db.session.get(Frame, frame_id)
    return db.session.get(Portal, frame.portal_id) if frame else None


def _lasts(frame: Frame) -> bool:
    at = now()
    return frame.ended_at is None and frame.seen_at > at - IDLE and frame.created_at > at - LONGEST


def digest(secret: str) -> str:
    """What is kept of a code or a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_frames(key: str) -> Iterator[tuple[int, Standing]]:
    """The frames that a browser has open by this key, the newest first, and who stands behind each."""
    query = sa.select(Frame).where(Frame.digest == digest(key), Frame.ended_at.is_(None))
    for frame in db.session.scalars(query.order_by(Frame.id.desc()).limit(MOST_OPEN)) if key else ():
        found = standing(db.session.get(Portal, frame.portal_id), frame.user_id, kept(frame)) if _lasts(frame) else None
        if found is not None:
            yield frame.id, found


def origins() -> tuple[str, ...]:
    """Where any portal may embed anything now."""
    portals = db.session.scalars(sa.select(Portal).where(Portal.active))
    return tuple(dict.fromkeys(one for portal in portals for one in origins_of(portal)))
