"""Letting somebody see an embedded page, and how it is said that nobody stands there."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, request

from plugins.embed.launching import Standing
from webapp.api import Act, Embedding, Forbidden, Refused, _, speak


class Ended(Refused):
    """Nobody stands behind this frame, any more or at all (401)."""

    status = 401


def ended() -> Ended:
    """The refusal of a code, a cookie or a token that lets nobody in."""
    return Ended(_("This view has ended, or was never begun here. Reload the page of your portal."))


def frameable_by(origins: Sequence[str]) -> None:
    """The answer to this request may be shown in frames of these origins, whatever becomes of it."""
    g.framed_by = tuple(origins)


def admit(found: Standing, embedding: Embedding) -> Act:
    """Let somebody see a page, in their language and their portal's look; raises `Forbidden` for another page."""
    if found.locale:
        speak(found.locale)
    g.theme = "system" if found.wanted.theme == "auto" else found.wanted.theme
    who = found.act(request.endpoint or "", request.view_args or {})
    if who is None:
        raise Forbidden(_("This page is not part of what your portal was given to show."))
    g.embedding = embedding
    return who
