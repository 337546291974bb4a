"""A list of contacts inside a portal (spec I3)."""

from __future__ import annotations

from webapp.i18n import _l
from webapp.plugin import Embed, Field, Label

TAKES = (Field(name="saved", label=_l("Saved view")), Field(name="q", label=_l("Search")))
PARTS = ("lists.filters", "lists.count")
"""What a list fetches besides."""


def list_embed(key: str, label: Label, endpoint: str, icon: str, order: int = 100) -> Embed:
    """The list at `endpoint`, a view of `list_page`: all of it, or a saved view, or what a search finds."""
    return Embed(key=key, label=label, endpoint=endpoint, takes=TAKES, parts=PARTS, icon=icon, height=600, order=order)
