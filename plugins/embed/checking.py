"""What may keep a portal from showing anything, as far as it is known here (spec I3).

The rest only a browser sees: what a proxy makes of the headers, whether it keeps the cookie, whether the portal's own
page allows the frame. The page at `/embed/check/<key>` is for that, and has the headers and the cookie of any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plugins.embed.asking import granted, origins_of
from plugins.embed.models import Portal
from webapp.api import _, embed_origins, public_base


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that was looked at: what it is, how it stands, in a word and with what to do."""

    label: str
    word: str
    level: Literal["ok", "danger"]
    remedy: str = ""


def facts(portal: Portal) -> list[Fact]:
    """All that is known without a browser."""
    base = public_base()
    found = [
        _fact(
            _("Carnet's public address is https"),
            base.startswith("https://"),
            _("Browsers keep no cookie of a frame otherwise: the operator sets CARNET_BASE_URL, and serves it by TLS."),
        ),
        _fact(
            _("The portal is switched on, and may show something"),
            portal.active and bool(granted(portal)),
            _("Switch it on, and choose what it may show."),
        ),
    ]
    found += [
        _fact(
            _("CARNET_EMBED_ORIGINS names %(origin)s", origin=origin),
            origin in embed_origins(),
            _("The operator adds it there: until then this origin is refused."),
        )
        for origin in portal.origins
    ]
    if portal.fragments:
        origins = ", ".join(origins_of(portal))
        found.append(
            _fact(
                _("Fragments may be fetched from %(origins)s", origins=origins or "–"),
                bool(origins),
                _("No origin of the portal is allowed by this deployment."),
            )
        )
    return found


def _fact(label: str, is_so: bool, remedy: str) -> Fact:
    if is_so:
        return Fact(label=label, word=_("Yes"), level="ok")
    return Fact(label=label, word=_("No"), level="danger", remedy=remedy)
