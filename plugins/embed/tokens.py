"""Tokens for fragments: five minutes, for one portal, origin, user and page; signed, so nothing is kept of them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from plugins.embed.asking import Wanted, checked
from plugins.embed.launching import reader
from plugins.embed.models import Portal
from webapp.api import Refused, _, audit

LASTS = 300
"""Seconds."""
SALT = "carnet.embed.v1"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a token says: which portal, in whose name, and what was asked for; its audience is `wanted.origin`."""

    portal: str
    user_id: int
    wanted: Wanted


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.config["SECRET_KEY"]), salt=SALT,
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )  # fmt: skip


def make(portal: Portal, sent: Mapping[str, Any]) -> tuple[str, Wanted]:
    """A token for what a portal asks for; raises `Invalid` as a launch, `Refused` where it was granted no fragments."""
    if not portal.fragments:
        raise Refused(_("This portal may open frames only: an administrator can allow it fragments."))
    wanted, user_id = checked(portal, sent), reader(portal, str(sent.get("user") or ""))
    if not wanted.uid:
        # The same page has the same ids, whichever token fetched a part of it.
        told = f"{portal.key} {wanted.view} {sorted(wanted.values.items())}"
        wanted = replace(wanted, uid=hashlib.sha256(told.encode()).hexdigest()[:8])
    claim = {"c": portal.key, "u": user_id, "aud": wanted.origin, "w": wanted.stored(), "jti": secrets.token_hex(8)}
    audit.note("embed_token", portal=portal.key, user=user_id, view=wanted.view)
    return str(_signer().dumps(claim)), wanted


def read(token: str) -> Claim | None:
    """What a token says; None for one that has expired, or that somebody changed or made up."""
    try:
        found = _signer().loads(token, max_age=LASTS)
        wanted = Wanted.kept(found["w"])
    except (BadData, KeyError, TypeError):
        return None
    if found["aud"] != wanted.origin:
        return None
    return Claim(portal=found["c"], user_id=found["u"], wanted=wanted)
