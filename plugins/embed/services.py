"""Portals as an administrator keeps them: made, changed, given another secret, taken away (spec I3, J1)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.embed import asking
from plugins.embed.models import Frame, Launch, Portal
from webapp.api import (
    Invalid,
    Missing,
    Stale,
    _,
    audit,
    clean,
    db,
    embed_origins,
    find_user,
    in_passing,
    is_origin,
    need,
    now,
    setting_changes,
)

PAGE = "embed"
"""The name of this page of the settings in their list of changes."""
SCOPES = ("create", "edit")
"""What a portal may be granted beyond reading."""
PREFIX = "carnet_portal_"
MOST_ORIGINS = 20
OVERLAP = dt.timedelta(days=1)
"""How long a secret lets in beside the one that took its place."""
SEEN_EVERY = dt.timedelta(minutes=1)
FIELDS = ("name", "origins", "views", "scopes", "reader_id", "fragments", "active")


def clients() -> Sequence[Portal]:
    """All portals, by name."""
    need("settings")
    return db.session.scalars(sa.select(Portal).order_by(sa.func.lower(Portal.name), Portal.id)).all()


def load(portal_id: int) -> Portal:
    """One portal; raises `Missing`."""
    need("settings")
    found = db.session.get(Portal, portal_id) if 0 < portal_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such portal."))
    return found


def by_key(key: str) -> Portal | None:
    """The portal that is called so in public."""
    return db.session.scalar(sa.select(Portal).where(Portal.key == key[:40].replace("\x00", "")))


def create(values: Mapping[str, Any]) -> tuple[Portal, str]:
    """A new portal, and its secret, which nobody can see again; raises `Invalid`.

    `values` are `FIELDS`: texts, lists of texts, the id of a user or None, and yes or no.
    """
    need("settings")
    secret = PREFIX + secrets.token_urlsafe(32)
    portal = Portal(key=f"portal-{secrets.token_hex(6)}", digest=_digest(secret))
    for name, value in _checked(values).items():
        setattr(portal, name, value)
    db.session.add(portal)
    db.session.flush()
    setting_changes.note(PAGE, "added", {name: (None, getattr(portal, name)) for name in FIELDS}, subject=portal.key)
    return portal, secret


def change(portal_id: int, values: Mapping[str, Any], version: int | None = None) -> Portal:
    """Change what `values` names; raises `Invalid`, `Stale` where someone saved it since `version` was read.

    Frames that are open keep no more than what is left: they are asked anew at each request.
    """
    need("settings")
    setting_changes.hold()
    portal = load(portal_id)
    db.session.refresh(portal)
    if version is not None and version != portal.version:
        text = _("Someone else saved this portal while you were writing. Compare both versions and choose.")
        raise Stale(text, current=portal.version)
    checked = _checked({**{name: getattr(portal, name) for name in FIELDS}, **values})
    changes = {name: (getattr(portal, name), new) for name, new in checked.items() if getattr(portal, name) != new}
    if changes:
        for name, (_old, new) in changes.items():
            setattr(portal, name, new)
        portal.version += 1
        db.session.flush()
        setting_changes.note(PAGE, "changed", changes, subject=portal.key)
    return portal


def rotate(portal_id: int, *, at_once: bool = False) -> str:
    """Give a portal another secret, which is returned and shown once.

    The one before lets in for a day, so that the portal can be changed over; `at_once` it lets nobody in any more, and
    the frames that are open end.
    """
    need("settings")
    setting_changes.hold()
    portal = load(portal_id)
    db.session.refresh(portal)
    secret = PREFIX + secrets.token_urlsafe(32)
    portal.old_digest, portal.old_until = ("", None) if at_once else (portal.digest, now() + OVERLAP)
    portal.digest, portal.secret_at = _digest(secret), now()
    portal.version += 1
    if at_once:
        db.session.execute(sa.delete(Launch).where(Launch.portal_id == portal.id))
        ended = sa.update(Frame).where(Frame.portal_id == portal.id, Frame.ended_at.is_(None))
        db.session.execute(ended.values(ended_at=now()))
    db.session.flush()
    setting_changes.note(PAGE, "rotated_at_once" if at_once else "rotated", subject=portal.key)
    return secret


def delete(portal_id: int) -> str:
    """Take a portal away, with the frames it has open; returns its name."""
    need("settings")
    portal = load(portal_id)
    name, key = portal.name, portal.key
    for model in (Launch, Frame):
        db.session.execute(sa.delete(model).where(model.portal_id == portal.id))
    db.session.delete(portal)
    db.session.flush()
    setting_changes.note(PAGE, "removed", {"name": (name, None)}, subject=key)
    return name


def verify(key: str, secret: str) -> Portal | None:
    """The portal that shows this secret; None for an unknown one, a wrong secret, or a portal that is switched off.

    It takes as long whatever is wrong. Notes that it was used, at most once a minute and in a transaction of its own.
    """
    portal = by_key(key)
    shown, at = _digest(secret), now()
    known = (portal.digest, portal.old_digest) if portal else ("", "")
    is_present, is_old = (hmac.compare_digest(shown, one) for one in known)
    if portal is None or not portal.active:
        return None
    if not is_present and not (is_old and portal.old_until is not None and portal.old_until > at):
        return None
    if portal.used_at is None or at - portal.used_at > SEEN_EVERY:
        portal_id = portal.id
        with in_passing():
            db.session.execute(sa.update(Portal).where(Portal.id == portal_id).values(used_at=at))
        portal = db.session.get_one(Portal, portal_id, populate_existing=True)
    return portal


def refused_for(key: str) -> str:
    """Log that somebody showed a wrong secret; the key where it is a portal's, else nothing."""
    known = db.session.scalar(sa.select(Portal.key).where(Portal.key == key[:40].replace("\x00", ""))) or ""
    audit.note("portal_secret_wrong", portal=known)
    return known


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored; raises `Invalid`."""
    errors: dict[str, str] = {}
    name = clean(str(values.get("name") or ""))
    if not name or len(name) > 120:
        errors["name"] = _("Give the portal a name of at most %(most)s characters.", most=120)
    origins = list(dict.fromkeys(str(one).strip() for one in values.get("origins") or () if str(one).strip()))
    if wrong := [one for one in origins if not is_origin(one)]:
        errors["origins"] = _(
            "“%(origin)s” is no origin: write https://portal.example.com, without a path.", origin=wrong[0][:100]
        )
    elif beyond := [one for one in origins if one not in embed_origins()]:
        errors["origins"] = _(
            "The deployment does not allow %(origin)s: its operator names it in CARNET_EMBED_ORIGINS.",
            origin=beyond[0][:100],
        )
    elif not origins or len(origins) > MOST_ORIGINS:
        errors["origins"] = _("Name from 1 to %(most)s origins.", most=MOST_ORIGINS)
    views = list(dict.fromkeys(str(one) for one in values.get("views") or ()))
    # What a switched-off plug-in offers stays chosen: it is there again when that is on.
    if not views or any(len(one) > 80 for one in views) or len(views) > 100:
        errors["views"] = _("Choose at least one view that the portal may show.")
    scopes = [one for one in SCOPES if one in (values.get("scopes") or ())]
    reader_id = values.get("reader_id")
    if reader_id is not None and find_user(id=reader_id) is None:
        errors["reader_id"] = _("There is no such user, or they are switched off.")
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    return {
        "name": name, "origins": origins, "views": views, "scopes": scopes, "reader_id": reader_id,
        "fragments": bool(values.get("fragments")), "active": bool(values.get("active", True)),
    }  # fmt: skip


def unknown_views(portal: Portal) -> list[str]:
    """Views that the portal was granted and nobody offers now: those of plug-ins that are switched off."""
    return [one for one in portal.views if one not in asking.offered()]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
