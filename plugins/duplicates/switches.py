"""The plug-in's settings: from which score on pairs are shown, and merged together."""

from __future__ import annotations

from typing import Any

from webapp.api import setting

SECTION = "duplicates"
DEFAULTS: dict[str, Any] = {"threshold": 60, "bulk": 99}
"""In per cent. `threshold`: pairs below it are neither shown nor exported; `bulk`: what bulk merging offers first."""
LOWEST = 20
"""Pairs below it are not kept."""
PART = 100
"""A score has hundredths of a percent."""


def threshold() -> int:
    """From which score on pairs are shown."""
    return max(LOWEST, int(setting(f"{SECTION}.threshold"))) * PART


def bulk() -> int:
    """From which score on bulk merging begins unless told otherwise."""
    return int(setting(f"{SECTION}.bulk")) * PART
